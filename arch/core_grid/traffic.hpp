// SPDX-License-Identifier: Apache-2.0
// Activation flows through the resources of the grid: memory reads, network, memory writes; frame buffer and chip I/O.
#pragma once

#include "arch/core_grid/resources.hpp"
#include "arch/isa/flow.hpp"

#include <span>
#include <vector>

namespace lodestone::core_grid {

/// The batch streams from chip I/O into the frame buffer from cycle 0 on, frame by frame and within a frame input by
/// input; a flow out of the frame buffer leaves when its last byte is there. Outputs stream out as they arrive.
class Traffic {
public:
    Traffic(const isa::Program& program, Resources& resources);

    /// Flows that leave when a phase begins, the earliest first.
    void start_phase(std::span<const isa::Flow> flows, Cycles now);
    void send(const isa::Flow& flow, Cycles now);
    /// Takes what has arrived at the frame buffer out of the chip, in order of arrival.
    void settle_outputs();

    /// When everything has arrived that was sent so far.
    [[nodiscard]] Cycles last_arrival() const { return last_arrival_; }
    /// When what `phase` gathers has arrived at the core, of what was sent so far.
    [[nodiscard]] Cycles inputs_ready(CoreId core, std::uint32_t phase) const;
    [[nodiscard]] Cycles inputs_in_frame_buffer() const { return inputs_end_; }
    [[nodiscard]] Cycles outputs_out() const { return outputs_end_; }

private:
    [[nodiscard]] Cycles available(const isa::Flow& flow) const;
    void pass(const isa::Flow& flow, std::span<const isa::LinkUse> links, Cycles earliest);
    void arrive_at_cores(const isa::Flow& flow);
    [[nodiscard]] std::string name_of(const isa::Flow& flow) const;

    struct Output {
        Cycles head;
        Cycles arrival; ///< of the last byte
        Bytes bytes;
    };
    struct Arrival {
        std::uint32_t phase = 0;
        Cycles at;
        Bytes bytes; ///< written so far: where the next one goes
    };

    const isa::Program& program_;
    Resources& resources_;
    Bytes frame_bytes_;                ///< of all network inputs
    std::vector<Bytes> input_offsets_; ///< by tensor: where it begins within a frame
    std::vector<Arrival> arrivals_;    ///< by core: of the phase that gathered last
    std::vector<Output> outputs_;      ///< in the frame buffer, not settled
    Cycles last_arrival_;
    Cycles inputs_end_;
    Cycles outputs_end_;
};

} // namespace lodestone::core_grid
