// SPDX-License-Identifier: Apache-2.0
// The ImageNet networks of configs/workloads: sizes that their papers give.
#include "tests/support/places.hpp"
#include "workloads/graph/fold.hpp"
#include "workloads/graph/infer.hpp"
#include "workloads/graph/statistics.hpp"
#include "workloads/import/import.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace {

using namespace lodestone;

graph::Graph network(const std::string& name) {
    return import::import_network(tests::source_folder() + "/configs/workloads/" + name);
}

std::size_t count(const graph::Graph& graph, graph::OpKind kind) {
    return static_cast<std::size_t>(std::count_if(graph.operators.begin(), graph.operators.end(),
                                                  [kind](const auto& op) { return op.kind == kind; }));
}

TEST_CASE("ResNet-50 has 4.09 GMAC and 25.5 million parameters", "[workloads][import]") {
    graph::Graph resnet = network("resnet50.onnx");
    CHECK(graph::total_macs(resnet).count() == 4'089'184'256);
    graph::simplify(resnet);
    const double millions = static_cast<double>(graph::parameter_count(resnet)) / 1e6;
    CHECK(millions >= 25.4);
    CHECK(millions <= 25.6);
}

TEST_CASE("ResNet-18 has 1.81 to 1.82 GMAC", "[workloads][import]") {
    const double gmac = static_cast<double>(graph::total_macs(network("resnet18.onnx")).count()) / 1e9;
    CHECK(gmac >= 1.81);
    CHECK(gmac <= 1.82);
}

TEST_CASE("MobileNet-V2 has 0.30 to 0.32 GMAC", "[workloads][import]") {
    const double gmac = static_cast<double>(graph::total_macs(network("mobilenet_v2.onnx")).count()) / 1e9;
    CHECK(gmac >= 0.30);
    CHECK(gmac <= 0.32);
}

TEST_CASE("weights given as inputs without values become parameters", "[workloads][import]") {
    const graph::Graph resnet = network("resnet50.onnx");
    REQUIRE(resnet.inputs.size() == 1);
    CHECK(resnet.at(resnet.inputs[0]).shape == graph::Shape{1, 3, 224, 224});
    for (const graph::Operator& op : resnet.operators) {
        if (op.kind == graph::OpKind::gemm) {
            CHECK(resnet.required_input(op, 1).role == graph::TensorRole::parameter);
            CHECK_FALSE(resnet.required_input(op, 1).has_data());
        }
    }
}

TEST_CASE("simplifying removes what passes on and keeps the rules", "[workloads][import]") {
    graph::Graph resnet = network("resnet50.onnx");
    CHECK(count(resnet, graph::OpKind::identity) == 47);
    graph::simplify(resnet);
    CHECK(count(resnet, graph::OpKind::identity) == 0);
    CHECK(count(resnet, graph::OpKind::conv) == 53);
    CHECK_FALSE(graph::verify(resnet).has_errors());
    for (const graph::Operator& op : resnet.operators) {
        if (op.kind == graph::OpKind::conv) {
            CHECK(resnet.required_input(op, 1).role == graph::TensorRole::parameter);
        }
    }
}

TEST_CASE("constants of MobileNet-V2 are folded away", "[workloads][import]") {
    graph::Graph mobilenet = network("mobilenet_v2.onnx");
    graph::simplify(mobilenet);
    CHECK(count(mobilenet, graph::OpKind::constant) == 0);
    CHECK(count(mobilenet, graph::OpKind::clip) == 35);
    CHECK_FALSE(graph::verify(mobilenet).has_errors());
}

} // namespace
