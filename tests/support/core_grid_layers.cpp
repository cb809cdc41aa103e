// SPDX-License-Identifier: Apache-2.0
// Layers with weights from fixed sequences.
#include "tests/support/core_grid_layers.hpp"

#include "arch/isa/storage.hpp"

#include <cmath>
#include <random>

namespace lodestone::test {

isa::Constant random_weights(isa::Shape shape, numerics::FormatId format, std::vector<double> scales) {
    isa::Constant constant{.name = "weights", .shape = std::move(shape), .format = format, .scales = std::move(scales)};
    std::mt19937 random(11);
    const numerics::Format& record = numerics::format(format);
    const auto elements = static_cast<std::size_t>(isa::Region(constant.shape).elements());
    while (constant.codes.size() < elements) {
        const auto code = static_cast<std::uint16_t>(static_cast<std::uint32_t>(random()) & record.code_mask());
        if (std::isfinite(numerics::decode(record, code))) {
            constant.codes.push_back(code);
        }
    }
    if (record.block) { // along the reduction: axis 1 of a convolution's weights, axis 0 of a matrix
        const isa::Region scales_of_blocks =
            isa::scale_region(isa::Region(constant.shape), format, constant.shape.size() > 2 ? 1 : 0);
        constant.scales = {1.0};
        for (std::int64_t i = 0; i < scales_of_blocks.elements(); ++i) {
            constant.block_scales.push_back(static_cast<std::uint8_t>(120 + random() % 4));
        }
    }
    return constant;
}

isa::Constant random_bias(std::int64_t channels) {
    isa::Constant constant{.name = "bias", .shape = {channels}};
    std::mt19937 random(12);
    for (std::int64_t i = 0; i < channels; ++i) {
        constant.values.push_back(static_cast<float>(static_cast<int>(random() % 200) - 100) / 32.0F);
    }
    return constant;
}

std::uint32_t add_conv(ProgramBuilder& builder, std::uint32_t input, const ConvCase& test_case,
                       const std::string& name) {
    const isa::WindowAxis window{.size = test_case.kernel,
                                 .stride = test_case.stride,
                                 .dilation = 1,
                                 .pad_begin = test_case.kernel / 2,
                                 .pad_end = test_case.kernel / 2};
    const std::int64_t out_size = (test_case.size + 2 * window.pad_begin - window.size) / window.stride + 1;
    isa::Split split = isa::whole(4);
    split.axes[1].cols = test_case.channel_parts;
    split.axes[2].rows = test_case.rows;
    split.axes[3].cols = test_case.cols;
    split.reduction.cols = test_case.reduction_parts;
    split.batch.rows = test_case.batch_parts;
    std::vector<double> scales;
    for (std::int64_t channel = 0; channel < test_case.out_channels; ++channel) {
        scales.push_back(0.01 + 0.001 * static_cast<double>(channel % 7));
    }
    return builder.add(
        {.name = name,
         .kernel = isa::ConvKernel{.window = {window, window},
                                   .in_channels = test_case.in_channels,
                                   .out_channels = test_case.out_channels,
                                   .groups = test_case.groups},
         .inputs = {input},
         .epilogue = {{.op = isa::EpilogueOp::relu}},
         .output = {1, test_case.out_channels, out_size, out_size},
         .split = split,
         .steps = test_case.steps,
         .weights = builder.constant(random_weights(
             {test_case.out_channels, test_case.in_channels / test_case.groups, test_case.kernel, test_case.kernel},
             test_case.format, scales)),
         .bias = builder.constant(random_bias(test_case.out_channels)),
         .chunks = test_case.chunks,
         .resident = test_case.resident,
         .format = test_case.format,
         .scale = 0.37});
}

isa::Program conv_program(GridShape grid, const ConvCase& test_case) {
    ProgramBuilder builder(grid, test_case.batch);
    const std::uint32_t input =
        builder.input({1, test_case.in_channels, test_case.size, test_case.size}, test_case.format, 0.1);
    const std::uint32_t output = add_conv(builder, input, test_case, "conv");
    return builder.finish({output});
}

isa::Program every_split_program(GridShape grid, numerics::FormatId format) {
    ProgramBuilder builder(grid, 2);
    ConvCase layer{.size = 8, .in_channels = 8, .out_channels = 8, .batch = 2, .format = format};
    const std::uint32_t input = builder.input({1, 8, 8, 8}, format, 0.1);
    layer.rows = grid.rows;
    const std::uint32_t by_rows = add_conv(builder, input, layer, "conv_rows");
    layer.rows = 1;
    layer.cols = grid.cols;
    layer.batch_parts = grid.rows;
    const std::uint32_t by_cols = add_conv(builder, by_rows, layer, "conv_cols_batch");
    layer.cols = 1;
    layer.batch_parts = 1;
    layer.channel_parts = grid.cols;
    layer.rows = grid.rows;
    layer.chunks = 2;
    const std::uint32_t by_channels = add_conv(builder, by_cols, layer, "conv_channels");
    layer.channel_parts = 1;
    layer.chunks = 3;
    layer.reduction_parts = grid.cols;
    layer.steps = {.frame_blocks = 2, .axis_blocks = 2, .blocked_axis = 2};
    const std::uint32_t by_reduction = add_conv(builder, by_channels, layer, "conv_reduction");
    const std::uint32_t sum =
        builder.add({.name = "residual",
                     .kernel = isa::ElementwiseKernel{},
                     .inputs = {by_reduction, by_rows},
                     .epilogue = {{.op = isa::EpilogueOp::add, .input = 1}, {.op = isa::EpilogueOp::relu}},
                     .output = {1, 8, 8, 8},
                     .split = split_axis(4, 3, {.rows = grid.rows, .cols = grid.cols}),
                     .format = format,
                     .scale = 0.5});
    const isa::WindowAxis half{.size = 2, .stride = 2};
    const std::uint32_t pooled =
        builder.add({.name = "pool",
                     .kernel = isa::PoolKernel{.kind = isa::PoolKind::average, .window = {half, half}},
                     .inputs = {sum},
                     .output = {1, 8, 4, 4},
                     .split = split_axis(4, 2, {.rows = grid.rows, .cols = 1}),
                     .format = format,
                     .scale = 0.4});
    const std::uint32_t flat = builder.add({.name = "flatten",
                                            .kernel = isa::ReshapeKernel{},
                                            .inputs = {pooled},
                                            .output = {1, 128},
                                            .split = split_axis(2, 1, {.rows = grid.rows, .cols = grid.cols}),
                                            .format = format,
                                            .scale = 0.4});
    const std::uint32_t classes = builder.add({.name = "classes",
                                               .kernel = isa::MatMulKernel{.k = 128},
                                               .inputs = {flat},
                                               .output = {1, 10},
                                               .split = split_axis(2, 1, {.rows = grid.rows, .cols = 1}),
                                               .weights = builder.constant(random_weights({128, 10}, format, {0.02})),
                                               .bias = builder.constant(random_bias(10)),
                                               .resident = true,
                                               .format = numerics::FormatId::fp32});
    return builder.finish({classes});
}

} // namespace lodestone::test
