// SPDX-License-Identifier: Apache-2.0
// Index arithmetic of ONNX Pad and Resize.
#include "arch/isa/resample.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <cmath>

namespace lodestone::isa {

std::int64_t pad_source(const PadKernel& pad, std::size_t axis, std::int64_t index, std::int64_t size) {
    const std::int64_t position = index - pad.begin[axis];
    if (position >= 0 && position < size) {
        return position;
    }
    if (pad.mode == "edge") {
        return std::clamp<std::int64_t>(position, 0, size - 1);
    }
    if (pad.mode == "reflect" && size > 1) {
        const std::int64_t period = 2 * (size - 1);
        const std::int64_t folded = ((position % period) + period) % period;
        return folded < size ? folded : period - folded;
    }
    return -1;
}

double resize_coordinate(const ResizeKernel& resize, const ResizeAxis& axis, std::int64_t index) {
    const auto x = static_cast<double>(index);
    if (resize.coordinates == "asymmetric") {
        return x / axis.scale;
    }
    if (resize.coordinates == "align_corners") {
        return axis.out == 1 ? 0.0 : x * static_cast<double>(axis.in - 1) / static_cast<double>(axis.out - 1);
    }
    if (resize.coordinates == "pytorch_half_pixel" && axis.out <= 1) {
        return 0.0;
    }
    check_invariant(resize.coordinates == "half_pixel" || resize.coordinates == "pytorch_half_pixel",
                    "lowering refuses other coordinate transformations");
    return (x + 0.5) / axis.scale - 0.5; // centres of pixels
}

std::int64_t resize_nearest(const ResizeKernel& resize, const ResizeAxis& axis, std::int64_t index) {
    const double x = resize_coordinate(resize, axis, index);
    double nearest = std::ceil(x - 0.5); // round_prefer_floor
    if (resize.nearest == "round_prefer_ceil") {
        nearest = std::floor(x + 0.5);
    } else if (resize.nearest == "floor") {
        nearest = std::floor(x);
    } else if (resize.nearest == "ceil") {
        nearest = std::ceil(x);
    }
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(nearest), 0, axis.in - 1);
}

Interval resize_source(const ResizeKernel& resize, const ResizeAxis& axis, std::int64_t index) {
    if (resize.mode == "nearest") {
        const std::int64_t position = resize_nearest(resize, axis, index);
        return {.begin = position, .end = position + 1};
    }
    const auto below = static_cast<std::int64_t>(std::floor(resize_coordinate(resize, axis, index)));
    return {.begin = std::clamp<std::int64_t>(below, 0, axis.in - 1),
            .end = std::clamp<std::int64_t>(below + 1, 0, axis.in - 1) + 1};
}

} // namespace lodestone::isa
