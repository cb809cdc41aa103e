// SPDX-License-Identifier: Apache-2.0
// One core in plain C++: potentials, crossbar columns and neuron parameters as flat arrays, and its tick.
#pragma once

#include "arch/isa/spiking_program.hpp"
#include "arch/spiking_array/aligned_vector.hpp"
#include "arch/spiking_array/core_kernels.hpp"
#include "arch/spiking_array/neuron.hpp"
#include "arch/spiking_array/parameter_pool.hpp"
#include "arch/spiking_array/random_stream.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace lodestone::spiking_array {

/// What a core did in one tick.
struct CoreActivity {
    std::uint32_t axon_events = 0;     ///< axons with a spike
    std::uint32_t synaptic_events = 0; ///< synapses on those axons
};

/// What a core is built with besides its program.
struct CoreSettings {
    NeuronContext context;
    RandomStream random;
    TickKernel kernel = tick_kernels().front().run;
};

/// A tick is: axon bits in; per neuron, synapses, leak, comparison, reset; spikes out in row order. Cores whose
/// neurons are all deterministic run the tick kernel; one stochastic neuron makes the whole core run row by row, so
/// that the draws of the core's generator keep the row order.
class SpikingCore {
public:
    SpikingCore(const isa::SpikingProgram& program, const isa::SpikingCoreProgram& core, CoreSettings settings,
                ParameterPool& pool);

    /// `active` has a bit per axon. `fired` is replaced by the neurons that spike, ascending.
    CoreActivity tick(std::span<const std::uint64_t> active, std::vector<std::uint16_t>& fired);

    /// Asks the memory for what tick() will read first; changes nothing.
    void prefetch(std::span<const std::uint64_t> active) const;

    [[nodiscard]] std::size_t neurons() const { return neuron_count_; }
    [[nodiscard]] std::span<const std::int32_t> potentials() const {
        return std::span(potential_).first(neuron_count_);
    }
    /// True when a further tick without a spike on an axon would change nothing.
    [[nodiscard]] bool is_quiet() const { return quiet_; }

private:
    void fill_lanes(const isa::SpikingCoreProgram& core, ParameterPool& pool);
    void fill_columns(const isa::SpikingProgram& program, const isa::SpikingCoreProgram& core);
    CoreActivity collect_axons(std::span<const std::uint64_t> active);
    void tick_all_lanes(std::vector<std::uint16_t>& fired);
    /// A neuron that has just been reset from below its floor, in a tick without spikes and leak.
    [[nodiscard]] bool would_change(std::size_t j, ResetRule below_floor) const;
    void tick_row_by_row(std::vector<std::uint16_t>& fired);
    [[nodiscard]] NeuronLanes lanes();

    CoreSettings settings_;
    std::size_t neuron_count_;
    std::size_t blocks_;
    bool has_leak_ = false;
    bool quiet_ = false;
    AlignedVector<std::int32_t> potential_;
    SharedArray<std::int16_t> weights_; ///< [type][neuron]
    SharedArray<std::int16_t> leak_;
    SharedArray<std::uint64_t> leak_follows_sign_;
    SharedArray<std::int32_t> threshold_;
    SharedArray<std::int32_t> floor_;
    SharedArray<ResetRules> resets_;
    SharedArray<std::uint8_t> types_;
    AlignedVector<std::uint64_t> columns_;       ///< [axon][block]
    std::vector<std::uint16_t> fan_out_;         ///< synapses by axon
    std::vector<isa::SpikingNeuron> stochastic_; ///< every neuron, when one is stochastic; else empty
    std::vector<ActiveAxon> active_;
    std::vector<std::uint16_t> active_ids_;
    std::vector<std::uint64_t> fired_bits_;
    std::vector<std::uint64_t> sunk_bits_;
};

} // namespace lodestone::spiking_array
