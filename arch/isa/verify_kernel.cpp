// SPDX-License-Identifier: Apache-2.0
// PRG-S3: a phase's kernel, epilogue and parameters fit the tensors that it reads and makes.
#include "arch/isa/demand.hpp"
#include "arch/isa/verify_rules.hpp"

#include <algorithm>
#include <set>

namespace lodestone::isa {
namespace {

std::string text_of(std::int64_t number) {
    return std::to_string(number);
}

/// "[1, 8, 4, 4]"
std::string text_of(const Shape& shape) {
    std::string text;
    for (const std::int64_t extent : shape) {
        text += (text.empty() ? "[" : ", ") + std::to_string(extent);
    }
    return text.empty() ? "[]" : text + "]";
}

/// Aligned at the last axis, every axis is 1 or that of `onto`.
bool broadcasts(const Shape& shape, const Shape& onto) {
    if (shape.size() > onto.size()) {
        return false;
    }
    const std::size_t offset = onto.size() - shape.size();
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        if (shape[axis] != 1 && shape[axis] != onto[axis + offset]) {
            return false;
        }
    }
    return true;
}

bool in_range(std::int64_t index, std::size_t size) {
    return index >= 0 && index < static_cast<std::int64_t>(size);
}

/// Checks one phase; each check adds at most one violation and returns whether there was none.
class KernelFit {
public:
    KernelFit(Examination& exam, const Phase& phase)
        : exam_(exam), phase_(phase), out_(exam.program.tensors[phase.output].shape) {}

    bool check() {
        if (phase_.split.axes.size() != out_.size() || out_.empty()) {
            return misfit(std::to_string(phase_.split.axes.size()) + " axes in the split",
                          std::to_string(out_.size()) + ", at least 1");
        }
        if (phase_.inputs.empty()) {
            return misfit("no input", "at least 1");
        }
        return check_epilogue() && check_presence_of_weights() &&
               std::visit([this](const auto& kernel) { return fits(kernel); }, phase_.kernel);
    }

private:
    bool misfit(const std::string& value, const std::string& limit) {
        exam_.add({.rule = "PRG-S3",
                   .layer = phase_.name,
                   .where = kernel_name(phase_.kernel) + " kernel",
                   .value = value,
                   .limit = limit,
                   .message = "does not fit its tensors; the kernel's numbers or the tensor's shape must change"});
        return false;
    }

    [[nodiscard]] const Shape& input(std::size_t index) const {
        return exam_.program.tensors[phase_.inputs[index].tensor].shape;
    }

    bool check_epilogue() {
        for (const EpilogueStep& step : phase_.epilogue) {
            const std::string name = "epilogue step " + epilogue_name(step.op);
            if (!is_binary(step.op)) {
                continue;
            }
            if (step.input.has_value() == step.constant.has_value()) {
                return misfit(name + (step.input ? " with two operands" : " without an operand"),
                              "an input or a constant");
            }
            if (step.input && *step.input >= phase_.inputs.size()) {
                return misfit(name + " of input " + std::to_string(*step.input),
                              std::to_string(phase_.inputs.size()) + " inputs");
            }
            if (step.constant && *step.constant >= exam_.program.constants.size()) {
                return misfit(name + " of constant " + std::to_string(*step.constant),
                              std::to_string(exam_.program.constants.size()) + " constants");
            }
            const bool reads_elements = std::holds_alternative<ElementwiseKernel>(phase_.kernel);
            if (step.input && !reads_elements && *step.input < kernel_inputs(exam_.program, phase_)) {
                return misfit(name + " of input " + std::to_string(*step.input) + ", which the kernel reads",
                              "an input of its own, from " + std::to_string(kernel_inputs(exam_.program, phase_)) +
                                  " on");
            }
            const Shape& operand = step.input ? input(*step.input) : exam_.program.constants[*step.constant].shape;
            if (!broadcasts(operand, out_)) {
                return misfit(name + " of shape " + text_of(operand), "broadcasts to " + text_of(out_));
            }
        }
        return true;
    }

    bool check_presence_of_weights() {
        const auto* matmul = std::get_if<MatMulKernel>(&phase_.kernel);
        const bool wanted = uses_matrix_unit(phase_.kernel) && (matmul == nullptr || !matmul->b_is_input);
        return phase_.weights.has_value() == wanted ||
               misfit(phase_.weights ? "weights" : "no weights", wanted ? "weights" : "none");
    }

    bool check_parameters(const Shape& wanted, std::int64_t channels) {
        const Constant& weights = exam_.program.constants[phase_.weights->constant];
        if (weights.shape != wanted) {
            return misfit("weights " + text_of(weights.shape), text_of(wanted));
        }
        if (weights.scales.size() != 1 && weights.scales.size() != static_cast<std::size_t>(channels)) {
            return misfit(std::to_string(weights.scales.size()) + " scales of weights", "1 or " + text_of(channels));
        }
        if (!phase_.weights->bias) {
            return true;
        }
        const Shape& bias = exam_.program.constants[*phase_.weights->bias].shape;
        return Region(bias).elements() == channels || misfit("bias " + text_of(bias), "[" + text_of(channels) + "]");
    }

    /// Positions of a window axis: rounded down, or up where a pool may end outside.
    bool check_window(const WindowAxis& window, std::size_t axis, bool may_round_up) {
        const std::int64_t size = input(0)[axis];
        if (window.stride < 1 || window.size < 1 || window.dilation < 1 || window.pad_begin < 0 || window.pad_end < 0) {
            return misfit("window axis " + std::to_string(axis - 2) + " of size " + text_of(window.size) + ", stride " +
                              text_of(window.stride) + ", dilation " + text_of(window.dilation) + ", pads " +
                              text_of(window.pad_begin) + " and " + text_of(window.pad_end),
                          "at least 1, 1, 1, 0 and 0");
        }
        const std::int64_t room = size + window.pad_begin + window.pad_end - (window.size - 1) * window.dilation - 1;
        const std::int64_t down = room / window.stride + 1;
        const std::int64_t up = (room + window.stride - 1) / window.stride + 1;
        const bool good = room >= 0 && (out_[axis] == down || (may_round_up && out_[axis] == up));
        return good || misfit("window axis " + std::to_string(axis - 2) + " gives " + text_of(room < 0 ? 0 : down),
                              text_of(out_[axis]) + " output positions");
    }

    bool check_windows(const std::vector<WindowAxis>& window, bool may_round_up) {
        if (input(0).size() != out_.size() || out_.size() != window.size() + 2) {
            return misfit(std::to_string(window.size()) + " window axes",
                          std::to_string(input(0).size()) + " axes of the input, " + std::to_string(out_.size()) +
                              " of the output");
        }
        if (input(0)[0] != out_[0]) {
            return misfit(text_of(input(0)[0]) + " images", text_of(out_[0]));
        }
        for (std::size_t axis = 0; axis < window.size(); ++axis) {
            if (!check_window(window[axis], axis + 2, may_round_up)) {
                return false;
            }
        }
        return true;
    }

    bool fits(const ConvKernel& conv) {
        if (!check_windows(conv.window, false)) {
            return false;
        }
        if (conv.groups < 1 || conv.in_channels % conv.groups != 0 || conv.out_channels % conv.groups != 0) {
            return misfit(text_of(conv.groups) + " groups", "a divisor of the channels");
        }
        if (input(0)[1] != conv.in_channels || out_[1] != conv.out_channels) {
            return misfit(text_of(conv.in_channels) + " -> " + text_of(conv.out_channels) + " channels",
                          text_of(input(0)[1]) + " -> " + text_of(out_[1]));
        }
        Shape weights{conv.out_channels, conv.in_channels / conv.groups};
        for (const WindowAxis& axis : conv.window) {
            weights.push_back(axis.size);
        }
        return check_parameters(weights, conv.out_channels);
    }

    /// Shape of an operand whose last two axes are `rows` x `cols`, transposed if stored so.
    bool check_matrix(const Shape& shape, std::int64_t rows, std::int64_t cols) {
        Shape wanted = out_;
        wanted[out_.size() - 2] = rows;
        wanted[out_.size() - 1] = cols;
        const bool good = shape.size() >= 2 && shape.size() <= out_.size() && shape[shape.size() - 2] == rows &&
                          shape.back() == cols && broadcasts(shape, wanted);
        return good || misfit("operand " + text_of(shape), text_of(wanted));
    }

    bool fits(const MatMulKernel& matmul) {
        if (out_.size() < 2) {
            return misfit(std::to_string(out_.size()) + " axes of the output", "at least 2");
        }
        const std::int64_t m = out_[out_.size() - 2];
        const std::int64_t n = out_.back();
        if (!check_matrix(input(0), matmul.transpose_a ? matmul.k : m, matmul.transpose_a ? m : matmul.k)) {
            return false;
        }
        const std::int64_t rows = matmul.transpose_b ? n : matmul.k;
        const std::int64_t cols = matmul.transpose_b ? matmul.k : n;
        if (!matmul.b_is_input) {
            return check_parameters({rows, cols}, n);
        }
        if (phase_.inputs.size() < 2) {
            return misfit("one operand", "2");
        }
        return check_matrix(input(1), rows, cols);
    }

    bool fits(const PoolKernel& pool) {
        return check_windows(pool.window, true) &&
               (input(0)[1] == out_[1] || misfit(text_of(input(0)[1]) + " channels", text_of(out_[1])));
    }

    bool fits(const ReduceKernel& reduce) {
        const std::set<std::int64_t> axes(reduce.axes.begin(), reduce.axes.end());
        Shape wanted;
        for (std::size_t axis = 0; axis < input(0).size(); ++axis) {
            if (!axes.contains(static_cast<std::int64_t>(axis))) {
                wanted.push_back(input(0)[axis]);
            } else if (reduce.keep_axes) {
                wanted.push_back(1);
            }
        }
        const bool in_tensor =
            std::ranges::all_of(axes, [&](std::int64_t axis) { return in_range(axis, input(0).size()); });
        return (in_tensor && wanted == out_) || misfit("reduction to " + text_of(wanted), text_of(out_));
    }

    bool same_shape_and_axis(std::int64_t axis) {
        if (!in_range(axis, out_.size())) {
            return misfit("axis " + text_of(axis), "an axis of " + std::to_string(out_.size()));
        }
        return input(0) == out_ || misfit("input " + text_of(input(0)), text_of(out_));
    }
    bool fits(const SoftmaxKernel& softmax) { return same_shape_and_axis(softmax.axis); }
    bool fits(const LayerNormKernel& norm) { return same_shape_and_axis(norm.axis); }

    bool fits(const ElementwiseKernel& /*elementwise*/) {
        return broadcasts(input(0), out_) || misfit("input " + text_of(input(0)), "broadcasts to " + text_of(out_));
    }

    bool fits(const ConcatKernel& concat) {
        if (!in_range(concat.axis, out_.size())) {
            return misfit("axis " + text_of(concat.axis), "an axis of " + std::to_string(out_.size()));
        }
        const auto axis = static_cast<std::size_t>(concat.axis);
        Shape sum = out_;
        sum[axis] = 0;
        for (std::uint32_t index = 0; index < kernel_inputs(exam_.program, phase_); ++index) {
            Shape part = input(index);
            const bool same_rank = part.size() == out_.size();
            sum[axis] += same_rank ? part[axis] : 0;
            if (same_rank) {
                part[axis] = out_[axis];
            }
            if (part != out_) {
                return misfit("input " + std::to_string(index) + " " + text_of(input(index)),
                              text_of(out_) + " but for axis " + text_of(concat.axis));
            }
        }
        return sum == out_ || misfit("inputs of " + text_of(sum[axis]), text_of(out_[axis]) + " along the axis");
    }

    bool fits(const SliceKernel& slice) {
        const std::size_t rank = out_.size();
        if (input(0).size() != rank || slice.starts.size() != rank || slice.steps.size() != rank) {
            return misfit("input of " + std::to_string(input(0).size()) + " axes", std::to_string(rank));
        }
        for (std::size_t axis = 0; axis < rank; ++axis) {
            const std::int64_t last = slice.starts[axis] + (out_[axis] - 1) * slice.steps[axis];
            const auto size = static_cast<std::size_t>(input(0)[axis]);
            if (!in_range(slice.starts[axis], size) || !in_range(last, size)) {
                return misfit("axis " + std::to_string(axis) + " from " + text_of(slice.starts[axis]) + " to " +
                                  text_of(last),
                              text_of(input(0)[axis]) + " positions");
            }
        }
        return true;
    }

    bool fits(const PickKernel& pick) {
        const Shape& in = input(0);
        if (!in_range(pick.axis, out_.size()) || in.size() != out_.size()) {
            return misfit("axis " + text_of(pick.axis) + " of " + std::to_string(in.size()) + " axes",
                          "an axis of " + std::to_string(out_.size()));
        }
        const auto axis = static_cast<std::size_t>(pick.axis);
        Shape wanted = in;
        wanted[axis] = static_cast<std::int64_t>(pick.indices.size());
        const auto outside = std::ranges::find_if(
            pick.indices, [&](std::int64_t index) { return !in_range(index, static_cast<std::size_t>(in[axis])); });
        if (outside != pick.indices.end()) {
            return misfit("position " + text_of(*outside), text_of(in[axis]) + " positions");
        }
        return wanted == out_ || misfit(text_of(wanted), text_of(out_));
    }

    bool fits(const TransposeKernel& transpose) {
        const Shape& in = input(0);
        const std::set<std::int64_t> axes(transpose.order.begin(), transpose.order.end());
        bool good = in.size() == out_.size() && transpose.order.size() == in.size() && axes.size() == in.size();
        for (std::size_t axis = 0; good && axis < in.size(); ++axis) {
            const std::int64_t from = transpose.order[axis];
            good = in_range(from, in.size()) && in[static_cast<std::size_t>(from)] == out_[axis];
        }
        return good || misfit("order " + text_of(transpose.order) + " of " + text_of(in), text_of(out_));
    }

    bool fits(const ReshapeKernel& /*reshape*/) {
        return Region(input(0)).elements() == Region(out_).elements() ||
               misfit(text_of(Region(input(0)).elements()) + " elements", text_of(Region(out_).elements()));
    }

    bool fits(const PadKernel& pad) {
        return (input(0).size() == out_.size() && pad.begin.size() == out_.size()) ||
               misfit("input of " + std::to_string(input(0).size()) + " axes, " + std::to_string(pad.begin.size()) +
                          " pads",
                      std::to_string(out_.size()));
    }

    bool fits(const ResizeKernel& resize) {
        const bool good = input(0).size() == out_.size() && resize.scales.size() == out_.size() &&
                          std::ranges::all_of(resize.scales, [](double scale) { return scale > 0; });
        return good || misfit("input of " + std::to_string(input(0).size()) + " axes, " +
                                  std::to_string(resize.scales.size()) + " scales",
                              std::to_string(out_.size()) + ", scales above 0");
    }

    bool fits(const LoadKernel& /*load*/) { return true; }
    bool fits(const StoreKernel& /*store*/) { return true; }

    Examination& exam_;
    const Phase& phase_;
    const Shape& out_;
};

} // namespace

bool verify_kernel(Examination& exam, const Phase& phase) {
    return KernelFit(exam, phase).check();
}

} // namespace lodestone::isa
