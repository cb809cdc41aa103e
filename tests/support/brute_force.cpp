// SPDX-License-Identifier: Apache-2.0
// Loops over whole tensors with exact sums.
#include "tests/support/brute_force.hpp"

#include "numerics/accumulate.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>

namespace lodestone::test {
namespace {

/// One frame of a tensor: decoded codes.
using Frame = std::vector<double>;

struct Oracle {
    const isa::Program& program;
    const isa::Phase& phase;
    const std::vector<Frame>& frames; ///< by tensor

    [[nodiscard]] const isa::ProgramTensor& tensor(std::uint32_t input) const {
        return program.tensors[phase.inputs[input].tensor];
    }
    [[nodiscard]] double code(std::uint32_t input, std::int64_t place) const {
        return frames[phase.inputs[input].tensor].at(static_cast<std::size_t>(place));
    }
    [[nodiscard]] float real(std::uint32_t input, std::int64_t place) const {
        return static_cast<float>(code(input, place) * tensor(input).scale);
    }
    [[nodiscard]] float finished(double sum, std::int64_t channel) const {
        const isa::Constant& weights = program.constants[phase.weights->constant];
        const auto index = static_cast<std::size_t>(channel);
        const double scale = weights.scales.size() == 1 ? weights.scales[0] : weights.scales[index];
        const float value = static_cast<float>(sum * (tensor(0).scale * scale));
        return phase.weights->bias ? value + program.constants[*phase.weights->bias].values[index] : value;
    }
    [[nodiscard]] double weight(std::int64_t place) const {
        const isa::Constant& weights = program.constants[phase.weights->constant];
        return numerics::decode(numerics::format(weights.format), weights.codes.at(static_cast<std::size_t>(place)));
    }
};

std::vector<float> convolve(const Oracle& o, const isa::ConvKernel& conv) {
    const isa::Shape& in = o.tensor(0).shape;
    const isa::Shape& out = o.program.tensors[o.phase.output].shape;
    const std::int64_t in_group = conv.in_channels / conv.groups;
    const std::int64_t out_group = conv.out_channels / conv.groups;
    const isa::WindowAxis& v = conv.window[0];
    const isa::WindowAxis& h = conv.window[1];
    std::vector<float> values;
    for (std::int64_t oc = 0; oc < out[1]; ++oc) {
        for (std::int64_t y = 0; y < out[2]; ++y) {
            for (std::int64_t x = 0; x < out[3]; ++x) {
                numerics::WideSum sum;
                for (std::int64_t ic = 0; ic < in_group; ++ic) {
                    for (std::int64_t r = 0; r < v.size; ++r) {
                        for (std::int64_t s = 0; s < h.size; ++s) {
                            const std::int64_t row = y * v.stride + r * v.dilation - v.pad_begin;
                            const std::int64_t col = x * h.stride + s * h.dilation - h.pad_begin;
                            if (row >= 0 && row < in[2] && col >= 0 && col < in[3]) {
                                const std::int64_t channel = oc / out_group * in_group + ic;
                                sum.add_product(o.code(0, (channel * in[2] + row) * in[3] + col),
                                                o.weight(((oc * in_group + ic) * v.size + r) * h.size + s));
                            }
                        }
                    }
                }
                values.push_back(o.finished(sum.value(), oc));
            }
        }
    }
    return values;
}

std::vector<float> multiply(const Oracle& o, const isa::MatMulKernel& matmul) {
    const isa::Shape& out = o.program.tensors[o.phase.output].shape;
    const std::int64_t n = out.back();
    const std::int64_t rows = isa::Region(out).elements() / n;
    std::vector<float> values;
    for (std::int64_t row = 0; row < rows; ++row) {
        for (std::int64_t col = 0; col < n; ++col) {
            numerics::WideSum sum;
            for (std::int64_t k = 0; k < matmul.k; ++k) {
                sum.add_product(o.code(0, row * matmul.k + k),
                                o.weight(matmul.transpose_b ? col * matmul.k + k : k * n + col));
            }
            values.push_back(o.finished(sum.value(), col));
        }
    }
    return values;
}

std::vector<float> pooled(const Oracle& o, const isa::PoolKernel& kernel) {
    const isa::Shape& in = o.tensor(0).shape;
    const isa::Shape& out = o.program.tensors[o.phase.output].shape;
    std::vector<float> values;
    for (std::int64_t c = 0; c < out[1]; ++c) {
        for (std::int64_t y = 0; y < out[2]; ++y) {
            for (std::int64_t x = 0; x < out[3]; ++x) {
                double sum = 0;
                double most = -HUGE_VAL;
                int count = 0;
                for (std::int64_t r = 0; r < kernel.window[0].size; ++r) {
                    for (std::int64_t s = 0; s < kernel.window[1].size; ++s) {
                        const std::int64_t row = y * kernel.window[0].stride + r - kernel.window[0].pad_begin;
                        const std::int64_t col = x * kernel.window[1].stride + s - kernel.window[1].pad_begin;
                        if (row >= 0 && row < in[2] && col >= 0 && col < in[3]) {
                            const double code = o.code(0, (c * in[2] + row) * in[3] + col);
                            sum += code;
                            most = std::max(most, code);
                            ++count;
                        }
                    }
                }
                values.push_back(kernel.kind == isa::PoolKind::maximum
                                     ? static_cast<float>(most * o.tensor(0).scale)
                                     : static_cast<float>(sum * (o.tensor(0).scale / count)));
            }
        }
    }
    return values;
}

std::vector<float> passed_on(const Oracle& o) {
    std::vector<float> values;
    for (std::int64_t i = 0; i < isa::Region(o.tensor(0).shape).elements(); ++i) {
        values.push_back(o.real(0, i));
    }
    return values;
}

std::vector<float> primary(const Oracle& o) {
    if (const auto* conv = std::get_if<isa::ConvKernel>(&o.phase.kernel)) {
        return convolve(o, *conv);
    }
    if (const auto* matmul = std::get_if<isa::MatMulKernel>(&o.phase.kernel)) {
        return multiply(o, *matmul);
    }
    if (const auto* pool = std::get_if<isa::PoolKernel>(&o.phase.kernel)) {
        return pooled(o, *pool);
    }
    return passed_on(o);
}

void run_phase(const isa::Program& program, const isa::Phase& phase, std::vector<Frame>& frames) {
    const Oracle oracle{program, phase, frames};
    std::vector<float> values = primary(oracle);
    for (const isa::EpilogueStep& step : phase.epilogue) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (step.op == isa::EpilogueOp::add) {
                values[i] += oracle.real(step.input.value(), static_cast<std::int64_t>(i));
            } else if (step.op == isa::EpilogueOp::relu) {
                values[i] = values[i] > 0 ? values[i] : 0.0F;
            } else {
                throw std::invalid_argument("the brute-force oracle does not know this step");
            }
        }
    }
    const isa::ProgramTensor& output = program.tensors[phase.output];
    Frame& frame = frames[phase.output];
    frame.clear();
    for (const float value : values) {
        frame.push_back(
            output.format == numerics::FormatId::fp32
                ? static_cast<double>(value)
                : numerics::round_to(numerics::format(output.format), static_cast<double>(value) / output.scale));
    }
}

} // namespace

std::vector<isa::OutputValues> brute_force(const isa::Program& program, const std::vector<std::vector<float>>& inputs) {
    std::vector<isa::OutputValues> outputs(program.network_outputs.size());
    for (std::int64_t frame = 0; frame < program.batch; ++frame) {
        std::vector<Frame> frames(program.tensors.size());
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            const isa::ProgramTensor& tensor = program.tensors[program.network_inputs[i]];
            const auto size = static_cast<std::size_t>(isa::Region(tensor.shape).elements());
            for (std::size_t e = 0; e < size; ++e) {
                const auto value = static_cast<double>(inputs[i].at(static_cast<std::size_t>(frame) * size + e));
                frames[program.network_inputs[i]].push_back(
                    numerics::round_to(numerics::format(tensor.format), value / tensor.scale));
            }
        }
        for (std::size_t phase = 1; phase + 1 < program.phases.size(); ++phase) {
            run_phase(program, program.phases[phase], frames);
        }
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            const isa::ProgramTensor& tensor = program.tensors[program.network_outputs[i]];
            for (const double value : frames[program.network_outputs[i]]) {
                outputs[i].values.push_back(static_cast<float>(value * tensor.scale));
            }
        }
    }
    return outputs;
}

std::vector<std::vector<float>> random_inputs(const isa::Program& program, float range) {
    std::mt19937 random(5);
    std::vector<std::vector<float>> inputs;
    for (const std::uint32_t tensor : program.network_inputs) {
        const auto size = isa::Region(program.tensors[tensor].shape).elements() * program.batch;
        inputs.emplace_back();
        for (std::int64_t i = 0; i < size; ++i) {
            inputs.back().push_back(range * static_cast<float>(static_cast<int>(random() % 2001) - 1000) / 1000.0F);
        }
    }
    return inputs;
}

} // namespace lodestone::test
