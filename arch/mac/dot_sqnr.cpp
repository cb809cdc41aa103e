// SPDX-License-Identifier: Apache-2.0
// Dot products of random data through the datapath model, beside their sums in binary64.
#include "arch/mac/dot_sqnr.hpp"

#include "arch/mac/mac_unit.hpp"
#include "arch/mac/sqnr.hpp"
#include "numerics/scale.hpp"
#include "sim/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>
#include <vector>

namespace lodestone::mac {

using numerics::Format;

namespace {

constexpr std::size_t terms = 1024; ///< of a sum: an inner dimension of today's networks
constexpr std::size_t sums = 256;   ///< so that the noise is known within 0.4 dB
constexpr int deepest_shift = 24;   ///< of both ranges together, in powers of two

/// Standard normal values in pairs (Box and Muller); the standard library's differ between implementations.
std::vector<float> normal_values(std::size_t count, std::uint64_t seed) {
    std::mt19937_64 engine(seed);
    const auto unit = [&engine] { return std::ldexp(static_cast<double>((engine() >> 11U) + 1), -53); }; // (0, 1]
    std::vector<float> values;
    while (values.size() < count) {
        const double radius = std::sqrt(-2 * std::log(unit()));
        const double angle = 2 * std::numbers::pi * unit();
        values.push_back(static_cast<float>(radius * std::cos(angle)));
        values.push_back(static_cast<float>(radius * std::sin(angle)));
    }
    values.resize(count);
    return values;
}

/// Codes of one side, and what they stand for.
struct Operands {
    std::vector<std::uint32_t> codes;
    std::vector<std::uint8_t> block_scales; ///< E8M0; empty without blocks
    double scale = 1;                       ///< code value over real value
};

Operands coded(const Format& format, const std::vector<float>& values, double range, int shift) {
    Operands operands{.codes = std::vector<std::uint32_t>(values.size()), .block_scales = {}};
    if (format.block) {
        std::vector<std::uint8_t> codes(values.size());
        operands.block_scales.resize(numerics::block_count(format, values.size()));
        numerics::quantise_blocks(format, values, {.codes = codes, .scales = operands.block_scales});
        std::ranges::copy(codes, operands.codes.begin());
        return operands;
    }
    const double largest = numerics::max_finite(format);
    operands.scale = std::ldexp(largest / range, -shift);
    std::ranges::transform(values, operands.codes.begin(), [&](float value) {
        return numerics::encode(format, std::clamp(value * operands.scale, -largest, largest)); // symmetric
    });
    return operands;
}

/// Sums of a unit, and whether one of them left the register's range.
class Sums {
public:
    explicit Sums(const MacUnitSpec& spec)
        : unit_(spec), lanes_(static_cast<std::size_t>(spec.lanes)), blocks_(static_cast<std::size_t>(blocks_of(spec))),
          block_(block_size(spec)), is_scaled_(scaled_sides(spec) != 0),
          is_read_by_block_(is_scaled_ && spec.accumulator.kind == AccumulatorKind::fixed) {
        if (is_scaled_ && lanes_ % block_ != 0 && block_ % lanes_ != 0) {
            throw UserError({}, "lanes",
                            "is " + std::to_string(lanes_) + "; blocks have " + std::to_string(block_) +
                                " elements, of which it must be a part or a multiple");
        }
    }

    double operator()(const Operands& a, const Operands& b, std::size_t first) {
        double sum = 0;
        unit_.clear();
        for (std::size_t at = 0; at < terms; at += lanes_) {
            if (is_read_by_block_ && at > 0 && at % block_ == 0) {
                sum += unit_.value();
                unit_.clear();
            }
            accumulate(a, b, first, at);
        }
        return (sum + unit_.value()) / (a.scale * b.scale);
    }
    [[nodiscard]] bool has_overflowed() const { return unit_.events().overflows != 0; }

private:
    /// The terms of one cycle; lanes behind the last term get zeros.
    void accumulate(const Operands& a, const Operands& b, std::size_t first, std::size_t at) {
        const std::size_t used = std::min(lanes_, terms - at);
        a_.assign(lanes_, 0);
        b_.assign(lanes_, 0);
        std::copy_n(a.codes.begin() + static_cast<std::ptrdiff_t>(first + at), used, a_.begin());
        std::copy_n(b.codes.begin() + static_cast<std::ptrdiff_t>(first + at), used, b_.begin());
        if (!is_scaled_) {
            unit_.accumulate(a_, b_);
            return;
        }
        scales_.clear();
        for (std::size_t block = 0; block < blocks_; ++block) {
            const std::size_t index = (first + std::min(at + block * block_, terms - 1)) / block_;
            scales_.push_back(block_exponent(scale_of(a, index), scale_of(b, index)));
        }
        unit_.accumulate(a_, b_, scales_);
    }

    static std::uint8_t scale_of(const Operands& operands, std::size_t index) {
        return operands.block_scales.empty() ? numerics::encode_e8m0(0) : operands.block_scales[index];
    }

    /// Elements that share a scale; 1 without blocks.
    static std::size_t block_size(const MacUnitSpec& spec) {
        for (const numerics::FormatId id : {spec.a, spec.b}) {
            if (const auto& block = numerics::format(id).block) {
                return block->size;
            }
        }
        return 1;
    }

    MacUnit unit_;
    std::size_t lanes_;
    std::size_t blocks_;
    std::size_t block_;
    bool is_scaled_;
    bool is_read_by_block_;
    std::vector<std::uint32_t> a_;
    std::vector<std::uint32_t> b_;
    std::vector<BlockExponent> scales_;
};

struct Data {
    std::vector<float> a = normal_values(terms * sums, 1);
    std::vector<float> b = normal_values(terms * sums, 2);
    std::vector<double> exact;

    Data() {
        for (std::size_t first = 0; first < a.size(); first += terms) {
            double sum = 0;
            for (std::size_t i = first; i < first + terms; ++i) {
                sum += static_cast<double>(a[i]) * b[i];
            }
            exact.push_back(sum);
        }
    }
};

struct Trial {
    double db = -std::numeric_limits<double>::infinity();
    bool has_overflowed = false;
};

Trial measure(const MacUnitSpec& spec, const Data& data, const Operands& a, const Operands& b) {
    Sums sum(spec);
    double signal = 0;
    double noise = 0;
    for (std::size_t i = 0; i < sums; ++i) {
        const double error = sum(a, b, i * terms) - data.exact[i];
        signal += data.exact[i] * data.exact[i];
        noise += error * error;
    }
    constexpr double db_per_power = 10;
    Trial trial{.has_overflowed = sum.has_overflowed()};
    if (std::isfinite(noise) && noise > 0) {
        constexpr double steps_per_db = 10; // finer than the sample knows; and equal units stay equal
        trial.db = std::round(steps_per_db * db_per_power * std::log10(signal / noise)) / steps_per_db;
    }
    return trial;
}

double best_range(const Format& format) {
    return format.block ? 1 : sqnr(format, Distribution::normal).range;
}

} // namespace

double dot_sqnr_db(const MacUnitSpec& spec) {
    verify_unit(spec).throw_if_errors();
    const Data data;
    const Format& of_a = numerics::format(spec.a);
    const Format& of_b = numerics::format(spec.b);
    const double range_a = best_range(of_a);
    const double range_b = spec.a == spec.b ? range_a : best_range(of_b);
    double best = -std::numeric_limits<double>::infinity();
    for (int shift = 0; shift <= deepest_shift; ++shift) {
        const Trial trial = measure(spec, data, coded(of_a, data.a, range_a, shift / 2),
                                    coded(of_b, data.b, range_b, shift - shift / 2));
        best = std::max(best, trial.db);
        if (!trial.has_overflowed || (of_a.block && of_b.block)) {
            break;
        }
    }
    return best;
}

} // namespace lodestone::mac
