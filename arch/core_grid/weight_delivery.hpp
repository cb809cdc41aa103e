// SPDX-License-Identifier: Apache-2.0
// Delivers weight chunks into the weight buffers of the cores that use them, in order, when there is room.
#pragma once

#include "arch/core_grid/resources.hpp"
#include "arch/core_grid/wakeups.hpp"
#include "arch/isa/flow.hpp"

#include <array>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace lodestone::core_grid {

/// Every core grants room in its weight buffer to the chunks that it will use, in order: those of the running phase,
/// then those of the next one. A chunk leaves its home as soon as all members of its group have granted room.
/// The home reads it from its memory and multicasts it over the model network; a resident chunk is read by its
/// member alone, in turns of its memory that nothing else wants, until the member waits for it.
class WeightDelivery {
public:
    WeightDelivery(const isa::Program& program, Resources& resources, Wakeups& wakeups);

    /// A chunk leaves its home: its place among the homes of its phase's plan, and who receives it.
    struct Departure {
        std::uint32_t phase = 0;
        std::size_t place = 0;
        CoreId home;
        std::span<const CoreId> members;
    };
    /// `observer` hears of every departure.
    void tell(std::function<void(const Departure&)> observer) { observer_ = std::move(observer); }

    /// Admits the chunks of `phase`, which follows the running one (prefetch), or is the first.
    void open(std::uint32_t phase, Cycles now);
    /// The phase opened last becomes the running one.
    void enter_phase();

    /// Cycle in which chunk `chunk` of the running phase is complete in the core's buffer, once that is known. A core
    /// that asks before is woken when the chunk arrives. Asking means waiting: a resident chunk, which is read in the
    /// background until then, gets all of the memory.
    [[nodiscard]] std::optional<Cycles> arrival(CoreId core, std::uint32_t chunk, Cycles now);
    [[nodiscard]] Bytes chunk_bytes(CoreId core, std::uint32_t chunk) const;
    /// The core has used the chunk for the last time.
    void release(CoreId core, std::uint32_t chunk, Cycles now);

private:
    static constexpr std::uint32_t no_line = ~std::uint32_t{0};

    struct Chunk {
        CoreId home;
        std::size_t place = 0; ///< in the homes of the plan
        Bytes address;         ///< in its home
        Bytes bytes;
        std::uint32_t without_room = 0; ///< members that have not granted room yet
    };
    /// The chunks of one group of cores that receive the same ones.
    struct Line {
        std::uint32_t group = 0;
        bool resident = false;
        std::vector<CoreId> members;
        std::vector<Chunk> chunks;
        std::vector<std::uint64_t> arrivals; ///< [chunk * members + member]
        std::vector<std::size_t> tickets;    ///< per chunk that has left, resident only
        std::uint32_t issued = 0;            ///< chunks that have left
    };
    /// A core's place in the line it takes part in.
    struct Seat {
        std::uint32_t line = no_line;
        std::uint32_t member = 0;
        std::uint32_t granted = 0; ///< chunks that have room
    };
    struct Window {
        std::uint32_t phase = 0;
        std::vector<Line> lines;
        std::vector<Seat> seats; ///< by core
    };
    struct Ready {
        std::uint32_t window = 0;
        std::uint32_t chunk = 0;
        std::uint32_t line = 0;
        friend auto operator<=>(const Ready&, const Ready&) = default;
    };

    void build_lines(Window& window) const;
    void seat_members(Window& window) const;
    void grant_room(CoreId core);
    bool grant_in(std::uint32_t window, CoreId core);
    void issue_ready(Cycles now);
    void issue(Window& window, Line& line, Cycles now);
    void multicast(const Window& window, Line& line, std::uint32_t chunk, Cycles now);
    void verify_fits(const Window& window, const Line& line) const;

    const isa::Program& program_;
    Resources& resources_;
    Wakeups& wakeups_;
    std::function<void(const Departure&)> observer_;
    std::array<Window, 2> windows_; ///< running phase, next phase
    std::vector<Bytes> room_;       ///< by core
    std::vector<char> waiting_;     ///< by core: asked for a chunk that has not left yet
    std::vector<Ready> ready_;      ///< chunks for which the last member has just granted room
};

} // namespace lodestone::core_grid
