// SPDX-License-Identifier: Apache-2.0
// A phase's work as a string of numbers.
#include "mapping/tile/signature.hpp"

namespace lodestone::tile {
namespace {

class Writer {
public:
    template <class T>
    Writer& add(const T& value) {
        text_ += std::to_string(value);
        text_ += ' ';
        return *this;
    }
    Writer& add(const std::string& word) {
        text_ += word + ' ';
        return *this;
    }
    template <class T>
    Writer& add_list(const std::vector<T>& values) {
        add(values.size());
        for (const T& value : values) {
            add(value);
        }
        return *this;
    }
    Writer& add_window(const std::vector<isa::WindowAxis>& window) {
        for (const isa::WindowAxis& axis : window) {
            add(axis.size).add(axis.stride).add(axis.dilation).add(axis.pad_begin).add(axis.pad_end);
        }
        return *this;
    }

    void operator()(const isa::ConvKernel& k) {
        add_window(k.window).add(k.in_channels).add(k.out_channels).add(k.groups);
    }
    void operator()(const isa::MatMulKernel& k) {
        add(k.k).add(int{k.b_is_input}).add(int{k.transpose_a}).add(int{k.transpose_b});
    }
    void operator()(const isa::PoolKernel& k) {
        add(static_cast<int>(k.kind)).add_window(k.window).add(int{k.count_include_pad});
    }
    void operator()(const isa::ReduceKernel& k) {
        add(static_cast<int>(k.kind)).add_list(k.axes).add(int{k.keep_axes});
    }
    void operator()(const isa::SoftmaxKernel& k) { add(k.axis); }
    void operator()(const isa::LayerNormKernel& k) { add(k.axis); }
    void operator()(const isa::ConcatKernel& k) { add(k.axis); }
    void operator()(const isa::SliceKernel& k) { add_list(k.starts).add_list(k.steps); }
    void operator()(const isa::PickKernel& k) { add(k.axis).add_list(k.indices); }
    void operator()(const isa::TransposeKernel& k) { add_list(k.order); }
    void operator()(const isa::PadKernel& k) { add_list(k.begin).add(k.mode); }
    void operator()(const isa::ResizeKernel& k) { add_list(k.scales).add(k.mode).add(k.coordinates).add(k.nearest); }
    void operator()(const isa::ElementwiseKernel&) {}
    void operator()(const isa::ReshapeKernel&) {}
    void operator()(const isa::LoadKernel&) {}
    void operator()(const isa::StoreKernel&) {}

    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    std::string text_;
};

} // namespace

std::string signature(const isa::Program& program, const isa::Phase& phase) {
    Writer writer;
    writer.add(isa::kernel_name(phase.kernel));
    std::visit(writer, phase.kernel);
    const auto add_tensor = [&](std::uint32_t index) {
        const isa::ProgramTensor& tensor = program.tensors[index];
        writer.add_list(tensor.shape).add(static_cast<int>(tensor.format)).add(tensor.block_axis);
    };
    add_tensor(phase.output);
    for (const isa::Gather& gather : phase.inputs) {
        add_tensor(gather.tensor);
    }
    for (const isa::EpilogueStep& step : phase.epilogue) {
        writer.add(static_cast<int>(step.op)).add(int{step.input.has_value()});
    }
    writer.add(static_cast<int>(phase.weight_format)).add(static_cast<int>(phase.activation_format));
    writer.add(phase.matrix.inputs).add(phase.matrix.outputs).add(phase.accumulator_bits);
    writer.add(int{phase.weights.has_value()});
    return writer.take();
}

} // namespace lodestone::tile
