// SPDX-License-Identifier: Apache-2.0
// The published one-chip convolutional network: cores beside the published 4042, and frames per second and watt at the
// activity that drawn weights and images give.
#include "arch/cost/spiking_power.hpp"
#include "arch/spiking_array/simulate.hpp"
#include "mapping/spiking/compile.hpp"
#include "sim/config/map_reader.hpp"
#include "tests/support/places.hpp"

#include <catch2/catch.hpp>

#include <cstdio>
#include <random>

using namespace lodestone;
using namespace lodestone::spiking;

namespace {

cost::SpikingEnergy technology() {
    Problems problems;
    const config::Node root = config::load_file(tests::source_folder() + "/configs/tech/truenorth_28nm.yaml", problems);
    cost::SpikingEnergy energy = cost::read_spiking_energy(config::MapReader(root, problems));
    problems.throw_if_errors();
    return energy;
}

void print_layers(const CompiledNetwork& compiled) {
    std::printf("%-12s %6s %9s %6s %9s %7s %7s\n", "layer", "cores", "splitters", "patch", "unpacked", "axons",
                "neurons");
    std::uint64_t unpacked = 0;
    for (const LayerCores& layer : compiled.layers) {
        std::printf("%-12s %6u %9u %4ux%u %9llu %7llu %7llu\n", layer.name.c_str(), layer.cores, layer.splitters,
                    layer.patch_rows, layer.patch_cols, static_cast<unsigned long long>(layer.unpacked_cores),
                    static_cast<unsigned long long>(layer.axons), static_cast<unsigned long long>(layer.neurons));
        unpacked += layer.unpacked_cores;
    }
    std::printf("cores: published 4042, ours %u, with one position per core %llu\n", compiled.cores(),
                static_cast<unsigned long long>(unpacked));
    std::printf("hops of one spike per connection: %llu in order of layers, %llu annealed\n",
                static_cast<unsigned long long>(compiled.placement.hops_before),
                static_cast<unsigned long long>(compiled.placement.hops_after));
}

std::vector<std::vector<std::uint8_t>> draw_images(std::uint32_t elements, std::size_t count) {
    std::mt19937_64 engine(5);
    std::vector<std::vector<std::uint8_t>> drawn(count, std::vector<std::uint8_t>(elements));
    for (auto& image : drawn) {
        for (std::uint8_t& value : image) {
            value = engine() >> 62 == 0 ? 1 : 0; // a quarter of the inputs
        }
    }
    return drawn;
}

} // namespace

TEST_CASE("the published one-chip network takes at most its published cores", "[anchors][spiking]") {
    TrinaryNetwork network = one_chip_network();
    draw_weights(network, 0.5, 1);
    CompiledNetwork compiled = compile(network, {}, {.seed = 1, .moves_per_core = 100});
    print_layers(compiled);
    CHECK(compiled.cores() <= 4042);
    CHECK(compiled.placement.hops_after < compiled.placement.hops_before * 6 / 10);

    const spec::SpikingArraySpec machine;
    constexpr std::size_t counted = 4;
    compiled.program.inputs = encode(compiled, draw_images(network.input.size(), compiled.latency + counted));
    const auto found = spiking_array::simulate(compiled.program, machine,
                                               {.ticks = compiled.latency + counted, .warm_up = compiled.latency});
    const cost::SpikingPower power =
        cost::average_power(event_counts(found.counts), machine, technology(),
                            {.voltage = Volts(1.0), .tick_rate = Hertz(1249.0), .powered_cores = compiled.cores()});
    std::printf(
        "activity %.3f: at 1.0 V and 1249 frame/s %.1f mW (published 204.4), %.0f frame/s/W (published 6108.6)\n",
        static_cast<double>(found.counts.spikes) / static_cast<double>(found.counts.neuron_updates),
        power.total().count() * 1e3, 1249.0 / power.total().count());
    CHECK(found.counts.spikes > 0);
    CHECK(power.total().count() > 0);
}
