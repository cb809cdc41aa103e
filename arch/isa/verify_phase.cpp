// SPDX-License-Identifier: Apache-2.0
// Rules of phases by themselves: structure, coverage, formats, instructions.
#include "arch/isa/verify_rules.hpp"
#include "sim/base/diagnostics.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace lodestone::isa {
namespace {

/// Examines one phase; every check returns whether the phase's tiles remain computable.
class PhaseExaminer {
public:
    PhaseExaminer(Examination& exam, std::uint32_t index)
        : exam_(exam), index_(index), phase_(exam.program.phases[index]),
          shape_(exam.program.tensors[phase_.output].shape) {}

    bool examine() {
        verify_ends();
        const bool sound = fits_tensors() && fits_grid();
        if (sound) {
            verify_reduction();
            verify_whole_axes();
            verify_steps();
            verify_formats();
        }
        verify_order();
        verify_instructions();
        return sound;
    }

private:
    void add(const char* rule, std::string where, std::string value, std::string limit, std::string message) {
        exam_.add({.rule = rule,
                   .layer = phase_.name,
                   .where = std::move(where),
                   .value = std::move(value),
                   .limit = std::move(limit),
                   .message = std::move(message)});
    }

    [[nodiscard]] const Shape& input_shape(std::size_t input) const {
        return exam_.program.tensors[phase_.inputs[input].tensor].shape;
    }
    [[nodiscard]] bool is_load() const { return std::holds_alternative<LoadKernel>(phase_.kernel); }
    [[nodiscard]] bool is_store() const { return std::holds_alternative<StoreKernel>(phase_.kernel); }

    void verify_ends() {
        const bool first = index_ == 0;
        const bool last = index_ + 1 == exam_.program.phases.size();
        if (is_load() != first || is_store() != last) {
            add("PRG-S2", "phase " + std::to_string(index_), kernel_name(phase_.kernel),
                first  ? "load"
                : last ? "store"
                       : "a computation",
                "is out of place; a program begins with load and ends with store");
        }
    }

    bool misfit(const std::string& value, const std::string& limit) {
        add("PRG-S3", kernel_name(phase_.kernel) + " kernel", value, limit,
            "does not fit its tensors; the kernel's numbers or the tensor's shape must change");
        return false;
    }

    bool fits_tensors() {
        if (is_load() || is_store()) {
            return true;
        }
        if (phase_.split.axes.size() != shape_.size() || shape_.empty()) {
            return misfit(std::to_string(phase_.split.axes.size()) + " axes in the split",
                          std::to_string(shape_.size()));
        }
        if (phase_.inputs.empty()) {
            return misfit("no input", "at least 1");
        }
        for (const EpilogueStep& step : phase_.epilogue) {
            if (step.input &&
                (*step.input >= phase_.inputs.size() || input_shape(*step.input).size() > shape_.size())) {
                return misfit("epilogue operand " + std::to_string(*step.input),
                              "an input that broadcasts to the output");
            }
        }
        return fits_kernel();
    }

    bool fits_kernel() {
        const Shape& in = input_shape(0);
        if (const auto* conv = std::get_if<ConvKernel>(&phase_.kernel)) {
            return fits_conv(*conv, in);
        }
        if (const auto* matmul = std::get_if<MatMulKernel>(&phase_.kernel)) {
            return fits_matmul(*matmul, in);
        }
        if (const auto* pool = std::get_if<PoolKernel>(&phase_.kernel)) {
            return (in.size() == shape_.size() && in.size() == pool->window.size() + 2) ||
                   misfit(std::to_string(pool->window.size()) + " window axes",
                          std::to_string(in.size()) + " axes of the input");
        }
        const bool same_rank = in.size() == shape_.size();
        const bool may_differ = std::holds_alternative<ReshapeKernel>(phase_.kernel) ||
                                std::holds_alternative<ReduceKernel>(phase_.kernel) ||
                                std::holds_alternative<ElementwiseKernel>(phase_.kernel);
        if (std::holds_alternative<ReshapeKernel>(phase_.kernel) &&
            Region(in).elements() != Region(shape_).elements()) {
            return misfit(std::to_string(Region(in).elements()) + " elements",
                          std::to_string(Region(shape_).elements()));
        }
        return same_rank || may_differ ||
               misfit("input of " + std::to_string(in.size()) + " axes", std::to_string(shape_.size()));
    }

    bool fits_conv(const ConvKernel& conv, const Shape& in) {
        if (in.size() != shape_.size() || in.size() != conv.window.size() + 2) {
            return misfit(std::to_string(conv.window.size()) + " window axes",
                          std::to_string(in.size()) + " axes of the input");
        }
        if (conv.groups < 1 || conv.in_channels % conv.groups != 0 || conv.out_channels % conv.groups != 0) {
            return misfit(std::to_string(conv.groups) + " groups", "a divisor of the channels");
        }
        if (in[1] != conv.in_channels || shape_[1] != conv.out_channels) {
            return misfit(std::to_string(conv.in_channels) + " -> " + std::to_string(conv.out_channels) + " channels",
                          std::to_string(in[1]) + " -> " + std::to_string(shape_[1]));
        }
        for (std::size_t axis = 0; axis < conv.window.size(); ++axis) {
            const WindowAxis& w = conv.window[axis];
            const std::int64_t room = in[axis + 2] + w.pad_begin + w.pad_end - (w.size - 1) * w.dilation - 1;
            if (w.stride < 1 || w.size < 1 || w.dilation < 1 || room < 0 || room / w.stride + 1 < shape_[axis + 2]) {
                return misfit("window axis " + std::to_string(axis) + " gives " +
                                  std::to_string(room / std::max<std::int64_t>(1, w.stride) + 1),
                              std::to_string(shape_[axis + 2]) + " output positions");
            }
        }
        return true;
    }

    bool fits_matmul(const MatMulKernel& matmul, const Shape& in) {
        if (in.size() < 2 || in.size() > shape_.size() || shape_.size() < 2) {
            return misfit("an operand of " + std::to_string(in.size()) + " axes",
                          "2 to " + std::to_string(shape_.size()));
        }
        const std::int64_t k = in[in.size() - (matmul.transpose_a ? 2 : 1)];
        if (k != matmul.k) {
            return misfit("k = " + std::to_string(matmul.k), std::to_string(k) + " columns of the operand");
        }
        if (matmul.b_is_input &&
            (phase_.inputs.size() < 2 || input_shape(1).size() < 2 || input_shape(1).size() > shape_.size())) {
            return misfit("a second operand that is missing or of another rank",
                          "2 to " + std::to_string(shape_.size()) + " axes");
        }
        return true;
    }

    bool fits_grid() {
        const std::uint32_t rows = phase_.split.rows_used();
        const std::uint32_t cols = phase_.split.cols_used();
        if (rows > exam_.program.grid.rows || cols > exam_.program.grid.cols) {
            add("PRG-C1", "split", std::to_string(rows) + "x" + std::to_string(cols) + " cores",
                std::to_string(exam_.program.grid.rows) + "x" + std::to_string(exam_.program.grid.cols),
                "asks for more cores than there are; cut fewer axes or into fewer parts");
            return false;
        }
        return true;
    }

    void verify_reduction() {
        const AxisSplit& reduction = phase_.split.reduction;
        const std::int64_t length = work_shape(exam_.program, phase_).reduction;
        if (reduction.parts() > length) {
            add("PRG-C2", "input_channels", std::to_string(reduction.parts()) + " parts", std::to_string(length),
                "leaves a part of the reduction empty, which breaks its chain of partial sums; use fewer parts");
        }
        if (reduction.parts() > 1 && !uses_matrix_unit(phase_.kernel)) {
            add("PRG-C4", "input_channels", std::to_string(reduction.parts()) + " parts", "1",
                "cuts a reduction that the matrix unit does not do; leave it whole");
        }
        if (reduction.rows > 1 && reduction.cols > 1) {
            add("PRG-C4", "input_channels", std::to_string(reduction.rows) + "x" + std::to_string(reduction.cols),
                "one side of the grid",
                "puts cores of a chain apart; cut the reduction along rows or along columns, not both");
        }
    }

    void verify_whole_axes() {
        std::size_t first = shape_.size();
        std::size_t last = shape_.size();
        if (const auto* softmax = std::get_if<SoftmaxKernel>(&phase_.kernel)) {
            first = static_cast<std::size_t>(softmax->axis);
            last = first + 1;
        } else if (const auto* norm = std::get_if<LayerNormKernel>(&phase_.kernel)) {
            first = static_cast<std::size_t>(norm->axis);
        }
        for (std::size_t axis = first; axis < last; ++axis) {
            if (phase_.split.axes[axis].parts() > 1) {
                add("PRG-C3", "axis " + std::to_string(axis),
                    std::to_string(phase_.split.axes[axis].parts()) + " parts", "1",
                    "cuts an axis that the operator needs whole; cut another axis");
            }
        }
    }

    void verify_steps() {
        const StepPlan& steps = phase_.steps;
        if (steps.frame_blocks < 1 || steps.axis_blocks < 1 ||
            (steps.axis_blocks > 1 && steps.blocked_axis >= shape_.size())) {
            add("PRG-C5", "steps",
                std::to_string(steps.frame_blocks) + " frame blocks, " + std::to_string(steps.axis_blocks) +
                    " blocks of axis " + std::to_string(steps.blocked_axis),
                "at least 1 each, of " + std::to_string(shape_.size()) + " axes",
                "leaves work out; use at least one block of an existing axis");
        }
    }

    [[nodiscard]] bool is_supported(const std::string& weights, const std::string& activations) const {
        const auto& matrix = exam_.machine.matrix;
        const auto listed = [&](const std::string& name) {
            return std::ranges::find(matrix.modes, name, &spec::MatrixMode::precision) != matrix.modes.end() ||
                   std::ranges::find(matrix.extra_formats, name) != matrix.extra_formats.end();
        };
        return listed(weights) && listed(activations);
    }

    void verify_formats() {
        if (!uses_matrix_unit(phase_.kernel)) {
            return;
        }
        const numerics::Format& weights = numerics::format(phase_.weight_format);
        const numerics::Format& activations = numerics::format(phase_.activation_format);
        if (!is_supported(std::string(weights.name), std::string(activations.name)) || phase_.matrix.inputs < 1 ||
            phase_.matrix.outputs < 1) {
            std::vector<std::string> modes;
            for (const auto& mode : exam_.machine.matrix.modes) {
                modes.push_back(mode.precision);
            }
            add("PRG-F1", "matrix unit", std::string(weights.name) + " x " + std::string(activations.name), join(modes),
                "is no operand format of the unit; choose a supported precision or add it to extra_formats");
        }
        if (weights.is_integer() && activations.is_integer()) {
            const auto length = static_cast<std::uint64_t>(phase_macs_per_output());
            const auto needed = static_cast<std::uint32_t>(weights.bits + activations.bits - 1) +
                                static_cast<std::uint32_t>(std::bit_width(length - 1));
            if (phase_.accumulator_bits < needed) {
                add("PRG-F2", "accumulator", std::to_string(phase_.accumulator_bits) + " bits",
                    "at least " + std::to_string(needed), "can overflow within one output; widen the accumulator");
            }
        }
    }

    [[nodiscard]] std::int64_t phase_macs_per_output() const {
        std::int64_t length = work_shape(exam_.program, phase_).reduction;
        if (const auto* conv = std::get_if<ConvKernel>(&phase_.kernel)) {
            for (const WindowAxis& axis : conv->window) {
                length *= axis.size;
            }
        }
        return length;
    }

    void verify_order() {
        if (!is_load() && !is_store() && exam_.program.tensors[phase_.output].producer != index_) {
            add("PRG-S4", "tensor " + exam_.program.tensors[phase_.output].name, "another producer",
                "phase " + std::to_string(index_),
                "is written by a phase that is not its producer; one phase makes each tensor");
        }
        for (const Gather& gather : phase_.inputs) {
            const ProgramTensor& tensor = exam_.program.tensors[gather.tensor];
            if (tensor.producer && *tensor.producer >= index_) {
                add("PRG-S4", "tensor " + tensor.name, "made in phase " + std::to_string(*tensor.producer),
                    "before phase " + std::to_string(index_), "is read before it is made; order the phases");
            }
        }
    }

    void verify_instructions() {
        if (index_ + 1 >= exam_.program.phases.size()) {
            return;
        }
        const Bytes both = phase_.instruction_bytes + exam_.program.phases[index_ + 1].instruction_bytes;
        if (both > exam_.machine.instruction.memory) {
            add("PRG-I1", "instruction memory", std::to_string(both.count()) + " B",
                std::to_string(exam_.machine.instruction.memory.count()) + " B",
                "does not hold this program and the next; use fewer steps or a larger instruction memory");
        }
    }

    Examination& exam_;
    std::uint32_t index_;
    const Phase& phase_;
    const Shape& shape_;
};

} // namespace

bool verify_phase(Examination& exam, std::uint32_t phase) {
    return PhaseExaminer(exam, phase).examine();
}

} // namespace lodestone::isa
