// SPDX-License-Identifier: Apache-2.0
// Points, their front, axes and legend of a scatter.
#include "analysis/page/explore_plot.hpp"

#include "analysis/page/explore_data.hpp"
#include "analysis/page/markup.hpp"
#include "analysis/page/svg.hpp"
#include "analysis/report/table.hpp"
#include "sim/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

namespace lodestone::page {
namespace {

using explore::Exploration;
using explore::Row;
using explore::Sense;

constexpr double kLeft = 76;
constexpr double kRight = 150; ///< room for the legend
constexpr double kTop = 16;
constexpr double kBottom = 56;
constexpr int kTicks = 6;
constexpr double kTextHeight = 12;
constexpr double kMark = 4; ///< radius of a point
constexpr double kRing = 7;

/// Kinds of points, told apart by colour and by shape, so that a print without colours still shows them.
constexpr const char* kColours[] = {"#3b6fd4", "#e8590c", "#2f9e44", "#9c36b5", "#e0a100",
                                    "#12a594", "#d6336c", "#8a5a3c", "#8b929b", "#8fb4f2"};
constexpr const char* kSheet =
    "<style>text{font:12px sans-serif;fill:#222}.rule{stroke:#ddd}.axis{stroke:#444}.front{stroke:#111;"
    "stroke-width:1.5;stroke-dasharray:5 3;fill:none}.ring{fill:none;stroke:#0b62c4;stroke-width:1.5}</style>";

struct Mark {
    const Row* row;
    double x;
    double y;
    std::size_t kind;
};

struct Kinds {
    std::optional<std::size_t> axis; ///< whose values the kinds are
    std::vector<std::string> names;
};

std::optional<double> figure(const Row& row, const std::string& key) {
    const auto found = std::ranges::find(row.figures, key, &std::pair<std::string, double>::first);
    return found == row.figures.end() || !std::isfinite(found->second) ? std::nullopt : std::optional(found->second);
}

/// Done rows, of every point the one of the highest fidelity.
std::vector<const Row*> best_rows(const Exploration& exploration) {
    std::map<std::uint64_t, const Row*> best;
    for (const Row& row : exploration.rows) {
        if (row.status == explore::Status::done && (!best.contains(row.id) || row.fidelity == "event")) {
            best[row.id] = &row;
        }
    }
    std::vector<const Row*> rows;
    for (const auto& [id, row] : best) {
        rows.push_back(row);
    }
    return rows;
}

/// The axis of precisions, when there is one.
Kinds kinds_of(const Exploration& exploration) {
    Kinds kinds;
    for (std::size_t i = 0; i < exploration.axes.size() && !kinds.axis; ++i) {
        if (exploration.axes[i].name == "precision" || exploration.axes[i].name.ends_with(".precision")) {
            kinds = {.axis = i, .names = exploration.axes[i].values};
        }
    }
    return kinds;
}

std::size_t kind_of(const Row& row, Kinds& kinds) {
    if (!kinds.axis) {
        return 0;
    }
    const std::string& value = row.values[*kinds.axis];
    const auto found = std::ranges::find(kinds.names, value);
    const auto place = static_cast<std::size_t>(found - kinds.names.begin());
    if (found == kinds.names.end()) {
        kinds.names.push_back(value);
    }
    return place;
}

std::string checked_key(const Exploration& exploration, const std::string& wanted, std::size_t objective) {
    std::set<std::string> keys;
    for (const Row& row : exploration.rows) {
        for (const auto& [key, value] : row.figures) {
            keys.insert(key);
        }
    }
    if (wanted.empty() && objective >= exploration.objectives.size()) {
        throw UserError("the exploration has " + std::to_string(exploration.objectives.size()) +
                        " objectives and a drawing has two axes; name them with --x and --y");
    }
    std::string key = wanted.empty() ? exploration.objectives[objective].key : wanted;
    if (!keys.contains(key)) {
        throw UserError("no point of the exploration has the figure '" + key + "'" +
                        known_names(key, {keys.begin(), keys.end()}));
    }
    return key;
}

/// As the exploration says; of other figures, more rate and more utilisation are better.
bool is_more_better(const Exploration& exploration, const std::string& key) {
    const auto objective = std::ranges::find(exploration.objectives, key, &explore::Objective::key);
    if (objective != exploration.objectives.end()) {
        return objective->sense == Sense::maximise;
    }
    const std::string unit = unit_of_key(key);
    return unit.starts_with("1/") || unit == "share";
}

/// Marks that no other mark beats in both figures, from left to right.
std::vector<Mark> front_of(std::vector<Mark> marks, bool more_x, bool more_y) {
    const double sign_x = more_x ? -1 : 1;
    const double sign_y = more_y ? -1 : 1;
    std::ranges::sort(marks, {}, [&](const Mark& mark) { return std::pair(sign_x * mark.x, sign_y * mark.y); });
    std::vector<Mark> front;
    for (const Mark& mark : marks) {
        if (front.empty() || sign_y * mark.y < sign_y * front.back().y) {
            front.push_back(mark);
        }
    }
    if (more_x) {
        std::ranges::reverse(front);
    }
    return front;
}

Scale scale_of(const std::vector<Mark>& marks, double Mark::*value, double from, double to) {
    constexpr double wide = 100; // two powers of ten
    constexpr double margin = 0.05;
    const auto [least, most] = std::ranges::minmax(marks, {}, value);
    Scale scale{.least = least.*value, .most = most.*value, .at_least = from, .at_most = to};
    scale.is_log = scale.least > 0 && scale.most > wide * scale.least;
    if (scale.is_log) {
        const double step = std::pow(scale.most / scale.least, margin);
        scale.least /= step;
        scale.most *= step;
        return scale;
    }
    const double span = scale.most > scale.least ? scale.most - scale.least : std::max(1e-12, std::abs(scale.most));
    scale.least -= span * margin;
    scale.most += span * margin;
    return scale;
}

/// A circle, then shapes of three and four corners, each of about the same area.
void draw_mark(Svg& svg, Point at, std::size_t kind) {
    const std::string fill = std::string("fill=\"") + kColours[kind % std::size(kColours)] + "\" fill-opacity=\"0.8\"";
    constexpr double wide = kMark * 1.1;
    const auto shape = [&](std::vector<Point> corners) {
        for (Point& corner : corners) {
            corner = {.x = at.x + wide * corner.x, .y = at.y + wide * corner.y};
        }
        svg.polygon(corners, fill);
    };
    constexpr std::size_t shapes = 5;
    switch (kind % shapes) {
    case 1:
        return shape({{.x = 0, .y = -1}, {.x = 1, .y = 1}, {.x = -1, .y = 1}});
    case 2:
        return shape({{.x = 0, .y = -1}, {.x = 1, .y = 0}, {.x = 0, .y = 1}, {.x = -1, .y = 0}});
    case 3:
        return svg.rectangle({.x = at.x - kMark, .y = at.y - kMark, .width = 2 * kMark, .height = 2 * kMark}, fill);
    case 4:
        return shape({{.x = -1, .y = -1}, {.x = 1, .y = -1}, {.x = 0, .y = 1}});
    default:
        return svg.circle(at, kMark, fill);
    }
}

/// A value of an axis, which is round: "40 uJ", not "40.0 uJ". Square millimetres and bare counts take no prefix.
std::string tick_text(double value, const std::string& unit) {
    if (unit == "share") {
        return percent(value);
    }
    const bool has_prefix = unit != "mm\u00B2" && unit != "cycles" && !unit.empty() && !unit.starts_with("1/");
    std::string text = has_prefix ? with_unit(value, unit)
                                  : report::significant(value) + " " + (unit.starts_with("1/") ? unit.substr(1) : unit);
    const std::size_t end = text.find(' ');
    if (text.find('.') < end) {
        const std::size_t last = text.find_last_not_of('0', end - 1);
        const std::size_t from = text[last] == '.' ? last : last + 1;
        text.erase(from, end - from);
    }
    return text;
}

void draw_axes(Svg& svg, const Scale& x, const Scale& y, const PlotAxes& keys) {
    for (const double value : ticks(x, kTicks)) {
        svg.line({.x = x.at(value), .y = y.at_least}, {.x = x.at(value), .y = y.at_most}, "class=\"rule\"");
        svg.text({.x = x.at(value), .y = y.at_least + kTextHeight * 1.5}, tick_text(value, unit_of_key(keys.x)),
                 "text-anchor=\"middle\"");
    }
    for (const double value : ticks(y, kTicks)) {
        svg.line({.x = x.at_least, .y = y.at(value)}, {.x = x.at_most, .y = y.at(value)}, "class=\"rule\"");
        svg.text({.x = x.at_least - kTextHeight / 2, .y = y.at(value) + kTextHeight / 3},
                 tick_text(value, unit_of_key(keys.y)), "text-anchor=\"end\"");
    }
    svg.line({.x = x.at_least, .y = y.at_least}, {.x = x.at_most, .y = y.at_least}, "class=\"axis\"");
    svg.line({.x = x.at_least, .y = y.at_least}, {.x = x.at_least, .y = y.at_most}, "class=\"axis\"");
    svg.text({.x = (x.at_least + x.at_most) / 2, .y = kPlotHeight - kTextHeight}, keys.x, "text-anchor=\"middle\"");
    const std::string place = "translate(14 " + coordinate((y.at_least + y.at_most) / 2) + ") rotate(-90)";
    svg.text({.x = 0, .y = 0}, keys.y, "text-anchor=\"middle\" transform=\"" + place + "\"");
}

/// The edge of what can be reached: from point to point, in steps.
void draw_front(Svg& svg, const std::vector<Mark>& front, const Scale& x, const Scale& y, bool more_x) {
    for (std::size_t i = 1; i < front.size(); ++i) {
        const Point from{.x = x.at(front[i - 1].x), .y = y.at(front[i - 1].y)};
        const Point to{.x = x.at(front[i].x), .y = y.at(front[i].y)};
        const Point corner = more_x ? Point{.x = from.x, .y = to.y} : Point{.x = to.x, .y = from.y};
        svg.line(from, corner, "class=\"front\"");
        svg.line(corner, to, "class=\"front\"");
    }
}

void draw_legend(Svg& svg, const Kinds& kinds) {
    constexpr double line = 18;
    const double left = kPlotWidth - kRight + 20;
    const double text = left + 14;
    double y = kTop + kTextHeight;
    for (std::size_t kind = 0; kind < kinds.names.size(); ++kind, y += line) {
        draw_mark(svg, {.x = left, .y = y - kTextHeight / 3}, kind);
        svg.text({.x = text, .y = y}, kinds.names[kind]);
    }
    svg.circle({.x = left, .y = y - kTextHeight / 3}, kRing, "class=\"ring\"");
    svg.text({.x = text, .y = y}, "front, all objectives");
    svg.line({.x = left - kRing, .y = y + line - kTextHeight / 3}, {.x = left + kRing, .y = y + line - kTextHeight / 3},
             "class=\"front\"");
    svg.text({.x = text, .y = y + line}, "front of these two");
}

} // namespace

std::string scatter_svg(const Exploration& exploration, const PlotAxes& axes) {
    const PlotAxes keys{.x = checked_key(exploration, axes.x, 0), .y = checked_key(exploration, axes.y, 1)};
    Kinds kinds = kinds_of(exploration);
    std::vector<Mark> marks;
    for (const Row* row : best_rows(exploration)) {
        const std::optional<double> x = figure(*row, keys.x);
        const std::optional<double> y = figure(*row, keys.y);
        if (x && y) {
            marks.push_back({.row = row, .x = *x, .y = *y, .kind = kind_of(*row, kinds)});
        }
    }
    if (marks.empty()) {
        throw UserError("no point with a result has both " + keys.x + " and " + keys.y + "; there is nothing to draw");
    }
    const Scale x = scale_of(marks, &Mark::x, kLeft, kPlotWidth - kRight);
    const Scale y = scale_of(marks, &Mark::y, kPlotHeight - kBottom, kTop);
    Svg svg(kPlotWidth, kPlotHeight, exploration.name + ": " + keys.y + " over " + keys.x,
            "xmlns=\"http://www.w3.org/2000/svg\" width=\"" + coordinate(kPlotWidth) + "\" height=\"" +
                coordinate(kPlotHeight) + "\" style=\"background:#fff\"");
    svg.raw(kSheet);
    draw_axes(svg, x, y, keys);
    for (const Mark& mark : marks) {
        draw_mark(svg, {.x = x.at(mark.x), .y = y.at(mark.y)}, mark.kind);
    }
    const bool more_x = is_more_better(exploration, keys.x);
    draw_front(svg, front_of(marks, more_x, is_more_better(exploration, keys.y)), x, y, more_x);
    const std::set<std::uint64_t> front(exploration.front.begin(), exploration.front.end());
    for (const Mark& mark : marks) {
        if (front.contains(mark.row->id)) {
            svg.circle({.x = x.at(mark.x), .y = y.at(mark.y)}, kRing, "class=\"ring\"");
        }
    }
    draw_legend(svg, kinds);
    return svg.finish() + "\n";
}

} // namespace lodestone::page
