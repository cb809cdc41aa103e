// SPDX-License-Identifier: Apache-2.0
// Bad spiking networks and wrong options through the command: exit 2, a located message, no file left behind.
#include "sim/base/file.hpp"
#include "tests/support/command.hpp"
#include "tests/support/places.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>
#include <vector>

using namespace lodestone;
using lodestone::tests::CommandResult;
using lodestone::tests::lodestone_command;
using lodestone::tests::ScratchFolder;

namespace {

const std::string kSpiking = "--machine configs/arch/truenorth.yaml ";
const std::string kVmm = "--workload tests/data/spiking/vmm_000.json.gz ";

const std::string kGood = R"({"format": "spiking-golden/1",
"axons": 256, "neurons": 256, "grid": [3, 3],
"negative_threshold_inclusive": false,
"output_bus": {"coordinates": [2, 2], "num_outputs": 12},
"input_packets": [[0, 0, 0, 0, 0]],
"cores": [{"x": 0, "y": 0, "axon_types": [0],
"synapse_rows_hex": ["01"],
"neurons": [{"v": 0, "reset": 0, "weights": [1, -1, 255, -256], "leak": 0, "pos_threshold": 1, "neg_threshold": 0, "reset_mode": 0, "dx": 2, "dy": 2, "axon": 5, "delay": 0}]}]})";

/// Runs and expects exit 2, every text on stderr, and neither result nor spikes.
void expect_refusal(const std::string& options, const std::vector<std::string>& expected) {
    const ScratchFolder scratch;
    const auto out = scratch.path() / "out";
    const CommandResult result = lodestone_command("run " + options + " --out '" + out.string() + "'");
    INFO("stderr: " << result.err);
    CHECK(result.exit_code == 2);
    CHECK(result.out.empty());
    CHECK_FALSE(std::filesystem::exists(out));
    for (const std::string& text : expected) {
        CHECK_THAT(result.err, Catch::Contains(text));
    }
}

/// The good network with one piece replaced, through run and check.
void expect_network_refusal(const std::string& from, const std::string& to, const std::vector<std::string>& expected) {
    const ScratchFolder scratch;
    const std::size_t at = kGood.find(from);
    REQUIRE(at != std::string::npos);
    const std::string file = scratch.write("net.json", std::string(kGood).replace(at, from.size(), to));
    const std::string spikes = (scratch.path() / "spikes.csv").string();
    expect_refusal(kSpiking + "--workload '" + file + "' --spikes-out '" + spikes + "'", expected);
    CHECK_FALSE(std::filesystem::exists(spikes));
    const CommandResult checked = lodestone_command("check '" + file + "'");
    CHECK(checked.exit_code == 2);
    CHECK_THAT(checked.err, Catch::Contains(expected.front()));
}

} // namespace

TEST_CASE("the network that the mistakes are made in runs", "[errors][spiking]") {
    const ScratchFolder scratch;
    const std::string file = scratch.write("net.json", kGood);
    const std::string spikes = (scratch.path() / "spikes.csv").string();
    REQUIRE(
        lodestone_command("run " + kSpiking + "--workload '" + file + "' --spikes-out '" + spikes + "'").exit_code ==
        0);
    CHECK(read_file(spikes) == "row,output\n1,5\n");
}

TEST_CASE("the command refuses a fan-in of 257", "[errors][spiking]") {
    expect_network_refusal("[\"01\"]", "[\"" + std::string(64, 'f') + "01\"]",
                           {"net.json:7:22: cores[0].synapse_rows_hex[0]: has a synapse on axon 256"});
}

TEST_CASE("the command refuses a delay of 16", "[errors][spiking]") {
    expect_network_refusal("\"delay\": 0", "\"delay\": 16",
                           {"net.json:8:", "cores[0].neurons[0].delay: is 16; the machine allows 0 to 15"});
}

TEST_CASE("the command refuses a weight out of range", "[errors][spiking]") {
    expect_network_refusal("255, -256", "256, -256", {"cores[0].neurons[0].weights[2]: is 256", "-256 to 255"});
    expect_network_refusal("255, -256", "255, -257", {"cores[0].neurons[0].weights[3]: is -257"});
}

TEST_CASE("the command refuses a destination outside the mesh", "[errors][spiking]") {
    expect_network_refusal("\"dx\": 2", "\"dx\": 3",
                           {"cores[0].neurons[0].dx", "to (3, 2), outside the mesh of 3 x 3"});
    expect_network_refusal("\"dy\": 2", "\"dy\": -1", {"cores[0].neurons[0].dy", "outside the mesh"});
}

TEST_CASE("the command refuses an input spike past the end", "[errors][spiking]") {
    expect_network_refusal("[[0, 0, 0, 0, 0]]", "[[0, 3, 0, 0, 0]]", {"input_packets[0][1]: is 3"});
    expect_network_refusal("[[0, 0, 0, 0, 0]]", "[[0, 0, 0, 256, 0]]", {"input_packets[0][3]: is 256"});
}

TEST_CASE("the command refuses malformed JSON at its place", "[errors][spiking]") {
    expect_network_refusal("\"axon_types\": [0]", "\"axon_types\": [0,,]", {"net.json:6:", "is not valid JSON"});
    const ScratchFolder scratch;
    expect_refusal(kSpiking + "--workload '" + scratch.write("half.json", kGood.substr(0, 200)) + "'",
                   {"half.json:", "is not valid JSON at byte offset 200"});
    expect_refusal(kSpiking + "--workload '" + scratch.write("empty.json", "") + "'", {"is not valid JSON"});
    expect_refusal(kSpiking + "--workload '" + scratch.write("other.json", "{}") + "'", {"format: is missing"});
}

TEST_CASE("the command refuses corelets and spike files of other tools, and says why", "[errors][spiking]") {
    const ScratchFolder scratch;
    const std::string corelet = scratch.write("net.json", R"({"model": {"crossbarSize": 256}, "cores": [{"id": 0}]})");
    const std::string spikes = scratch.write("in.sfti", "0 1 2\n3 4 5\n");
    expect_refusal(kSpiking + "--workload '" + corelet + "'",
                   {"net.json:1:1: format: is missing", "corelet JSON", "its format is not published"});
    expect_refusal(kSpiking + "--workload '" + spikes + "'",
                   {"in.sfti", ".sfti spike files", "their formats are not published"});
}

TEST_CASE("the command refuses mistakes in placed cores at line and column", "[errors][spiking]") {
    const ScratchFolder scratch;
    const std::string good = read_file(tests::source_folder() + "/configs/workloads/spiking_gates.yaml");
    const auto refused = [&](const std::string& from, const std::string& to, const std::string& message) {
        const std::size_t at = good.find(from);
        REQUIRE(at != std::string::npos);
        const std::string file = scratch.write("net.yaml", std::string(good).replace(at, from.size(), to));
        expect_refusal(kSpiking + "--workload '" + file + "'", {message});
        CHECK_THAT(lodestone_command("check '" + file + "'").err, Catch::Contains(message));
    };
    refused("synapses: 0 2", "synapses: 0-256", "net.yaml:26:32: cores.gates.neurons[2].synapses: names axon 256");
    refused("delay: 8", "delay: 16", "cores.copies.neurons[3].to.delay: is '16'");
    refused("weights: [1, -1]", "weights: [1, -257]", "net.yaml:9:23: neuron_types.gate.weights[1]: is '-257'");
    refused("dx: 1", "dx: -2", "sends spikes from core (1, 0) to (-1, 0), outside the mesh");
    refused("x: 1\n", "x: 0\n", "puts core 'gates' at (0, 0), where core 'copies' is");
}

TEST_CASE("the command refuses an archive that is cut off", "[errors][spiking]") {
    const ScratchFolder scratch;
    const std::string whole = read_file(tests::source_folder() + "/tests/data/spiking/vmm_000.json.gz");
    const std::string file = scratch.write("cut.json.gz", whole.substr(0, whole.size() / 2));
    expect_refusal(kSpiking + "--workload '" + file + "'", {"cut.json.gz", "cut off"});
    CHECK(lodestone_command("check '" + file + "'").exit_code == 2);
}

TEST_CASE("dense and spiking networks are told apart, and refused on the other machine", "[errors][spiking]") {
    expect_refusal(kSpiking + "--workload configs/workloads/fashion_resnet.onnx",
                   {"fashion_resnet.onnx", "is not a spiking network", "core grids"});
    expect_refusal("--machine configs/arch/tiny_2x2.yaml --precision int8 " + kVmm,
                   {"vmm_000.json.gz", "is a spiking network", "spiking array"});
}

TEST_CASE("options of the other machine family are refused", "[errors][spiking]") {
    expect_refusal(kSpiking + kVmm + "--precision int8", {"--precision", "spiking array"});
    expect_refusal(kSpiking + kVmm + "--fidelity analytic", {"--fidelity", "event and functional"});
    expect_refusal(kSpiking + kVmm + "--ticks 0", {"--ticks", "is 0; from 1"});
    expect_refusal(kSpiking + kVmm + "--threads 2", {"--threads", "is 2; the SystemC model runs on one thread"});
    expect_refusal(kSpiking + kVmm + "--fidelity functional --threads 0", {"--threads", "is 0; from 1 to 1024"});
    expect_refusal(kSpiking + kVmm + "--fidelity functional --threads 1025", {"--threads", "is 1025"});
    const std::string dense =
        "--machine configs/arch/tiny_2x2.yaml --precision int8 --workload configs/workloads/fashion_resnet.onnx ";
    expect_refusal(dense + "--ticks 5", {"--ticks", "is for spiking arrays"});
    expect_refusal(dense + "--threads 2", {"--threads", "is for spiking arrays"});
    expect_refusal(dense + "--fidelity functional", {"--fidelity", "event and analytic"});
}

TEST_CASE("wrong knobs of the recurrent benchmark are located in the run file", "[errors][spiking]") {
    const std::string run = "configs/runs/truenorth_recurrent.yaml ";
    expect_refusal(run + "--set workload.synapses=258", {"workload.synapses", "256"});
    expect_refusal(run + "--set workload.synapses=127", {"workload.synapses", "is odd"});
    expect_refusal(run + "--set \"workload.rate=1001 Hz\"", {"workload.rate"});
    expect_refusal(run + "--set workload.cores.rows=65", {"workload.cores.rows", "65"});
    expect_refusal(run + "--set workload.rat=1", {"workload.rat", "rate"});
    expect_refusal(run + "--ticks 15", {"warm-up of 15"});
}
