// SPDX-License-Identifier: Apache-2.0
// Draws placement, synapses, delays and phases of the recurrent benchmark network.
#include "workloads/import/spiking_recurrent.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <string>

namespace lodestone::import {

namespace {

/// The same draws with every standard library: a 64-bit engine whose output is defined, reduced by multiplication.
class Draws {
public:
    explicit Draws(std::uint64_t seed) : engine_(seed) {}
    [[nodiscard]] std::uint32_t below(std::uint32_t limit) {
        return static_cast<std::uint32_t>(((engine_() >> 32) * limit) >> 32);
    }
    template <class T>
    void shuffle_front(std::vector<T>& items, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            std::swap(items[i], items[i + below(static_cast<std::uint32_t>(items.size() - i))]);
        }
    }

private:
    std::mt19937_64 engine_;
};

/// Leak and threshold whose ratio is the wanted spikes per tick.
struct Drive {
    std::int16_t leak = 0;
    std::int32_t threshold = 0;
};

Drive drive_for(double spikes_per_tick, const spec::SpikingArraySpec& machine) {
    const auto highest = static_cast<std::int32_t>(machine.threshold_range().max);
    Drive best{.leak = 0, .threshold = highest};
    double smallest_error = spikes_per_tick;
    for (std::int32_t leak = static_cast<std::int32_t>(machine.leak_range().max); leak > 0; --leak) {
        const double threshold = std::round(leak / spikes_per_tick);
        if (threshold > highest) {
            continue;
        }
        const double error = std::abs(leak / threshold - spikes_per_tick);
        if (error < smallest_error) {
            smallest_error = error;
            best = {.leak = static_cast<std::int16_t>(leak), .threshold = static_cast<std::int32_t>(threshold)};
        }
    }
    return best;
}

void verify(const RecurrentNetwork& network, const spec::SpikingArraySpec& machine) {
    Problems problems;
    const auto limit = [&problems](const char* path, double value, double min, double max) {
        if (!(value >= min && value <= max)) {
            problems.error({}, path,
                           "is " + std::to_string(value) + "; it must be between " + std::to_string(min) + " and " +
                               std::to_string(max));
        }
    };
    limit("cores.rows", network.cores.rows, 1, machine.mesh().rows);
    limit("cores.cols", network.cores.cols, 1, machine.mesh().cols);
    limit("rate", network.rate.count(), 0, machine.tick_rate.count());
    limit("synapses", network.synapses, 0, machine.axons / 2 * 2);
    limit("longest_delay", network.longest_delay, 0, machine.max_delay());
    limit("weight", network.weight, 0, static_cast<double>(machine.weight_range().max));
    if (network.synapses % 2 != 0) {
        problems.error({}, "synapses", "is odd; half of the synapses excite and half inhibit");
    }
    if (machine.axons != machine.neurons) {
        problems.error({}, "core", "needs as many axons as neurons: each axon has one source");
    }
    problems.throw_if_errors();
}

} // namespace

isa::SpikingProgram generate(const RecurrentNetwork& network, const spec::SpikingArraySpec& machine) {
    verify(network, machine);
    Draws draws(network.seed);
    const Drive drive = drive_for(network.rate.count() / machine.tick_rate.count(), machine);
    isa::SpikingProgram program;
    program.name = "recurrent";
    program.axons = machine.axons;
    program.neurons = machine.neurons;
    program.columns = network.cores.cols;
    program.rows = network.cores.rows;
    std::vector<std::uint32_t> axon_of(std::size_t{network.cores.size()} * machine.neurons);
    std::iota(axon_of.begin(), axon_of.end(), 0U);
    draws.shuffle_front(axon_of, axon_of.size());

    isa::SpikingNeuron neuron;
    const auto weight = static_cast<std::int16_t>(network.weight);
    neuron.weights = {weight, static_cast<std::int16_t>(-weight), 0, 0};
    neuron.leak = drive.leak;
    neuron.reset_mode = isa::ResetMode::linear;
    neuron.positive_threshold = drive.threshold;
    neuron.negative_threshold = static_cast<std::int32_t>(machine.threshold_range().min) + 1;
    neuron.saturate_at_floor = true;
    std::vector<std::uint32_t> excite(machine.axons / 2); // even axons excite, odd ones inhibit
    std::iota(excite.begin(), excite.end(), 0U);
    std::vector<std::uint32_t> inhibit = excite;

    program.cores.resize(network.cores.size());
    std::size_t source = 0;
    for (std::uint32_t index = 0; index < network.cores.size(); ++index) {
        const GridPosition at = network.cores.position(CoreId(index));
        isa::SpikingCoreProgram& core = program.cores[index];
        core.x = at.col;
        core.y = at.row;
        for (std::uint32_t axon = 0; axon < machine.axons; ++axon) {
            core.types.push_back(static_cast<std::uint8_t>(axon % 2));
        }
        core.synapses.assign(machine.neurons * program.words_per_row(), 0);
        core.neurons.reserve(machine.neurons);
        for (std::uint32_t j = 0; j < machine.neurons; ++j) {
            const std::uint32_t target = axon_of[source++];
            const GridPosition to = network.cores.position(CoreId(target / machine.axons));
            neuron.destination = {.dx = static_cast<std::int16_t>(static_cast<int>(to.col) - static_cast<int>(at.col)),
                                  .dy = static_cast<std::int16_t>(static_cast<int>(to.row) - static_cast<int>(at.row)),
                                  .axon = static_cast<std::uint16_t>(target % machine.axons),
                                  .delay = static_cast<std::uint8_t>(draws.below(network.longest_delay + 1))};
            neuron.potential = static_cast<std::int32_t>(draws.below(static_cast<std::uint32_t>(drive.threshold)));
            core.neurons.push_back(neuron);
            draws.shuffle_front(excite, network.synapses / 2);
            draws.shuffle_front(inhibit, network.synapses / 2);
            for (std::size_t k = 0; k < network.synapses / 2; ++k) {
                isa::connect(program, core, 2 * excite[k], j);
                isa::connect(program, core, 2 * inhibit[k] + 1, j);
            }
        }
    }
    return program;
}

void set_rate(isa::SpikingProgram& program, Hertz rate, const spec::SpikingArraySpec& machine, std::uint64_t seed) {
    if (rate > machine.tick_rate) {
        throw UserError({}, "rate", "is " + std::to_string(rate.count()) + " Hz; a neuron spikes at most once a tick");
    }
    Draws draws(seed);
    const Drive drive = drive_for(rate.count() / machine.tick_rate.count(), machine);
    for (isa::SpikingCoreProgram& core : program.cores) {
        for (isa::SpikingNeuron& neuron : core.neurons) {
            neuron.leak = drive.leak;
            neuron.positive_threshold = drive.threshold;
            neuron.potential = static_cast<std::int32_t>(draws.below(static_cast<std::uint32_t>(drive.threshold)));
        }
    }
}

} // namespace lodestone::import
