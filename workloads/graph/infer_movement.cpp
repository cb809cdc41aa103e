// SPDX-License-Identifier: Apache-2.0
// Inference rules of operators that move, copy, describe or make values.
#include "workloads/graph/infer_rules.hpp"

#include "sim/base/error.hpp"
#include "workloads/graph/evaluate.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace lodestone::graph {
namespace {

using Ints = std::vector<std::int64_t>;

constexpr std::int64_t largest_index = std::int64_t{1} << 33; ///< beyond every extent; clamping to it changes nothing

void unchanged(Inference& op) {
    op.out(op.type(0), op.shape(0));
}

void dropout(Inference& op) {
    if (op.has(2)) {
        op.require(op.known(2).size() == 1 && op.known(2).as_int(0) == 0, rule_attributes,
                   "training_mode is on; export the network for inference");
    }
    op.out(op.type(0), op.shape(0));
    op.out(ElementType::boolean, op.shape(0));
}

void cast(Inference& op) {
    const std::string name = op.attributes().text("to", "");
    const auto type = element_type_named(name);
    op.require(type.has_value(), rule_attributes, "casts to '" + name + "'" + known_names(name, element_type_names()));
    op.out(*type, op.shape(0));
}

void concat(Inference& op) {
    op.require_rank(0, 1, any_number);
    op.require(op.attributes().has("axis"), rule_attributes, "attribute 'axis' is missing");
    op.require_same_types(0, op.op().inputs.size() - 1);
    const std::size_t axis = op.axis(0, op.in(0).rank());
    Shape shape = op.shape(0);
    for (std::size_t i = 1; i < op.op().inputs.size(); ++i) {
        Shape other = op.shape(i);
        const std::int64_t extent = axis < other.size() ? other[axis] : 0;
        Shape expected = shape;
        if (other.size() == expected.size()) {
            expected[axis] = extent;
        }
        op.require(other == expected, rule_shapes,
                   op.describe(i) + " must agree with " + op.describe(0) + " in all dimensions but " +
                       std::to_string(axis));
        shape[axis] += extent;
    }
    op.out(op.type(0), shape);
}

/// Extents of the parts of a Split.
Ints split_parts(const Inference& op, std::int64_t extent) {
    const std::size_t count = op.op().outputs.size();
    if (op.has_integers(1, "split")) {
        const Ints parts = op.integers(1, "split");
        const bool fits = parts.size() == count &&
                          std::all_of(parts.begin(), parts.end(), [&](auto p) { return p >= 0 && p <= extent; }) &&
                          std::accumulate(parts.begin(), parts.end(), std::int64_t{0}) == extent;
        op.require(fits, rule_shapes,
                   "split " + to_string(parts) + " must have one entry per output (" + std::to_string(count) +
                       ") and add up to " + std::to_string(extent));
        return parts;
    }
    const auto pieces = static_cast<std::int64_t>(count);
    const bool uneven_allowed = op.attributes().has("num_outputs");
    op.require(uneven_allowed || extent % pieces == 0, rule_shapes,
               std::to_string(extent) + " elements do not split into " + std::to_string(pieces) + " equal parts");
    const std::int64_t part = (extent + pieces - 1) / pieces;
    Ints parts(count, part);
    for (std::int64_t& p : parts) {
        p = std::min(part, extent);
        extent -= p;
    }
    return parts;
}

void split(Inference& op) {
    const std::size_t axis = op.axis(0, op.in(0).rank());
    Shape shape = op.shape(0);
    for (const std::int64_t part : split_parts(op, shape[axis])) {
        shape[axis] = part;
        op.out(op.type(0), shape);
    }
}

void slice(Inference& op) {
    Shape shape = op.shape(0);
    op.require(op.has_integers(1, "starts") && op.has_integers(2, "ends"), rule_attributes,
               "starts or ends are missing");
    const Ints starts = op.integers(1, "starts");
    const Ints ends = op.integers(2, "ends");
    Ints axes = op.integers(3, "axes");
    if (axes.empty()) {
        axes.resize(starts.size());
        std::iota(axes.begin(), axes.end(), 0);
    }
    const Ints steps = op.has(4) ? op.integers(4, "") : Ints(starts.size(), 1);
    op.require(
        ends.size() == starts.size() && axes.size() == starts.size() && steps.size() == starts.size(), rule_shapes,
        "starts, ends, axes and steps must have as many entries, they have " + std::to_string(starts.size()) + ", " +
            std::to_string(ends.size()) + ", " + std::to_string(axes.size()) + ", " + std::to_string(steps.size()));
    std::set<std::size_t> seen;
    for (std::size_t i = 0; i < starts.size(); ++i) {
        const std::size_t axis = op.resolve(axes[i], shape.size());
        op.require(seen.insert(axis).second, rule_attributes, "axis " + std::to_string(axis) + " is sliced twice");
        const std::int64_t step = std::clamp(steps[i], -largest_index, largest_index);
        op.require(step != 0, rule_attributes, "a step is 0; it must be positive or negative");
        const std::int64_t extent = shape[axis];
        const auto from_front = [&](std::int64_t position) {
            const std::int64_t near = std::clamp(position, -largest_index, largest_index);
            return near < 0 ? near + extent : near;
        };
        const std::int64_t lowest = step < 0 ? -1 : 0;
        const std::int64_t last = step < 0 ? extent - 1 : extent;
        const std::int64_t start = std::clamp<std::int64_t>(from_front(starts[i]), 0, std::max<std::int64_t>(last, 0));
        const std::int64_t end = std::clamp<std::int64_t>(from_front(ends[i]), lowest, std::max(last, lowest));
        const std::int64_t distance = step < 0 ? start - end : end - start;
        const std::int64_t stride = std::abs(step);
        shape[axis] = extent == 0 ? 0 : std::max<std::int64_t>((distance + stride - 1) / stride, 0);
    }
    op.out(op.type(0), shape);
}

void reshape(Inference& op) {
    op.require(op.has_integers(1, "shape"), rule_attributes, "the new shape is missing");
    Shape shape = op.integers(1, "shape");
    const Shape& given = op.shape(0);
    const bool zero_copies = op.attributes().integer("allowzero", 0) == 0;
    std::int64_t* free = nullptr;
    for (std::size_t d = 0; d < shape.size(); ++d) {
        if (shape[d] == 0 && zero_copies) {
            op.require(d < given.size(), rule_shapes,
                       "entry " + std::to_string(d) + " of the new shape copies a dimension that " + op.describe(0) +
                           " has not");
            shape[d] = given[d];
        } else if (shape[d] == -1) {
            op.require(free == nullptr, rule_shapes, "the new shape " + to_string(shape) + " has more than one -1");
            free = &shape[d];
        }
    }
    const std::size_t count = op.in(0).size();
    if (free != nullptr) {
        *free = 1;
        const auto rest = checked_element_count(shape);
        op.require(rest.has_value() && *rest > 0 && count % *rest == 0, rule_shapes,
                   op.describe(0) + " does not fill the new shape " + to_string(op.integers(1, "shape")));
        *free = static_cast<std::int64_t>(count / *rest);
    }
    op.require(checked_element_count(shape) == count, rule_shapes,
               op.describe(0) + " has " + std::to_string(count) + " elements, the new shape " + to_string(shape) +
                   " another number");
    op.out(op.type(0), shape);
}

void flatten(Inference& op) {
    const Shape& shape = op.shape(0);
    const std::int64_t axis = op.attributes().integer("axis", 1);
    const auto rank = static_cast<std::int64_t>(shape.size());
    op.require(axis >= -rank && axis <= rank, rule_attributes,
               "axis " + std::to_string(axis) + " is outside a tensor of rank " + std::to_string(rank));
    const auto middle = shape.begin() + (axis < 0 ? axis + rank : axis);
    const auto product = [](auto from, auto to) {
        return std::accumulate(from, to, std::int64_t{1}, std::multiplies<>());
    };
    op.out(op.type(0), {product(shape.begin(), middle), product(middle, shape.end())});
}

void transpose(Inference& op) {
    const Shape& shape = op.shape(0);
    Ints order = op.attributes().integers("perm");
    if (!op.attributes().has("perm")) {
        order.resize(shape.size());
        std::iota(order.rbegin(), order.rend(), 0);
    }
    Ints sorted = order;
    std::sort(sorted.begin(), sorted.end());
    Ints all(shape.size());
    std::iota(all.begin(), all.end(), 0);
    op.require(sorted == all, rule_attributes,
               "perm " + to_string(order) + " must name each of the " + std::to_string(shape.size()) +
                   " dimensions once");
    Shape turned;
    for (const std::int64_t d : order) {
        turned.push_back(shape[static_cast<std::size_t>(d)]);
    }
    op.out(op.type(0), turned);
}

void squeeze(Inference& op) {
    const Shape& shape = op.shape(0);
    std::set<std::size_t> gone;
    for (const std::int64_t axis : op.integers(1, "axes")) {
        gone.insert(op.resolve(axis, shape.size()));
    }
    const bool all_ones = !op.has_integers(1, "axes");
    Shape kept;
    for (std::size_t d = 0; d < shape.size(); ++d) {
        op.require(!gone.contains(d) || shape[d] == 1, rule_shapes,
                   "dimension " + std::to_string(d) + " of " + op.describe(0) + " is not 1 and cannot be squeezed");
        if (!gone.contains(d) && !(all_ones && shape[d] == 1)) {
            kept.push_back(shape[d]);
        }
    }
    op.out(op.type(0), kept);
}

void unsqueeze(Inference& op) {
    op.require(op.has_integers(1, "axes"), rule_attributes, "axes are missing");
    const Ints axes = op.integers(1, "axes");
    const std::size_t rank = op.in(0).rank() + axes.size();
    std::set<std::size_t> fresh;
    for (const std::int64_t axis : axes) {
        op.require(fresh.insert(op.resolve(axis, rank)).second, rule_attributes,
                   "axis " + std::to_string(axis) + " is inserted twice");
    }
    Shape shape;
    auto next = op.shape(0).begin();
    for (std::size_t d = 0; d < rank; ++d) {
        shape.push_back(fresh.contains(d) ? 1 : *next++);
    }
    op.out(op.type(0), shape);
}

void pad(Inference& op) {
    static const std::vector<std::string> modes{"constant", "reflect", "edge", "wrap"};
    const std::string mode = op.attributes().text("mode", "constant");
    op.require(std::find(modes.begin(), modes.end(), mode) != modes.end(), rule_attributes,
               "mode is '" + mode + "'" + known_names(mode, modes));
    op.require(op.has_integers(1, "pads"), rule_attributes, "pads are missing");
    const Ints pads = op.integers(1, "pads");
    Shape shape = op.shape(0);
    Ints axes = op.has(3) ? op.integers(3, "") : Ints();
    if (axes.empty()) {
        axes.resize(shape.size());
        std::iota(axes.begin(), axes.end(), 0);
    }
    op.require(pads.size() == 2 * axes.size(), rule_shapes,
               "pads has " + std::to_string(pads.size()) + " entries, it must have " + std::to_string(2 * axes.size()));
    if (op.has(2)) {
        op.require_type(2, {op.type(0)});
        op.require(op.in(2).size() == 1, rule_shapes, op.describe(2) + " must be one value");
    }
    for (std::size_t i = 0; i < axes.size(); ++i) {
        std::int64_t& extent = shape[op.resolve(axes[i], shape.size())];
        const std::int64_t before = pads[i];
        const std::int64_t after = pads[i + axes.size()];
        const bool in_range = std::max(std::abs(std::max(before, -largest_index)),
                                       std::abs(std::max(after, -largest_index))) <= largest_index;
        op.require(in_range && extent + before + after >= 0, rule_shapes,
                   "pads of " + std::to_string(before) + " and " + std::to_string(after) + " do not fit dimension " +
                       std::to_string(axes[i]) + " of " + op.describe(0));
        op.require(mode == "constant" || extent > 0 || before + after == 0, rule_shapes,
                   "mode " + mode + " has nothing to copy from in " + op.describe(0));
        extent += before + after;
    }
    op.out(op.type(0), shape);
}

void require_choice(const Inference& op, const std::string& attribute, const std::vector<std::string>& choices) {
    const std::string value = op.attributes().text(attribute, choices.front());
    op.require(std::find(choices.begin(), choices.end(), value) != choices.end(), rule_attributes,
               attribute + " is '" + value + "'" + known_names(value, choices));
}

void resize(Inference& op) {
    require_choice(op, "mode", {"nearest", "linear", "cubic"});
    require_choice(op, "coordinate_transformation_mode",
                   {"half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_half_pixel_for_nn",
                    "tf_crop_and_resize"});
    require_choice(op, "nearest_mode", {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"});
    Shape shape = op.shape(0);
    op.require(op.in(0).size() > 0, rule_shapes, op.describe(0) + " has no elements to resize");
    const bool by_sizes = op.has(3) && op.in(3).size() > 0;
    op.require(by_sizes || (op.has(2) && op.in(2).size() > 0), rule_counts, "scales and sizes are both left out");
    const TensorData& how = op.known(by_sizes ? 3 : 2);
    op.require(how.size() == shape.size(), rule_shapes,
               op.describe(by_sizes ? 3 : 2) + " must have one entry per dimension of " + op.describe(0));
    const bool crops = op.attributes().text("coordinate_transformation_mode", "") == "tf_crop_and_resize";
    op.require(!crops || (op.has(1) && op.known(1).size() == 2 * shape.size()), rule_shapes,
               "tf_crop_and_resize needs roi with two entries per dimension");
    for (std::size_t d = 0; d < shape.size(); ++d) {
        const double extent =
            by_sizes ? how.as_double(d) : std::floor(static_cast<double>(shape[d]) * how.as_double(d));
        op.require(extent >= 1 && extent <= static_cast<double>(max_elements), rule_shapes,
                   "dimension " + std::to_string(d) + " of " + op.describe(0) + " would be resized to " +
                       std::to_string(extent));
        shape[d] = static_cast<std::int64_t>(extent);
    }
    op.out(op.type(0), shape);
}

void expand(Inference& op) {
    const Shape target = op.integers(1, "");
    const auto shape = broadcast(op.shape(0), target);
    op.require(shape.has_value(), rule_shapes, op.describe(0) + " does not broadcast to " + to_string(target));
    op.out(op.type(0), *shape);
}

void tile(Inference& op) {
    const Ints repeats = op.integers(1, "");
    Shape shape = op.shape(0);
    op.require(repeats.size() == shape.size(), rule_shapes,
               "repeats has " + std::to_string(repeats.size()) + " entries, " + op.describe(0) +
                   " needs one per dimension");
    for (std::size_t d = 0; d < shape.size(); ++d) {
        op.require(repeats[d] >= 0 && repeats[d] <= largest_index / std::max<std::int64_t>(shape[d], 1), rule_shapes,
                   "repeats holds " + std::to_string(repeats[d]) + ", which is negative or too much");
        shape[d] *= repeats[d];
    }
    op.out(op.type(0), shape);
}

void gather(Inference& op) {
    const std::size_t axis = op.axis(0, op.in(0).rank());
    op.require_type(1, {ElementType::int64, ElementType::int32});
    Shape shape = op.shape(0);
    const Shape& indices = op.shape(1);
    const auto at = shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
    shape.insert(at, indices.begin(), indices.end());
    op.out(op.type(0), shape);
}

std::int64_t blocksize(const Inference& op) {
    constexpr std::int64_t largest_block = 1 << 15;
    op.require_rank(0, 4, 4);
    const std::int64_t block = op.attributes().integer("blocksize", 0);
    op.require(block >= 1 && block <= largest_block, rule_attributes,
               "blocksize is " + std::to_string(block) + ", it must be 1 to 32768");
    return block;
}

void depth_to_space(Inference& op) {
    const std::int64_t b = blocksize(op);
    require_choice(op, "mode", {"DCR", "CRD"});
    const Shape& s = op.shape(0);
    op.require(s[1] % (b * b) == 0, rule_shapes,
               "the channels of " + op.describe(0) + " are not a multiple of blocksize squared");
    op.out(op.type(0), {s[0], s[1] / (b * b), s[2] * b, s[3] * b});
}

void space_to_depth(Inference& op) {
    const std::int64_t b = blocksize(op);
    const Shape& s = op.shape(0);
    op.require(s[2] % b == 0 && s[3] % b == 0, rule_shapes,
               "height and width of " + op.describe(0) + " are not multiples of blocksize");
    op.out(op.type(0), {s[0], s[1] * b * b, s[2] / b, s[3] / b});
}

void constant(Inference& op) {
    const auto value = op.attributes().tensor("value");
    op.require(value != nullptr, rule_attributes, "attribute 'value' is missing");
    op.out(value->type(), value->shape());
}

void constant_of_shape(Inference& op) {
    const auto value = op.attributes().tensor("value");
    op.require(value == nullptr || value->size() == 1, rule_attributes, "value must be one element");
    const Shape shape = op.integers(0, "");
    op.require(std::all_of(shape.begin(), shape.end(), [](auto d) { return d >= 0; }), rule_shapes,
               "the shape " + to_string(shape) + " has a negative dimension");
    op.out(value == nullptr ? ElementType::float32 : value->type(), shape);
}

void shape_of(Inference& op) {
    const auto rank = static_cast<std::int64_t>(op.in(0).rank());
    const auto bound = [&](const char* name, std::int64_t otherwise) {
        const std::int64_t given = op.attributes().integer(name, otherwise);
        return std::clamp<std::int64_t>(given < 0 ? given + rank : given, 0, rank);
    };
    op.out(ElementType::int64, {std::max<std::int64_t>(bound("end", rank) - bound("start", 0), 0)});
}

void size_of(Inference& op) {
    op.out(ElementType::int64, {});
}

void range(Inference& op) {
    op.require_same_types(0, 2);
    for (std::size_t i = 0; i < 3; ++i) {
        op.require(op.known(i).size() == 1, rule_shapes, op.describe(i) + " must be one value");
    }
    const double start = op.known(0).as_double(0);
    const double limit = op.known(1).as_double(0);
    const double delta = op.known(2).as_double(0);
    const double count = std::max(std::ceil((limit - start) / delta), 0.0);
    op.require(delta != 0 && count <= static_cast<double>(max_elements), rule_shapes,
               "the range from " + std::to_string(start) + " to " + std::to_string(limit) + " in steps of " +
                   std::to_string(delta) + " has no end within the limit of elements");
    op.out(op.type(0), {static_cast<std::int64_t>(count)});
}

} // namespace

InferenceRule movement_rule(OpKind kind) {
    switch (kind) {
    case OpKind::identity:
        return unchanged;
    case OpKind::dropout:
        return dropout;
    case OpKind::cast:
        return cast;
    case OpKind::concat:
        return concat;
    case OpKind::split:
        return split;
    case OpKind::slice:
        return slice;
    case OpKind::reshape:
        return reshape;
    case OpKind::flatten:
        return flatten;
    case OpKind::transpose:
        return transpose;
    case OpKind::squeeze:
        return squeeze;
    case OpKind::unsqueeze:
        return unsqueeze;
    case OpKind::pad:
        return pad;
    case OpKind::resize:
        return resize;
    case OpKind::expand:
        return expand;
    case OpKind::tile:
        return tile;
    case OpKind::gather:
        return gather;
    case OpKind::depth_to_space:
        return depth_to_space;
    case OpKind::space_to_depth:
        return space_to_depth;
    case OpKind::constant:
        return constant;
    case OpKind::constant_of_shape:
        return constant_of_shape;
    case OpKind::shape:
        return shape_of;
    case OpKind::size:
        return size_of;
    case OpKind::range:
        return range;
    default:
        return nullptr;
    }
}

} // namespace lodestone::graph
