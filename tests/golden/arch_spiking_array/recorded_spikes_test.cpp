// SPDX-License-Identifier: Apache-2.0
// Recorded networks: every spike of the output bus is the recorded one, without time and in the SystemC model.
#include "arch/spiking_array/simulate.hpp"
#include "tests/support/places.hpp"
#include "workloads/import/spiking_json.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>

using namespace lodestone;
using namespace lodestone::spiking_array;

namespace {

std::vector<std::filesystem::path> recordings(const std::string& prefix) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(tests::source_folder() + "/tests/data/spiking")) {
        if (entry.path().filename().string().starts_with(prefix)) {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

SpikingResult run(const import::SpikingWorkload& workload, Fidelity fidelity) {
    return simulate(workload.program, spec::SpikingArraySpec{},
                    {.fidelity = fidelity, .ticks = workload.ticks, .record_spikes = true});
}

std::vector<OutputSpike> expected_rows(const import::SpikingWorkload& workload) {
    std::vector<OutputSpike> rows;
    for (const auto& [row, output] : workload.expected.spikes) {
        rows.push_back({.row = row, .output = output});
    }
    return rows;
}

std::vector<std::uint32_t> outputs_in_row(const SpikingResult& result, std::uint64_t row) {
    std::vector<std::uint32_t> outputs;
    for (const OutputSpike& spike : result.outputs) {
        if (spike.row == row) {
            outputs.push_back(spike.output);
        }
    }
    return outputs;
}

} // namespace

TEST_CASE("every spike of the 20 recorded vector-matrix products is reproduced", "[golden][spiking]") {
    const auto files = recordings("vmm_");
    REQUIRE(files.size() == 20);
    for (const auto& file : files) {
        INFO(file);
        const auto workload = import::import_spiking_json(file, {});
        const auto expected = expected_rows(workload);
        REQUIRE_FALSE(expected.empty());
        const SpikingResult functional = run(workload, Fidelity::functional);
        CHECK(functional.outputs == expected);
        const SpikingResult timed = run(workload, Fidelity::event);
        CHECK(timed.outputs == expected);
        CHECK(timed.counts == functional.counts);
        CHECK(std::is_permutation(timed.spikes.begin(), timed.spikes.end(), functional.spikes.begin(),
                                  functional.spikes.end()));
        CHECK(timed.timing->overrun_ticks == 0);
    }
}

TEST_CASE("without a number of ticks a vector-matrix product runs until the array is silent", "[golden][spiking]") {
    const auto workload = import::import_spiking_json(recordings("vmm_008").front(), {});
    const SpikingResult result = simulate(workload.program, spec::SpikingArraySpec{});
    CHECK(result.outputs == expected_rows(workload));
    CHECK(result.ended_silent);
}

TEST_CASE("every output of the two recorded digit classifiers is reproduced", "[golden][spiking]") {
    struct Recording {
        const char* prefix;
        std::uint64_t first_row;
    };
    for (const Recording& recording : {Recording{"mnist_256", 2}, Recording{"mnist_128", 3}}) {
        const auto workload = import::import_spiking_json(recordings(recording.prefix).front(), {});
        REQUIRE(workload.expected.outputs_per_image.size() == 10);
        const SpikingResult functional = run(workload, Fidelity::functional);
        const SpikingResult timed = run(workload, Fidelity::event);
        CHECK(timed.outputs == functional.outputs);
        CHECK(timed.counts == functional.counts);
        for (std::size_t image = 0; image < workload.expected.outputs_per_image.size(); ++image) {
            INFO(recording.prefix << " image " << image);
            CHECK(outputs_in_row(functional, recording.first_row + image) ==
                  workload.expected.outputs_per_image[image]);
        }
    }
}
