// SPDX-License-Identifier: Apache-2.0
// Spiking programs with drawn sizes, synapses, neurons, delays and inputs, in which a fair share of neurons spike.
#pragma once

#include "arch/isa/spiking_program.hpp"
#include "arch/spec/spiking_array.hpp"

#include <cstdint>
#include <random>

namespace lodestone::tests {

/// What is drawn within these; places without a core stay empty, and cores have fewer neurons than they could.
struct RandomSpiking {
    std::uint32_t axons = 64;
    std::uint32_t neurons = 64;
    GridShape cores{.rows = 3, .cols = 3};
    std::uint32_t outputs = 20;     ///< of the output bus, which takes a place of the grid
    std::uint64_t input_ticks = 30; ///< in which inputs arrive
    bool stochastic = false;        ///< some neurons draw
    bool every_mode = false;        ///< also modes that spiking JSON cannot say; else those of JSON alone
    std::uint64_t seed = 1;
};

class SpikingDraws {
public:
    explicit SpikingDraws(std::uint64_t seed) : random_(seed) {}
    /// Both ends included.
    [[nodiscard]] std::int64_t between(std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(high - low + 1));
    }
    template <class T>
    [[nodiscard]] T number(std::int64_t low, std::int64_t high) {
        return static_cast<T>(between(low, high));
    }
    [[nodiscard]] bool chance(std::int64_t percent) { return between(1, 100) <= percent; }

private:
    std::mt19937_64 random_;
};

inline isa::SpikingNeuron random_neuron(const RandomSpiking& of, SpikingDraws& draw) {
    isa::SpikingNeuron neuron;
    for (auto& weight : neuron.weights) {
        weight = draw.number<std::int16_t>(draw.chance(10) ? -256 : -6, draw.chance(10) ? 255 : 9);
    }
    neuron.potential = draw.number<std::int32_t>(-20, 20);
    neuron.leak = draw.number<std::int16_t>(draw.chance(5) ? -256 : -2, draw.chance(5) ? 255 : 2);
    neuron.positive_threshold = draw.number<std::int32_t>(draw.chance(5) ? -3 : 1, draw.chance(5) ? 1000 : 40);
    neuron.negative_threshold = draw.number<std::int32_t>(-60, 0);
    neuron.reset = draw.number<std::int32_t>(-5, 5);
    neuron.negative_reset = neuron.reset;
    neuron.reset_mode = draw.chance(50) ? isa::ResetMode::absolute : isa::ResetMode::linear;
    if (of.every_mode) {
        neuron.negative_reset = draw.number<std::int32_t>(-5, 5);
        neuron.reset_mode = draw.number<isa::ResetMode>(0, 2);
        neuron.saturate_at_floor = draw.chance(50);
        neuron.leak_follows_sign = draw.chance(50);
    }
    if (of.stochastic && draw.chance(40)) {
        neuron.stochastic_weights = draw.number<std::uint8_t>(0, 15);
        neuron.stochastic_leak = draw.chance(50);
        neuron.threshold_mask_bits = draw.number<std::uint8_t>(0, 6);
    }
    return neuron;
}

inline isa::SpikeDestination random_destination(const RandomSpiking& of, const isa::SpikingProgram& program,
                                                const isa::SpikingCoreProgram& core, SpikingDraws& draw) {
    const auto row = draw.number<std::uint32_t>(0, of.cores.rows - 1);
    const auto col = draw.number<std::uint32_t>(0, of.cores.cols - 1);
    const bool leaves = row == program.output_bus->y && col == program.output_bus->x;
    const std::uint32_t ends = leaves ? of.outputs : of.axons;
    return {.dx = static_cast<std::int16_t>(static_cast<int>(col) - static_cast<int>(core.x)),
            .dy = static_cast<std::int16_t>(static_cast<int>(row) - static_cast<int>(core.y)),
            .axon = draw.number<std::uint16_t>(0, ends - 1),
            .delay = draw.number<std::uint8_t>(0, draw.chance(30) ? 15 : 2),
            .connected = !of.every_mode || draw.chance(90)};
}

inline isa::SpikingCoreProgram random_core(const RandomSpiking& of, const isa::SpikingProgram& program, GridPosition at,
                                           SpikingDraws& draw) {
    isa::SpikingCoreProgram core{.x = at.col, .y = at.row};
    core.types.resize(draw.number<std::size_t>(0, of.axons));
    for (auto& type : core.types) {
        type = draw.number<std::uint8_t>(0, 3);
    }
    core.neurons.resize(draw.number<std::size_t>(0, of.neurons));
    core.synapses.assign(core.neurons.size() * program.words_per_row(), 0);
    const std::int64_t density = draw.between(0, 60);
    for (std::size_t j = 0; j < core.neurons.size(); ++j) {
        core.neurons[j] = random_neuron(of, draw);
        core.neurons[j].destination = random_destination(of, program, core, draw);
        for (std::uint32_t axon = 0; axon < of.axons; ++axon) {
            if (draw.chance(density)) {
                isa::connect(program, core, axon, j);
            }
        }
    }
    return core;
}

[[nodiscard]] inline isa::SpikingProgram random_spiking(const RandomSpiking& of) {
    SpikingDraws draw(of.seed);
    isa::SpikingProgram program{.name = "random",
                                .axons = of.axons,
                                .neurons = of.neurons,
                                .columns = of.cores.cols,
                                .rows = of.cores.rows,
                                .floor_is_inclusive = draw.chance(50)};
    program.output_bus = isa::OutputBus{.x = draw.number<std::uint32_t>(0, of.cores.cols - 1),
                                        .y = draw.number<std::uint32_t>(0, of.cores.rows - 1),
                                        .outputs = of.outputs};
    for (std::uint32_t index = 0; index < of.cores.size(); ++index) {
        const GridPosition at = of.cores.position(CoreId(index));
        const bool is_bus = at.col == program.output_bus->x && at.row == program.output_bus->y;
        if (is_bus || draw.chance(10)) {
            continue;
        }
        program.cores.push_back(random_core(of, program, at, draw));
        for (std::uint64_t tick = 0; tick < of.input_ticks; ++tick) {
            for (std::int64_t spikes = draw.between(0, 3); spikes > 0; --spikes) {
                program.inputs.push_back({.tick = tick,
                                          .x = at.col,
                                          .y = at.row,
                                          .axon = draw.number<std::uint16_t>(0, of.axons - 1),
                                          .delay = draw.number<std::uint8_t>(0, 15)});
            }
        }
    }
    return program;
}

} // namespace lodestone::tests
