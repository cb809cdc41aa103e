// SPDX-License-Identifier: Apache-2.0
// What the compiler refuses, and what it says.
#include "mapping/emit/compile.hpp"
#include "numerics/precision.hpp"
#include "sim/base/error.hpp"
#include "tests/support/network_builder.hpp"
#include "workloads/quantise/quantise.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using Catch::Contains;
using graph::OpKind;
using testing::NetworkBuilder;

namespace {

emit::CompileOptions options() {
    emit::CompileOptions chosen;
    chosen.matrix_shape = [](numerics::FormatId, numerics::FormatId) {
        return spec::MatrixShape{.inputs = 8, .outputs = 8};
    };
    return chosen;
}

graph::QuantisedModel model_of(const graph::Graph& network) {
    return quantise::quantise(network, {});
}

graph::QuantisedModel one_conv() {
    NetworkBuilder net;
    return model_of(
        net.finish({net.op(OpKind::conv, "conv", {net.input("x", {1, 8, 16, 16}), net.random("w", {8, 8, 3, 3})})}));
}

spec::CoreGridSpec small_machine() {
    return {.grid = {.rows = 2, .cols = 2}};
}

} // namespace

TEST_CASE("an operator without lowering is named with its layer and the supported ones", "[mapping][errors]") {
    NetworkBuilder net;
    const TensorId x = net.op(OpKind::sin, "wave", {net.input("x", {1, 8})});
    const graph::QuantisedModel model = model_of(net.finish({net.op(OpKind::cos, "other", {x})}));
    CHECK_THROWS_WITH(emit::compile(model, small_machine(), options()),
                      Contains("wave: Sin: operator Sin cannot be mapped to a core grid") && Contains("other: Cos:") &&
                          Contains("LayerNormalization"));
}

TEST_CASE("an operator that only the host can do says so", "[mapping][errors]") {
    NetworkBuilder net;
    const TensorId x = net.input("x", {1, 8});
    const TensorId negative = net.op(OpKind::less, "less", {x, net.random("limit", {1})});
    const TensorId chosen = net.op(OpKind::where, "choose", {negative, x, net.random("other", {8})});
    const graph::QuantisedModel model = model_of(net.finish({chosen, net.op(OpKind::arg_max, "best", {x})}));
    CHECK_THROWS_WITH(emit::compile(model, small_machine(), options()),
                      Contains("best: ArgMax: operator ArgMax cannot be mapped to a core grid: it gives positions") &&
                          Contains("choose: Where: operator Where cannot be mapped to a core grid: its condition"));
}

TEST_CASE("positions that are computed or outside are refused with their names", "[mapping][errors]") {
    NetworkBuilder net;
    const TensorId x = net.input("x", {4, 8});
    const TensorId far = net.given("far", graph::TensorData::vector_of({0, 9}), graph::TensorRole::constant);
    const TensorId best = net.op(OpKind::arg_max, "best", {x});
    const TensorId outside = net.op(OpKind::gather, "outside", {x, far}, {{"axis", std::int64_t{1}}});
    const graph::QuantisedModel model = model_of(net.finish({outside, net.op(OpKind::gather, "rows", {x, best})}));
    CHECK_THROWS_WITH(
        emit::compile(model, small_machine(), options()),
        Contains("outside: Gather: position 9 of 'far' is outside axis 1 of 'x', which has 8 positions") &&
            Contains("rows: Gather: positions 'best.out' are computed while the network runs"));
}

TEST_CASE("a tensor without axes and an output that nothing computes are refused", "[mapping][errors]") {
    NetworkBuilder net;
    const TensorId x = net.input("x", {1, 8});
    const graph::QuantisedModel scalar =
        model_of(net.finish({net.op(OpKind::reduce_sum, "sum", {x}, {{"keepdims", std::int64_t{0}}})}));
    CHECK_THROWS_WITH(emit::compile(scalar, small_machine(), options()),
                      Contains("sum: ReduceSum: tensor 'sum.out' has no axes, the core grid needs 1 at least"));
    NetworkBuilder other;
    const TensorId y = other.input("y", {1, 8});
    const graph::QuantisedModel passed = model_of(other.finish({other.op(OpKind::relu, "relu", {y}), y}));
    CHECK_THROWS_WITH(emit::compile(passed, small_machine(), options()),
                      Contains("output 'y': is an input of the network that no layer changes"));
}

TEST_CASE("a batch below 1 is refused", "[mapping][errors]") {
    emit::CompileOptions chosen = options();
    chosen.batch = 0;
    CHECK_THROWS_WITH(emit::compile(one_conv(), small_machine(), chosen), "batch: is 0, it must be at least 1");
}

TEST_CASE("weights larger than the machine are named with the missing bytes", "[mapping][errors]") {
    spec::CoreGridSpec machine = small_machine();
    machine.memory.capacity = Bytes(100);
    CHECK_THROWS_WITH(emit::compile(one_conv(), machine, options()),
                      Contains("the weights need 144 bytes per core, 44 more than its 100"));
}

TEST_CASE("activations larger than the machine are named with their layer", "[mapping][errors]") {
    spec::CoreGridSpec machine = small_machine();
    machine.memory.capacity = Bytes(512);
    CHECK_THROWS_WITH(emit::compile(one_conv(), machine, options()),
                      Contains("conv") && Contains("bytes of core memory for its operands and output") &&
                          Contains("use a smaller batch"));
}

TEST_CASE("a frame buffer too small for the batch is refused", "[mapping][errors]") {
    spec::CoreGridSpec machine = small_machine();
    machine.frame_buffer.capacity = Bytes(4000);
    emit::CompileOptions chosen = options();
    chosen.batch = 2;
    CHECK_THROWS_WITH(emit::compile(one_conv(), machine, chosen), Contains("frame_buffer: a batch of 2 needs"));
}

TEST_CASE("an output channel that half a weight buffer cannot hold in any split is refused", "[mapping][errors]") {
    spec::CoreGridSpec machine = small_machine();
    machine.matrix.weight_buffer = Bytes(2 * 4 * 9 - 2); // input channels go in two parts at most
    CHECK_THROWS_WITH(emit::compile(one_conv(), machine, options()),
                      Contains("conv: the weights of one output channel take more than half the weight buffer"));
}

TEST_CASE("a precision that the matrix unit refuses is reported with the layer", "[mapping][errors]") {
    emit::CompileOptions chosen = options();
    chosen.matrix_shape = [](numerics::FormatId, numerics::FormatId) -> spec::MatrixShape {
        throw UserError("the unit does not take int8");
    };
    CHECK_THROWS_WITH(emit::compile(one_conv(), small_machine(), chosen),
                      Contains("conv: Conv: the unit does not take int8"));
}

TEST_CASE("a mapping names layers and axes that exist", "[mapping][errors]") {
    emit::CompileOptions chosen = options();
    chosen.mapping = emit::read_mapping_text("layers:\n"
                                             "  - name: cnov\n"
                                             "    split: {rows: 2x1}\n"
                                             "  - name: conv\n"
                                             "    split: {height: 2x1}\n",
                                             "m.yaml");
    CHECK_THROWS_WITH(emit::compile(one_conv(), small_machine(), chosen),
                      Contains("m.yaml:2:5: cnov: no layer has this name") && Contains("m.yaml:5:21: conv.height") &&
                          Contains("output_channels"));
}

TEST_CASE("parts of a mapping are written rows x columns", "[mapping][errors]") {
    CHECK_THROWS_WITH(
        emit::read_mapping_text("layers:\n  - {name: a, split: {rows: 4, cols: 0x1, batch: [1]}}\n", "m.yaml"),
        Contains("is '4'") && Contains("is '0x1'") && Contains("is not a number of parts"));
}

TEST_CASE("unknown keys of a mapping are refused", "[mapping][errors]") {
    CHECK_THROWS_WITH(emit::read_mapping_text("layers:\n  - {name: a, split: {}, weigths: {chunks: 1}}\n", "m.yaml"),
                      Contains("m.yaml:2:") && Contains("weigths"));
}

TEST_CASE("a mapping cannot ask for more chunks than channels or fewer than fit", "[mapping][errors]") {
    emit::CompileOptions chosen = options();
    spec::CoreGridSpec machine = small_machine();
    machine.matrix.weight_buffer = Bytes(4 * 8 * 9);
    const auto with_chunks = [&](const std::string& chunks) {
        chosen.mapping = emit::read_mapping_text(
            "layers:\n  - {name: conv, split: {rows: 2x2}, weights: {chunks: " + chunks + "}}\n", "m.yaml");
        return emit::compile(one_conv(), machine, chosen).phases.at(1).weights->chunks;
    };
    CHECK(with_chunks("4") == 4);
    CHECK(with_chunks("8") == 8);
    CHECK_THROWS_WITH(with_chunks("3"), Contains("is 3, it must be 4"));
    CHECK_THROWS_WITH(with_chunks("9"), Contains("is 9, it must be 4"));
}

TEST_CASE("a layer stands once in a mapping and its split must be legal", "[mapping][errors]") {
    emit::CompileOptions chosen = options();
    chosen.mapping = emit::read_mapping_text(
        "layers:\n  - {name: conv, split: {}}\n  - {name: conv, split: {rows: 4x1}}\n", "m.yaml");
    CHECK_THROWS_WITH(emit::compile(one_conv(), small_machine(), chosen),
                      Contains("stands twice") && Contains("takes 4 rows of the grid, there are 2"));
}

TEST_CASE("a mapping that cuts elements apart which share a scale is refused where it stands", "[mapping][errors]") {
    NetworkBuilder net;
    const TensorId first =
        net.op(OpKind::conv, "first", {net.input("x", {1, 40, 4, 4}), net.random("w", {48, 40, 1, 1})});
    const graph::QuantisedModel model =
        quantise::quantise(net.finish({net.op(OpKind::conv, "second", {first, net.random("v", {8, 48, 1, 1})})}),
                           {.precision = numerics::parse_precision("mxfp8")});
    emit::CompileOptions chosen = options();
    const auto compile_with = [&](const std::string& split) {
        chosen.mapping = emit::read_mapping_text("layers:\n  - {name: first, split: {" + split + "}}\n", "m.yaml");
        return emit::compile(model, {.grid = {.rows = 4, .cols = 4}}, chosen);
    };
    CHECK_NOTHROW(compile_with("output_channels: 2x1, input_channels: 1x2"));
    CHECK_THROWS_WITH(compile_with("output_channels: 3x1"),
                      Contains("m.yaml:2:5: first") &&
                          Contains("output_channels is cut in 3 parts and has 48 in blocks of 32 that share a scale"));
    CHECK_THROWS_WITH(compile_with("input_channels: 1x3"),
                      Contains("input_channels is cut in 3 parts and has 40 in blocks of 32 that share a scale"));
    chosen.mapping = emit::read_mapping_text("layers:\n  - {name: second, split: {output_channels: 4x2}}\n",
                                             "m.yaml"); // kept in binary32
    CHECK_NOTHROW(emit::compile(model, {.grid = {.rows = 4, .cols = 4}}, chosen));
}

TEST_CASE("blocks cannot cut output channels of a matrix layer", "[mapping][errors]") {
    emit::CompileOptions chosen = options();
    chosen.mapping = emit::read_mapping_text(
        "layers:\n  - {name: conv, split: {}, steps: {axis: output_channels, axis_blocks: 2}}\n", "m.yaml");
    CHECK_THROWS_WITH(emit::compile(one_conv(), small_machine(), chosen), Contains("is cut by weight chunks"));
}
