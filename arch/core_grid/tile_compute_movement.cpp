// SPDX-License-Identifier: Apache-2.0
// Kernels that move elements: element-wise passing, concatenation, slices, permutations, padding, resizing.
#include "arch/core_grid/region_walk.hpp"
#include "arch/core_grid/tile_compute.hpp"
#include "arch/isa/resample.hpp"
#include "sim/base/error.hpp"

#include <algorithm>
#include <cmath>

namespace lodestone::core_grid {
namespace {

/// The values that `source(out index)` names in input `input`.
template <class Source>
std::vector<float> gather(const TileTask& task, std::size_t input, Source source) {
    const Block& block = task.inputs[input];
    std::vector<float> values;
    values.reserve(static_cast<std::size_t>(task.output.elements()));
    for_each_index(task.output,
                   [&](const Index& out) { values.push_back(block.real(place_in(block.region, source(out)))); });
    return values;
}

const isa::Shape& input_shape(const TileTask& task, std::size_t input) {
    return task.program.tensors[task.phase.inputs[input].tensor].shape;
}

/// Index of the element at row-major position `flat` of a tensor.
Index index_at(const isa::Shape& shape, std::int64_t flat) {
    Index index{};
    for (std::size_t axis = shape.size(); axis-- > 0;) {
        index[axis] = flat % shape[axis];
        flat /= shape[axis];
    }
    return index;
}

/// A region and its real values between two axes of a resizing.
struct Picture {
    isa::Region region;
    std::vector<double> values;
};

/// `from` with axis `axis` replaced by the output positions `out`, interpolated linearly.
Picture resample(const Picture& from, const isa::ResizeKernel& resize, std::size_t axis, isa::Interval out,
                 const isa::ResizeAxis& geometry) {
    Picture to{.region = from.region, .values = {}};
    to.region[axis] = out;
    for_each_index(to.region, [&](const Index& index) {
        Index at = index;
        const auto value_at = [&](std::int64_t position) {
            at[axis] = position;
            return from.values[place_in(from.region, at)];
        };
        const isa::Interval source = isa::resize_source(resize, geometry, index[axis]);
        if (resize.mode == "nearest") {
            to.values.push_back(value_at(source.begin));
            return;
        }
        const double x = isa::resize_coordinate(resize, geometry, index[axis]);
        const double fraction = x - std::floor(x);
        double value = 0.0;
        value += (1.0 - fraction) * value_at(source.begin);
        value += fraction * value_at(source.end - 1);
        to.values.push_back(value);
    });
    return to;
}

} // namespace

std::vector<float> compute(const isa::ElementwiseKernel& /*elementwise*/, const TileTask& task) {
    const isa::Shape& shape = input_shape(task, 0);
    const std::size_t offset = task.output.rank() - shape.size();
    return gather(task, 0, [&](const Index& out) {
        Index at{};
        for (std::size_t axis = 0; axis < shape.size(); ++axis) {
            at[axis] = shape[axis] == 1 ? 0 : out[axis + offset];
        }
        return at;
    });
}

std::vector<float> compute(const isa::ConcatKernel& concat, const TileTask& task) {
    const auto axis = static_cast<std::size_t>(concat.axis);
    std::vector<float> values;
    values.reserve(static_cast<std::size_t>(task.output.elements()));
    for_each_index(task.output, [&](const Index& out) {
        Index at = out;
        std::size_t input = 0;
        while (at[axis] >= input_shape(task, input)[axis]) {
            at[axis] -= input_shape(task, input)[axis];
            ++input;
        }
        values.push_back(task.inputs[input].real(place_in(task.inputs[input].region, at)));
    });
    return values;
}

std::vector<float> compute(const isa::SliceKernel& slice, const TileTask& task) {
    return gather(task, 0, [&](const Index& out) {
        Index at{};
        for (std::size_t axis = 0; axis < task.output.rank(); ++axis) {
            at[axis] = slice.starts[axis] + out[axis] * slice.steps[axis];
        }
        return at;
    });
}

std::vector<float> compute(const isa::PickKernel& pick, const TileTask& task) {
    return gather(task, 0, [&](Index at) {
        std::int64_t& position = at[static_cast<std::size_t>(pick.axis)];
        position = pick.indices[static_cast<std::size_t>(position)];
        return at;
    });
}

std::vector<float> compute(const isa::TransposeKernel& transpose, const TileTask& task) {
    return gather(task, 0, [&](const Index& out) {
        Index at{};
        for (std::size_t axis = 0; axis < task.output.rank(); ++axis) {
            at[static_cast<std::size_t>(transpose.order[axis])] = out[axis];
        }
        return at;
    });
}

std::vector<float> compute(const isa::ReshapeKernel& /*reshape*/, const TileTask& task) {
    const isa::Region whole(task.program.tensors[task.phase.output].shape);
    const isa::Shape& shape = input_shape(task, 0);
    return gather(task, 0,
                  [&](const Index& out) { return index_at(shape, static_cast<std::int64_t>(place_in(whole, out))); });
}

std::vector<float> compute(const isa::PadKernel& pad, const TileTask& task) {
    const Block& block = task.inputs[0];
    const isa::Shape& shape = input_shape(task, 0);
    std::vector<float> values;
    values.reserve(static_cast<std::size_t>(task.output.elements()));
    for_each_index(task.output, [&](const Index& out) {
        Index at{};
        bool inside = true;
        for (std::size_t axis = 0; axis < shape.size(); ++axis) {
            at[axis] = isa::pad_source(pad, axis, out[axis], shape[axis]);
            inside = inside && at[axis] >= 0;
        }
        values.push_back(inside ? block.real(place_in(block.region, at)) : static_cast<float>(pad.value));
    });
    return values;
}

std::vector<float> compute(const isa::ResizeKernel& resize, const TileTask& task) {
    const Block& block = task.inputs[0];
    Picture picture{.region = block.region, .values = {}};
    for (std::size_t place = 0; place < block.values.size(); ++place) {
        picture.values.push_back(static_cast<double>(block.real(place)));
    }
    const isa::Shape& in = input_shape(task, 0);
    const isa::Shape& out = task.program.tensors[task.phase.output].shape;
    for (std::size_t axis = 0; axis < in.size(); ++axis) {
        const isa::ResizeAxis geometry{.scale = resize.scales[axis], .in = in[axis], .out = out[axis]};
        if (geometry.scale != 1.0 || geometry.in != geometry.out) {
            picture = resample(picture, resize, axis, task.output[axis], geometry);
        }
    }
    check_invariant(picture.region == task.output, "an axis that is not resized is needed as it is");
    std::vector<float> values(picture.values.size());
    std::ranges::transform(picture.values, values.begin(), [](double value) { return static_cast<float>(value); });
    return values;
}

std::vector<float> compute(const isa::LoadKernel& /*load*/, const TileTask& /*task*/) {
    throw InternalError("loading has no steps");
}

std::vector<float> compute(const isa::StoreKernel& /*store*/, const TileTask& /*task*/) {
    throw InternalError("storing has no steps");
}

} // namespace lodestone::core_grid
