// SPDX-License-Identifier: Apache-2.0
// What values activations take, observed over a calibration set.
#pragma once

#include "workloads/graph/tensor.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace lodestone::quantise {

/// Magnitudes other than zero, counted in equal bins whose width is a power of two and doubles when a larger one
/// arrives, so that the result does not depend on how the values were cut into pieces.
class MagnitudeHistogram {
public:
    static constexpr std::size_t bins = 4096;

    struct Bin {
        std::uint64_t count = 0;
        double sum = 0.0; ///< of the magnitudes in the bin
        friend bool operator==(const Bin&, const Bin&) = default;
    };

    /// NaN and infinities are left out.
    void add(std::span<const float> values);
    /// The bins that hold something.
    [[nodiscard]] std::vector<Bin> occupied() const;
    /// Largest magnitude seen, 0 of none.
    [[nodiscard]] double largest() const { return largest_; }

private:
    void widen(double magnitude);

    std::vector<Bin> bins_;
    int width_exponent_ = 0; ///< a bin is 2^width_exponent_ wide
    double largest_ = 0.0;
};

/// What was seen of one tensor.
struct ObservedRange {
    float min = 0.0F;
    float max = 0.0F;
    std::uint64_t values = 0;
    MagnitudeHistogram magnitudes;

    void add(std::span<const float> seen);
};

/// By tensor name.
using ActivationRanges = std::map<std::string, ObservedRange>;

/// Values by tensor name.
using Sample = std::map<std::string, graph::TensorData>;
/// Runs the network in floats on one sample of its inputs and returns every tensor it computed, by name.
using FloatRunner = std::function<Sample(const Sample& inputs)>;

/// Observes the floating tensors of all samples, inputs included. Run the graph of `prepare`: names and values are
/// then those of the layers to come.
[[nodiscard]] ActivationRanges collect_ranges(const FloatRunner& run, std::span<const Sample> samples);

} // namespace lodestone::quantise
