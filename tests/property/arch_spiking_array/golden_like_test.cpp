// SPDX-License-Identifier: Apache-2.0
// Files like the recorded ones, of drawn sizes: each output spike is that of the format's rules, plain and packed,
// without time, on threads, and in the SystemC model.
#include "arch/spiking_array/simulate.hpp"
#include "tests/support/golden_json.hpp"
#include "workloads/import/spiking_json.hpp"
#include "workloads/import/spiking_text.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace lodestone;
using namespace lodestone::spiking_array;
using namespace lodestone::tests;

namespace {

using Shown = std::set<std::pair<std::uint64_t, std::uint32_t>>;

Shown shown_by(const SpikingResult& result) {
    Shown shown;
    for (const OutputSpike& spike : result.outputs) {
        shown.emplace(spike.row, spike.output);
    }
    return shown;
}

/// Runs the file in every way and compares; returns how many outputs spiked.
std::size_t compare(const Json& file, std::uint64_t ticks, int indent) {
    const Shown wanted = plain_run(file, ticks);
    const std::string text = file.dump(indent);
    const auto workload = import::parse_spiking_json(import::unpacked(gzip(text), "net.json.gz"), "net.json", {});
    CHECK(workload.ticks == ticks);
    const auto run = [&](SimulationOptions options) {
        options.ticks = ticks;
        return simulate(workload.program, spec::SpikingArraySpec{}, options);
    };
    const SpikingResult plain = run({});
    CHECK(shown_by(plain) == wanted);
    CHECK(run({.threads = 2}).outputs == plain.outputs);
    const SpikingResult timed = run({.fidelity = Fidelity::event});
    CHECK(timed.outputs == plain.outputs);
    CHECK(timed.counts == plain.counts);
    return wanted.size();
}

} // namespace

TEST_CASE("programs of every mode come back from their file as they were", "[property][spiking]") {
    for (const std::uint32_t axons : {7U, 64U, 200U}) {
        import::SpikingWorkload workload{
            .program = random_spiking(
                {.axons = axons, .neurons = axons, .stochastic = true, .every_mode = true, .seed = axons}),
            .ticks = 70};
        const std::string text = import::spiking_json_text(workload);
        const auto back = import::parse_spiking_json(text, "net.json", {});
        CHECK(back.ticks == workload.ticks);
        CHECK(import::spiking_json_text(back) == text);
        const SimulationOptions options{.ticks = 70, .seed = 9, .record_spikes = true};
        const SpikingResult before = simulate(workload.program, {}, options);
        const SpikingResult after = simulate(back.program, {}, options);
        CHECK(after.spikes == before.spikes);
        CHECK(after.counts == before.counts);
        CHECK(after.outputs == before.outputs);
        CHECK(before.counts.spikes > 10);
    }
}

TEST_CASE("drawn files of every size give the spikes of the format's rules", "[property][spiking]") {
    struct Size {
        std::uint32_t axons;
        std::uint32_t neurons;
        GridShape cores;
    };
    const Size sizes[] = {{256, 256, {3, 3}}, {128, 128, {2, 4}}, {1, 1, {1, 2}},     {7, 3, {2, 2}},
                          {64, 65, {3, 1}},   {65, 64, {1, 5}},   {255, 200, {2, 2}}, {100, 256, {4, 2}}};
    std::size_t spikes = 0;
    std::uint64_t seed = 1;
    for (const Size& size : sizes) {
        for (int turn = 0; turn < 3; ++turn) {
            const RandomSpiking of{.axons = size.axons,
                                   .neurons = size.neurons,
                                   .cores = size.cores,
                                   .outputs = 1 + size.neurons / 3,
                                   .seed = ++seed};
            INFO(size.axons << " axons, " << size.neurons << " neurons, seed " << seed);
            SpikingDraws draw(seed);
            spikes += compare(golden_json(random_spiking(of), 40, draw), 40, turn - 1);
        }
    }
    CHECK(spikes > 1000);
}
