// SPDX-License-Identifier: Apache-2.0
// Resize, one dimension after the other: nearest, linear, cubic.
#include "workloads/reference/kernels.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace lodestone::reference {
namespace {

using graph::Call;
using graph::OpKind;
using graph::Shape;
using graph::TensorData;

/// An output element of one dimension: weighted inputs, or the extrapolation value when the position is outside.
struct Sample {
    std::vector<std::pair<std::size_t, double>> parts;
    bool outside = false;
};

/// One dimension to be resized.
struct Axis {
    double input;
    double output;
    double scale;
    double roi_start;
    double roi_end;
};

/// Where output position x lies in the input, by the operator's coordinate_transformation_mode.
double original(const std::string& mode, const Axis& a, double x) {
    if (mode == "half_pixel") {
        return (x + 0.5) / a.scale - 0.5;
    }
    if (mode == "pytorch_half_pixel") {
        return a.output > 1 ? (x + 0.5) / a.scale - 0.5 : 0.0;
    }
    if (mode == "align_corners") {
        return a.output > 1 ? x * (a.input - 1) / (a.output - 1) : 0.0;
    }
    if (mode == "tf_half_pixel_for_nn") {
        return (x + 0.5) / a.scale;
    }
    if (mode == "tf_crop_and_resize") {
        return a.output > 1
                   ? a.roi_start * (a.input - 1) + x * (a.roi_end - a.roi_start) * (a.input - 1) / (a.output - 1)
                   : 0.5 * (a.roi_start + a.roi_end) * (a.input - 1);
    }
    return x / a.scale; // asymmetric
}

double nearest(const std::string& mode, double x) {
    if (mode == "floor") {
        return std::floor(x);
    }
    if (mode == "ceil") {
        return std::ceil(x);
    }
    return mode == "round_prefer_ceil" ? std::floor(x + 0.5) : std::ceil(x - 0.5);
}

/// Weights of the inputs at floor(x) - 1 ... floor(x) + 2 (Keys, 1981, with coefficient a).
std::array<double, 4> cubic_weights(double a, double fraction) {
    const auto inner = [a](double t) { return ((a + 2) * t - (a + 3)) * t * t + 1; };
    const auto outer = [a](double t) { return ((t - 5) * t + 8) * t * a - 4 * a; };
    return {outer(fraction + 1), inner(fraction), inner(1 - fraction), outer(2 - fraction)};
}

void add_cubic(const Call& call, const Axis& axis, double x, Sample& sample) {
    const auto a = static_cast<double>(call.op.attributes.number("cubic_coeff_a", -0.75F));
    const bool drops_outside = call.op.attributes.integer("exclude_outside", 0) != 0;
    const std::array<double, 4> weights = cubic_weights(a, x - std::floor(x));
    double total = 0.0;
    for (std::size_t k = 0; k < weights.size(); ++k) {
        const double at = std::floor(x) - 1 + static_cast<double>(k);
        if (drops_outside && (at < 0 || at >= axis.input)) {
            continue;
        }
        sample.parts.emplace_back(static_cast<std::size_t>(std::clamp(at, 0.0, axis.input - 1)), weights[k]);
        total += weights[k];
    }
    for (auto& part : sample.parts) {
        part.second /= drops_outside ? total : 1.0;
    }
}

Sample sample_at(const Call& call, const Axis& axis, double output_position) {
    const auto& attributes = call.op.attributes;
    const std::string transformation = attributes.text("coordinate_transformation_mode", "half_pixel");
    const std::string mode = attributes.text("mode", "nearest");
    const double x = original(transformation, axis, output_position);
    const auto clamped = [&](double at) { return static_cast<std::size_t>(std::clamp(at, 0.0, axis.input - 1)); };
    Sample sample;
    sample.outside = transformation == "tf_crop_and_resize" && (x < 0 || x > axis.input - 1);
    if (mode == "nearest") {
        const std::string rounding = attributes.text("nearest_mode", "round_prefer_floor");
        sample.parts.emplace_back(clamped(nearest(rounding, x)), 1.0);
    } else if (mode == "linear") {
        const double fraction = x - std::floor(x);
        sample.parts.emplace_back(clamped(std::floor(x)), 1.0 - fraction);
        sample.parts.emplace_back(clamped(std::floor(x) + 1), fraction);
    } else {
        add_cubic(call, axis, x, sample);
    }
    return sample;
}

/// Values with dimension `d` replaced by the samples. `outside` marks elements that get the extrapolation value.
struct Picture {
    Shape shape;
    std::vector<double> values;
    std::vector<bool> outside;
};

Picture resample(const Picture& from, std::size_t d, const std::vector<Sample>& samples) {
    Picture to{.shape = from.shape, .values = {}, .outside = {}};
    to.shape[d] = static_cast<std::int64_t>(samples.size());
    const auto stride = static_cast<std::size_t>(graph::strides_of(from.shape)[d]);
    const auto extent = static_cast<std::size_t>(from.shape[d]);
    to.values.resize(graph::element_count(to.shape));
    to.outside.resize(to.values.size());
    for (std::size_t i = 0; i < to.values.size(); ++i) {
        const Sample& sample = samples[i / stride % samples.size()];
        const std::size_t base = i / stride / samples.size() * extent * stride + i % stride;
        to.outside[i] = sample.outside;
        for (const auto& [index, weight] : sample.parts) {
            const double value = from.values[base + index * stride];
            to.values[i] = sample.parts.size() == 1 ? value : to.values[i] + weight * value; // a move keeps -0
            to.outside[i] = to.outside[i] || from.outside[base + index * stride];
        }
    }
    return to;
}

Outputs resize(const Call& call) {
    const TensorData& input = call.operand(0);
    const Shape& target = call.result_shape();
    const std::size_t rank = target.size();
    const TensorData* roi = call.optional_operand(1);
    const bool has_roi = roi != nullptr && roi->size() == 2 * rank;
    const TensorData* scales = call.optional_operand(2);
    Picture picture{
        .shape = input.shape(), .values = doubles(input), .outside = std::vector<bool>(input.size(), false)};
    for (std::size_t d = 0; d < rank; ++d) {
        Axis axis{.input = static_cast<double>(input.shape()[d]),
                  .output = static_cast<double>(target[d]),
                  .scale = 1.0,
                  .roi_start = has_roi ? roi->as_double(d) : 0.0,
                  .roi_end = has_roi ? roi->as_double(d + rank) : 1.0};
        axis.scale = scales != nullptr && scales->size() == rank ? scales->as_double(d) : axis.output / axis.input;
        if (scales != nullptr && scales->size() == rank) {
            axis.output = axis.input * axis.scale; // the specification's length_resized, before it is rounded down
        }
        const bool untouched = axis.scale == 1.0 && axis.roi_start == 0.0 && axis.roi_end == 1.0;
        if (untouched && input.shape()[d] == target[d]) {
            continue;
        }
        std::vector<Sample> samples;
        for (std::int64_t o = 0; o < target[d]; ++o) {
            samples.push_back(sample_at(call, axis, static_cast<double>(o)));
        }
        picture = resample(picture, d, samples);
    }
    const auto fill = static_cast<double>(call.op.attributes.number("extrapolation_value", 0.0F));
    for (std::size_t i = 0; i < picture.values.size(); ++i) {
        picture.values[i] = picture.outside[i] ? fill : picture.values[i];
    }
    return {rounded(picture.values, input.type(), target)};
}

} // namespace

graph::Kernel resize_kernel(OpKind kind) {
    return kind == OpKind::resize ? resize : nullptr;
}

} // namespace lodestone::reference
