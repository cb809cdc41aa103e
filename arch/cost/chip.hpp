// SPDX-License-Identifier: Apache-2.0
// A machine in a technology: what each event costs there and what each block measures.
#pragma once

#include "arch/cost/matrix_shape.hpp"
#include "arch/cost/technology.hpp"
#include "arch/isa/event_counts.hpp"
#include "arch/spec/machine.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace lodestone::cost {

/// Areas by block, in the order of reports: core_memory, core_buffers, matrix_unit, vector_unit, networks,
/// frame_buffer, unmodelled (what the calibrated area factor adds; absent when it is 1).
struct AreaReport {
    std::vector<std::pair<std::string, SquareMillimetres>> components;
    [[nodiscard]] SquareMillimetres total() const;
    /// Zero when there is no such block.
    [[nodiscard]] SquareMillimetres of(const std::string& component) const;
};

/// Delay limits of the clock by block, as built and at the machine's voltage.
struct ClockLimits {
    std::vector<std::pair<std::string, Hertz>> limits;
    [[nodiscard]] Hertz clock() const; ///< the lowest
    [[nodiscard]] std::string bound_by() const;
};

/// A unit of the technology's table (mac_cost) at the technology's node and at a supply; `dynamic` is the factor on
/// energy at the nominal supply, mostly dynamic_voltage_ratio().
[[nodiscard]] MacCost at_supply(const Technology& technology, MacCost cost, Volts voltage, double dynamic);

/// Prices of events, all at the machine's voltage; energy is linear in the counts, so parts sum to the whole.
class Chip {
public:
    /// `variants`: operand pairs that the matrix unit is built for beyond its modes; others are ignored.
    /// Throws UserError when a pair is not supported.
    Chip(const spec::MachineSpec& machine, const Technology& technology, const std::vector<OperandPair>& variants = {});

    /// Keys: mac, vector, sram, noc, io, clock, leakage.
    [[nodiscard]] std::map<std::string, Joules> energy(const isa::EventCounts& counts) const;
    [[nodiscard]] const AreaReport& area() const { return area_; }
    [[nodiscard]] const ClockLimits& clock_limits() const { return clock_limits_; }
    /// Side of a core, the length of one hop.
    [[nodiscard]] Metres core_pitch() const { return pitch_; }
    [[nodiscard]] Watts leakage() const { return leakage_; }

private:
    struct MemoryPrice {
        double read = 0; ///< J per byte
        double write = 0;
    };

    void build_memories(const spec::CoreGridSpec& grid);
    void build_areas(const spec::CoreGridSpec& grid, const std::vector<OperandPair>& variants);
    void build_networks(const spec::CoreGridSpec& grid);
    void build_clock(const spec::CoreGridSpec& grid, const std::vector<OperandPair>& variants);
    [[nodiscard]] std::vector<UnitMode> built_modes(const std::vector<OperandPair>& variants) const;
    [[nodiscard]] MacCost unit_cost(const UnitMode& mode) const;
    [[nodiscard]] Joules mac_energy(const isa::EventCounts& counts) const;
    [[nodiscard]] SramPrice memory(const std::string& name, SramMemory memory, std::uint32_t instances);

    Technology technology_;
    spec::MatrixUnitSpec matrix_;
    OperatingPoint point_; ///< node and supply of the machine
    double dynamic_ = 1;   ///< from the nominal voltage to the machine's, calibrated
    double static_ = 1;    ///< the same for leakage
    double clock_ = 1;     ///< the same for the clock
    double area_factor_ = 1;
    Hertz frequency_{};
    std::map<std::string, MemoryPrice> memories_;
    std::map<std::string, double> networks_; ///< J per flit and hop
    AreaReport area_;
    SquareMillimetres logic_area_{};
    SquareMillimetres core_memory_area_{};
    SquareMillimetres buffer_area_{};
    SquareMillimetres frame_buffer_area_{};
    Seconds memory_cycle_{};
    Metres pitch_{};
    Watts leakage_{};
    ClockLimits clock_limits_;
};

/// The whole of `counts` priced; variants of the matrix unit are taken from its operand formats.
[[nodiscard]] std::map<std::string, Joules> energy(const isa::EventCounts& counts, const spec::MachineSpec& machine,
                                                   const Technology& technology);
[[nodiscard]] AreaReport area(const spec::MachineSpec& machine, const Technology& technology,
                              const std::vector<OperandPair>& variants = {});
/// Fastest clock that the delays of the matrix unit, core memory and wires allow at the machine's voltage.
[[nodiscard]] ClockLimits max_clock(const spec::MachineSpec& machine, const Technology& technology,
                                    const std::vector<OperandPair>& variants = {});

/// Operand pairs of the "weights*activations" keys of counts.
[[nodiscard]] std::vector<OperandPair> operand_pairs(const isa::EventCounts& counts);

} // namespace lodestone::cost
