// SPDX-License-Identifier: Apache-2.0
// What a user reads about a mistake in a network written by hand.
#include "workloads/import/import.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace {

using namespace lodestone;
using Messages = std::vector<std::string>;

Messages messages(const std::string& text) {
    Problems problems;
    static_cast<void>(import::import_network(import::Source{.content = text, .path = "net.yaml"}, problems));
    Messages found;
    for (const Diagnostic& problem : problems.all()) {
        found.push_back(to_string(problem));
    }
    return found;
}

bool has(const Messages& all, const std::string& part) {
    return std::any_of(all.begin(), all.end(), [&](const auto& m) { return m.find(part) != std::string::npos; });
}

TEST_CASE("an unknown operator is located and the nearest known one named", "[workloads][errors]") {
    const Messages found = messages("inputs: {x: [1, 4]}\nlayers:\n  - {op: Reluu}\n");
    REQUIRE(found.size() == 1);
    CHECK(found[0].starts_with("net.yaml:3:10: layers[0].op"));
    CHECK(has(found, "did you mean 'Relu'"));
}

TEST_CASE("an unknown setting is located", "[workloads][errors]") {
    const Messages found =
        messages("inputs: {x: [1, 3, 8, 8]}\nlayers:\n  - {op: Conv, out_channels: 4, kernel: 3, strid: 2}\n");
    REQUIRE(found.size() == 1);
    CHECK(found[0].starts_with("net.yaml:3:"));
    CHECK(has(found, "strid"));
    CHECK(has(found, "did you mean 'stride'"));
}

TEST_CASE("an operand that is no layer above is located and the known names listed", "[workloads][errors]") {
    const Messages found =
        messages("inputs: {x: [1, 4]}\nlayers:\n  - {name: a, op: Relu}\n  - {op: Add, inputs: [a, b]}\n");
    REQUIRE(found.size() == 1);
    CHECK(found[0].starts_with("net.yaml:4:"));
    CHECK(has(found, "'b' is no layer above and no input"));
}

TEST_CASE("shapes that do not fit are reported at the layer", "[workloads][errors]") {
    const Messages found =
        messages("inputs: {x: [1, 4], y: [1, 5]}\nlayers:\n  - {name: sum, op: Add, inputs: [x, y]}\n  - {op: Relu}\n");
    REQUIRE(found.size() == 1);
    CHECK(found[0].starts_with("net.yaml:3:"));
    CHECK(has(found, "sum: GRF-7 'y' 1x5 does not broadcast with 1x4"));
}

TEST_CASE("all mistakes of a file are reported together", "[workloads][errors]") {
    const Messages found =
        messages("inputs: {x: [1, 4]}\nlayers:\n  - {op: Linear}\n  - {op: Softmaxx}\n  - {op: Relu, colour: red}\n");
    CHECK(found.size() == 3);
}

TEST_CASE("two layers of one name are refused", "[workloads][errors]") {
    CHECK(has(messages("inputs: {x: [1, 4]}\nlayers:\n  - {name: a, op: Relu}\n  - {name: a, op: Relu}\n"),
              "the name 'a' is taken; rename one of the two"));
}

TEST_CASE("a nested repetition that never ends is refused", "[workloads][errors]") {
    CHECK(has(messages("inputs: {x: [1, 4]}\nlayers:\n  - {repeat: 100000, layers: [{repeat: 100000, layers: []}]}\n"),
              "more than 1000000 operators or repetitions"));
}

TEST_CASE("attention whose heads do not divide the features is refused", "[workloads][errors]") {
    CHECK(has(messages("inputs: {x: [1, 8, 10]}\nlayers:\n  - {name: a, op: Attention, heads: 3}\n"),
              "a: attends over 1x8x10 with 3 heads; the input must be batch x length x features with features a "
              "multiple of the heads"));
}

TEST_CASE("text that is no network is refused", "[workloads][errors]") {
    CHECK(messages("hello\n") == Messages{"net.yaml: is no network in a known format; known are ONNX, YAML network"});
}

} // namespace
