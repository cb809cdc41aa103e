// SPDX-License-Identifier: Apache-2.0
// Builds the flat arrays of a core and runs its tick, by kernel or row by row.
#include "arch/spiking_array/core.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

namespace lodestone::spiking_array {

namespace {

bool is_stochastic(const isa::SpikingNeuron& neuron) {
    return neuron.stochastic_weights != 0 || neuron.stochastic_leak || neuron.threshold_mask_bits != 0;
}

} // namespace

SpikingCore::SpikingCore(const isa::SpikingProgram& program, const isa::SpikingCoreProgram& core, CoreSettings settings,
                         ParameterPool& pool)
    : settings_(settings), neuron_count_(core.neurons.size()),
      blocks_((neuron_count_ + lanes_per_block - 1) / lanes_per_block) {
    check_invariant(core.synapses.size() == neuron_count_ * program.words_per_row(),
                    "a core program has a synapse row for each of its neurons");
    fill_lanes(core, pool);
    fill_columns(program, core);
    AlignedVector<std::uint8_t> types(core.types.begin(), core.types.end());
    types.resize(program.axons, 0);
    types_ = pool.intern(std::move(types));
    if (std::any_of(core.neurons.begin(), core.neurons.end(), is_stochastic)) {
        stochastic_ = core.neurons;
    }
    fired_bits_.resize(blocks_);
    sunk_bits_.resize(blocks_);
}

void SpikingCore::fill_lanes(const isa::SpikingCoreProgram& core, ParameterPool& pool) {
    const std::size_t lane_count = blocks_ * lanes_per_block;
    AlignedVector<std::int16_t> weights(lane_count * isa::axon_types, 0);
    AlignedVector<std::int16_t> leak(lane_count, 0);
    AlignedVector<std::uint64_t> follows(blocks_, 0);
    AlignedVector<std::int32_t> threshold(lane_count, std::numeric_limits<std::int32_t>::max()); // padding never fires
    AlignedVector<std::int32_t> floor(lane_count, std::numeric_limits<std::int32_t>::min());
    AlignedVector<ResetRules> resets(neuron_count_);
    potential_.assign(lane_count, 0);
    for (std::size_t j = 0; j < neuron_count_; ++j) {
        const isa::SpikingNeuron& neuron = core.neurons[j];
        potential_[j] = neuron.potential;
        for (std::size_t type = 0; type < isa::axon_types; ++type) {
            weights[type * lane_count + j] = neuron.weights[type];
        }
        leak[j] = neuron.leak;
        has_leak_ = has_leak_ || neuron.leak != 0;
        follows[j / lanes_per_block] |= std::uint64_t{neuron.leak_follows_sign} << (j % lanes_per_block);
        threshold[j] = neuron.positive_threshold;
        floor[j] = neuron.negative_threshold + (settings_.context.floor_is_inclusive ? 1 : 0);
        resets[j] = reset_rules(neuron);
    }
    weights_ = pool.intern(std::move(weights));
    leak_ = pool.intern(std::move(leak));
    leak_follows_sign_ = pool.intern(std::move(follows));
    threshold_ = pool.intern(std::move(threshold));
    floor_ = pool.intern(std::move(floor));
    resets_ = pool.intern(std::move(resets));
}

void SpikingCore::fill_columns(const isa::SpikingProgram& program, const isa::SpikingCoreProgram& core) {
    columns_.assign(program.axons * blocks_, 0);
    fan_out_.assign(program.axons, 0);
    for (std::size_t j = 0; j < neuron_count_; ++j) {
        const auto row = isa::synapse_row(program, core, j);
        for (std::size_t word = 0; word < row.size(); ++word) {
            for (std::uint64_t bits = row[word]; bits != 0; bits &= bits - 1) {
                const std::size_t axon = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
                check_invariant(axon < program.axons, "a synapse row has bits for axons only");
                columns_[axon * blocks_ + j / lanes_per_block] |= std::uint64_t{1} << (j % lanes_per_block);
                ++fan_out_[axon];
            }
        }
    }
}

CoreActivity SpikingCore::collect_axons(std::span<const std::uint64_t> active) {
    CoreActivity activity;
    active_.clear();
    active_ids_.clear();
    const std::size_t lane_count = blocks_ * lanes_per_block;
    for (std::size_t word = 0; word < active.size(); ++word) {
        for (std::uint64_t bits = active[word]; bits != 0; bits &= bits - 1) {
            const std::size_t axon = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
            ++activity.axon_events;
            if (fan_out_[axon] != 0) {
                activity.synaptic_events += fan_out_[axon];
                active_.push_back({columns_.data() + axon * blocks_, weights_->data() + (*types_)[axon] * lane_count});
                active_ids_.push_back(static_cast<std::uint16_t>(axon));
            }
        }
    }
    return activity;
}

void SpikingCore::prefetch(std::span<const std::uint64_t> active) const {
    constexpr std::size_t line = 64 / sizeof(std::int32_t);
    for (std::size_t j = 0; j < potential_.size(); j += line) {
        __builtin_prefetch(&potential_[j], 1);
    }
    for (std::size_t word = 0; word < active.size(); ++word) {
        for (std::uint64_t bits = active[word]; bits != 0; bits &= bits - 1) {
            const std::size_t axon = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
            __builtin_prefetch(columns_.data() + axon * blocks_);
            __builtin_prefetch(fan_out_.data() + axon);
        }
    }
}

CoreActivity SpikingCore::tick(std::span<const std::uint64_t> active, std::vector<std::uint16_t>& fired) {
    fired.clear();
    const CoreActivity activity = collect_axons(active);
    if (quiet_ && active_.empty()) {
        return activity;
    }
    if (stochastic_.empty()) {
        tick_all_lanes(fired);
    } else {
        tick_row_by_row(fired);
    }
    return activity;
}

NeuronLanes SpikingCore::lanes() {
    return {.blocks = blocks_,
            .potential = potential_.data(),
            .leak = leak_->data(),
            .leak_follows_sign = leak_follows_sign_->data(),
            .threshold = threshold_->data(),
            .floor = floor_->data(),
            .lowest = static_cast<std::int32_t>(settings_.context.potential.min),
            .highest = static_cast<std::int32_t>(settings_.context.potential.max)};
}

void SpikingCore::tick_all_lanes(std::vector<std::uint16_t>& fired) {
    settings_.kernel(lanes(), active_, fired_bits_.data(), sunk_bits_.data());
    bool may_change = has_leak_;
    const auto apply = [this](std::size_t j, ResetRule rule) {
        potential_[j] = saturate((potential_[j] & rule.keep) + rule.add, settings_.context.potential);
    };
    for (std::size_t block = 0; block < blocks_; ++block) {
        const std::size_t first = block * lanes_per_block;
        may_change = may_change || fired_bits_[block] != 0;
        for (std::uint64_t bits = fired_bits_[block]; bits != 0; bits &= bits - 1) {
            const std::size_t j = first + static_cast<std::size_t>(std::countr_zero(bits));
            apply(j, (*resets_)[j].after_spike);
            fired.push_back(static_cast<std::uint16_t>(j));
        }
        for (std::uint64_t bits = sunk_bits_[block]; bits != 0; bits &= bits - 1) {
            const std::size_t j = first + static_cast<std::size_t>(std::countr_zero(bits));
            const ResetRule rule = (*resets_)[j].below_floor;
            apply(j, rule);
            may_change = may_change || would_change(j, rule);
        }
    }
    quiet_ = !may_change;
}

bool SpikingCore::would_change(std::size_t j, ResetRule below_floor) const {
    const std::int32_t v = potential_[j];
    const bool sinks = v < (*floor_)[j];
    const bool stays = saturate((v & below_floor.keep) + below_floor.add, settings_.context.potential) == v;
    return v >= (*threshold_)[j] || (sinks && !stays);
}

void SpikingCore::tick_row_by_row(std::vector<std::uint16_t>& fired) {
    for (std::size_t j = 0; j < neuron_count_; ++j) {
        const isa::SpikingNeuron& neuron = stochastic_[j];
        const std::size_t block = j / lanes_per_block;
        const std::uint64_t bit = std::uint64_t{1} << (j % lanes_per_block);
        std::int32_t potential = potential_[j];
        for (std::size_t k = 0; k < active_.size(); ++k) {
            if ((active_[k].column[block] & bit) != 0) {
                potential += synaptic_weight(neuron, (*types_)[active_ids_[k]], settings_.random);
            }
        }
        potential = saturate(potential, settings_.context.potential);
        if (leak_and_fire(neuron, settings_.context, potential, settings_.random)) {
            fired.push_back(static_cast<std::uint16_t>(j));
        }
        potential_[j] = potential;
    }
}

} // namespace lodestone::spiking_array
