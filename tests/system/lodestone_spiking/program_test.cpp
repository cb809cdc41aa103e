// SPDX-License-Identifier: Apache-2.0
// Programs that `compile -o` writes: they run and verify as the network that they are from, byte for byte.
#include "sim/base/file.hpp"
#include "tests/support/command.hpp"
#include "tests/support/nir_writer.hpp"
#include "workloads/import/npy.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace lodestone;
using lodestone::tests::CommandResult;
using lodestone::tests::lodestone_command;
using lodestone::tests::ScratchFolder;

namespace {

const std::string machine_option = " --machine configs/arch/truenorth.yaml ";

std::string done(const std::string& arguments) {
    const CommandResult result = lodestone_command(arguments);
    INFO(arguments << "\nstderr: " << result.err);
    REQUIRE(result.exit_code == 0);
    return result.out;
}

/// What a run wrote: the spikes of the bus as bytes, and the result without what names the source.
struct Written {
    std::string spikes;
    nlohmann::json result;
};

Written written_by(const ScratchFolder& scratch, const std::string& arguments) {
    const std::string spikes = (scratch.path() / "spikes.csv").string();
    Written written;
    written.result = nlohmann::json::parse(done(arguments + " --json --detail --spikes-out '" + spikes + "'"))[0];
    for (const char* key : {"workload", "config_hash", "functional", "warnings"}) {
        written.result.erase(key);
    }
    written.spikes = read_file(spikes);
    return written;
}

/// Compiles, and compares the program with its source in both fidelities.
void check_round_trip(const std::string& source, const std::string& samples = "") {
    const ScratchFolder scratch;
    const std::string program = (scratch.path() / "program.json").string();
    done("compile" + machine_option + "--workload '" + source + "'" + samples + " -o '" + program + "'");
    CHECK_THAT(done("verify" + machine_option + "'" + program + "'"), Catch::Contains("good:"));
    CHECK_THAT(done("check '" + program + "'"), Catch::Contains("spiking network"));
    for (const std::string options : {" --fidelity event", " --fidelity functional --threads 2"}) {
        const Written direct =
            written_by(scratch, "run" + machine_option + "--workload '" + source + "'" + samples + options);
        const Written replayed = written_by(scratch, "run" + machine_option + "'" + program + "'" + options);
        CHECK(direct.spikes.size() > std::string("row,output\n").size());
        CHECK(replayed.spikes == direct.spikes);
        CHECK(replayed.result == direct.result);
    }
}

} // namespace

TEST_CASE("gates written by hand put out what their rules say, on any fidelity", "[system][spiking]") {
    const ScratchFolder scratch;
    std::set<std::pair<int, int>> expected; // without the random output
    const auto add = [&](int first, int last, int output) {
        for (int row = first; row <= last; ++row) {
            expected.emplace(row, output);
        }
    };
    add(7, 11, 0); // a in ticks 0-9 and 20-29, b in 5-24; a copy and a gate later
    add(22, 26, 0);
    add(2, 31, 1);
    add(2, 6, 2);
    add(27, 31, 2);
    add(10, 19, 3);
    add(30, 39, 3);
    for (const char* fidelity : {"event", "functional"}) {
        std::istringstream rows(
            written_by(scratch, "run configs/workloads/spiking_gates.yaml" + machine_option + "--fidelity " + fidelity)
                .spikes);
        std::string header;
        std::getline(rows, header);
        std::set<std::pair<int, int>> found;
        std::set<int> random;
        int row = 0;
        int output = 0;
        for (char comma = 0; rows >> row >> comma >> output;) {
            if (output == 4) {
                random.insert(row);
            } else {
                found.emplace(row, output);
            }
        }
        CHECK(found == expected);
        CHECK(random.size() > 3); // about half of 20
        CHECK(random.size() < 17);
        CHECK(*random.begin() >= 7);
        CHECK(*random.rbegin() <= 26);
    }
}

TEST_CASE("a program of placed cores keeps delays, stochastic modes, inputs and ticks", "[system][spiking]") {
    check_round_trip("configs/workloads/spiking_gates.yaml");
}

TEST_CASE("a program of a recording runs as the recording does", "[system][spiking]") {
    check_round_trip("tests/data/spiking/vmm_003.json.gz");
    check_round_trip("tests/data/spiking/mnist_128.json.gz");
}

TEST_CASE("a program of a trinary network carries its samples", "[system][spiking]") {
    check_round_trip("configs/workloads/fashion_trinary.yaml", " --samples 12");
}

TEST_CASE("a program of a NIR network begins each sample from rest", "[system][spiking]") {
    const ScratchFolder scratch;
    const std::string net = (scratch.path() / "net.nir").string();
    tests::write_nir(net, {{"in", "Input", {{"shape", {1}, {2}}}},
                           {"fc", "Linear", {{"weight", {2, 2}, {1, 0, 0, 1}}}},
                           {"cells", "IF", {{"v_threshold", {2}, {1.5, 1.5}}}},
                           {"out", "Output", {{"shape", {1}, {2}}}}});
    const std::vector<float> trains{1, 0, 1, 0, 1, 0, 0, 0, /**/ 1, 1, 0, 1, 0, 0, 0, 0};
    const std::string inputs =
        scratch.write("trains.npy", import::npy_bytes(graph::TensorData::of_floats({2, 4, 2}, trains)));
    check_round_trip(net, " --inputs '" + inputs + "'");
}

TEST_CASE("compile refuses samples for a core grid", "[system][spiking]") {
    const CommandResult refused =
        lodestone_command("compile --machine configs/arch/tiny_2x2.yaml --precision int8 --workload "
                          "configs/workloads/fashion_resnet.onnx --inputs x.npy");
    CHECK(refused.exit_code == 2);
    CHECK_THAT(refused.err, Catch::Contains("--inputs, --samples: are for spiking arrays"));
}
