// SPDX-License-Identifier: Apache-2.0
// A transformer written in YAML, with drawn weights, computes on cores what the reference interpreter computes.
#include "sim/base/error.hpp"
#include "tests/support/fashion_resnet.hpp"
#include "workloads/import/import.hpp"

#include <catch2/catch.hpp>

namespace lodestone {
namespace {

const char* const kEncoder = R"(
network: small_vit
inputs: {image: [1, 3, 16, 16]}
parameters:
  class_token: [1, 1, 24]
  position: [1, 17, 24]
layers:
  - {name: patches, op: Conv, inputs: image, out_channels: 24, kernel: 4, stride: 4}
  - {name: flat, op: Reshape, shape: [1, 24, 16]}
  - {name: tokens, op: Transpose, perm: [0, 2, 1]}
  - {name: with_class, op: Concat, axis: 1, inputs: [class_token, tokens]}
  - {name: embedded, op: Add, inputs: [with_class, position]}
  - name: block
    repeat: 2
    layers:
      - {name: norm1, op: LayerNorm}
      - {name: attention, op: Attention, heads: 3}
      - {name: sum1, op: Add, inputs: [attention, in]}
      - {name: norm2, op: LayerNorm}
      - {name: widen, op: Linear, out_features: 48}
      - {name: gelu, op: Gelu}
      - {name: narrow, op: Linear, out_features: 24}
      - {name: sum2, op: Add, inputs: [narrow, sum1]}
  - {name: norm, op: LayerNorm}
  - {name: parts, op: Split, axis: 1, split: [1, 16]}
  - {name: class, op: Reshape, inputs: parts.0, shape: [1, 24]}
  - {name: logits, op: Linear, out_features: 10}
weights: {random: {seed: 3}}
)";

graph::Graph encoder() {
    Problems problems;
    graph::Graph network = import::import_network(import::Source{.content = kEncoder, .path = "vit.yaml"}, problems);
    problems.throw_if_errors();
    return network;
}

} // namespace

TEST_CASE("a transformer with drawn weights gives the reference's bits on grids of four and sixteen cores",
          "[mapping][core_grid]") {
    const test::FashionResnet network(encoder());
    for (const char* precision : {"int8", "fp8_e4m3", "w4a8", "int16", "fp16", "bf16", "mxfp8", "mxfp4", "mxint8"}) {
        const graph::QuantisedModel model = network.quantised(precision);
        for (const GridShape grid : {GridShape{.rows = 2, .cols = 2}, GridShape{.rows = 4, .cols = 4}}) {
            CAPTURE(precision, grid.rows);
            const test::Compiled compiled = network.compiled(model, grid, 2);
            CHECK(test::same_bits(compiled.run(compiled.program), compiled.expected));
        }
    }
}

} // namespace lodestone
