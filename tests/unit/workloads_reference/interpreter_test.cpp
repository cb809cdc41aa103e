// SPDX-License-Identifier: Apache-2.0
// What the interpreter takes and refuses.
#include "sim/base/error.hpp"
#include "workloads/import/import.hpp"
#include "workloads/reference/interpreter.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace lodestone;
using graph::TensorData;

graph::Graph network() {
    Problems problems;
    graph::Graph net = import::import_network(
        import::Source{.content = "inputs: {x: [1, 2]}\nlayers:\n  - {name: y, op: Linear, out_features: 1}\n",
                       .path = "net.yaml"},
        problems);
    problems.throw_if_errors();
    return net;
}

TEST_CASE("parameters without values are given with the inputs", "[workloads][reference]") {
    const graph::Graph net = network();
    const auto results = reference::Interpreter(net).run({{"x", TensorData::of_floats({1, 2}, {3, 4})},
                                                          {"y.weight", TensorData::of_floats({1, 2}, {10, 100})},
                                                          {"y.bias", TensorData::of_floats({1}, {1})}});
    CHECK(results.at("y").values<float>() == std::vector<float>{431});
}

TEST_CASE("a run names every value that is missing, misshapen or unknown", "[workloads][reference]") {
    const graph::Graph net = network();
    try {
        static_cast<void>(reference::Interpreter(net).run(
            {{"x", TensorData::of_floats({2}, {3, 4})}, {"z", TensorData::scalar(1.0F)}}));
        FAIL("the run is refused");
    } catch (const UserError& error) {
        std::vector<std::string> messages;
        for (const Diagnostic& problem : error.problems().all()) {
            messages.push_back(to_string(problem));
        }
        CHECK(messages ==
              std::vector<std::string>{"net.yaml: x: is given as float32 2, the network wants float32 1x2",
                                       "net.yaml: z: is given a value, but the network takes no value of this name",
                                       "net.yaml: y.weight: has no value; a run needs one (parameter, float32 1x2)",
                                       "net.yaml: y.bias: has no value; a run needs one (parameter, float32 1)"});
    }
}

TEST_CASE("an index outside the gathered axis is the user's mistake", "[workloads][reference]") {
    Problems problems;
    const graph::Graph net =
        import::import_network(import::Source{.content = "inputs: {ids: {shape: [1], type: int64}}\nlayers:\n  - "
                                                         "{name: e, op: Embedding, entries: 3, features: 2}\n",
                                              .path = "net.yaml"},
                               problems);
    problems.throw_if_errors();
    const auto run = [&](std::int64_t index) {
        return reference::Interpreter(net).run(
            {{"ids", TensorData::vector_of({index})}, {"e.table", TensorData::of_floats({3, 2}, {1, 2, 3, 4, 5, 6})}});
    };
    CHECK(run(2).at("e").values<float>() == std::vector<float>{5, 6});
    CHECK_THROWS_AS(run(3), UserError);
}

TEST_CASE("an observer sees every operator with its results", "[workloads][reference]") {
    const graph::Graph net = network();
    reference::Interpreter interpreter(net);
    std::vector<std::string> seen;
    interpreter.observe([&](const graph::Operator& op, const std::vector<TensorData>&) { seen.push_back(op.name); });
    static_cast<void>(interpreter.run({{"x", TensorData::of_floats({1, 2}, {3, 4})},
                                       {"y.weight", TensorData::of_floats({1, 2}, {1, 1})},
                                       {"y.bias", TensorData::of_floats({1}, {1})}}));
    CHECK(seen == std::vector<std::string>{"y"});
}

} // namespace
