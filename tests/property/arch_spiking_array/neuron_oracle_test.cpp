// SPDX-License-Identifier: Apache-2.0
// Random neurons and inputs: every kernel and the row-by-row path give the potential and spike of the slow neuron.
#include "arch/spiking_array/core.hpp"
#include "tests/property/arch_spiking_array/slow_neuron.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <map>
#include <random>
#include <tuple>

using namespace lodestone;
using namespace lodestone::spiking_array;

namespace {

#ifdef NDEBUG
constexpr std::size_t cases_wanted = 10'000'000;
#else
constexpr std::size_t cases_wanted = 200'000;
#endif
constexpr std::uint32_t axons = 256;
constexpr std::uint32_t neurons = 251; // not a multiple of any vector width
constexpr int ticks_per_core = 20;

class RandomCore {
public:
    explicit RandomCore(std::uint64_t seed) : random_(seed) {}

    int between(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
    bool chance(double p) { return std::bernoulli_distribution(p)(random_); }

    /// Mostly small numbers, so that thresholds are met, and sometimes the whole range.
    int value(int largest) { return chance(0.7) ? between(-300, 300) % (largest + 1) : between(-largest, largest); }

    isa::SpikingNeuron neuron() {
        isa::SpikingNeuron n;
        constexpr int potential_max = (1 << 19) - 1;
        n.potential = chance(0.1)
                          ? (chance(0.5) ? potential_max - between(0, 500) : -potential_max - 1 + between(0, 500))
                          : value(potential_max);
        for (auto& weight : n.weights) {
            weight = static_cast<std::int16_t>(between(-256, 255));
        }
        n.leak = static_cast<std::int16_t>(chance(0.2) ? 0 : between(-256, 255));
        n.leak_follows_sign = chance(0.5);
        n.reset_mode = static_cast<isa::ResetMode>(between(0, 2));
        n.saturate_at_floor = chance(0.5);
        n.positive_threshold = chance(0.5) ? between(-5, 300) : value((1 << 18) - 1);
        n.negative_threshold = chance(0.5) ? between(-300, 5) : value((1 << 18) - 1);
        n.reset = value(potential_max);
        n.negative_reset = value(potential_max);
        return n;
    }

    isa::SpikingCoreProgram core(const isa::SpikingProgram& program) {
        isa::SpikingCoreProgram core;
        for (std::uint32_t axon = 0; axon < axons - 20; ++axon) { // the last 20 are of type 0 by default
            core.types.push_back(static_cast<std::uint8_t>(between(0, 3)));
        }
        core.synapses.assign(neurons * program.words_per_row(), 0);
        const double density = std::uniform_real_distribution<double>(0.0, 1.0)(random_);
        for (std::uint32_t j = 0; j < neurons; ++j) {
            core.neurons.push_back(neuron());
            for (std::uint32_t axon = 0; axon < axons; ++axon) {
                if (chance(density)) {
                    isa::connect(program, core, axon, j);
                }
            }
        }
        return core;
    }

    std::vector<bool> active_axons() {
        std::vector<bool> active(axons);
        const double share = std::array{0.0, 0.01, 0.05, 1.0}[static_cast<std::size_t>(between(0, 3))];
        for (std::uint32_t axon = 0; axon < axons; ++axon) {
            active[axon] = chance(share);
        }
        return active;
    }

private:
    std::mt19937_64 random_;
};

struct Coverage {
    std::size_t cases = 0;
    std::size_t wrong = 0;
    std::map<std::tuple<bool, int, bool, int>, std::size_t> by_mode; ///< leak mode, reset mode, kappa, outcome
};

std::vector<std::uint64_t> words_of(const std::vector<bool>& bits) {
    std::vector<std::uint64_t> words((bits.size() + 63) / 64);
    for (std::size_t i = 0; i < bits.size(); ++i) {
        words[i / 64] |= std::uint64_t{bits[i]} << (i % 64);
    }
    return words;
}

/// Compares some ticks of one random core; `first` is the first neuron that has a slow twin.
void compare(RandomCore& random, TickKernel kernel, bool row_by_row, Coverage& coverage) {
    isa::SpikingProgram program{.axons = axons, .neurons = neurons, .floor_is_inclusive = random.chance(0.3)};
    isa::SpikingCoreProgram core = random.core(program);
    std::size_t first = 0;
    if (row_by_row) { // a stochastic neuron sends the whole core down that path
        core.neurons[0].threshold_mask_bits = 1;
        first = 1;
    }
    std::vector<unsigned> types(axons, 0);
    std::copy(core.types.begin(), core.types.end(), types.begin());
    std::vector<std::vector<bool>> synapses(neurons, std::vector<bool>(axons));
    for (std::size_t j = 0; j < neurons; ++j) {
        const auto row = isa::synapse_row(program, core, j);
        for (std::size_t axon = 0; axon < axons; ++axon) {
            synapses[j][axon] = ((row[axon / 64] >> (axon % 64)) & 1U) != 0;
        }
    }
    ParameterPool pool;
    SpikingCore fast(
        program, core,
        {.context = {.potential = spec::signed_range(20), .floor_is_inclusive = program.floor_is_inclusive},
         .random = RandomStream(1, 1),
         .kernel = kernel},
        pool);
    std::vector<std::uint16_t> fired;
    for (int tick = 0; tick < ticks_per_core; ++tick) {
        const std::vector<bool> active = random.active_axons();
        const std::vector<std::int32_t> before(fast.potentials().begin(), fast.potentials().end());
        fast.tick(words_of(active), fired);
        std::vector<bool> has_fired(neurons);
        for (const std::uint16_t j : fired) {
            has_fired[j] = true;
        }
        for (std::size_t j = first; j < neurons; ++j) {
            const isa::SpikingNeuron& p = core.neurons[j];
            const slow::SlowNeuron twin{.parameters = p, .floor_is_inclusive = program.floor_is_inclusive};
            const slow::Outcome expected = twin.tick(before[j], active, synapses[j], types);
            const bool same = fast.potentials()[j] == expected.potential && has_fired[j] == expected.fired;
            coverage.wrong += same ? 0U : 1U;
            ++coverage.cases;
            const int outcome = expected.fired ? 1 : expected.sank ? 2 : 0;
            ++coverage.by_mode[{p.leak_follows_sign, static_cast<int>(p.reset_mode), p.saturate_at_floor, outcome}];
        }
    }
}

} // namespace

TEST_CASE("deterministic neurons of every mode are those of the slow neuron", "[property][spiking]") {
    RandomCore random(20240607);
    Coverage coverage;
    const auto kernels = tick_kernels();
    std::size_t turn = 0;
    while (coverage.cases < cases_wanted) {
        const bool row_by_row = turn % (kernels.size() + 1) == kernels.size();
        compare(random, kernels[row_by_row ? 0 : turn % (kernels.size() + 1)].run, row_by_row, coverage);
        ++turn;
    }
    CHECK(coverage.wrong == 0);
    CHECK(coverage.by_mode.size() == 2 * 3 * 2 * 3); // leak sign, reset mode, kappa; nothing, spike, floor
    for (const auto& [mode, cases] : coverage.by_mode) {
        CHECK(cases > cases_wanted / 1000);
    }
}

TEST_CASE("every kernel gives the same bits as the portable one", "[property][spiking]") {
    for (const NamedKernel& kernel : tick_kernels()) {
        INFO(kernel.name);
        RandomCore random(7);
        Coverage coverage;
        for (int core = 0; core < 10; ++core) {
            compare(random, kernel.run, false, coverage);
        }
        CHECK(coverage.wrong == 0);
    }
}
