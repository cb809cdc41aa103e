// SPDX-License-Identifier: Apache-2.0
// Operators that move values without computing: concatenation, slices, reshapes, permutations, padding, resizing.
#include "mapping/emit/phase_builder.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <numeric>

namespace lodestone::emit {
namespace {

/// Copies `part` into `whole` (both row-major) with its first element at `offset` of `axis`.
void place_part(const graph::TensorData& part, isa::Constant& whole, std::size_t axis, std::int64_t offset) {
    std::int64_t inner = 1;
    for (std::size_t a = axis + 1; a < whole.shape.size(); ++a) {
        inner *= whole.shape[a];
    }
    const std::int64_t run = part.shape().at(axis) * inner;
    const std::int64_t stride = whole.shape[axis] * inner;
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(part.size()); ++i) {
        const std::int64_t to = i / run * stride + offset * inner + i % run;
        whole.values.at(static_cast<std::size_t>(to)) = part.as_float(static_cast<std::size_t>(i));
    }
}

} // namespace

void PhaseBuilder::lower_concat() {
    const graph::Tensor& out = builder_.graph.output(op_);
    const std::size_t axis = axis_of(out, op_.attributes.integer("axis", 0));
    const auto activations = std::ranges::count_if(op_.inputs, [&](const auto& id) { return is_activation(*id); });
    if (activations < static_cast<std::ptrdiff_t>(op_.inputs.size())) {
        lower_concat_with_constants();
        return;
    }
    for (std::size_t i = 0; i < op_.inputs.size(); ++i) {
        phase_.inputs.push_back({.tensor = builder_.tensor(operand(op_, i))});
    }
    phase_.kernel = isa::ConcatKernel{.axis = static_cast<std::int64_t>(axis)};
}

/// One activation between constants: the activation is padded with zeros, and the constants are added into the gap.
void PhaseBuilder::lower_concat_with_constants() {
    const graph::Tensor& out = builder_.graph.output(op_);
    const std::size_t axis = axis_of(out, op_.attributes.integer("axis", 0));
    isa::Constant parts{.name = op_.name + ".constants", .shape = out.shape};
    bool all_known = true;
    for (const auto& id : op_.inputs) {
        all_known = all_known && (is_activation(*id) || at(*id).has_data());
    }
    if (all_known) {
        parts.values.assign(out.size(), 0.0F);
    }
    isa::PadKernel pad{.begin = std::vector<std::int64_t>(out.rank(), 0)};
    std::int64_t offset = 0;
    for (const auto& id : op_.inputs) {
        if (is_activation(*id)) {
            if (!phase_.inputs.empty()) {
                throw UserError("constants beside more than one computed operand are not supported");
            }
            input(*id);
            pad.begin[axis] = offset;
        } else if (all_known) {
            place_part(*at(*id).data, parts, axis, offset);
        }
        offset += at(*id).shape.at(axis);
    }
    phase_.kernel = std::move(pad);
    const std::uint32_t constant = builder_.add_constant(std::move(parts));
    phase_.epilogue.push_back({.op = isa::EpilogueOp::add, .constant = constant});
}

void PhaseBuilder::lower_split() {
    const graph::Tensor& x = builder_.graph.required_input(op_, 0);
    const std::size_t axis = axis_of(x, op_.attributes.integer("axis", 0));
    // The layer may fuse steps to the part it stores; any other part stands alone.
    const auto own = std::ranges::find(op_.outputs, layer_.fused.empty() ? output_ : op_.outputs.front());
    value_ = own == op_.outputs.end() ? op_.outputs.front() : *own;
    isa::SliceKernel kernel{.starts = std::vector<std::int64_t>(x.rank(), 0),
                            .steps = std::vector<std::int64_t>(x.rank(), 1)};
    for (const TensorId part : op_.outputs) {
        if (part == value_) {
            break;
        }
        kernel.starts[axis] += at(part).shape.at(axis);
    }
    if (op_.outputs.size() > 1) {
        phase_.name += "." + std::to_string(std::ranges::find(op_.outputs, value_) - op_.outputs.begin());
    }
    input(operand(op_, 0));
    phase_.kernel = std::move(kernel);
}

void PhaseBuilder::lower_slice() {
    const graph::Tensor& x = builder_.graph.required_input(op_, 0);
    const std::vector<std::int64_t> starts = integers(op_, "starts", 1);
    std::vector<std::int64_t> axes = integers(op_, "axes", 3);
    std::vector<std::int64_t> steps = constant_integers(op_, 4);
    if (axes.empty()) {
        axes.resize(starts.size());
        std::iota(axes.begin(), axes.end(), 0);
    }
    steps.resize(starts.size(), 1);
    isa::SliceKernel kernel{.starts = std::vector<std::int64_t>(x.rank(), 0),
                            .steps = std::vector<std::int64_t>(x.rank(), 1)};
    for (std::size_t i = 0; i < starts.size(); ++i) {
        const std::size_t axis = axis_of(x, axes.at(i));
        const std::int64_t size = x.shape[axis];
        const std::int64_t start = starts[i] < 0 ? starts[i] + size : starts[i];
        kernel.starts[axis] = std::clamp<std::int64_t>(start, 0, steps[i] < 0 ? size - 1 : size);
        kernel.steps[axis] = steps[i];
    }
    input(operand(op_, 0));
    phase_.kernel = std::move(kernel);
}

void PhaseBuilder::lower_gather() {
    const graph::Tensor& x = builder_.graph.required_input(op_, 0);
    const graph::Tensor& positions = builder_.graph.required_input(op_, 1);
    if (!is_activation(operand(op_, 0)) || !positions.has_data()) {
        throw UserError("positions '" + positions.name +
                        "' are computed while the network runs; the core grid moves values along paths that are fixed "
                        "before. Fix them when exporting, or look the values up outside and make them an input");
    }
    isa::PickKernel kernel{.axis = static_cast<std::int64_t>(axis_of(x, op_.attributes.integer("axis", 0))),
                           .indices = positions.data->as_ints()};
    const std::int64_t extent = x.shape[static_cast<std::size_t>(kernel.axis)];
    for (std::int64_t& index : kernel.indices) {
        if (index < -extent || index >= extent) {
            throw UserError("position " + std::to_string(index) + " of '" + positions.name + "' is outside axis " +
                            std::to_string(kernel.axis) + " of '" + x.name + "', which has " + std::to_string(extent) +
                            " positions");
        }
        index += index < 0 ? extent : 0;
    }
    if (positions.rank() != 1) {
        throw UserError("positions '" + positions.name + "' have " + std::to_string(positions.rank()) +
                        " axes; the core grid takes a list");
    }
    input(operand(op_, 0));
    phase_.kernel = std::move(kernel);
}

void PhaseBuilder::lower_reshape() {
    input(operand(op_, 0));
    phase_.kernel = isa::ReshapeKernel{};
}

void PhaseBuilder::lower_transpose() {
    const graph::Tensor& x = builder_.graph.required_input(op_, 0);
    std::vector<std::int64_t> order = op_.attributes.integers("perm");
    if (order.empty()) {
        order.resize(x.rank());
        std::iota(order.rbegin(), order.rend(), 0);
    }
    input(operand(op_, 0));
    phase_.kernel = isa::TransposeKernel{.order = std::move(order)};
}

void PhaseBuilder::lower_pad() {
    const graph::Tensor& x = builder_.graph.required_input(op_, 0);
    const std::vector<std::int64_t> pads = integers(op_, "pads", 1);
    std::vector<std::int64_t> axes = constant_integers(op_, 3);
    if (axes.empty()) {
        axes.resize(x.rank());
        std::iota(axes.begin(), axes.end(), 0);
    }
    isa::PadKernel kernel{.begin = std::vector<std::int64_t>(x.rank(), 0)};
    kernel.value = static_cast<double>(op_.attributes.number("value", 0.0F));
    kernel.mode = op_.attributes.text("mode", "constant");
    if (kernel.mode != "constant" && kernel.mode != "reflect" && kernel.mode != "edge") {
        throw UserError("mode '" + kernel.mode + "'" + known_names(kernel.mode, {"constant", "reflect", "edge"}));
    }
    for (std::size_t i = 0; i < axes.size(); ++i) {
        kernel.begin[axis_of(x, axes[i])] = pads.at(i);
    }
    if (op_.has_input(2)) {
        const std::optional<float> value = constant_scalar(op_, 2);
        if (!value) {
            throw UserError("the padding value must be a constant of one element");
        }
        kernel.value = static_cast<double>(*value);
    }
    input(operand(op_, 0));
    phase_.kernel = std::move(kernel);
}

void PhaseBuilder::lower_resize() {
    const graph::Tensor& x = builder_.graph.required_input(op_, 0);
    const graph::Tensor& out = builder_.graph.output(op_);
    isa::ResizeKernel kernel;
    kernel.mode = op_.attributes.text("mode", kernel.mode);
    kernel.coordinates = op_.attributes.text("coordinate_transformation_mode", kernel.coordinates);
    kernel.nearest = op_.attributes.text("nearest_mode", kernel.nearest);
    if (kernel.mode != "nearest" && kernel.mode != "linear") {
        throw UserError("mode '" + kernel.mode + "'" + known_names(kernel.mode, {"nearest", "linear"}));
    }
    const std::vector<std::string> coordinates{"half_pixel", "pytorch_half_pixel", "asymmetric", "align_corners"};
    if (std::ranges::find(coordinates, kernel.coordinates) == coordinates.end()) {
        throw UserError("coordinate_transformation_mode '" + kernel.coordinates + "'" +
                        known_names(kernel.coordinates, coordinates));
    }
    const bool has_scales = op_.has_input(2) && at(*op_.inputs[2]).has_data() && at(*op_.inputs[2]).size() == x.rank();
    for (std::size_t axis = 0; axis < x.rank(); ++axis) {
        kernel.scales.push_back(has_scales ? at(*op_.inputs[2]).data->as_double(axis)
                                           : static_cast<double>(out.shape[axis]) / static_cast<double>(x.shape[axis]));
    }
    input(operand(op_, 0));
    phase_.kernel = std::move(kernel);
}

void PhaseBuilder::lower_expand() {
    input(operand(op_, 0));
    phase_.kernel = isa::ElementwiseKernel{};
}

} // namespace lodestone::emit
