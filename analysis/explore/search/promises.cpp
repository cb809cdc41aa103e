// SPDX-License-Identifier: Apache-2.0
// From objectives to what is guessed, and back to costs.
#include "analysis/explore/search/promises.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace lodestone::explore {
namespace {

constexpr double likely = 0.5;
constexpr double share_of_sum = 0.05; ///< beside the worst objective, so that the others count where it is equal

/// The logarithm to the base 2 where it is a whole number, and straight between: figures of machines are products.
double log_like(double value) {
    int exponent = 0;
    const double mantissa = std::frexp(value, &exponent);
    return exponent + 2 * mantissa - 2;
}

double inverse_of_log_like(double value) {
    const double whole = std::floor(value);
    return std::ldexp(1 + value - whole, static_cast<int>(whole));
}

/// One objective as it is guessed: like a logarithm where all values are positive, and from 0 to 1.
class Scale {
public:
    Scale(const std::vector<Objectives>& known, std::size_t objective) {
        is_log_ = std::ranges::all_of(known, [&](const Objectives& values) { return values[objective] > 0; });
        const auto curved = [&](const Objectives& values) { return curve(values[objective]); };
        low_ = curved(*std::ranges::min_element(known, {}, curved));
        const double high = curved(*std::ranges::max_element(known, {}, curved));
        range_ = high > low_ ? high - low_ : 1;
    }
    [[nodiscard]] double to(double value) const { return (curve(value) - low_) / range_; }
    /// Guesses far outside what is known are of no use.
    [[nodiscard]] double from(double scaled) const {
        const double curved = std::clamp(scaled, -1.0, 2.0) * range_ + low_;
        return is_log_ ? inverse_of_log_like(curved) : curved;
    }

private:
    [[nodiscard]] double curve(double value) const { return is_log_ ? log_like(value) : value; }

    bool is_log_ = false;
    double low_ = 0;
    double range_ = 1;
};

/// Objectives as costs, 0 and 1 at the ends of a front.
class Costs {
public:
    Costs(const std::vector<Objectives>& front, const std::vector<Sense>& senses)
        : senses_(senses), best_(senses.size(), std::numeric_limits<double>::infinity()), worst_(senses.size()) {
        for (std::size_t c = 0; c < senses.size(); ++c) {
            const auto cost = [&](const Objectives& values) { return signed_value(values, c); };
            best_[c] = cost(*std::ranges::min_element(front, {}, cost));
            worst_[c] = cost(*std::ranges::max_element(front, {}, cost));
        }
    }
    [[nodiscard]] Columns of(const Objectives& objectives) const {
        Columns costs(senses_.size());
        for (std::size_t c = 0; c < costs.size(); ++c) {
            const double range = worst_[c] - best_[c];
            costs[c] = range > 0 ? (signed_value(objectives, c) - best_[c]) / range : 0;
        }
        return costs;
    }

private:
    [[nodiscard]] double signed_value(const Objectives& values, std::size_t c) const {
        return senses_[c] == Sense::minimise ? values[c] : -values[c];
    }

    const std::vector<Sense>& senses_;
    Columns best_;
    Columns worst_;
};

/// How much better `costs` are than `known` in the objective in which they are best.
double gain_over(const Columns& known, const Columns& costs) {
    double gain = -std::numeric_limits<double>::infinity();
    for (std::size_t c = 0; c < known.size(); ++c) {
        gain = std::max(gain, known[c] - costs[c]);
    }
    return gain;
}

/// Guesses 1 for points that violate something, 0 for others; nothing when none does.
std::optional<Surrogate> surrogate_of_violation(const Promises::Lessons& lessons) {
    if (lessons.violating.empty()) {
        return std::nullopt;
    }
    std::vector<Point> points = lessons.feasible;
    points.insert(points.end(), lessons.violating.begin(), lessons.violating.end());
    std::vector<Columns> values(lessons.feasible.size(), Columns{0});
    values.resize(points.size(), Columns{1});
    return Surrogate(lessons.axes, std::move(points), std::move(values));
}

} // namespace

Promises::Promises(const Lessons& lessons) {
    const std::size_t objectives = lessons.senses.size();
    std::vector<Scale> scales;
    for (std::size_t c = 0; c < objectives; ++c) {
        scales.emplace_back(lessons.objectives, c);
    }
    std::vector<Columns> values;
    for (const Objectives& known : lessons.objectives) {
        Columns& row = values.emplace_back(objectives);
        for (std::size_t c = 0; c < objectives; ++c) {
            row[c] = scales[c].to(known[c]);
        }
    }
    const Surrogate surrogate(lessons.axes, lessons.feasible, std::move(values));
    const std::optional<Surrogate> violation = surrogate_of_violation(lessons);
    std::vector<Objectives> front;
    for (const std::size_t k : non_dominated(lessons.objectives, lessons.senses)) {
        front.push_back(lessons.objectives[k]);
    }
    const Costs costs(front, lessons.senses);
    std::vector<Columns> front_costs;
    for (const Objectives& known : front) {
        front_costs.push_back(costs.of(known));
    }
    for (const Point& point : lessons.candidates) {
        if (violation && violation->guess(point).front() > likely) {
            continue;
        }
        Objectives guessed = surrogate.guess(point);
        for (std::size_t c = 0; c < objectives; ++c) {
            guessed[c] = scales[c].from(guessed[c]);
        }
        Candidate candidate{
            .point = point, .costs = costs.of(guessed), .gain = std::numeric_limits<double>::infinity()};
        for (const Columns& known : front_costs) {
            candidate.gain = std::min(candidate.gain, gain_over(known, candidate.costs));
        }
        candidates_.push_back(std::move(candidate));
    }
}

/// The first candidate of least merit.
template <class Merit>
std::optional<Point> Promises::take_best(Merit merit) {
    const auto best = std::ranges::min_element(candidates_, {}, merit);
    if (best == candidates_.end()) {
        return std::nullopt;
    }
    Candidate taken = std::move(*best);
    candidates_.erase(best);
    for (Candidate& other : candidates_) {
        other.gain = std::min(other.gain, gain_over(taken.costs, other.costs));
    }
    return std::move(taken.point);
}

std::optional<Point> Promises::best_for(const std::vector<double>& weights) {
    return take_best([&weights](const Candidate& candidate) {
        double worst = -std::numeric_limits<double>::infinity();
        double sum = 0;
        for (std::size_t c = 0; c < weights.size(); ++c) {
            worst = std::max(worst, candidate.costs[c] * weights[c]);
            sum += candidate.costs[c] * weights[c];
        }
        return worst + share_of_sum * sum;
    });
}

std::optional<Point> Promises::farthest_beyond() {
    return take_best([](const Candidate& candidate) { return -candidate.gain; });
}

} // namespace lodestone::explore
