// SPDX-License-Identifier: Apache-2.0
// What the cores of a grid share or contend for: memories, networks, frame buffer, chip I/O; and what is counted.
#pragma once

#include "arch/core_grid/schedule.hpp"
#include "arch/isa/event_counts.hpp"
#include "arch/isa/program.hpp"
#include "arch/memory/banked_memory.hpp"
#include "arch/noc/network.hpp"
#include "arch/spec/core_grid.hpp"

#include <algorithm>
#include <vector>

namespace lodestone::core_grid {

/// A port that serves one transfer after the other at a fixed number of bytes per cycle.
class Port {
public:
    explicit Port(double bytes_per_cycle) : bytes_per_cycle_(bytes_per_cycle) {}

    memory::Grant reserve(Bytes amount, Cycles earliest);
    /// Cycles that `amount` takes.
    [[nodiscard]] Cycles cycles(Bytes amount) const;
    /// Busy cycles since the last call.
    Cycles close_window();

private:
    double bytes_per_cycle_;
    Cycles free_;
    Cycles busy_;
};

/// The latest start from which `read`, which alone takes `shortest`, streams into a network without gaps: banks of
/// different load give the first line early and the last one late, and a link is not held in between.
[[nodiscard]] constexpr memory::Grant without_gaps(memory::Grant read, Cycles shortest) {
    const Cycles latest = read.end > shortest ? read.end - shortest : Cycles(0);
    return {.begin = std::max(read.begin, latest), .end = read.end};
}

/// Whole-number counts of one phase, kept flat while the phase runs.
struct Tally {
    Macs macs;
    std::uint64_t matrix_slots = 0;
    std::uint64_t vector_ops = 0;
    std::uint64_t function_ops = 0;
    isa::MemoryCount core_memory;
    isa::MemoryCount weight_buffer;
    isa::MemoryCount activation_buffer;
    isa::MemoryCount partial_sum_buffer;
    isa::MemoryCount instruction_memory;
    isa::MemoryCount frame_buffer;
    isa::MemoryCount io;
    std::uint64_t matrix_busy = 0;
    std::uint64_t vector_busy = 0;
    std::uint64_t waiting_weights = 0;
    std::uint64_t waiting_memory = 0;
    std::uint64_t waiting_partial_sums = 0;
    std::uint64_t waiting_barrier = 0;
    std::uint64_t idle = 0;
    std::uint64_t steps = 0;
};

/// Counts of the networks at one moment; windows are differences of two.
struct NetworkSnapshot {
    isa::NetworkCount activation;
    isa::NetworkCount model;
    isa::NetworkCount partial_sum;
    isa::NetworkCount instruction;
};

struct Resources {
    Resources(const isa::Program& program, const spec::CoreGridSpec& machine, FlowControl flow_control);

    /// Time has come to `now`.
    void advance(Cycles now);
    void begin_phase(std::uint32_t phase, Cycles now);
    [[nodiscard]] NetworkSnapshot snapshot() const;
    /// Ends a window at `now`: busy cycles of the busiest instance of each resource, under the names of PhaseRecord.
    /// `detail` receives the flits of each link when it is given.
    std::map<std::string, Cycles> close_window(Cycles now, isa::PhaseDetail* detail = nullptr);
    /// Throws MachineError unless every byte that was sent has been received, network by network.
    void verify_conservation(Cycles now) const;

    const spec::CoreGridSpec& machine;
    GridShape grid;
    std::vector<memory::BankedMemory> memories; ///< by core
    noc::Network activation;
    noc::Network model;
    noc::Network partial_sum;
    noc::Network instruction;
    Schedule schedule;
    Timetable activation_times;
    Timetable model_times;
    Timetable partial_sum_times;
    Timetable instruction_times;
    Port frame_buffer;
    Port io_in;
    Port io_out;
    Tally tally;
};

/// Links between two cores on the shortest way.
[[nodiscard]] constexpr std::uint32_t hops(const GridShape& grid, CoreId a, CoreId b) {
    const GridPosition from = grid.position(a);
    const GridPosition to = grid.position(b);
    const std::uint32_t rows = from.row > to.row ? from.row - to.row : to.row - from.row;
    const std::uint32_t cols = from.col > to.col ? from.col - to.col : to.col - from.col;
    return rows + cols;
}

/// The counts of a phase under the names of EventCounts.
[[nodiscard]] isa::EventCounts event_counts(const Tally& tally, const isa::Phase& phase, const NetworkSnapshot& before,
                                            const NetworkSnapshot& after);

/// "core[3][7]"
[[nodiscard]] std::string core_name(const GridShape& grid, CoreId core);

} // namespace lodestone::core_grid
