// SPDX-License-Identifier: Apache-2.0
// The neuron of the published equations, written for reading: one synapse at a time, 64-bit numbers, no tables.
#pragma once

#include "arch/isa/spiking_program.hpp"

#include <cstdint>
#include <vector>

namespace lodestone::slow {

struct Outcome {
    std::int64_t potential = 0;
    bool fired = false;
    bool sank = false; ///< fell below the negative threshold
};

/// One tick of a neuron without random modes. `active[i]` and `synapse[i]` by axon, `type[i]` its axon type.
/// V is kept to `bits` bits after the synapses, after the leak and after the reset.
struct SlowNeuron {
    isa::SpikingNeuron parameters;
    unsigned bits = 20;
    bool floor_is_inclusive = false;

    [[nodiscard]] std::int64_t kept(std::int64_t v) const {
        const std::int64_t limit = std::int64_t{1} << (bits - 1);
        if (v > limit - 1) {
            return limit - 1;
        }
        if (v < -limit) {
            return -limit;
        }
        return v;
    }

    [[nodiscard]] Outcome tick(std::int64_t v, const std::vector<bool>& active, const std::vector<bool>& synapse,
                               const std::vector<unsigned>& type) const {
        const isa::SpikingNeuron& p = parameters;
        for (std::size_t axon = 0; axon < active.size(); ++axon) {
            if (active[axon] && synapse[axon]) {
                v = v + p.weights[type[axon]];
            }
        }
        v = kept(v);

        const std::int64_t epsilon = p.leak_follows_sign ? 1 : 0;
        const std::int64_t sign = v > 0 ? 1 : v < 0 ? -1 : 0;
        const std::int64_t omega = (1 - epsilon) + epsilon * sign;
        const std::int64_t leaked = v + omega * p.leak;
        const bool flips = (v > 0 && leaked < 0) || (v < 0 && leaked > 0);
        v = kept(epsilon == 1 && flips ? 0 : leaked);

        Outcome out;
        const std::int64_t alpha = p.positive_threshold;
        const std::int64_t minus_beta = p.negative_threshold;
        if (v >= alpha) {
            out.fired = true;
            if (p.reset_mode == isa::ResetMode::absolute) {
                v = p.reset;
            } else if (p.reset_mode == isa::ResetMode::linear) {
                v = v - alpha;
            }
        } else if (v < minus_beta || (floor_is_inclusive && v == minus_beta)) {
            out.sank = true;
            if (p.saturate_at_floor) {
                v = minus_beta;
            } else if (p.reset_mode == isa::ResetMode::absolute) {
                v = p.negative_reset;
            } else if (p.reset_mode == isa::ResetMode::linear) {
                v = v - minus_beta;
            }
        }
        out.potential = kept(v);
        return out;
    }
};

} // namespace lodestone::slow
