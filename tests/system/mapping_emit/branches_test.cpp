// SPDX-License-Identifier: Apache-2.0
// Networks that branch and join again, mapped, verified and computed bit for bit.
#include "arch/isa/verify.hpp"
#include "sim/base/error.hpp"
#include "tests/support/fashion_resnet.hpp"
#include "workloads/import/import.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

namespace lodestone {
namespace {

/// One weight per channel, computed from the whole image, scales the image that it came from.
const char* const kSqueezeExcite = R"(
network: squeeze_excite
inputs: {image: [1, 3, 16, 16]}
layers:
  - {name: stem, op: Conv, out_channels: 16, kernel: 3, padding: 1}
  - {name: stem_relu, op: Relu}
  - {name: squeeze, op: GlobalAveragePool}
  - {name: reduce, op: Conv, out_channels: 4, kernel: 1}
  - {name: reduce_relu, op: Relu}
  - {name: expand, op: Conv, out_channels: 16, kernel: 1}
  - {name: gate, op: Sigmoid}
  - {name: scaled, op: Mul, inputs: [stem_relu, gate]}
  - {name: project, op: Conv, out_channels: 8, kernel: 1}
  - {name: sum, op: GlobalAveragePool}
  - {name: flat, op: Flatten}
  - {name: logits, op: Linear, out_features: 10}
weights: {random: {seed: 5}}
)";

/// Three towers of other depths over one tensor, put together along the channels.
const char* const kConcat = R"(
network: three_towers
inputs: {image: [1, 3, 16, 16]}
layers:
  - {name: stem, op: Conv, out_channels: 12, kernel: 3, stride: 2, padding: 1}
  - {name: stem_relu, op: Relu}
  - {name: narrow, op: Conv, inputs: stem_relu, out_channels: 8, kernel: 1}
  - {name: narrow_relu, op: Relu}
  - {name: wide, op: Conv, inputs: stem_relu, out_channels: 4, kernel: 1}
  - {name: wide_deep, op: Conv, out_channels: 12, kernel: 3, padding: 1}
  - {name: pooled, op: MaxPool, inputs: stem_relu, kernel: 3, stride: 1, padding: 1}
  - {name: joined, op: Concat, axis: 1, inputs: [narrow_relu, wide_deep, pooled]}
  - {name: head, op: Conv, out_channels: 16, kernel: 3, padding: 1}
  - {name: mean, op: GlobalAveragePool}
  - {name: flat, op: Flatten}
  - {name: logits, op: Linear, out_features: 10}
weights: {random: {seed: 7}}
)";

graph::Graph network_of(const char* text) {
    Problems problems;
    graph::Graph network = import::import_network(import::Source{.content = text, .path = "network.yaml"}, problems);
    problems.throw_if_errors();
    return network;
}

void check_bits(const test::FashionResnet& network, const std::string& mapping = "") {
    for (const char* precision : {"int8", "int4", "fp8_e4m3", "mxfp8", "mxfp4"}) {
        const graph::QuantisedModel model = network.quantised(precision);
        if (!mapping.empty() && numerics::format(model.layers.front().activation_format).block) {
            continue; // these mappings cut their few channels, which share scales
        }
        for (const GridShape grid : {GridShape{.rows = 2, .cols = 2}, GridShape{.rows = 4, .cols = 4}}) {
            CAPTURE(precision, grid.rows);
            const test::Compiled compiled = network.compiled(model, grid, 2, mapping);
            for (const isa::Violation& broken : isa::verify(compiled.program, compiled.machine)) {
                FAIL_CHECK(broken.rule << " " << broken.layer << " " << broken.where << ": " << broken.message);
            }
            CHECK(test::same_bits(compiled.run(compiled.program), compiled.expected));
            CHECK(std::set<float>(compiled.expected.begin(), compiled.expected.end()).size() > 4);
        }
    }
}

} // namespace

TEST_CASE("a squeeze-and-excite block maps, verifies and computes the reference's bits", "[mapping][core_grid]") {
    check_bits(test::FashionResnet(network_of(kSqueezeExcite)));
}

TEST_CASE("towers that are concatenated map, verify and compute the reference's bits", "[mapping][core_grid]") {
    check_bits(test::FashionResnet(network_of(kConcat)));
}

TEST_CASE("branches cut in different ways by hand still meet", "[mapping][core_grid]") {
    check_bits(test::FashionResnet(network_of(kSqueezeExcite)), "layers:\n"
                                                                "  - {name: stem, split: {rows: 2x1, cols: 1x2}}\n"
                                                                "  - {name: squeeze, split: {output_channels: 2x2}}\n"
                                                                "  - {name: expand, split: {input_channels: 1x2}}\n");
    check_bits(test::FashionResnet(network_of(kConcat)), "layers:\n"
                                                         "  - {name: narrow, split: {rows: 2x2}}\n"
                                                         "  - {name: wide_deep, split: {output_channels: 2x2}}\n"
                                                         "  - {name: pooled, split: {cols: 2x2}}\n");
}

TEST_CASE("a mapping of some layers leaves the others to the mapper", "[mapping][core_grid]") {
    const test::FashionResnet network(network_of(kConcat));
    const test::Compiled compiled =
        network.compiled(network.quantised("int8"), {.rows = 4, .cols = 4}, 1,
                         "layers:\n  - {name: head, split: {rows: 1x2, output_channels: 4x1}}\n");
    std::size_t cut = 0;
    for (const isa::Phase& phase : compiled.program.phases) {
        if (phase.name == "head") {
            CHECK(phase.split.axes[1] == isa::AxisSplit{.rows = 4, .cols = 1});
            CHECK(phase.split.axes[2] == isa::AxisSplit{.rows = 1, .cols = 2});
            CHECK(phase.split.axes[3].parts() == 1);
        } else {
            cut +=
                std::ranges::any_of(phase.split.axes, [](isa::AxisSplit axis) { return axis.parts() > 1; }) ? 1U : 0U;
        }
    }
    CHECK(cut > 4);
}

} // namespace lodestone
