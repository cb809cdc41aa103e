// SPDX-License-Identifier: Apache-2.0
// Checking constraints against each other, against axes and against figures.
#include "analysis/explore/constraints.hpp"

#include "analysis/explore/figures.hpp"
#include "sim/config/unit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lodestone::explore {
namespace {

constexpr std::uint64_t most_combinations = 1'000'000; ///< that are tried in search of a legal one

std::string text_of(const Measured& measured) {
    return to_text({.value = rounded(measured.value), .dimensions = measured.dimensions})
        .value_or(shortest(rounded(measured.value)));
}

/// A value in the unit of a figure's key.
Measured measured_figure(const std::string& key, double value) {
    const std::string unit = unit_of_figure(key);
    if (unit.empty()) {
        return {.value = value, .dimensions = {}};
    }
    Measured one = *parse_measured("1 " + unit);
    one.value *= value;
    return one;
}

/// Adds what `value` misses the limits of a constraint by.
void compare(const ConstraintSpec& constraint, const Measured& value, Violation& violation) {
    const auto miss = [&](const Measured& limit, double by, const char* word) {
        violation.amount += limit.value == 0 ? by : by / std::fabs(limit.value);
        if (violation.message.empty()) {
            violation.message =
                constraint.subject() + " is " + text_of(value) + "; at " + word + " " + text_of(limit) + " is allowed";
        }
    };
    if (constraint.max && value.value > constraint.max->value) {
        miss(*constraint.max, value.value - constraint.max->value, "most");
    }
    if (constraint.min && value.value < constraint.min->value) {
        miss(*constraint.min, constraint.min->value - value.value, "least");
    }
}

void check_dimensions(const ConstraintSpec& constraint, const Measured& value) {
    for (const auto& limit : {constraint.min, constraint.max}) {
        if (limit && limit->dimensions != value.dimensions) {
            throw ExpressionError("is " + text_of(value) + ", which cannot be compared with " + text_of(*limit) +
                                  "; give the limit the same unit");
        }
    }
}

/// The axes that an expression computes with, by position.
std::vector<std::size_t> axes_of(const std::vector<const ConstraintSpec*>& constraints, const SweepSpec& sweep) {
    std::vector<std::size_t> axes;
    for (std::size_t i = 0; i < sweep.axes.size(); ++i) {
        const auto names_axis = [&](const ConstraintSpec* constraint) {
            const auto& names = constraint->expression->names();
            return std::ranges::find(names, sweep.axes[i].name) != names.end();
        };
        if (std::ranges::any_of(constraints, names_axis)) {
            axes.push_back(i);
        }
    }
    return axes;
}

/// Moves `point` to the next combination of the values of `axes`; false after the last.
bool advance(std::vector<std::uint32_t>& point, const std::vector<std::size_t>& axes, const SweepSpec& sweep) {
    for (const std::size_t axis : axes) {
        if (++point[axis] < sweep.axes[axis].values.size()) {
            return true;
        }
        point[axis] = 0;
    }
    return false;
}

/// True when some combination meets all constraints, or when there are too many to try.
bool can_hold(const std::vector<const ConstraintSpec*>& constraints, const SweepSpec& sweep) {
    const std::vector<std::size_t> axes = axes_of(constraints, sweep);
    std::vector<std::uint32_t> point(sweep.axes.size(), 0);
    std::uint64_t tried = 0;
    do {
        Violation violation;
        for (const ConstraintSpec* constraint : constraints) {
            const Measured value = value_at(*constraint->expression, sweep, point);
            check_dimensions(*constraint, value);
            compare(*constraint, value, violation);
        }
        if (violation.holds() || ++tried == most_combinations) {
            return true;
        }
    } while (advance(point, axes, sweep));
    return false;
}

/// Limits of constraints on one subject, together.
void check_limits(const SweepSpec& sweep, Problems& problems) {
    for (std::size_t i = 0; i < sweep.constraints.size(); ++i) {
        const ConstraintSpec& one = sweep.constraints[i];
        for (std::size_t k = 0; k <= i; ++k) {
            const ConstraintSpec& other = sweep.constraints[k];
            if (one.subject() != other.subject()) {
                continue;
            }
            for (const auto& [low, high] : {std::pair(&one, &other), std::pair(&other, &one)}) {
                if (low->min && high->max && low->min->value > high->max->value) {
                    problems.error(one.place.location(), "constraints",
                                   "contradict each other: " + one.subject() + " must be at least " +
                                       text_of(*low->min) + " and at most " + text_of(*high->max) +
                                       "; no point can meet both");
                    return;
                }
            }
        }
    }
}

} // namespace

void find_contradictions(const SweepSpec& sweep, Problems& problems) {
    check_limits(sweep, problems);
    if (problems.has_errors()) {
        return;
    }
    std::vector<const ConstraintSpec*> on_axes;
    for (const ConstraintSpec& constraint : sweep.constraints) {
        if (!constraint.expression) {
            continue;
        }
        on_axes.push_back(&constraint);
        try {
            if (!can_hold({&constraint}, sweep)) {
                problems.error(constraint.place.location(), "constraints",
                               "exclude every point: no values of the axes make " + constraint.subject() +
                                   " keep to its limits; widen the limits or the axes");
            }
        } catch (const ExpressionError& error) {
            problems.error(constraint.place.location(), "constraints",
                           "have '" + constraint.subject() + "', which " + error.what());
        }
    }
    if (on_axes.size() > 1 && !problems.has_errors() && !can_hold(on_axes, sweep)) {
        problems.error(on_axes.back()->place.location(), "constraints",
                       "exclude every point together, though each can be met alone; widen the limits or the axes");
    }
}

Violation axis_violation(const SweepSpec& sweep, const std::vector<std::uint32_t>& point) {
    Violation violation;
    for (const ConstraintSpec& constraint : sweep.constraints) {
        if (constraint.expression) {
            compare(constraint, value_at(*constraint.expression, sweep, point), violation);
        }
    }
    return violation;
}

Violation figure_violation(const SweepSpec& sweep, const Figures& figures) {
    Violation violation;
    for (const ConstraintSpec& constraint : sweep.constraints) {
        if (constraint.expression) {
            continue;
        }
        if (const auto value = find_figure(figures, constraint.key)) {
            compare(constraint, measured_figure(constraint.key, *value), violation);
        } else {
            violation.amount = std::numeric_limits<double>::infinity();
            violation.message = "the result has no " + constraint.key + ", which a constraint limits";
        }
    }
    return violation;
}

Judgement judge(const SweepSpec& sweep, Status status, const std::string& message, const Figures& figures) {
    constexpr double unknown = std::numeric_limits<double>::infinity();
    Judgement judgement{.status = status, .message = message, .answer = {.violation = unknown, .objectives = {}}};
    if (status != Status::done) {
        return judgement;
    }
    Objectives objectives;
    for (const Objective& objective : sweep.objectives) {
        if (const auto value = find_figure(figures, objective.key)) {
            objectives.push_back(*value);
        } else {
            judgement.status = Status::infeasible;
            judgement.message = "the result has no " + objective.key + ", which is an objective";
            return judgement;
        }
    }
    const Violation violation = figure_violation(sweep, figures);
    judgement.answer = {.violation = violation.amount, .objectives = std::move(objectives)};
    if (!violation.holds()) {
        judgement.status = Status::infeasible;
        judgement.message = violation.message;
    }
    return judgement;
}

} // namespace lodestone::explore
