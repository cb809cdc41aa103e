// SPDX-License-Identifier: Apache-2.0
// The comparison as a drawing: accuracy over energy and over area, with the Pareto fronts.
#include "arch/mac/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

namespace lodestone::mac {

namespace {

constexpr double panel_width = 520;
constexpr double panel_height = 420;
constexpr double margin = 60;
constexpr double label_room = 110; ///< right of the last point

std::string number(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.4g", value);
    return text.data();
}

/// A scale with a little room at both ends.
struct Axis {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
    double from = 0; ///< pixels
    double to = 0;

    void include(double value) {
        low = std::min(low, value);
        high = std::max(high, value);
    }
    [[nodiscard]] double at(double value) const {
        const double span = high > low ? high - low : 1.0;
        return from + (value - low) / span * (to - from);
    }
};

/// Text in SVG; format names hold no character that needs escaping.
std::string text(double x, double y, const std::string& words, const std::string& style = "") {
    return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\"" + style + ">" + words + "</text>\n";
}

double price_of(const ComparisonRow& row, Price price) {
    return price == Price::energy ? row.cost.energy_fj : row.cost.area_um2;
}

double bits_of(const ComparisonRow& row) {
    return row.sqnr[static_cast<std::size_t>(Distribution::normal)].bits;
}

std::string label_of(const ComparisonRow& row) {
    const std::string unit = row.spec.kind == UnitKind::fused_dot ? ", dot" + std::to_string(row.spec.lanes) : "";
    return row.format + ", " + name_of(row.spec.accumulator) + unit;
}

std::string axes_text(const Axis& x, const Axis& y, Price price) {
    std::string svg = "<path class=\"axis\" d=\"M" + number(x.from) + " " + number(y.to) + "V" + number(y.from) + "H" +
                      number(x.to) + "\"/>\n";
    constexpr int ticks = 4;
    for (int i = 0; i <= ticks; ++i) {
        const double cost = x.low + (x.high - x.low) * i / ticks;
        const double bits = y.low + (y.high - y.low) * i / ticks;
        svg += text(x.at(cost), y.from + 18, number(cost), " text-anchor=\"middle\"");
        svg += text(x.from - 8, y.at(bits) + 4, number(bits), " text-anchor=\"end\"");
    }
    const char* what =
        price == Price::energy ? "energy per multiply-accumulate, fJ" : "area per multiply-accumulate, um2";
    svg += text((x.from + x.to) / 2, y.from + 40, what, " text-anchor=\"middle\"");
    return svg + text(x.from - 40, y.to - 12, "SQNR on normal data, bits");
}

std::string panel(const Comparison& comparison, Price price, double left) {
    Axis x{.from = left + margin, .to = left + panel_width - label_room};
    Axis y{.from = panel_height - margin, .to = margin};
    for (const ComparisonRow& row : comparison.rows) {
        x.include(price_of(row, price));
        y.include(bits_of(row));
    }
    std::string svg = axes_text(x, y, price);
    std::string path;
    for (const std::size_t i : pareto_front(comparison, price)) {
        const ComparisonRow& row = comparison.rows[i];
        path += (path.empty() ? "M" : "L") + number(x.at(price_of(row, price))) + " " + number(y.at(bits_of(row)));
    }
    svg += "<path class=\"front\" d=\"" + path + "\"/>\n";
    for (const ComparisonRow& row : comparison.rows) {
        const double px = x.at(price_of(row, price));
        const double py = y.at(bits_of(row));
        const char* kind = row.spec.kind == UnitKind::fused_dot ? "fused" : "single";
        svg += "<circle class=\"" + std::string(kind) + "\" cx=\"" + number(px) + "\" cy=\"" + number(py) +
               "\" r=\"4\"><title>" + label_of(row) + ": " + number(price_of(row, price)) + ", " +
               number(bits_of(row)) + " bits</title></circle>\n";
        svg += text(px + 6, py - 4, label_of(row), " class=\"name\"");
    }
    return svg;
}

} // namespace

std::string plot_svg(const Comparison& comparison) {
    std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + number(2 * panel_width) + " " +
                      number(panel_height) +
                      "\">\n<title>Accuracy and cost of multiply-accumulate units</title>\n"
                      "<style>text{font:11px sans-serif;fill:#222}.name{font-size:8px;fill:#555}"
                      ".axis{fill:none;stroke:#222}.front{fill:none;stroke:#c33;stroke-dasharray:5 3}"
                      ".single{fill:#247}.fused{fill:#fff;stroke:#247;stroke-width:1.5}</style>\n"
                      "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n";
    svg += panel(comparison, Price::energy, 0) + panel(comparison, Price::area, panel_width);
    svg +=
        text(margin, panel_height - 6, "filled: single MAC, hollow: lane of a fused dot product, dashed: Pareto front");
    return svg + "</svg>\n";
}

} // namespace lodestone::mac
