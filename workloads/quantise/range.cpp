// SPDX-License-Identifier: Apache-2.0
// Line search over scales.
#include "workloads/quantise/range.hpp"

#include "numerics/scale.hpp"
#include "sim/base/error.hpp"

#include <cmath>
#include <functional>
#include <vector>

namespace lodestone::quantise {

namespace {

using numerics::Format;

/// The values after storage with `scale`. Codes of integers are symmetric, as those of weights.
std::vector<double> stored(const Format& format, double scale, std::span<const float> values) {
    std::vector<std::uint16_t> codes(values.size());
    std::vector<double> result(values.size());
    numerics::quantise({.format = format.id, .scale = scale}, values, codes);
    numerics::decode(format, codes, result);
    for (double& v : result) {
        v *= scale;
    }
    return result;
}

double search(double widest, const std::function<double(double)>& error_of) {
    double best = widest;
    double least = error_of(widest);
    for (int i = scale_candidates - 1; i > 0; --i) {
        const double scale = widest * (static_cast<double>(i) / scale_candidates);
        if (scale == 0.0) {
            break; // underflow of a tiny range
        }
        const double error = error_of(scale);
        if (error < least) {
            least = error;
            best = scale;
        }
    }
    return best;
}

} // namespace

double squared_error(const Format& format, double scale, std::span<const float> values) {
    const std::vector<double> kept = stored(format, scale, values);
    double sum = 0.0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double error = static_cast<double>(values[i]) - kept[i];
        sum += error * error;
    }
    return sum;
}

double choose_scale(const Format& format, std::span<const float> values, RangeMethod method) {
    check_invariant(!format.block, "block formats find their scales block by block");
    double amax = 0.0;
    for (const float v : values) {
        amax = std::isfinite(v) ? std::max(amax, std::abs(static_cast<double>(v))) : amax;
    }
    const double widest = numerics::scale_for(format, amax);
    if (method == RangeMethod::min_max || amax == 0.0) {
        return widest;
    }
    return search(widest, [&](double scale) { return squared_error(format, scale, values); });
}

double choose_scale(const Format& format, const MagnitudeHistogram& seen, RangeMethod method) {
    check_invariant(!format.block, "block formats find their scales block by block");
    const double widest = numerics::scale_for(format, seen.largest());
    if (method == RangeMethod::min_max || seen.largest() == 0.0) {
        return widest;
    }
    std::vector<float> means;
    std::vector<double> counts;
    for (const auto& bin : seen.occupied()) {
        means.push_back(static_cast<float>(bin.sum / static_cast<double>(bin.count)));
        counts.push_back(static_cast<double>(bin.count));
    }
    return search(widest, [&](double scale) {
        const std::vector<double> kept = stored(format, scale, means);
        double sum = 0.0;
        for (std::size_t i = 0; i < means.size(); ++i) {
            const double error = static_cast<double>(means[i]) - kept[i];
            sum += error * error * counts[i];
        }
        return sum;
    });
}

} // namespace lodestone::quantise
