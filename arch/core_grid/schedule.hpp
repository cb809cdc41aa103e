// SPDX-License-Identifier: Apache-2.0
// When transfers leave: as they can, as a schedule is made of, or at the program's slots and checked.
#pragma once

#include "arch/core_grid/run.hpp"
#include "arch/isa/slots.hpp"
#include "arch/noc/network.hpp"

#include <string>
#include <vector>

namespace lodestone::core_grid {

/// The slot of one transfer, null in elastic runs, and the cycle that it counts from.
struct Booking {
    std::uint64_t* slot = nullptr;
    Cycles from;
};

/// One network under a flow control. Elastic: transfers wait in routers. Schedule: a transfer waits at its source until
/// its whole way will be clear, and its departure becomes its slot. Strict: it leaves at its slot; data that is not
/// there by then and a link that is taken are a MachineError with cycle, link and both transfers.
class Timetable {
public:
    Timetable(noc::Network& network, const GridShape& grid, const spec::NetworkSpec& spec, FlowControl flow_control)
        : network_(network), grid_(grid), spec_(spec), flow_control_(flow_control) {}

    /// `name()` describes the transfer; it is asked only when it may have to appear in a message.
    template <class Name>
    noc::Passage send(noc::Transfer transfer, const Booking& booking, Name name) {
        if (flow_control_ == FlowControl::elastic) {
            return network_.send(transfer);
        }
        return flow_control_ == FlowControl::schedule ? make_slot(transfer, booking)
                                                      : keep_slot(transfer, booking, name());
    }
    /// Forgets transfers that have ended by `now`.
    void forget(Cycles now);

private:
    /// A link and the cycles for which a transfer takes it.
    struct Taken {
        LinkId link;
        Cycles begin;
        Cycles end;
        std::string transfer;
    };

    noc::Passage make_slot(noc::Transfer& transfer, const Booking& booking);
    noc::Passage keep_slot(noc::Transfer& transfer, const Booking& booking, const std::string& name);
    [[noreturn]] void refuse(const noc::Transfer& transfer, LinkId link, const std::string& name) const;

    noc::Network& network_;
    GridShape grid_;
    spec::NetworkSpec spec_;
    FlowControl flow_control_;
    std::vector<Taken> taken_; ///< FlowControl::strict
};

/// The slots of a run: the program's, or those that the run makes.
class Schedule {
public:
    Schedule(const isa::Program& program, FlowControl flow_control);

    void begin_phase(std::uint32_t phase, Cycles now);
    [[nodiscard]] Booking flow(const isa::Flow& flow);
    [[nodiscard]] Booking chunk(std::uint32_t phase, std::size_t home);
    [[nodiscard]] Booking partial_sum(std::uint32_t phase, std::size_t place);
    [[nodiscard]] Booking instructions(std::uint32_t phase);
    /// Under FlowControl::schedule what was made so far, else nothing.
    [[nodiscard]] std::vector<isa::PhaseSlots> made() const;

private:
    /// Transfers that a phase gets before it begins may leave from here on.
    [[nodiscard]] Cycles begin_before(std::uint32_t phase) const { return phase == 0 ? Cycles(0) : begins_[phase - 1]; }

    FlowControl flow_control_;
    std::vector<isa::PhaseSlots> slots_; ///< empty in elastic runs
    std::vector<Cycles> begins_;         ///< of the phases so far
    std::uint32_t running_ = 0;
};

} // namespace lodestone::core_grid
