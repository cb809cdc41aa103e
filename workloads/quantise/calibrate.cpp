// SPDX-License-Identifier: Apache-2.0
// Histograms of magnitudes and their collection.
#include "workloads/quantise/calibrate.hpp"

#include <algorithm>
#include <cmath>

namespace lodestone::quantise {

void MagnitudeHistogram::widen(double magnitude) {
    if (bins_.empty()) {
        bins_.resize(bins);
        int exponent = 0;
        std::frexp(magnitude, &exponent); // magnitude < 2^exponent
        width_exponent_ = exponent - static_cast<int>(std::lround(std::log2(bins)));
    }
    while (std::ldexp(magnitude, -width_exponent_) >= static_cast<double>(bins)) {
        for (std::size_t i = 0; i < bins / 2; ++i) {
            const Bin left = bins_[2 * i];
            const Bin right = bins_[2 * i + 1];
            bins_[i] = {.count = left.count + right.count, .sum = left.sum + right.sum};
        }
        std::fill(bins_.begin() + bins / 2, bins_.end(), Bin{});
        ++width_exponent_;
    }
}

void MagnitudeHistogram::add(std::span<const float> values) {
    double largest = 0.0;
    for (const float v : values) {
        const double magnitude = std::abs(static_cast<double>(v));
        largest = std::isfinite(magnitude) ? std::max(largest, magnitude) : largest;
    }
    if (largest == 0.0) {
        return;
    }
    largest_ = std::max(largest_, largest);
    widen(largest_);
    const double per_width = std::ldexp(1.0, -width_exponent_);
    for (const float v : values) {
        const double magnitude = std::abs(static_cast<double>(v));
        if (magnitude > 0.0 && std::isfinite(magnitude)) {
            Bin& bin = bins_[static_cast<std::size_t>(magnitude * per_width)];
            ++bin.count;
            bin.sum += magnitude;
        }
    }
}

std::vector<MagnitudeHistogram::Bin> MagnitudeHistogram::occupied() const {
    std::vector<Bin> list;
    std::copy_if(bins_.begin(), bins_.end(), std::back_inserter(list), [](const Bin& bin) { return bin.count != 0; });
    return list;
}

void ObservedRange::add(std::span<const float> seen) {
    for (const float v : seen) {
        if (std::isfinite(v)) {
            min = values == 0 ? v : std::min(min, v);
            max = values == 0 ? v : std::max(max, v);
            ++values;
        }
    }
    magnitudes.add(seen);
}

ActivationRanges collect_ranges(const FloatRunner& run, std::span<const Sample> samples) {
    ActivationRanges ranges;
    const auto observe = [&](const Sample& tensors) {
        for (const auto& [name, data] : tensors) {
            if (graph::is_floating(data.type())) {
                ranges[name].add(data.as_floats());
            }
        }
    };
    for (const Sample& sample : samples) {
        Sample computed = run(sample);
        for (const auto& [name, data] : sample) {
            computed.insert_or_assign(name, data); // an input counts once also when the runner returns it
        }
        observe(computed);
    }
    return ranges;
}

} // namespace lodestone::quantise
