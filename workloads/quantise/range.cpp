// SPDX-License-Identifier: Apache-2.0
// Line search over scales.
#include "workloads/quantise/range.hpp"

#include "numerics/scale.hpp"
#include "sim/base/error.hpp"

#include <cmath>
#include <functional>

namespace lodestone::quantise {

namespace {

using numerics::Format;

/// Codes of symmetric integers end at ±(2^(bits-1)-1): the lowest code of two's complement is not used.
double stored(const Format& format, double scale, double value) {
    const double limit = numerics::max_finite(format);
    const double scaled = value / scale;
    const double inside = format.is_integer() && scaled < -limit ? -limit : scaled;
    return numerics::round_to(format, inside) * scale;
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
    double sum = 0.0;
    for (const float v : values) {
        const double error = static_cast<double>(v) - stored(format, scale, static_cast<double>(v));
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
    const auto bins = seen.occupied();
    return search(widest, [&](double scale) {
        double sum = 0.0;
        for (const auto& bin : bins) {
            const double mean = bin.sum / static_cast<double>(bin.count);
            const double error = mean - stored(format, scale, mean);
            sum += error * error * static_cast<double>(bin.count);
        }
        return sum;
    });
}

} // namespace lodestone::quantise
