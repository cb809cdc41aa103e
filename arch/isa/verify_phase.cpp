// SPDX-License-Identifier: Apache-2.0
// Rules of phases by themselves: structure, coverage, formats, instructions.
#include "arch/isa/verify_rules.hpp"
#include "numerics/accumulate.hpp"
#include "numerics/precision.hpp"
#include "sim/base/diagnostics.hpp"

#include <algorithm>
#include <bit>
#include <iterator>

namespace lodestone::isa {
namespace {

/// The signed form that a format is multiplied in: the unit's operands carry a sign bit of their own.
numerics::FormatId multiplied_as(numerics::FormatId id) {
    return id == numerics::FormatId::uint8 ? numerics::FormatId::int8 : id;
}

bool is_plain_integer(numerics::FormatId id) {
    return numerics::format(id).is_integer() && !numerics::format(id).block;
}

struct MatrixSupport {
    bool is_supported = false;
    std::optional<spec::MatrixShape> largest; ///< when the unit is not resized for these formats
};

/// A listed mode takes exactly its pair and, if uniform, every pair of integers of which the wider one is its own;
/// extra formats take the narrowest integer mode that is at least as wide.
MatrixSupport matrix_support(const spec::MatrixUnitSpec& unit, numerics::FormatId weights,
                             numerics::FormatId activations) {
    weights = multiplied_as(weights);
    activations = multiplied_as(activations);
    const int width = std::max(numerics::format(weights).bits, numerics::format(activations).bits);
    const bool integers = is_plain_integer(weights) && is_plain_integer(activations);
    const spec::MatrixMode* chosen = nullptr;
    int chosen_width = 0;
    for (const spec::MatrixMode& mode : unit.modes) {
        const numerics::Precision precision = numerics::parse_precision(mode.precision);
        if (precision.weights == weights && precision.activations == activations) {
            return {.is_supported = true, .largest = mode.shape};
        }
        const int bits = numerics::format(precision.weights).bits;
        const bool wide_enough = integers ? bits == width : bits >= width;
        if (precision.weights == precision.activations && is_plain_integer(precision.weights) && wide_enough &&
            (chosen == nullptr || bits < chosen_width)) {
            chosen = &mode;
            chosen_width = bits;
        }
    }
    const auto is_extra = [&unit](numerics::FormatId id) {
        return is_plain_integer(id) || std::ranges::any_of(unit.extra_formats, [id](const std::string& name) {
                   const numerics::Precision precision = numerics::parse_precision(name);
                   return precision.weights == id || precision.activations == id;
               });
    };
    if (chosen == nullptr || !is_extra(weights) || !is_extra(activations)) {
        return {};
    }
    const bool is_resized = !integers && unit.sizing == spec::Sizing::iso_area;
    return {.is_supported = true, .largest = is_resized ? std::nullopt : std::optional(chosen->shape)};
}

/// Examines one phase; every check returns whether the phase's tiles remain computable.
class PhaseExaminer {
public:
    PhaseExaminer(Examination& exam, std::uint32_t index)
        : exam_(exam), index_(index), phase_(exam.program.phases[index]),
          shape_(exam.program.tensors[phase_.output].shape) {}

    bool examine() {
        verify_ends();
        const bool sound = !computes(phase_) || (verify_kernel(exam_, phase_) && fits_grid());
        if (sound && computes(phase_)) {
            verify_reduction();
            verify_whole_axes();
            verify_blocks();
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
        if (is_load() && !phase_.inputs.empty()) {
            add("PRG-S2", "load", std::to_string(phase_.inputs.size()) + " inputs", "none",
                "gathers, but loading only sends; the phases that read an input gather it");
        }
        if (is_store()) {
            verify_stored();
        }
    }

    void verify_stored() {
        std::vector<std::uint32_t> stored;
        std::ranges::transform(phase_.inputs, std::back_inserter(stored), &Gather::tensor);
        std::vector<std::uint32_t> wanted = exam_.program.network_outputs;
        std::ranges::sort(stored);
        std::ranges::sort(wanted);
        if (stored != wanted || wanted.empty()) {
            add("PRG-S2", "store", names(stored), names(wanted),
                "does not store the network's outputs, each once; gather all of them and nothing else");
        }
    }

    [[nodiscard]] std::string names(const std::vector<std::uint32_t>& tensors) const {
        std::vector<std::string> list;
        std::ranges::transform(tensors, std::back_inserter(list),
                               [this](std::uint32_t tensor) { return exam_.program.tensors[tensor].name; });
        return list.empty() ? "nothing" : join(list);
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
        bool has_parts = phase_.split.batch.parts() > 0 && phase_.split.reduction.parts() > 0;
        for (const AxisSplit& axis : phase_.split.axes) {
            has_parts = has_parts && axis.parts() > 0;
        }
        if (!has_parts) {
            add("PRG-C1", "split", "0 parts", "at least 1 part of each axis",
                "leaves an axis without a part; write 1x1 for an axis that is whole");
        }
        return has_parts;
    }

    void verify_reduction() {
        const AxisSplit& reduction = phase_.split.reduction;
        const WorkShape work = work_shape(exam_.program, phase_);
        if (reduction.parts() > blocks_in(work.reduction, work.reduction_block)) {
            add("PRG-C2", "input_channels", std::to_string(reduction.parts()) + " parts",
                length_text(work.reduction, work.reduction_block),
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

    /// "48", or "48 in blocks of 32" where elements share scales.
    static std::string length_text(std::int64_t length, std::int64_t block) {
        return std::to_string(length) + (block == 1 ? "" : " in blocks of " + std::to_string(block));
    }

    /// The core that computes a block finds its scale, so it computes all of it.
    void verify_blocks() {
        const WorkShape work = work_shape(exam_.program, phase_);
        if (work.block == 1) {
            return;
        }
        const std::uint32_t parts = phase_.split.axes[work.block_axis].parts();
        const std::int64_t length = work.output[work.block_axis];
        if (parts > blocks_in(length, work.block)) {
            add("PRG-C6", "axis " + std::to_string(work.block_axis), std::to_string(parts) + " parts",
                length_text(length, work.block),
                "cuts elements apart that share a scale; use at most as many parts as there are blocks");
        }
    }

    /// Softmax and normalisations compute all values along such an axis together.
    [[nodiscard]] bool is_whole(std::size_t axis) const {
        if (const auto* softmax = std::get_if<SoftmaxKernel>(&phase_.kernel)) {
            return axis == static_cast<std::size_t>(softmax->axis);
        }
        const auto* norm = std::get_if<LayerNormKernel>(&phase_.kernel);
        return norm != nullptr && axis >= static_cast<std::size_t>(norm->axis);
    }

    void verify_whole_axes() {
        for (std::size_t axis = 0; axis < shape_.size(); ++axis) {
            if (is_whole(axis) && phase_.split.axes[axis].parts() > 1) {
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
            return;
        }
        const bool cuts_channels =
            phase_.weights && steps.blocked_axis == channel_axis(exam_.program, phase_); // chunks do that
        if (steps.axis_blocks > 1 && (is_whole(steps.blocked_axis) || cuts_channels)) {
            add("PRG-C5", "steps",
                std::to_string(steps.axis_blocks) + " blocks of axis " + std::to_string(steps.blocked_axis),
                cuts_channels ? "1; weight chunks cut output channels" : "1; the operator needs the axis whole",
                "blocks an axis that must not be; block another one");
        }
    }

    void verify_formats() {
        if (!uses_matrix_unit(phase_.kernel)) {
            return;
        }
        const std::string formats = std::string(numerics::name_of(phase_.weight_format)) + " x " +
                                    std::string(numerics::name_of(phase_.activation_format));
        const MatrixSupport support =
            matrix_support(exam_.machine.matrix, phase_.weight_format, phase_.activation_format);
        if (!support.is_supported) {
            std::vector<std::string> modes;
            for (const auto& mode : exam_.machine.matrix.modes) {
                modes.push_back(mode.precision);
            }
            add("PRG-F1", "matrix unit", formats, join(modes),
                "is no operand format of the unit; choose a supported precision or add it to extra_formats");
        } else if (phase_.matrix.inputs < 1 || phase_.matrix.outputs < 1 ||
                   (support.largest && (phase_.matrix.inputs > support.largest->inputs ||
                                        phase_.matrix.outputs > support.largest->outputs))) {
            add("PRG-F1", "matrix unit",
                std::to_string(phase_.matrix.inputs) + "x" + std::to_string(phase_.matrix.outputs) + " at " + formats,
                support.largest ? "at most " + std::to_string(support.largest->inputs) + "x" +
                                      std::to_string(support.largest->outputs)
                                : "at least 1x1",
                "is not the unit's shape at these formats; use the machine's");
        }
        verify_operand_formats(formats);
        if (support.is_supported) {
            verify_accumulator();
        }
    }

    void verify_operand_formats(const std::string& formats) {
        const Program& program = exam_.program;
        const numerics::FormatId weights = phase_.weights ? program.constants[phase_.weights->constant].format
                                                          : program.tensors[phase_.inputs[1].tensor].format;
        const numerics::FormatId activations = program.tensors[phase_.inputs[0].tensor].format;
        if (phase_.weight_format != weights || phase_.activation_format != activations) {
            add("PRG-F3", "matrix unit", formats,
                std::string(numerics::name_of(weights)) + " x " + std::string(numerics::name_of(activations)),
                "multiplies in other formats than its operands have; name the operands' formats");
        }
    }

    /// Integers: a product has the bits of both operands. Floats: every product, exactly (a Kulisch accumulator).
    void verify_accumulator() {
        const numerics::Format& weights = numerics::format(phase_.weight_format);
        const numerics::Format& activations = numerics::format(phase_.activation_format);
        const int product = weights.is_integer() && activations.is_integer()
                                ? weights.bits + activations.bits
                                : numerics::value_grid(weights).magnitude_bits() +
                                      numerics::value_grid(activations).magnitude_bits() + 1;
        const auto length = static_cast<std::uint64_t>(phase_macs_per_output());
        const bool has_blocks = weights.block || activations.block;
        const std::uint32_t needed =
            has_blocks ? kBlockSumBits
                       : static_cast<std::uint32_t>(product) + static_cast<std::uint32_t>(std::bit_width(length - 1));
        if (phase_.accumulator_bits < needed) {
            add("PRG-F2", "accumulator", std::to_string(phase_.accumulator_bits) + " bits",
                "at least " + std::to_string(needed), "can overflow within one output; widen the accumulator");
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
