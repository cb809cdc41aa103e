// SPDX-License-Identifier: Apache-2.0
// Units and steps, neuron by neuron.
#include "mapping/spiking/nir_weights.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace lodestone::spiking {
namespace {

constexpr double most_steps = 7; // of a weight in steps
constexpr double least_steps = -8;
constexpr double exact = 1e-6;        // relative: numbers written in single precision
constexpr std::int32_t max_step = 32; // 8 x 32 = 256, the largest magnitude of a weight

bool is_whole(double value) {
    return std::abs(value - std::round(value)) <= exact * std::max(1.0, std::abs(value));
}

bool fits(std::span<const double> weights, double unit) {
    return std::ranges::all_of(weights, [unit](double weight) {
        const double steps = weight / unit;
        return is_whole(steps) && std::round(steps) <= most_steps && std::round(steps) >= least_steps;
    });
}

/// What one step of the weights stands for.
double unit_of(std::span<const double> weights) {
    double smallest = 0;
    double unit = 0;
    for (const double weight : weights) {
        const double size = std::abs(weight);
        smallest = size > 0 && (smallest == 0 || size < smallest) ? size : smallest;
        unit = std::max(unit, weight > 0 ? weight / most_steps : weight / least_steps);
    }
    for (int parts = 1; parts <= 8; ++parts) { // the smallest weight is 1 to 8 units
        if (smallest > 0 && fits(weights, smallest / parts)) {
            return smallest / parts;
        }
    }
    return unit > 0 ? unit : 1;
}

/// The largest of the rounding errors, as share of the unit.
struct Rounding {
    double weights = 0;
    double others = 0;
};

class Conversion {
public:
    Conversion(const RealLayer& layer, const NeuronReals& neurons, const spec::SpikingArraySpec& machine,
               const NirPlace& place)
        : layer_(layer), neurons_(neurons), machine_(machine), place_(place) {}

    WholeLayer run() {
        WholeLayer whole{.layer = shape_of(layer_), .warning = ""};
        for (std::uint32_t feature = 0; feature < layer_.features; ++feature) {
            add(feature, whole.layer);
        }
        if (rounding_.weights > exact || rounding_.others > exact) {
            whole.warning = "rounded to 4-bit weights; the largest error is " + std::to_string(rounding_.weights) +
                            " of a step for weights and " + std::to_string(rounding_.others) +
                            " for thresholds, resets and biases";
        }
        return whole;
    }

private:
    void add(std::uint32_t feature, TrinaryLayer& whole) {
        const std::size_t count = layer_.weights.size() / layer_.features;
        std::vector<double> weights;
        for (std::size_t i = 0; i < count; ++i) {
            weights.push_back(layer_.weights[feature * count + i] * neurons_.resistance[feature]);
        }
        const double bias = layer_.biases[feature] * neurons_.resistance[feature];
        const double threshold = neurons_.threshold[feature];
        const double reset = neurons_.reset[feature];
        const auto is_finite = [](double value) { return std::isfinite(value); };
        if (!std::ranges::all_of(weights, is_finite) || !is_finite(bias) || !is_finite(threshold) ||
            !is_finite(reset)) {
            throw UserError({.file = place_.file}, place_.node,
                            "feature " + std::to_string(feature) + " has a parameter that is no finite number");
        }
        const double unit = unit_of(weights);
        for (const double weight : weights) {
            const double steps = weight / unit;
            const double rounded = std::clamp(std::round(steps), least_steps, most_steps);
            rounding_.weights = std::max(rounding_.weights, std::abs(steps - rounded));
            whole.weights.push_back(static_cast<std::int8_t>(rounded));
        }
        const std::int32_t step = step_for({threshold / unit, reset / unit, bias / unit});
        // v > threshold in whole numbers: v >= floor(threshold) + 1
        const double counted = std::floor(threshold / unit * step + exact) + 1;
        whole.integrating.push_back(
            {.step = static_cast<std::int16_t>(step),
             .threshold = static_cast<std::int32_t>(in_range(counted, machine_.threshold_range(), "threshold")),
             .reset = static_cast<std::int32_t>(
                 in_range(rounded(reset / unit, step), machine_.potential_range(), "reset"))});
        whole.biases.push_back(
            static_cast<std::int16_t>(in_range(rounded(bias / unit, step), machine_.leak_range(), "bias")));
        rounded(threshold / unit, step);
    }

    /// Counts of a step that the neuron's numbers need; fewer when they would leave the machine's range.
    [[nodiscard]] std::int32_t step_for(const std::array<double, 3>& values) const {
        const auto all_fit = [&](std::int32_t step) {
            return std::abs(values[0]) * step < static_cast<double>(machine_.threshold_range().max) &&
                   std::abs(values[1]) * step < static_cast<double>(machine_.potential_range().max) &&
                   std::abs(values[2]) * step < static_cast<double>(machine_.leak_range().max);
        };
        std::int32_t largest = 1;
        for (std::int32_t step = 1; step <= max_step && all_fit(step) && -8 * step >= machine_.weight_range().min;
             ++step) {
            if (std::ranges::all_of(values, [step](double value) { return is_whole(value * step); })) {
                return step;
            }
            largest = step;
        }
        return largest;
    }

    double rounded(double value, std::int32_t step) {
        const double counted = std::round(value * step);
        rounding_.others = std::max(rounding_.others, std::abs(value - counted / step));
        return counted;
    }

    [[nodiscard]] double in_range(double value, const spec::IntegerRange& range, const char* what) const {
        if (value < static_cast<double>(range.min) || value > static_cast<double>(range.max)) {
            throw UserError({.file = place_.file}, place_.node,
                            std::string(what) + " is " + std::to_string(value) +
                                " when the weights are counted in 4-bit steps; the machine allows " +
                                std::to_string(range.min) + " to " + std::to_string(range.max));
        }
        return value;
    }

    const RealLayer& layer_;
    const NeuronReals& neurons_;
    const spec::SpikingArraySpec& machine_;
    const NirPlace& place_;
    Rounding rounding_;
};

} // namespace

TrinaryLayer shape_of(const RealLayer& layer) {
    return {.kernel_rows = layer.kernel_rows,
            .kernel_cols = layer.kernel_cols,
            .stride = layer.stride,
            .pad = layer.pad,
            .features = layer.features,
            .groups = layer.groups};
}

WholeLayer to_whole_numbers(const RealLayer& layer, const NeuronReals& neurons, const spec::SpikingArraySpec& machine,
                            const NirPlace& place) {
    return Conversion(layer, neurons, machine, place).run();
}

} // namespace lodestone::spiking
