// SPDX-License-Identifier: Apache-2.0
// Placed cores written by hand: each mistake at its line and column, with value, limit and what is known.
#include "mapping/spiking/cores_file.hpp"
#include "sim/base/error.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using namespace lodestone::spiking;

namespace {

/// Lines are counted from 1 in the messages below.
const std::string good_cores = R"(kind: spiking_cores
grid: {rows: 2, cols: 3}
output_bus: {x: 2, y: 1, outputs: 4}
neuron_types:
  relay: {weights: [1, -1], threshold: 2}
cores:
  a:
    x: 0
    y: 0
    axon_types: 0*3 1
    neurons:
      - {type: relay, synapses: 0-3 7, to: {core: b, axon: 5, delay: 15}}
      - {type: relay, weights: [255, -256], to: {output: 3}}
  b:
    x: 1
    y: 1
    neurons:
      - {leak: -3, reset: 4, to: {dx: -1, dy: -1, axon: 255}}
input_spikes:
  - {core: a, axons: 0-1, ticks: 0-2 9, delay: 1}
)";

struct CoresAttempt {
    Problems problems;
    CoresFile file;

    explicit CoresAttempt(const std::string& from = "", const std::string& to = "",
                          const spec::SpikingArraySpec& machine = {}) {
        std::string text = good_cores;
        if (!from.empty()) {
            const std::size_t at = text.find(from);
            REQUIRE(at != std::string::npos);
            text.replace(at, from.size(), to);
        }
        const config::Node root = config::load_text(text, "net.yaml", problems);
        config::MapReader reader(root, problems);
        file = read_cores_file(reader, machine);
    }
};

std::string cores_message(const std::string& from, const std::string& to) {
    const CoresAttempt attempt(from, to);
    REQUIRE(attempt.problems.error_count() == 1);
    return to_string(attempt.problems.all().front());
}

} // namespace

TEST_CASE("the placed cores that the mistakes are made in are read as they stand", "[errors][spiking]") {
    const CoresAttempt attempt;
    REQUIRE(attempt.problems.error_count() == 0);
    const isa::SpikingProgram& program = attempt.file.program;
    REQUIRE(program.cores.size() == 2);
    const isa::SpikingCoreProgram& a = program.cores[0];
    CHECK(a.types == std::vector<std::uint8_t>{0, 0, 0, 1});
    CHECK(isa::synapse_row(program, a, 0)[0] == 0b1000'1111);
    CHECK(isa::synapse_row(program, a, 1)[0] == 0);
    CHECK(a.neurons[0].positive_threshold == 2);
    CHECK(a.neurons[1].weights == std::array<std::int16_t, 4>{255, -256, 0, 0});
    CHECK(a.neurons[0].destination.dx == 1);
    CHECK(a.neurons[0].destination.dy == 1);
    CHECK(a.neurons[0].destination.delay == 15);
    CHECK(a.neurons[1].destination.dx == 2); // to the output bus
    CHECK(a.neurons[1].destination.axon == 3);
    CHECK(program.cores[1].neurons[0].negative_reset == -4); // as on the chip
    CHECK(program.inputs.size() == 2 * 4);
    CHECK(program.inputs.back().arrival() == 10);
    CHECK_FALSE(attempt.file.ticks);
}

TEST_CASE("a fan-in of 257 is refused at the synapses, 256 is not", "[errors][spiking]") {
    CHECK(CoresAttempt("synapses: 0-3 7", "synapses: 0-255").problems.error_count() == 0);
    CHECK(cores_message("synapses: 0-3 7", "synapses: 0-256") ==
          "net.yaml:12:33: cores.a.neurons[0].synapses: names axon 256; a core has 256 axons, the largest fan-in");
    CHECK(cores_message("synapses: 0-3 7", "synapses: 0-255 0").find("has more than 256 numbers") != std::string::npos);
}

TEST_CASE("a delay of 16 is refused in neurons and inputs", "[errors][spiking]") {
    CHECK(cores_message("delay: 15", "delay: 16").find("net.yaml:12:70: cores.a.neurons[0].to.delay: is '16'") == 0);
    CHECK(cores_message("delay: 1}", "delay: 16}").find("net.yaml:20:48: input_spikes[0].delay: is '16'") == 0);
}

TEST_CASE("weights, leaks and thresholds end with the machine's numbers", "[errors][spiking]") {
    CHECK(cores_message("255, -256", "256, -256").find("net.yaml:13:33: cores.a.neurons[1].weights[0]: is '256'") == 0);
    CHECK(cores_message("255, -256", "255, -257").find("weights[1]: is '-257'") != std::string::npos);
    CHECK(cores_message("weights: [1, -1]", "weights: [1, -1, 0, 0, 0]").find("has 5 weights; there are 4") !=
          std::string::npos);
    CHECK(cores_message("leak: -3", "leak: -257").find("cores.b.neurons[0].leak: is '-257'") != std::string::npos);
    CHECK(cores_message("threshold: 2", "threshold: 262144").find("neuron_types.relay.threshold: is '262144'") !=
          std::string::npos);
    CHECK(cores_message("leak: -3", "leak: 1.5").find("net.yaml:18:16: ") == 0);
    CHECK(cores_message("leak: -3", "leak: .nan").find("net.yaml:18:16: ") == 0);
}

TEST_CASE("destinations outside the mesh, of unknown cores and of outputs that are not there are refused",
          "[errors][spiking]") {
    CHECK(cores_message("dx: -1", "dx: -2") ==
          "net.yaml:18:39: cores.b.neurons[0].to.dx: sends spikes from core (1, 1) to (-1, 0), outside the mesh of "
          "3 x 2 cores");
    CHECK(cores_message("dy: -1", "dy: 1").find("to.dy: sends spikes from core (1, 1) to (0, 2)") != std::string::npos);
    CHECK(cores_message("core: b", "core: bb").find("net.yaml:12:51: cores.a.neurons[0].to.core: 'bb' is no core") ==
          0);
    CHECK(cores_message("core: a", "core: c").find("input_spikes[0].core: 'c' is no core of this network") !=
          std::string::npos);
    CHECK(cores_message("output: 3", "output: 4").find("to.output: is '4'") != std::string::npos);
    CHECK(cores_message("axon: 5", "axon: 256").find("to.axon: is '256'") != std::string::npos);
    CHECK(cores_message("{dx: -1, dy: -1, axon: 255}", "{dx: 1, dy: 0, axon: 4}")
              .find("is output 4 of the output bus, which has 4") != std::string::npos);
    CHECK(cores_message("output_bus: {x: 2, y: 1, outputs: 4}\n", "").find("needs an output_bus") != std::string::npos);
}

TEST_CASE("two cores in one place, or one on the bus, and places outside are refused", "[errors][spiking]") {
    CHECK(to_string(CoresAttempt("x: 1\n    y: 1", "x: 0\n    y: 0").problems.all().front())
              .find("net.yaml:15:8: cores.b.x: puts core 'b' at (0, 0)") == 0);
    CHECK(cores_message("x: 1\n    y: 1", "x: 2\n    y: 1").find("where spikes leave through the output bus") !=
          std::string::npos);
    CHECK(to_string(CoresAttempt("x: 1\n", "x: 3\n").problems.all().front()).find("cores.b.x: is '3'") !=
          std::string::npos);
    CHECK(to_string(CoresAttempt("cols: 3", "cols: 65").problems.all().front()).find("grid.cols: is '65'") !=
          std::string::npos);
}

TEST_CASE("unknown keys, types and numbers that are none are refused with what is known", "[errors][spiking]") {
    CHECK(cores_message("leak: -3", "leek: -3").find("cores.b.neurons[0].leek") != std::string::npos);
    CHECK(cores_message("{type: relay, synapses", "{type: rely, synapses").find("did you mean 'relay'") !=
          std::string::npos);
    CHECK(cores_message("0-3 7", "0-x").find("holds '0-x'") != std::string::npos);
    CHECK(cores_message("0-3 7", "3-0").find("ends before it begins") != std::string::npos);
    CHECK(cores_message("0*3 1", "0*3 4").find("net.yaml:10:17: cores.a.axon_types: names axon type 4") == 0);
    CHECK(cores_message("0*3 1", "0*257").find("has more than 256 numbers") != std::string::npos);
    CHECK(cores_message("ticks: 0-2 9", "ticks: 0-99999999").find("at most 10000000") != std::string::npos);
    CHECK(cores_message("0-3 7", "99999999999999999999").find("holds '99999999999999999999'") != std::string::npos);
}

TEST_CASE("a smaller machine has smaller limits", "[errors][spiking]") {
    spec::SpikingArraySpec machine;
    machine.axons = 8;
    machine.neurons = 1;
    const CoresAttempt attempt("", "", machine);
    std::string all;
    for (const Diagnostic& diagnostic : attempt.problems.all()) {
        all += to_string(diagnostic) + "\n";
    }
    CHECK(all.find("cores.a.neurons: has 2 neurons; a core has room for 1") != std::string::npos);
    CHECK(all.find("cores.b.neurons[0].to.axon: is '255'") != std::string::npos);
}
