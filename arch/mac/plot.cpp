// SPDX-License-Identifier: Apache-2.0
// The comparison as a drawing: accuracy over energy and over area, with the Pareto fronts.
#include "arch/mac/comparison.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

namespace lodestone::mac {

namespace {

constexpr double panel_width = 500;
constexpr double panel_height = 400;
constexpr double left_margin = 56;
constexpr double right_margin = 96; ///< holds the names of the formats
constexpr double top_margin = 40;
constexpr double bottom_margin = 56;
constexpr double legend_height = 44;
constexpr double line_height = 12; ///< least distance between the names of two formats

std::string number(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.5g", value);
    return text.data();
}

/// Text in SVG; names hold no character that needs escaping.
std::string text(double x, double y, const std::string& words, const std::string& style = "") {
    return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\"" + style + ">" + words + "</text>\n";
}

std::string line(const char* kind, double x0, double y0, double x1, double y1) {
    return std::string("<path class=\"") + kind + "\" d=\"M" + number(x0) + " " + number(y0) + "L" + number(x1) + " " +
           number(y1) + "\"/>\n";
}

/// A linear or logarithmic scale with round ticks inside.
struct Axis {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
    double from = 0; ///< pixels
    double to = 0;
    bool logarithmic = false;

    void include(double value) {
        low = std::min(low, value);
        high = std::max(high, value);
    }
    /// A twentieth of the span at both ends keeps marks off the frame.
    void widen() {
        constexpr double room = 0.05;
        if (logarithmic) {
            const double share = std::pow(std::max(high / low, 2.0), room);
            low /= share;
            high *= share;
        } else {
            const double span = std::max(high - low, 1.0) * room;
            low -= span;
            high += span;
        }
    }
    [[nodiscard]] double at(double value) const {
        const double share = logarithmic ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
        return from + share * (to - from);
    }
    /// 1, 2 and 5 times powers of ten.
    [[nodiscard]] std::vector<double> ticks() const {
        constexpr double ten = 10;
        constexpr std::array steps{1.0, 2.0, 5.0};
        std::vector<double> found;
        if (logarithmic) {
            for (double decade = std::pow(ten, std::floor(std::log10(low))); decade <= high; decade *= ten) {
                for (const double step : steps) {
                    if (step * decade >= low && step * decade <= high) {
                        found.push_back(step * decade);
                    }
                }
            }
            return found;
        }
        constexpr double most = 8;
        double step = std::pow(ten, std::floor(std::log10(high - low)) - 1);
        for (int i = 0; (high - low) / step > most; ++i) {
            step *= i % 3 == 1 ? 2.5 : 2;
        }
        for (double tick = std::ceil(low / step) * step; tick <= high; tick += step) {
            found.push_back(tick);
        }
        return found;
    }
};

double price_of(const ComparisonRow& row, Price price) {
    return price == Price::energy ? row.cost.energy_fj : row.cost.area_um2;
}

double bits_of(const ComparisonRow& row) {
    return row.sqnr[static_cast<std::size_t>(Distribution::normal)].bits;
}

std::string label_of(const ComparisonRow& row) {
    const std::string unit = row.kind == UnitKind::fused_dot ? ", dot" + std::to_string(row.spec.lanes) : "";
    return row.format + ", " + row.accumulator + unit;
}

/// Names in the order of their first row.
std::vector<std::string> accumulators_of(const Comparison& comparison) {
    std::vector<std::string> names;
    for (const ComparisonRow& row : comparison.rows) {
        if (std::ranges::find(names, row.accumulator) == names.end()) {
            names.push_back(row.accumulator);
        }
    }
    return names;
}

/// Outline of an accumulator's mark; beyond the fourth they repeat and the titles tell them apart.
std::string mark(std::size_t shape, const char* style, double x, double y, const std::string& title) {
    constexpr double r = 4.5;
    constexpr std::size_t shapes = 4;
    std::string path;
    switch (shape % shapes) {
    case 0:
        return std::string("<circle class=\"") + style + "\" cx=\"" + number(x) + "\" cy=\"" + number(y) + "\" r=\"" +
               number(r) + "\"><title>" + title + "</title></circle>\n";
    case 1:
        path = "M" + number(x - r) + " " + number(y - r) + "h" + number(2 * r) + "v" + number(2 * r) + "h" +
               number(-2 * r) + "z";
        break;
    case 2:
        path = "M" + number(x) + " " + number(y - r - 1) + "l" + number(r + 1) + " " + number(2 * r) + "h" +
               number(-2 * r - 2) + "z";
        break;
    default:
        path = "M" + number(x) + " " + number(y - r - 1) + "l" + number(r) + " " + number(r + 1) + "l" + number(-r) +
               " " + number(r + 1) + "l" + number(-r) + " " + number(-r - 1) + "z";
        break;
    }
    return std::string("<path class=\"") + style + "\" d=\"" + path + "\"><title>" + title + "</title></path>\n";
}

std::string axes(const Axis& x, const Axis& y, Price price) {
    std::string svg;
    for (const double tick : x.ticks()) {
        svg += line("grid", x.at(tick), y.from, x.at(tick), y.to);
        svg += text(x.at(tick), y.from + 16, number(tick), " text-anchor=\"middle\"");
    }
    for (const double tick : y.ticks()) {
        svg += line("grid", x.from, y.at(tick), x.to, y.at(tick));
        svg += text(x.from - 6, y.at(tick) + 4, number(tick), " text-anchor=\"end\"");
    }
    svg += "<path class=\"axis\" d=\"M" + number(x.from) + " " + number(y.to) + "V" + number(y.from) + "H" +
           number(x.to) + "\"/>\n";
    const char* what =
        price == Price::energy ? "energy per multiply-accumulate (fJ)" : "area per multiply-accumulate (&#181;m&#178;)";
    svg += text((x.from + x.to) / 2, y.from + 36, what, " text-anchor=\"middle\"");
    const double middle = (y.from + y.to) / 2;
    const double side = x.from - 40;
    return svg + text(side, middle, "SQNR on normal data (bits)",
                      " text-anchor=\"middle\" transform=\"rotate(-90 " + number(side) + " " + number(middle) + ")\"");
}

/// The formats' names right of the panel, at the height of their marks and never on each other.
std::string format_names(const Comparison& comparison, const Axis& x, const Axis& y) {
    std::vector<std::pair<double, std::string>> names;
    for (const ComparisonRow& row : comparison.rows) {
        const std::pair<double, std::string> name(y.at(bits_of(row)), row.format);
        if (std::ranges::find(names, name) == names.end()) {
            names.push_back(name);
        }
    }
    std::ranges::sort(names);
    std::vector<double> places;
    for (const auto& [wanted, name] : names) {
        places.push_back(places.empty() ? wanted : std::max(wanted, places.back() + line_height));
    }
    // What was pushed below the panel moves the names above it up.
    double limit = y.from;
    for (std::size_t i = places.size(); i-- > 0; limit = places[i] - line_height) {
        places[i] = std::min(places[i], limit);
    }
    std::string svg;
    for (std::size_t i = 0; i < names.size(); ++i) {
        svg += line("leader", x.to, names[i].first, x.to + 10, places[i]);
        svg += text(x.to + 13, places[i] + 4, names[i].second);
    }
    return svg;
}

std::string front_path(const Comparison& comparison, Price price, const Axis& x, const Axis& y) {
    std::string path;
    std::string rings;
    constexpr double ring = 7.5;
    for (const std::size_t i : pareto_front(comparison, price)) {
        const ComparisonRow& row = comparison.rows[i];
        const std::string px = number(x.at(price_of(row, price)));
        const std::string py = number(y.at(bits_of(row)));
        path += path.empty() ? "M" + px + " " + py : "H" + px + "V" + py; // nothing above the steps
        rings += "<circle class=\"ring\" cx=\"" + px + "\" cy=\"" + py + "\" r=\"" + number(ring) + "\"/>\n";
    }
    return "<path class=\"front\" d=\"" + path + "\"/>\n" + rings;
}

std::string panel(const Comparison& comparison, Price price, double left) {
    Axis x{.from = left + left_margin, .to = left + panel_width - right_margin};
    Axis y{.from = panel_height - bottom_margin, .to = top_margin};
    for (const ComparisonRow& row : comparison.rows) {
        x.include(price_of(row, price));
        y.include(bits_of(row));
    }
    constexpr double wide = 4; // a span that a linear axis would press into its corner
    x.logarithmic = x.high / x.low > wide;
    x.widen();
    y.widen();
    std::string svg = axes(x, y, price) + format_names(comparison, x, y) + front_path(comparison, price, x, y);
    const std::vector<std::string> shapes = accumulators_of(comparison);
    for (const ComparisonRow& row : comparison.rows) {
        const auto shape = static_cast<std::size_t>(std::ranges::find(shapes, row.accumulator) - shapes.begin());
        const char* unit = price == Price::energy ? " fJ, " : " um2, ";
        svg += mark(shape, row.kind == UnitKind::fused_dot ? "fused" : "single", x.at(price_of(row, price)),
                    y.at(bits_of(row)),
                    label_of(row) + ": " + number(price_of(row, price)) + unit + number(bits_of(row)) + " bits");
    }
    return svg;
}

std::string legend(const Comparison& comparison) {
    constexpr double character = 6.2; // of the font, on average
    constexpr double gap = 26;
    const double y = panel_height + legend_height / 2;
    double x = left_margin;
    std::string svg = text(x, y + 4, "accumulator:");
    x += 13 * character + 10;
    const auto entry = [&](const std::string& drawing, const std::string& words) {
        svg += drawing + text(x + 10, y + 4, words);
        x += gap + static_cast<double>(words.size()) * character;
    };
    const std::vector<std::string> names = accumulators_of(comparison);
    for (std::size_t i = 0; i < names.size(); ++i) {
        entry(mark(i, "single", x, y, names[i]), names[i]);
    }
    x += gap;
    entry(mark(0, "single", x, y, "single MAC"), "single MAC");
    entry(mark(0, "fused", x, y, "lane of a fused dot product"), "lane of a fused dot product");
    entry("<circle class=\"ring\" cx=\"" + number(x) + "\" cy=\"" + number(y) + "\" r=\"7\"/>\n", "Pareto front");
    return svg;
}

} // namespace

std::string plot_svg(const Comparison& comparison) {
    const double height = panel_height + legend_height;
    std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + number(2 * panel_width) + " " +
                      number(height) + "\" width=\"" + number(2 * panel_width) + "\" height=\"" + number(height) +
                      "\">\n<title>Accuracy and cost of multiply-accumulate units</title>\n"
                      "<style>text{font:11px sans-serif;fill:#222}.axis{fill:none;stroke:#222}"
                      ".grid{fill:none;stroke:#e4e4e4}.leader{fill:none;stroke:#aaa}"
                      ".front{fill:none;stroke:#c22;stroke-width:1.6;stroke-dasharray:6 3}"
                      ".ring{fill:none;stroke:#c22;stroke-width:1.6}"
                      ".single{fill:#247}.fused{fill:#fff;stroke:#247;stroke-width:1.6}</style>\n"
                      "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n";
    svg += text(left_margin, top_margin - 18, "(a) accuracy and energy") +
           text(panel_width + left_margin, top_margin - 18, "(b) accuracy and area");
    svg += panel(comparison, Price::energy, 0) + panel(comparison, Price::area, panel_width);
    return svg + legend(comparison) + "</svg>\n";
}

} // namespace lodestone::mac
