// SPDX-License-Identifier: Apache-2.0
// Timeline, energy and memory of a run.
#include "analysis/page/charts.hpp"

#include "analysis/page/markup.hpp"
#include "analysis/page/palette.hpp"
#include "analysis/page/svg.hpp"
#include "analysis/report/table.hpp"

#include <algorithm>
#include <map>

namespace lodestone::page {
namespace {

using report::LayerResult;
using report::Result;
using report::sum;

constexpr double kLeft = 56; ///< room for the numbers of the y axis
constexpr double kRight = 16;
constexpr double kTextHeight = 12;
constexpr double kTickGap = 6; ///< between an axis and its numbers
constexpr double kPixelsPerTick = 120;
constexpr int kRowsOfTicks = 4;

double count(Cycles cycles) {
    return static_cast<double>(cycles.count());
}

/// "50.0 us" is "50 us": numbers of an axis are round.
std::string tick_text(std::string text) {
    const std::size_t end = text.find(' ');
    const std::size_t point = text.find('.');
    if (point < end) {
        const std::size_t last = text.find_last_not_of('0', end - 1);
        text.erase(last == point ? point : last + 1, end - (last == point ? point : last + 1));
    }
    return text;
}

/// Horizontal grid lines with their numbers.
template <class Text>
void draw_y_axis(Svg& svg, const Plot& plot, Text text) {
    for (const double value : ticks(plot.y_most, kRowsOfTicks)) {
        const double y = plot.y(value);
        svg.line({.x = plot.area.x, .y = y}, {.x = plot.area.x + plot.area.width, .y = y}, "class=\"rule\"");
        svg.text({.x = plot.area.x - kTickGap, .y = y + kTextHeight / 3}, tick_text(text(value)),
                 "text-anchor=\"end\"");
    }
}

/// Time under the plot, whose x values are seconds.
void draw_time_axis(Svg& svg, const Plot& plot) {
    const double bottom = plot.area.y + plot.area.height;
    const int wanted = std::max(2, static_cast<int>(plot.area.width / kPixelsPerTick));
    for (const double value : ticks(plot.x_most, wanted)) {
        const double x = plot.x(value);
        svg.line({.x = x, .y = bottom}, {.x = x, .y = bottom + kTickGap / 2}, "class=\"axis\"");
        svg.text({.x = x, .y = bottom + kTickGap / 2 + kTextHeight}, tick_text(with_unit(value, "s")),
                 "text-anchor=\"middle\"");
    }
    svg.line({.x = plot.area.x, .y = bottom}, {.x = plot.area.x + plot.area.width, .y = bottom}, "class=\"axis\"");
}

std::string layer_attribute(std::size_t index) {
    return "data-layer=\"" + std::to_string(index) + "\"";
}

std::string figure(const std::string& title, const std::string& drawing, const std::string& below) {
    return "<figure><figcaption>" + escaped(title) + "</figcaption>" + drawing + below + "</figure>";
}

/// "conv1 (Conv): 1,200 cycles from 300, 45.0 % of the multipliers busy, bound by matrix"
std::string describe(const LayerResult& layer, Cycles begin) {
    return layer.name + " (" + layer.op + "): " + grouped(count(layer.cycles)) + " cycles from " +
           grouped(count(begin)) + ", utilisation " + percent(layer.utilization) + ", bound by " + layer.bound_by;
}

/// Cycles of the layers that each resource binds, the largest first.
std::vector<std::pair<std::string, double>> shares_by_resource(const Result& result) {
    std::map<std::string, double> cycles;
    for (const LayerResult& layer : result.layers) {
        cycles[layer.bound_by] += count(layer.cycles);
    }
    std::vector<std::pair<std::string, double>> shares(cycles.begin(), cycles.end());
    std::ranges::stable_sort(shares, std::ranges::greater{}, &std::pair<std::string, double>::second);
    return shares;
}

/// Names of the parts in the order in which they first occur.
std::vector<std::string> components_of(const std::vector<const report::Named<Joules>*>& lists) {
    std::vector<std::string> names;
    for (const auto* list : lists) {
        for (const auto& [name, value] : *list) {
            if (std::ranges::find(names, name) == names.end()) {
                names.push_back(name);
            }
        }
    }
    return names;
}

/// A closed outline of a stepped line over an equally stepped floor; values by layer, edges in seconds.
std::vector<Point> stepped_area(const Plot& plot, const std::vector<double>& edges, const std::vector<double>& floor,
                                const std::vector<double>& top) {
    std::vector<Point> points;
    for (std::size_t i = 0; i < top.size(); ++i) {
        points.push_back({.x = plot.x(edges[i]), .y = plot.y(top[i])});
        points.push_back({.x = plot.x(edges[i + 1]), .y = plot.y(top[i])});
    }
    for (std::size_t i = top.size(); i-- > 0;) {
        points.push_back({.x = plot.x(edges[i + 1]), .y = plot.y(floor[i])});
        points.push_back({.x = plot.x(edges[i]), .y = plot.y(floor[i])});
    }
    return points;
}

std::vector<double> edges_in_seconds(const Result& result) {
    std::vector<double> edges;
    for (const Cycles begin : layer_begins(result)) {
        edges.push_back(result.clock.count() > 0 ? count(begin) / result.clock.count() : 0);
    }
    return edges;
}

} // namespace

std::vector<Cycles> layer_begins(const Result& result) {
    std::vector<Cycles> begins{Cycles(0)};
    for (const LayerResult& layer : result.layers) {
        begins.push_back(begins.back() + layer.cycles);
    }
    return begins;
}

std::string timeline(const Result& result, double width) {
    constexpr double height = 220;
    constexpr double lane_top = 18;
    constexpr double lane = 22;
    constexpr double bars_top = 56;
    constexpr double bars = 136;
    const std::vector<Cycles> begins = layer_begins(result);
    const std::vector<double> edges = edges_in_seconds(result);
    Palette palette = resource_palette();
    const Plot plot{.area = {.x = kLeft, .y = bars_top, .width = width - kLeft - kRight, .height = bars},
                    .x_most = edges.back(),
                    .y_most = 1};
    Svg svg(width, height, "Layers over time with their utilisation; the table of layers has the numbers");
    svg.text({.x = kLeft, .y = kTextHeight}, "layers, coloured by what binds them");
    svg.text({.x = kLeft, .y = bars_top - kTickGap / 2}, "utilisation of the multipliers");
    draw_y_axis(svg, plot, [](double value) { return percent(value); });
    for (std::size_t i = 0; i < result.layers.size(); ++i) {
        const LayerResult& layer = result.layers[i];
        const double left = plot.x(edges[i]);
        const double wide = plot.x(edges[i + 1]) - left;
        const double top = plot.y(std::clamp(layer.utilization, 0.0, 1.0));
        svg.open_group("class=\"layer " + palette.colour(layer.bound_by) + "\" " + layer_attribute(i),
                       describe(layer, begins[i]));
        svg.rectangle({.x = left, .y = lane_top, .width = wide, .height = lane}, "");
        svg.rectangle({.x = left, .y = top, .width = wide, .height = bars_top + bars - top}, "");
        svg.rectangle({.x = left, .y = lane_top, .width = wide, .height = bars_top + bars - lane_top},
                      "class=\"target\"");
        svg.close_group();
    }
    draw_time_axis(svg, plot);
    std::vector<LegendEntry> entries;
    for (const auto& [name, cycles] : shares_by_resource(result)) {
        entries.push_back({.colour = palette.colour(name),
                           .name = name,
                           .value = percent(result.cycles.count() > 0 ? cycles / count(result.cycles) : 0)});
    }
    return figure("Layers over time", svg.finish(), legend(entries));
}

std::string layer_energy(const Result& result, double width) {
    constexpr double height = 220;
    constexpr double top = 12;
    constexpr double bars = 180;
    constexpr double gap = 0.15; ///< of a band
    double most = 0;
    for (const LayerResult& layer : result.layers) {
        most = std::max(most, sum(layer.energy).count());
    }
    const auto layers = static_cast<double>(result.layers.size());
    const Plot plot{.area = {.x = kLeft, .y = top, .width = width - kLeft - kRight, .height = bars},
                    .x_most = layers,
                    .y_most = most};
    Palette palette = energy_palette();
    Svg svg(width, height, "Energy of each layer by component; the table of layers has the totals");
    draw_y_axis(svg, plot, [](double value) { return with_unit(value, "J"); });
    for (std::size_t i = 0; i < result.layers.size(); ++i) {
        const LayerResult& layer = result.layers[i];
        svg.open_group("class=\"layer\" " + layer_attribute(i));
        double below = 0;
        for (const auto& [name, energy] : layer.energy) {
            const double left = plot.x(static_cast<double>(i) + gap / 2);
            const double wide = plot.x(static_cast<double>(i) + 1 - gap / 2) - left;
            const double high = plot.y(below) - plot.y(below + energy.count());
            below += energy.count();
            svg.rectangle({.x = left, .y = plot.y(below), .width = wide, .height = high},
                          "class=\"" + palette.colour(name) + "\"",
                          layer.name + ": " + name + " " + with_unit(energy.count(), "J") + " of " +
                              with_unit(sum(layer.energy).count(), "J"));
        }
        svg.close_group();
    }
    svg.line({.x = plot.area.x, .y = top + bars}, {.x = width - kRight, .y = top + bars}, "class=\"axis\"");
    svg.text({.x = kLeft, .y = height - kTickGap}, "layers in the order of the run");
    std::vector<LegendEntry> entries;
    for (const auto& [name, energy] : result.energy) {
        entries.push_back({.colour = palette.colour(name), .name = name, .value = with_unit(energy.count(), "J")});
    }
    return figure("Energy by layer, the whole run in the legend", svg.finish(), legend(entries));
}

std::string energy_bars(const std::vector<compare::NamedResult>& results, double width) {
    constexpr double row = 34;
    constexpr double bar = 18;
    constexpr double first = 16;
    std::vector<const report::Named<Joules>*> lists;
    double most = 0;
    for (const compare::NamedResult& entry : results) {
        lists.push_back(&entry.result.steady.energy_per_inference);
        most = std::max(most, sum(*lists.back()).count());
    }
    if (most <= 0) {
        return "";
    }
    const double height = row * static_cast<double>(results.size());
    const Plot plot{.area = {.x = 1, .y = 0, .width = width - 2, .height = height}, .x_most = most, .y_most = 1};
    Palette palette = energy_palette();
    Svg svg(width, height, "Energy of one inference by component, a bar for each result");
    for (std::size_t i = 0; i < results.size(); ++i) {
        const Result& result = results[i].result;
        const double top = row * static_cast<double>(i) + first;
        const std::string number = results.size() > 1 ? "[" + std::to_string(i + 1) + "] " : "";
        svg.text({.x = 1, .y = top - kTickGap / 2},
                 number + result.precision + ", " + with_unit(sum(*lists[i]).count(), "J") + " per inference");
        double before = 0;
        for (const auto& [name, energy] : *lists[i]) {
            const double left = plot.x(before);
            before += energy.count();
            svg.rectangle({.x = left, .y = top, .width = plot.x(before) - left, .height = bar - kTickGap / 2},
                          "class=\"" + palette.colour(name) + "\"", name + " " + with_unit(energy.count(), "J"));
        }
    }
    std::vector<LegendEntry> entries;
    for (const std::string& name : components_of(lists)) {
        const Joules* energy = report::find(*lists.front(), name);
        entries.push_back({.colour = palette.colour(name),
                           .name = name,
                           .value = energy == nullptr ? "-" : with_unit(energy->count(), "J")});
    }
    const std::string title = results.size() > 1 ? "Energy of one inference in steady state; [1] in the legend"
                                                 : "Energy of one inference in steady state";
    return figure(title, svg.finish(), legend(entries));
}

std::string memory_over_time(const Result& result, double width) {
    if (!result.detail || result.layers.empty()) {
        return "";
    }
    constexpr double height = 200;
    constexpr double top = 20;
    constexpr double tall = 150;
    constexpr double headroom = 1.05;
    const report::RunDetail& detail = *result.detail;
    const std::vector<double> edges = edges_in_seconds(result);
    std::vector<std::vector<double>> levels(4, std::vector<double>(detail.layers.size(), 0));
    for (std::size_t i = 0; i < detail.layers.size(); ++i) {
        levels[1][i] = static_cast<double>(detail.weights.count());
        levels[2][i] = levels[1][i] + static_cast<double>(detail.layers[i].home.count());
        levels[3][i] = levels[2][i] + static_cast<double>(detail.layers[i].gathered.count());
    }
    const auto capacity = static_cast<double>(detail.memory_capacity.count());
    const double peak = std::ranges::max(levels[3]);
    const Plot plot{.area = {.x = kLeft, .y = top, .width = width - kLeft - kRight, .height = tall},
                    .x_most = edges.back(),
                    .y_most = std::max(capacity, peak) * headroom};
    Svg svg(width, height, "Bytes that the fullest core keeps, over time, against its capacity");
    draw_y_axis(svg, plot, [](double value) { return with_unit(value, "B"); });
    constexpr const char* classes[] = {"class=\"c0\"", "class=\"c2\"", "class=\"c3\""};
    constexpr const char* names[] = {"weights", "finished values", "gathered inputs"};
    std::vector<LegendEntry> entries;
    for (std::size_t kind = 0; kind < 3; ++kind) {
        svg.polygon(stepped_area(plot, edges, levels[kind], levels[kind + 1]), classes[kind], names[kind]);
        double largest = 0;
        for (std::size_t i = 0; i < detail.layers.size(); ++i) {
            largest = std::max(largest, levels[kind + 1][i] - levels[kind][i]);
        }
        entries.push_back({.colour = std::string(classes[kind]).substr(7, 2),
                           .name = names[kind],
                           .value = "up to " + with_unit(largest, "B")});
    }
    svg.line({.x = kLeft, .y = plot.y(capacity)}, {.x = width - kRight, .y = plot.y(capacity)}, "class=\"limit\"");
    svg.text({.x = width - kRight, .y = plot.y(capacity) - kTickGap / 2},
             "capacity " + with_unit(capacity, "B") + ", fullest moment " + percent(capacity > 0 ? peak / capacity : 0),
             "text-anchor=\"end\"");
    draw_time_axis(svg, plot);
    return figure("Core memory over time, the fullest core", svg.finish(), legend(entries));
}

} // namespace lodestone::page
