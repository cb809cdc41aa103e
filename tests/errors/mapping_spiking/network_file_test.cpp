// SPDX-License-Identifier: Apache-2.0
// Wrong network files of trinary networks: each mistake at its place, with value and limit.
#include "mapping/spiking/network_file.hpp"
#include "mapping/spiking/rules.hpp"
#include "tests/support/command.hpp"
#include "workloads/import/npy.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using namespace lodestone::spiking;
using lodestone::tests::ScratchFolder;

namespace {

const std::string good_network = R"(kind: trinary_network
input: {rows: 2, cols: 2, channels: 2}
encoding: {kind: threshold, levels: [0.2, 0.6]}
layers:
  fc: {kernel: [2, 2], features: 3}
weights: w.npy
biases: b.npy
decoding: {kind: count, classes: 3}
data: {inputs: images.gz, samples: 5}
)";

/// Writes the good files with one piece of the YAML replaced, and returns what reading finds.
struct Attempt {
    ScratchFolder scratch;
    Problems problems;
    NetworkFile file;

    explicit Attempt(const std::string& from = "", const std::string& to = "", std::size_t weights = 24,
                     std::int64_t first = 1) {
        std::vector<std::int64_t> values(weights, -1);
        values[0] = first;
        static_cast<void>(scratch.write("w.npy", import::npy_bytes(graph::TensorData::vector_of(values))));
        static_cast<void>(scratch.write("b.npy", import::npy_bytes(graph::TensorData::vector_of({0, 1, 2}))));
        static_cast<void>(
            scratch.write("f.npy", import::npy_bytes(graph::TensorData::of_floats({24}, std::vector<float>(24)))));
        std::string text = good_network;
        if (!from.empty()) {
            const std::size_t at = text.find(from);
            REQUIRE(at != std::string::npos);
            text.replace(at, from.size(), to);
        }
        const config::Node root = config::load_file(scratch.write("net.yaml", text), problems);
        config::MapReader reader(root, problems);
        file = read_network_file(reader);
    }

    [[nodiscard]] std::string message() const {
        REQUIRE(problems.error_count() == 1);
        return to_string(problems.all().front());
    }
};

} // namespace

TEST_CASE("the network file that the mistakes are made in is good", "[errors][spiking]") {
    const Attempt attempt;
    CHECK_FALSE(attempt.problems.has_errors());
    CHECK(attempt.file.network.layers[0].weights.size() == 24);
    CHECK(attempt.file.network.layers[0].weights[0] == 1);
    CHECK(attempt.file.network.layers[0].biases == std::vector<std::int16_t>{0, 1, 2});
    CHECK(attempt.file.data.inputs == attempt.scratch.path() / "images.gz");
    CHECK(attempt.file.data.samples == 5);
    CHECK(broken_rules(attempt.file.network, {}).empty());
}

TEST_CASE("too few and too many weights are refused with the number that the layers need", "[errors][spiking]") {
    CHECK_THAT(Attempt("", "", 23).message(),
               Catch::Contains("net.yaml:6:") && Catch::Contains("hold 23 values; the layers need 24"));
    CHECK_THAT(Attempt("", "", 25).message(), Catch::Contains("hold 25 values; the layers need 24"));
}

TEST_CASE("a weight that does not fit a byte is refused when read, and 2 by its rule", "[errors][spiking]") {
    CHECK_THAT(Attempt("", "", 24, 128).message(), Catch::Contains("value 0 is 128; the limits are -128 and 127"));
    const Attempt two("", "", 24, 2);
    CHECK_FALSE(two.problems.has_errors());
    const auto broken = broken_rules(two.file.network, {});
    REQUIRE(broken.size() == 1);
    CHECK(broken[0].rule == "SPK-W1");
    CHECK(broken[0].layer == "fc");
    CHECK(broken[0].where == "weight 0");
    CHECK(broken[0].value == "2");
    CHECK(broken[0].limit == "-1 to 1");
}

TEST_CASE("weights that are missing or not whole are refused at their key", "[errors][spiking]") {
    CHECK_THAT(Attempt("w.npy", "none.npy").message(),
               Catch::Contains("net.yaml:6:10: weights: names") && Catch::Contains("none.npy"));
    CHECK_THAT(Attempt("w.npy", "f.npy").message(), Catch::Contains("holds float32; whole numbers are expected"));
    CHECK_THAT(Attempt("w.npy", "net.yaml").message(), Catch::Contains("weights: names"));
}

TEST_CASE("an encoder that does not divide the input's channels is refused", "[errors][spiking]") {
    CHECK_THAT(Attempt("[0.2, 0.6]", "[0.2, 0.4, 0.6]").message(),
               Catch::Contains("encoding: makes 3 channels") && Catch::Contains("has 2"));
}

TEST_CASE("levels outside 0 to 1, no levels, and rates without ticks are refused", "[errors][spiking]") {
    CHECK_THAT(Attempt("[0.2, 0.6]", "[0.2, 1.5]").message(), Catch::Contains("encoding.levels[1]"));
    CHECK(Attempt("[0.2, 0.6]", "[]").problems.has_errors());
    CHECK_THAT(Attempt("{kind: threshold, levels: [0.2, 0.6]}", "{kind: rate}").message(),
               Catch::Contains("encoding.ticks"));
}

TEST_CASE("unknown keys and kinds name the known ones", "[errors][spiking]") {
    CHECK_THAT(Attempt("features: 3", "features: 3, strid: 2").message(), Catch::Contains("stride"));
    CHECK_THAT(Attempt("kind: count", "kind: cont").message(), Catch::Contains("count"));
}

TEST_CASE("impossible shapes are left to their rule", "[errors][spiking]") {
    const Attempt groups("features: 3", "features: 3, groups: 2");
    CHECK_FALSE(groups.problems.has_errors());
    const auto broken = broken_rules(groups.file.network, {});
    REQUIRE(broken.size() == 1);
    CHECK(broken[0].rule == "SPK-N1");
    CHECK(broken[0].value == "2");
}

TEST_CASE("verify_mapping finds rules that only packing can break", "[errors][spiking]") {
    const Attempt attempt;
    const auto broken = verify_mapping(attempt.file.network, {.cores = {.rows = 1, .cols = 1}});
    REQUIRE(broken.size() == 1);
    CHECK(broken[0].rule == "SPK-C1");
    CHECK(broken[0].value == "2");
    CHECK(broken[0].limit == "1");
    CHECK(verify_mapping(attempt.file.network, {.cores = {.rows = 1, .cols = 2}}).empty());
}
