// SPDX-License-Identifier: Apache-2.0
// Operators that move, copy, describe or make values.
#include "workloads/graph/evaluate_kernels.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace lodestone::graph {
namespace {

using Outputs = std::vector<TensorData>;
using Ints = std::vector<std::int64_t>;

/// For each dimension of the output, the distance each index adds to the position in the input; a negative distance
/// means "outside the input".
using Offsets = std::vector<Ints>;

template <class T>
struct Picker {
    const std::vector<T>& from;
    std::vector<T>& to;
    const Offsets& offsets;
    T fill;
    std::size_t next = 0;

    void run(std::size_t dimension, std::int64_t base, bool outside) {
        if (dimension == offsets.size()) {
            to[next++] = outside ? fill : from[static_cast<std::size_t>(base)];
            return;
        }
        for (const std::int64_t offset : offsets[dimension]) {
            run(dimension + 1, base + std::max<std::int64_t>(offset, 0), outside || offset < 0);
        }
    }
};

/// The output whose element [i, j, ...] is the input's at offsets[0][i] + offsets[1][j] + ..., or `fill`.
TensorData pick(const TensorData& input, const Offsets& offsets, const TensorData* fill = nullptr) {
    Shape shape;
    for (const Ints& dimension : offsets) {
        shape.push_back(static_cast<std::int64_t>(dimension.size()));
    }
    TensorData out(input.type(), shape);
    std::visit(
        [&]<class T>(std::vector<T>& to) {
            const T value = fill != nullptr && fill->size() > 0 ? fill->values<T>()[0] : T{};
            if (!to.empty()) {
                Picker<T>{.from = input.values<T>(), .to = to, .offsets = offsets, .fill = value}.run(0, 0, false);
            }
        },
        out.any());
    return out;
}

/// start, start + step, ... : `count` entries, each times `stride`.
Ints spread(std::int64_t count, std::int64_t stride, std::int64_t start = 0, std::int64_t step = 1) {
    Ints offsets(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < offsets.size(); ++i) {
        offsets[i] = (start + static_cast<std::int64_t>(i) * step) * stride;
    }
    return offsets;
}

/// The offsets that copy a tensor of `shape` unchanged.
Offsets all_of(const Shape& shape) {
    const Ints strides = strides_of(shape);
    Offsets offsets;
    for (std::size_t d = 0; d < shape.size(); ++d) {
        offsets.push_back(spread(shape[d], strides[d]));
    }
    return offsets;
}

Outputs pass(const Call& call) {
    return {call.operand(0)};
}

/// Dropout of a finished network passes its input on; the mask keeps everything.
Outputs dropout(const Call& call) {
    Outputs outputs{call.operand(0)};
    if (call.op.outputs.size() > 1) {
        TensorData mask = call.result(1);
        std::visit([](auto& values) { std::fill(values.begin(), values.end(), 1); }, mask.any());
        outputs.push_back(std::move(mask));
    }
    return outputs;
}

Outputs reshape(const Call& call) {
    return {call.operand(0).reshaped(call.result_shape())};
}

Outputs cast(const Call& call) {
    return {call.operand(0).cast_to(call.graph.output(call.op).type)};
}

Outputs transpose(const Call& call) {
    const TensorData& input = call.operand(0);
    const Offsets given = all_of(input.shape());
    Ints order = call.op.attributes.integers("perm");
    if (order.empty()) {
        order = spread(static_cast<std::int64_t>(given.size()), -1, 1 - static_cast<std::int64_t>(given.size()));
    }
    Offsets offsets;
    for (const std::int64_t d : order) {
        offsets.push_back(given[static_cast<std::size_t>(d)]);
    }
    return {pick(input, offsets)};
}

Outputs concat(const Call& call) {
    TensorData out = call.result();
    const std::size_t axis = call.axis(0, out.shape().size());
    const Ints strides = strides_of(out.shape());
    const auto row = static_cast<std::size_t>(out.shape()[axis] * strides[axis]); // elements per outer index
    std::size_t at = 0;
    for (const TensorData* operand : call.operands) {
        const auto part = static_cast<std::size_t>(operand->shape()[axis] * strides[axis]);
        std::visit(
            [&]<class T>(std::vector<T>& to) {
                const auto& from = operand->values<T>();
                for (std::size_t i = 0; i < from.size(); ++i) {
                    to[i / part * row + at + i % part] = from[i];
                }
            },
            out.any());
        at += part;
    }
    return {std::move(out)};
}

Outputs split(const Call& call) {
    const TensorData& input = call.operand(0);
    const std::size_t axis = call.axis(0, input.shape().size());
    const std::int64_t stride = strides_of(input.shape())[axis];
    Offsets offsets = all_of(input.shape());
    Outputs outputs;
    std::int64_t start = 0;
    for (std::size_t i = 0; i < call.op.outputs.size(); ++i) {
        const std::int64_t count = call.result_shape(i)[axis];
        offsets[axis] = spread(count, stride, start);
        start += count;
        outputs.push_back(pick(input, offsets));
    }
    return outputs;
}

Outputs slice(const Call& call) {
    const TensorData& input = call.operand(0);
    const Shape& shape = input.shape();
    const Ints starts = call.integers(1, "starts");
    Ints axes = call.integers(3, "axes");
    if (axes.empty()) {
        axes = spread(static_cast<std::int64_t>(starts.size()), 1);
    }
    const Ints steps = call.optional_operand(4) != nullptr ? call.operand(4).as_ints() : Ints(starts.size(), 1);
    const Ints strides = strides_of(shape);
    Offsets offsets = all_of(shape);
    for (std::size_t i = 0; i < starts.size(); ++i) {
        const std::size_t axis = *resolve_axis(axes[i], shape.size());
        const std::int64_t extent = shape[axis];
        const std::int64_t from_front = starts[i] < 0 ? starts[i] + extent : starts[i];
        const std::int64_t last = steps[i] < 0 ? extent - 1 : extent;
        const std::int64_t start = std::clamp<std::int64_t>(from_front, 0, std::max<std::int64_t>(last, 0));
        offsets[axis] = spread(call.result_shape()[axis], strides[axis], start, steps[i]);
    }
    return {pick(input, offsets)};
}

/// Index in [0, extent) that a padded position copies, or -1.
std::int64_t pad_source(std::int64_t position, std::int64_t extent, const std::string& mode) {
    if (position >= 0 && position < extent) {
        return position;
    }
    if (mode == "constant") {
        return -1;
    }
    if (mode == "edge") {
        return position < 0 ? 0 : extent - 1;
    }
    if (mode == "wrap") {
        return (position % extent + extent) % extent;
    }
    const std::int64_t period = std::max<std::int64_t>(2 * (extent - 1), 1); // reflect
    const std::int64_t phase = (position % period + period) % period;
    return phase < extent ? phase : period - phase;
}

Outputs pad(const Call& call) {
    const TensorData& input = call.operand(0);
    const Shape& shape = input.shape();
    const Ints pads = call.integers(1, "pads");
    Ints axes = call.integers(3, "");
    if (axes.empty()) {
        axes = spread(static_cast<std::int64_t>(shape.size()), 1);
    }
    const std::string mode = call.op.attributes.text("mode", "constant");
    const Ints strides = strides_of(shape);
    Offsets offsets = all_of(shape);
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const std::size_t axis = *resolve_axis(axes[i], shape.size());
        Ints& dimension = offsets[axis];
        dimension.resize(static_cast<std::size_t>(call.result_shape()[axis]));
        for (std::size_t o = 0; o < dimension.size(); ++o) {
            const std::int64_t source = pad_source(static_cast<std::int64_t>(o) - pads[i], shape[axis], mode);
            dimension[o] = source < 0 ? -1 : source * strides[axis];
        }
    }
    const TensorData by_attribute = TensorData::scalar(call.op.attributes.number("value", 0.0F)).cast_to(input.type());
    const TensorData* fill = call.optional_operand(2);
    return {pick(input, offsets, fill != nullptr ? fill : &by_attribute)};
}

Outputs expand(const Call& call) {
    const TensorData& input = call.operand(0);
    const Shape& shape = call.result_shape();
    const Offsets given = all_of(input.shape());
    const std::size_t skip = shape.size() - given.size();
    Offsets offsets;
    for (std::size_t d = 0; d < shape.size(); ++d) {
        const bool repeats = d < skip || given[d - skip].size() == 1;
        offsets.push_back(repeats ? spread(shape[d], 0) : given[d - skip]);
    }
    return {pick(input, offsets)};
}

Outputs tile(const Call& call) {
    const TensorData& input = call.operand(0);
    Offsets offsets = all_of(input.shape());
    for (std::size_t d = 0; d < offsets.size(); ++d) {
        const Ints once = offsets[d];
        offsets[d].resize(static_cast<std::size_t>(call.result_shape()[d]));
        for (std::size_t i = 0; i < offsets[d].size(); ++i) {
            offsets[d][i] = once[i % once.size()];
        }
    }
    return {pick(input, offsets)};
}

Outputs gather(const Call& call) {
    const TensorData& input = call.operand(0);
    const std::size_t axis = call.axis(0, input.shape().size());
    const std::int64_t extent = input.shape()[axis];
    const std::int64_t stride = strides_of(input.shape())[axis];
    Offsets offsets = all_of(input.shape());
    offsets[axis].clear();
    for (const std::int64_t index : call.operand(1).as_ints()) {
        if (index < -extent || index >= extent) {
            throw UserError({}, call.op.name,
                            "gathers index " + std::to_string(index) + " of axis " + std::to_string(axis) +
                                ", which has " + std::to_string(extent) + " elements");
        }
        offsets[axis].push_back((index < 0 ? index + extent : index) * stride);
    }
    return {pick(input, offsets).reshaped(call.result_shape())};
}

/// Reshapes, permutes, reshapes: the common form of DepthToSpace and SpaceToDepth.
TensorData rearrange(const TensorData& input, const Shape& inner, const std::vector<std::size_t>& order,
                     const Shape& outer) {
    const TensorData view = input.reshaped(inner);
    const Offsets given = all_of(inner);
    Offsets offsets;
    for (const std::size_t d : order) {
        offsets.push_back(given[d]);
    }
    return pick(view, offsets).reshaped(outer);
}

Outputs depth_to_space(const Call& call) {
    const TensorData& input = call.operand(0);
    const std::int64_t b = call.op.attributes.integer("blocksize", 1);
    const Shape& s = input.shape();
    if (call.op.attributes.text("mode", "DCR") == "CRD") {
        return {rearrange(input, {s[0], s[1] / (b * b), b, b, s[2], s[3]}, {0, 1, 4, 2, 5, 3}, call.result_shape())};
    }
    return {rearrange(input, {s[0], b, b, s[1] / (b * b), s[2], s[3]}, {0, 3, 4, 1, 5, 2}, call.result_shape())};
}

Outputs space_to_depth(const Call& call) {
    const TensorData& input = call.operand(0);
    const std::int64_t b = call.op.attributes.integer("blocksize", 1);
    const Shape& s = input.shape();
    return {rearrange(input, {s[0], s[1], s[2] / b, b, s[3] / b, b}, {0, 3, 5, 1, 2, 4}, call.result_shape())};
}

Outputs constant(const Call& call) {
    return {*call.op.attributes.tensor("value")};
}

Outputs constant_of_shape(const Call& call) {
    const auto value = call.op.attributes.tensor("value");
    const TensorData zero = TensorData::scalar(0.0F);
    const TensorData& one = value != nullptr ? *value : zero;
    Offsets offsets;
    for (const std::int64_t extent : call.result_shape()) {
        offsets.push_back(spread(extent, 0));
    }
    return {pick(one, offsets)};
}

/// Works from the inferred shape alone, so that the operand's values may be absent.
Outputs shape(const Call& call) {
    const Shape& all = call.graph.required_input(call.op, 0).shape;
    const auto rank = static_cast<std::int64_t>(all.size());
    const auto bound = [&](const char* name, std::int64_t otherwise) {
        const std::int64_t given = call.op.attributes.integer(name, otherwise);
        return std::clamp<std::int64_t>(given < 0 ? given + rank : given, 0, rank);
    };
    const std::int64_t start = bound("start", 0);
    const std::int64_t end = std::max(start, bound("end", rank));
    return {TensorData::vector_of(Ints(all.begin() + start, all.begin() + end))};
}

Outputs size(const Call& call) {
    const Shape& all = call.graph.required_input(call.op, 0).shape;
    return {TensorData::scalar(static_cast<std::int64_t>(element_count(all)))};
}

Outputs range(const Call& call) {
    TensorData out = call.result();
    std::visit(
        [&]<class T>(std::vector<T>& to) {
            const T start = call.operand(0).values<T>()[0];
            const T delta = call.operand(2).values<T>()[0];
            for (std::size_t i = 0; i < to.size(); ++i) {
                to[i] = static_cast<T>(start + static_cast<T>(i) * delta);
            }
        },
        out.any());
    return {std::move(out)};
}

} // namespace

Kernel movement_kernel(OpKind kind) {
    switch (kind) {
    case OpKind::identity:
        return pass;
    case OpKind::dropout:
        return dropout;
    case OpKind::reshape:
    case OpKind::flatten:
    case OpKind::squeeze:
    case OpKind::unsqueeze:
        return reshape;
    case OpKind::cast:
        return cast;
    case OpKind::transpose:
        return transpose;
    case OpKind::concat:
        return concat;
    case OpKind::split:
        return split;
    case OpKind::slice:
        return slice;
    case OpKind::pad:
        return pad;
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
        return shape;
    case OpKind::size:
        return size;
    case OpKind::range:
        return range;
    default:
        return nullptr;
    }
}

} // namespace lodestone::graph
