// SPDX-License-Identifier: Apache-2.0
// Comparing the orders of two fidelities.
#include "analysis/explore/order_errors.hpp"

#include "analysis/explore/figures.hpp"

#include <map>
#include <optional>
#include <utility>

namespace lodestone::explore {
namespace {

struct Pair {
    std::optional<double> analytic;
    std::optional<double> event;
};

/// Figures of the points that are done at both fidelities.
std::vector<std::pair<double, double>> both(const Exploration& exploration, const std::string& key) {
    std::map<std::uint64_t, Pair> points;
    for (const Row& row : exploration.rows) {
        if (row.status == Status::done) {
            (row.fidelity == "event" ? points[row.id].event : points[row.id].analytic) = find_figure(row.figures, key);
        }
    }
    std::vector<std::pair<double, double>> values;
    for (const auto& [id, pair] : points) {
        if (pair.analytic && pair.event) {
            values.emplace_back(*pair.analytic, *pair.event);
        }
    }
    return values;
}

} // namespace

std::vector<OrderError> order_errors(const Exploration& exploration) {
    std::vector<OrderError> errors;
    for (const Objective& objective : exploration.objectives) {
        OrderError error{.key = objective.key};
        const auto values = both(exploration, objective.key);
        for (std::size_t i = 0; i < values.size(); ++i) {
            for (std::size_t k = 0; k < i; ++k) {
                const double event = values[i].second - values[k].second;
                const double analytic = values[i].first - values[k].first;
                error.pairs += event == 0 ? 0 : 1;
                error.inverted += event != 0 && (event < 0 ? analytic >= 0 : analytic <= 0) ? 1 : 0;
            }
        }
        if (values.size() > 1) {
            errors.push_back(std::move(error));
        }
    }
    return errors;
}

} // namespace lodestone::explore
