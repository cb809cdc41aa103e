// SPDX-License-Identifier: Apache-2.0
// Quantisation error as a sum of integrals over the cells of a grid; the best range by line search.
#include "arch/mac/sqnr.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <array>
#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/tools/minima.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

namespace lodestone::mac {

using numerics::Format;

namespace {

using Quadrature = boost::math::quadrature::gauss<double, 7>;

constexpr std::array all{Distribution::uniform, Distribution::normal, Distribution::laplace, Distribution::student_t};
constexpr double negligible = 1e-6; ///< errors of values below this, in sigma, are below 1e-12

/// Positive half of a symmetric density with deviation 1 before it is cut off at `limit`; not normalised.
double density(Distribution d, double x) {
    switch (d) {
    case Distribution::uniform:
        return 1.0;
    case Distribution::normal:
        return std::exp(-0.5 * x * x);
    case Distribution::laplace:
        return std::exp(-std::numbers::sqrt2 * x);
    case Distribution::student_t:
        // (1 + t^2 / 3)^-2 with t = x sqrt(3), because the variance of t with 3 degrees of freedom is 3.
        return 1.0 / ((1.0 + x * x) * (1.0 + x * x));
    }
    throw InternalError("a distribution outside its enumeration");
}

double limit_of(Distribution d) {
    constexpr double light_tail = 10;
    constexpr double heavy_tail = 100;
    switch (d) {
    case Distribution::uniform:
        return std::numbers::sqrt3;
    case Distribution::student_t:
        return heavy_tail;
    default:
        return light_tail;
    }
}

/// Integral over [low, high] in pieces no longer than a fraction of the distance from zero or of sigma.
template <class Function>
double integral(const Function& f, double low, double high) {
    constexpr double longest = 0.25;
    double sum = 0;
    while (low < high) {
        const double next = std::min(high, low + longest * std::max(1.0, low));
        sum += Quadrature::integrate(f, low, next);
        low = next;
    }
    return sum;
}

/// Mass and variance of the cut density.
struct Moments {
    double mass = 0;
    double variance = 0;
};

Moments moments_of(Distribution d) {
    const double limit = limit_of(d);
    const double mass = integral([d](double x) { return density(d, x); }, 0, limit);
    const double second = integral([d](double x) { return x * x * density(d, x); }, 0, limit);
    return {mass, second / mass};
}

/// Non-negative finite values in ascending order.
std::vector<double> positive_grid(const Format& f) {
    std::vector<double> grid;
    if (f.is_integer()) {
        const int largest = (1 << (f.bits - 1)) - 1;
        for (int i = 0; i <= largest; ++i) {
            grid.push_back(std::ldexp(i, -f.fraction_bits));
        }
        return grid;
    }
    for (std::uint32_t code = 0; code < (std::uint32_t{1} << (f.bits - 1)); ++code) {
        const double value = numerics::decode(f, code);
        if (std::isfinite(value)) {
            grid.push_back(value);
        }
    }
    return grid;
}

/// Calls visit(low, high, value) for each cell of the scaled grid from 0 to `limit`; the last cell is what saturates.
template <class Visit>
void for_each_cell(const std::vector<double>& grid, double scale, double limit, const Visit& visit) {
    double low = 0;
    for (std::size_t i = 0; i < grid.size() && low < limit; ++i) {
        const bool last = i + 1 == grid.size();
        const double high = last ? limit : std::min(limit, scale * 0.5 * (grid[i] + grid[i + 1]));
        if (high > negligible || last) {
            visit(low, high, scale * grid[i]);
            low = high;
        }
    }
}

double squared_error(const std::vector<double>& grid, Distribution d, double scale) {
    double error = 0;
    for_each_cell(grid, scale, limit_of(d), [&](double low, double high, double value) {
        error += integral([&](double x) { return (x - value) * (x - value) * density(d, x); }, low, high);
    });
    return error;
}

/// Error of one block format at one ratio of sigma to a power of two. With H(m) the chance that a magnitude is below
/// m, the largest of n values has density n H^(n-1) h; it has its own error, the others those of values below m.
class BlockError {
public:
    BlockError(const Format& format, Distribution distribution, double sigma)
        : grid_(positive_grid(format)), distribution_(distribution), sigma_(sigma), size_(format.block->size),
          top_(numerics::max_exponent(format)), limit_(limit_of(distribution) * sigma),
          mass_(moments_of(distribution).mass * sigma) {}

    [[nodiscard]] double operator()() const {
        constexpr int binades = 24; // below these a block's largest value has no probability
        const int highest = static_cast<int>(std::floor(std::log2(limit_)));
        double sum = 0;
        for (int exponent = highest; exponent > highest - binades; --exponent) {
            sum += binade(exponent);
        }
        return sum / (sigma_ * sigma_);
    }

private:
    [[nodiscard]] double h(double x) const { return density(distribution_, x / sigma_) / mass_; }

    /// Blocks whose largest magnitude lies in [2^exponent, 2^(exponent+1)).
    [[nodiscard]] double binade(int exponent) const {
        const double first = std::ldexp(1.0, exponent);
        const double end = std::min(limit_, 2 * first);
        double chance = 0; // H at the lower end of the piece
        double error = 0;  // integral of squared errors times h up to there
        double sum = 0;
        const auto piece = [&](double low, double high, double value) {
            const auto squared = [&](double x) { return (x - value) * (x - value) * h(x); };
            const auto below = [&](double x) { return h(x); };
            if (low >= first) {
                sum += integral(
                    [&](double m) {
                        const double to_m = chance + integral(below, low, m);
                        const double others = error + integral(squared, low, m);
                        const double n = size_;
                        return std::pow(to_m, n - 1) * squared(m) + (n - 1) * std::pow(to_m, n - 2) * h(m) * others;
                    },
                    low, high);
            }
            chance += integral(below, low, high);
            error += integral(squared, low, high);
        };
        for_each_cell(grid_, std::ldexp(1.0, exponent - top_), end, [&](double low, double high, double value) {
            if (low < first && first < high) {
                piece(low, first, value);
                piece(first, high, value);
            } else {
                piece(low, high, value);
            }
        });
        return sum;
    }

    std::vector<double> grid_;
    Distribution distribution_;
    double sigma_;
    double size_;
    int top_;
    double limit_;
    double mass_;
};

Sqnr from_error(double relative, double range) {
    constexpr double db_per_power = 10;
    return {.bits = -0.5 * std::log2(relative), .db = -db_per_power * std::log10(relative), .range = range};
}

Sqnr block_sqnr(const Format& format, Distribution d) {
    constexpr int phases = 8;
    double sum = 0;
    for (int i = 0; i < phases; ++i) {
        sum += BlockError(format, d, std::exp2(static_cast<double>(i) / phases))();
    }
    return from_error(sum / phases / moments_of(d).variance, 0);
}

} // namespace

std::span<const Distribution> distributions() {
    return all;
}

std::string_view name_of(Distribution distribution) {
    constexpr std::array<std::string_view, 4> names{"uniform", "normal", "laplace", "student_t"};
    return names.at(static_cast<std::size_t>(distribution));
}

double relative_error(const Format& format, Distribution distribution, double range) {
    const std::vector<double> grid = positive_grid(format);
    const Moments m = moments_of(distribution);
    return squared_error(grid, distribution, range * std::sqrt(m.variance) / grid.back()) / (m.mass * m.variance);
}

Sqnr sqnr(const Format& format, Distribution distribution) {
    if (format.block) {
        return block_sqnr(format, distribution);
    }
    const std::vector<double> grid = positive_grid(format);
    const Moments m = moments_of(distribution);
    const auto error_at = [&](double log_range) {
        return squared_error(grid, distribution, std::exp(log_range) / grid.back());
    };
    // The error of a floating grid has a minimum in each octave of the range: scan, then refine the best.
    const bool fine = grid.size() > 256;
    const int steps = fine ? 24 : 96;
    const double first = std::log(0.5);
    const double step = (std::log(2.0 * limit_of(distribution)) - first) / steps;
    double best = std::numeric_limits<double>::infinity();
    double best_at = first;
    for (int i = 0; i <= steps; ++i) {
        const double error = error_at(first + i * step);
        if (error < best) {
            best = error;
            best_at = first + i * step;
        }
    }
    constexpr int precision_bits = 12;
    const auto [at, error] =
        boost::math::tools::brent_find_minima(error_at, best_at - step, best_at + step, precision_bits);
    return from_error(error / (m.mass * m.variance), std::exp(at) / std::sqrt(m.variance));
}

} // namespace lodestone::mac
