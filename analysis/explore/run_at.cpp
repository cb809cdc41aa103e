// SPDX-License-Identifier: Apache-2.0
// Laying axis values over the run of a sweep.
#include "analysis/explore/run_at.hpp"

#include <algorithm>

namespace lodestone::explore {
namespace {

/// One path is the other or lies below it.
bool overlap(const std::string& a, const std::string& b) {
    const std::string& shorter = a.size() < b.size() ? a : b;
    const std::string& longer = a.size() < b.size() ? b : a;
    return longer.starts_with(shorter) &&
           (longer.size() == shorter.size() || longer[shorter.size()] == '.' || longer[shorter.size()] == '[');
}

} // namespace

Space space_of(const SweepSpec& sweep) {
    std::vector<AxisShape> shapes;
    for (const AxisSpec& axis : sweep.axes) {
        shapes.push_back({.values = static_cast<std::uint32_t>(axis.values.size()), .ordered = axis.is_ordered()});
    }
    return Space(std::move(shapes));
}

std::vector<std::string> values_at(const SweepSpec& sweep, const Point& point) {
    std::vector<std::string> values;
    for (std::size_t i = 0; i < point.size(); ++i) {
        values.push_back(sweep.axes[i].values[point[i]].text);
    }
    return values;
}

config::Node run_at(const SweepSpec& sweep, const Point& point, Problems& problems) {
    config::Node run = sweep.run;
    for (std::size_t i = 0; i < point.size(); ++i) {
        const AxisSpec& axis = sweep.axes[i];
        for (std::size_t field = 0; field < axis.paths.size(); ++field) {
            config::set_value(run, axis.paths[field], axis.values[point[i]].nodes[field], problems);
        }
    }
    for (const DerivedField& field : sweep.derived) {
        std::string why;
        try {
            const Measured value = value_at(field.expression, sweep, point);
            if (const auto text = to_text(value)) {
                config::Node node{.kind = config::Kind::scalar, .place = field.place};
                node.text = *text;
                config::set_value(run, field.path, std::move(node), problems);
                continue;
            }
            why = "has a unit that no field has";
        } catch (const ExpressionError& error) {
            why = error.what();
        }
        problems.error(field.place.location(), "derived." + field.path,
                       "is '" + field.expression.text() + "', which " + why);
    }
    return run;
}

bool varies(const SweepSpec& sweep, const std::string& path) {
    const auto touches = [&path](const std::string& other) { return overlap(path, other); };
    return std::ranges::any_of(sweep.axes,
                               [&](const AxisSpec& axis) { return std::ranges::any_of(axis.paths, touches); }) ||
           std::ranges::any_of(sweep.derived, [&](const DerivedField& field) { return touches(field.path); });
}

} // namespace lodestone::explore
