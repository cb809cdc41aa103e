// SPDX-License-Identifier: Apache-2.0
// The neuron equation in the published order: synapses, leak, comparison, reset.
#include "arch/spiking_array/neuron.hpp"

#include <cstdlib>

namespace lodestone::spiking_array {

namespace {

constexpr std::uint32_t comparison_bits = 8; // p of F(s, p) has as many values as a weight has magnitudes

/// F(s, p) sgn(s) with p drawn evenly from 1..256.
std::int32_t stochastic_sign(std::int32_t value, RandomStream& random) {
    const auto p = static_cast<std::int32_t>(random.draw(comparison_bits)) + 1;
    if (std::abs(value) < p) {
        return 0;
    }
    return value > 0 ? 1 : -1;
}

std::int32_t leaked(const isa::SpikingNeuron& neuron, std::int32_t potential, RandomStream& random) {
    const std::int32_t leak = neuron.stochastic_leak ? stochastic_sign(neuron.leak, random) : std::int32_t{neuron.leak};
    if (!neuron.leak_follows_sign) {
        return potential + leak;
    }
    if (potential == 0) {
        return 0;
    }
    const std::int32_t after = potential > 0 ? potential + leak : potential - leak;
    const bool flipped = (after > 0) != (potential > 0);
    return flipped ? 0 : after;
}

} // namespace

ResetRules reset_rules(const isa::SpikingNeuron& neuron) {
    constexpr std::int32_t all = -1;
    ResetRules rules;
    switch (neuron.reset_mode) {
    case isa::ResetMode::absolute:
        rules = {.after_spike = {.keep = 0, .add = neuron.reset},
                 .below_floor = {.keep = 0, .add = neuron.negative_reset}};
        break;
    case isa::ResetMode::linear:
        rules = {.after_spike = {.keep = all, .add = -neuron.positive_threshold},
                 .below_floor = {.keep = all, .add = -neuron.negative_threshold}};
        break;
    case isa::ResetMode::none:
        rules = {.after_spike = {.keep = all, .add = 0}, .below_floor = {.keep = all, .add = 0}};
        break;
    }
    if (neuron.saturate_at_floor) {
        rules.below_floor = {.keep = 0, .add = neuron.negative_threshold};
    }
    return rules;
}

std::int32_t synaptic_weight(const isa::SpikingNeuron& neuron, std::size_t type, RandomStream& random) {
    const std::int32_t weight = neuron.weights[type];
    const bool is_stochastic = ((neuron.stochastic_weights >> type) & 1U) != 0;
    return is_stochastic ? stochastic_sign(weight, random) : weight;
}

bool leak_and_fire(const isa::SpikingNeuron& neuron, const NeuronContext& context, std::int32_t& potential,
                   RandomStream& random) {
    potential = saturate(leaked(neuron, potential, random), context.potential);
    const std::int32_t eta =
        neuron.threshold_mask_bits == 0 ? 0 : static_cast<std::int32_t>(random.draw(neuron.threshold_mask_bits));
    const bool is_linear = neuron.reset_mode == isa::ResetMode::linear;
    const ResetRules rules = reset_rules(neuron);
    if (potential >= neuron.positive_threshold + eta) {
        potential = (potential & rules.after_spike.keep) + rules.after_spike.add - (is_linear ? eta : 0);
        potential = saturate(potential, context.potential);
        return true;
    }
    const std::int32_t floor = neuron.negative_threshold - (neuron.saturate_at_floor ? 0 : eta);
    if (potential < floor || (context.floor_is_inclusive && potential == floor)) {
        potential = (potential & rules.below_floor.keep) + rules.below_floor.add;
        potential += is_linear && !neuron.saturate_at_floor ? eta : 0;
        potential = saturate(potential, context.potential);
    }
    return false;
}

} // namespace lodestone::spiking_array
