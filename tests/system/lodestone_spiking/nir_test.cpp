// SPDX-License-Identifier: Apache-2.0
// NIR files through the command: spike trains as samples, or numbers with an encoder.
#include "tests/support/command.hpp"
#include "tests/support/nir_writer.hpp"
#include "workloads/import/npy.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <string>

using namespace lodestone;
using namespace lodestone::tests;
using Json = nlohmann::json;

namespace {

const std::string kMachine = " --machine configs/arch/truenorth.yaml ";

/// Two inputs, two classes: each input drives its own neuron over the threshold every second spike.
void write_pair(const std::string& file, const char* neuron = "IF") {
    write_nir(file, {{"in", "Input", {{"shape", {1}, {2}}}},
                     {"fc", "Linear", {{"weight", {2, 2}, {1, 0, 0, 1}}}},
                     {"cells", neuron, {{"v_threshold", {2}, {1.5, 1.5}}}},
                     {"out", "Output", {{"shape", {1}, {2}}}}});
}

} // namespace

TEST_CASE("a NIR network runs spike trains, each sample from rest", "[system][spiking]") {
    const ScratchFolder scratch;
    const std::string net = (scratch.path() / "net.nir").string();
    write_pair(net);
    // two samples of four ticks; the first ends with a spike whose half must not reach the second
    const std::vector<float> trains{1, 0, 1, 0, 1, 0, 0, 0, /**/ 1, 1, 0, 1, 0, 0, 0, 0};
    const std::string inputs =
        scratch.write("trains.npy", import::npy_bytes(graph::TensorData::of_floats({2, 4, 2}, trains)));
    const std::string labels = scratch.write("labels.npy", import::npy_bytes(graph::TensorData::vector_of({0, 1})));
    for (const char* fidelity : {"event", "functional"}) {
        const CommandResult done = lodestone_command("run" + kMachine + "--workload '" + net + "' --inputs '" + inputs +
                                                     "' --labels '" + labels + "' --json --fidelity " + fidelity);
        INFO(done.err);
        REQUIRE(done.exit_code == 0);
        const Json result = Json::parse(done.out)[0];
        CHECK(result.at("batch") == 2);
        CHECK(result.at("functional").at("output_spikes") == 2);
        CHECK(result.at("functional").at("differing_spikes") == 0);
        CHECK(result.at("functional").at("accuracy") == 1.0);
    }
    CHECK(lodestone_command("check '" + net + "'").exit_code == 0);
    CHECK(lodestone_command("verify" + kMachine + "--workload '" + net + "'").exit_code == 0);
    CHECK(lodestone_command("compile" + kMachine + "--workload '" + net + "'").out.find("cells") != std::string::npos);
}

TEST_CASE("a NIR network takes numbers through the encoder that a file names for it", "[system][spiking]") {
    const ScratchFolder scratch;
    write_pair((scratch.path() / "net.nir").string());
    static_cast<void>(
        scratch.write("x.npy", import::npy_bytes(graph::TensorData::of_floats({2, 2}, {1.0F, 0.25F, 0.25F, 0.75F}))));
    static_cast<void>(scratch.write("y.npy", import::npy_bytes(graph::TensorData::vector_of({0, 1}))));
    const std::string task =
        scratch.write("task.yaml", "kind: nir_network\nnetwork: net.nir\nencoding: {kind: rate, ticks: 8}\n"
                                   "decoding: {kind: count, classes: 2}\ndata: {inputs: x.npy, labels: y.npy}\n");
    const CommandResult done = lodestone_command("run" + kMachine + "--workload '" + task + "' --json");
    INFO(done.err);
    REQUIRE(done.exit_code == 0);
    const Json result = Json::parse(done.out)[0];
    CHECK(result.at("functional").at("accuracy") == 1.0);
    CHECK(result.at("functional").at("output_spikes") == 4 + 1 + 1 + 3);
}

TEST_CASE("the command refuses NIR neurons that leak, and damaged files", "[system][spiking]") {
    const ScratchFolder scratch;
    const std::string net = (scratch.path() / "net.nir").string();
    write_pair(net, "LIF");
    for (const std::string& command : {"run" + kMachine + "--workload '" + net + "'", "check '" + net + "'"}) {
        const CommandResult refused = lodestone_command(command);
        CHECK(refused.exit_code == 2);
        CHECK_THAT(refused.err, Catch::Contains("cells: is of type LIF") && Catch::Contains("leak"));
    }
    const CommandResult cut = lodestone_command("check '" + scratch.write("cut.nir", "\x89HDF\r\n\x1a\n....") + "'");
    CHECK(cut.exit_code == 2);
    CHECK_THAT(cut.err, Catch::Contains("cut.nir") && Catch::Contains("damaged or cut off"));
}

TEST_CASE("text that is neither JSON nor YAML of ours is refused with the known forms", "[system][spiking]") {
    const ScratchFolder scratch;
    const CommandResult refused =
        lodestone_command("run" + kMachine + "--workload '" + scratch.write("in.sfti", "0 1 2\n3 4 5\n") + "'");
    CHECK(refused.exit_code == 2);
    CHECK_THAT(refused.err, Catch::Contains("in.sfti") && Catch::Contains(".sfti") && Catch::Contains("NIR"));
}
