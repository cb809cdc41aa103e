// SPDX-License-Identifier: Apache-2.0
// Lowered programs for tests of the mapper, written layer by layer without a graph.
#pragma once

#include "arch/isa/program.hpp"

#include <optional>
#include <string>
#include <vector>

namespace lodestone::test {

/// Grows a program like lowering does: an Input phase, layers, then finish() adds the Output phase.
class LoweredNetwork {
public:
    explicit LoweredNetwork(GridShape grid, std::int64_t batch = 1,
                            numerics::FormatId format = numerics::FormatId::int8)
        : format_(format) {
        program.workload = "test";
        program.precision = numerics::name_of(format);
        program.grid = grid;
        program.batch = batch;
    }

    std::uint32_t input(isa::Shape shape) {
        const std::uint32_t tensor = add_tensor("input", std::move(shape));
        program.tensors[tensor].producer.reset();
        program.network_inputs.push_back(tensor);
        isa::Phase load{.name = "Input", .op = "Input", .kernel = isa::LoadKernel{}};
        load.output = tensor;
        load.split = isa::whole(program.tensors[tensor].shape.size());
        program.phases.push_back(std::move(load));
        return tensor;
    }

    struct Conv {
        std::int64_t channels = 1;
        std::int64_t size = 1;
        std::int64_t stride = 1;
        std::int64_t groups = 1;
        std::optional<std::uint32_t> residual; ///< tensor added before the relu
    };

    /// Padded so that stride 1 keeps the size.
    std::uint32_t conv(const std::string& name, std::uint32_t from, const Conv& of) {
        const isa::Shape in = program.tensors[from].shape;
        const std::int64_t pad = of.size / 2;
        isa::ConvKernel kernel{.in_channels = in[1], .out_channels = of.channels, .groups = of.groups};
        isa::Shape out{in[0], of.channels};
        for (std::size_t axis = 2; axis < in.size(); ++axis) {
            kernel.window.push_back({.size = of.size, .stride = of.stride, .pad_begin = pad, .pad_end = pad});
            out.push_back((in[axis] + 2 * pad - of.size) / of.stride + 1);
        }
        isa::Shape weights{of.channels, in[1] / of.groups};
        weights.resize(in.size(), of.size);
        isa::Phase phase{.name = name, .op = "Conv", .kernel = std::move(kernel)};
        phase.inputs.push_back({.tensor = from});
        if (of.residual) {
            phase.inputs.push_back({.tensor = *of.residual});
            phase.epilogue.push_back({.op = isa::EpilogueOp::add, .input = 1});
        }
        phase.epilogue.push_back({.op = isa::EpilogueOp::relu});
        add_weights(phase, weights);
        return add_phase(std::move(phase), std::move(out));
    }

    std::uint32_t max_pool(const std::string& name, std::uint32_t from, std::int64_t size, std::int64_t stride) {
        const isa::Shape in = program.tensors[from].shape;
        const std::int64_t pad = size / 2;
        isa::PoolKernel kernel;
        isa::Shape out{in[0], in[1]};
        for (std::size_t axis = 2; axis < in.size(); ++axis) {
            kernel.window.push_back({.size = size, .stride = stride, .pad_begin = pad, .pad_end = pad});
            out.push_back((in[axis] + 2 * pad - size) / stride + 1);
        }
        isa::Phase phase{.name = name, .op = "MaxPool", .kernel = std::move(kernel)};
        phase.inputs.push_back({.tensor = from});
        return add_phase(std::move(phase), std::move(out));
    }

    std::uint32_t global_average(const std::string& name, std::uint32_t from) {
        const isa::Shape in = program.tensors[from].shape;
        isa::PoolKernel kernel{.kind = isa::PoolKind::average};
        isa::Shape out{in[0], in[1]};
        for (std::size_t axis = 2; axis < in.size(); ++axis) {
            kernel.window.push_back({.size = in[axis]});
            out.push_back(1);
        }
        isa::Phase phase{.name = name, .op = "GlobalAveragePool", .kernel = std::move(kernel)};
        phase.inputs.push_back({.tensor = from});
        return add_phase(std::move(phase), std::move(out));
    }

    std::uint32_t flatten(const std::string& name, std::uint32_t from) {
        const isa::Shape in = program.tensors[from].shape;
        isa::Phase phase{.name = name, .op = "Flatten", .kernel = isa::ReshapeKernel{}};
        phase.inputs.push_back({.tensor = from});
        return add_phase(std::move(phase), {in[0], isa::Region(in).elements() / in[0]});
    }

    std::uint32_t matmul(const std::string& name, std::uint32_t from, std::int64_t outputs) {
        isa::Shape out = program.tensors[from].shape;
        const std::int64_t k = out.back();
        out.back() = outputs;
        isa::Phase phase{.name = name, .op = "MatMul", .kernel = isa::MatMulKernel{.k = k}};
        phase.inputs.push_back({.tensor = from});
        add_weights(phase, {k, outputs});
        return add_phase(std::move(phase), std::move(out));
    }

    /// A [..., m, k] times B [..., k, n], both computed; B is stored [..., n, k] when transposed.
    std::uint32_t product(const std::string& name, std::uint32_t a, std::uint32_t b, bool transposed) {
        isa::Shape out = program.tensors[a].shape;
        const isa::Shape& right = program.tensors[b].shape;
        isa::MatMulKernel kernel{.k = out.back(), .b_is_input = true, .transpose_b = transposed};
        out.back() = transposed ? right[right.size() - 2] : right.back();
        isa::Phase phase{.name = name, .op = "MatMul", .kernel = kernel};
        phase.inputs = {{.tensor = a}, {.tensor = b}};
        phase.matrix = matrix;
        return add_phase(std::move(phase), std::move(out));
    }

    std::uint32_t add_kernel(const std::string& name, isa::Kernel kernel, std::vector<std::uint32_t> from,
                             isa::Shape out) {
        isa::Phase phase{.name = name, .op = isa::kernel_name(kernel), .kernel = std::move(kernel)};
        for (const std::uint32_t tensor : from) {
            phase.inputs.push_back({.tensor = tensor});
        }
        return add_phase(std::move(phase), std::move(out));
    }

    isa::Program finish(std::uint32_t output) {
        program.tensors[output].is_network_output = true;
        program.network_outputs.push_back(output);
        isa::Phase store{.name = "Output", .op = "Output", .kernel = isa::StoreKernel{}};
        store.inputs.push_back({.tensor = output});
        store.output = output;
        store.split = isa::whole(program.tensors[output].shape.size());
        program.phases.push_back(std::move(store));
        return std::move(program);
    }

    isa::Program program;
    spec::MatrixShape matrix{.inputs = 32, .outputs = 32};

private:
    std::uint32_t add_tensor(std::string name, isa::Shape shape) {
        program.tensors.push_back({.name = std::move(name), .shape = std::move(shape), .format = format_});
        return static_cast<std::uint32_t>(program.tensors.size() - 1);
    }

    void add_weights(isa::Phase& phase, isa::Shape shape) {
        phase.weight_format = format_;
        phase.activation_format = format_;
        phase.matrix = matrix;
        phase.weights = isa::WeightPlan{.constant = static_cast<std::uint32_t>(program.constants.size())};
        program.constants.push_back({.name = phase.name + ".weight", .shape = std::move(shape), .format = format_});
    }

    std::uint32_t add_phase(isa::Phase phase, isa::Shape out) {
        phase.output = add_tensor(phase.name + ".out", std::move(out));
        program.tensors[phase.output].producer = static_cast<std::uint32_t>(program.phases.size());
        phase.split = isa::whole(program.tensors[phase.output].shape.size());
        program.phases.push_back(std::move(phase));
        return program.phases.back().output;
    }

    numerics::FormatId format_;
};

/// ResNet-50 with the stride in the 3x3 convolution, for images of 224 x 224.
inline isa::Program resnet50(GridShape grid, std::int64_t batch = 1,
                             numerics::FormatId format = numerics::FormatId::int8) {
    LoweredNetwork net(grid, batch, format);
    std::uint32_t x = net.conv("conv1", net.input({1, 3, 224, 224}), {.channels = 64, .size = 7, .stride = 2});
    x = net.max_pool("pool1", x, 3, 2);
    std::int64_t width = 64;
    std::int64_t stage = 2;
    for (const int blocks : {3, 4, 6, 3}) {
        for (int block = 0; block < blocks; ++block) {
            const std::string name = "res" + std::to_string(stage) + "_" + std::to_string(block);
            const std::int64_t stride = stage > 2 && block == 0 ? 2 : 1;
            std::uint32_t shortcut = x;
            if (block == 0) {
                shortcut = net.conv(name + "_shortcut", x, {.channels = 4 * width, .stride = stride});
            }
            std::uint32_t y = net.conv(name + "_a", x, {.channels = width});
            y = net.conv(name + "_b", y, {.channels = width, .size = 3, .stride = stride});
            x = net.conv(name + "_c", y, {.channels = 4 * width, .residual = shortcut});
        }
        width *= 2;
        ++stage;
    }
    x = net.flatten("flatten", net.global_average("pool5", x));
    return net.finish(net.matmul("fc", x, 1000));
}

} // namespace lodestone::test
