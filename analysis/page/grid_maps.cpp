// SPDX-License-Identifier: Apache-2.0
// Heat map of the cores and load map of the links.
#include "analysis/page/grid_maps.hpp"

#include "analysis/page/markup.hpp"
#include "analysis/page/svg.hpp"
#include "analysis/report/table.hpp"
#include "arch/isa/flow.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace lodestone::page {
namespace {

using report::Counts;
using report::LayerDetail;
using report::Result;

constexpr double kCell = 20;            ///< side of a core
constexpr double kMargin = 26;          ///< for row and column numbers, and the links of the frame buffer
constexpr std::uint32_t kPerRouter = 4; ///< links that leave a router

bool has_maps(const Result& result) {
    return result.detail && std::ranges::any_of(result.detail->layers, [](const LayerDetail& layer) {
               return !layer.matrix_busy.empty() && !layer.activation_flits.empty();
           });
}

/// Sum over the layers of one kind of count.
Counts total(const Result& result, Counts LayerDetail::*kind) {
    Counts sums;
    for (const LayerDetail& layer : result.detail->layers) {
        sums.resize(std::max(sums.size(), (layer.*kind).size()));
        for (std::size_t i = 0; i < (layer.*kind).size(); ++i) {
            sums[i] += (layer.*kind)[i];
        }
    }
    return sums;
}

double share(std::uint64_t value, std::uint64_t most) {
    return most == 0 ? 0 : static_cast<double>(value) / static_cast<double>(most);
}

/// "1,200 of 4,000 cycles (30.0 %)"
std::string cycles_text(std::uint64_t busy, Cycles of) {
    return grouped(static_cast<double>(busy)) + " of " + grouped(static_cast<double>(of.count())) + " cycles (" +
           percent(share(busy, of.count())) + ")";
}

/// Numbers along the top and the left, not more than about sixteen each.
void draw_numbers(Svg& svg, const GridShape& grid) {
    constexpr std::uint32_t most = 16;
    constexpr double drop = 4;
    const std::uint32_t every = std::max(1U, (std::max(grid.rows, grid.cols) + most - 1) / most);
    for (std::uint32_t col = 0; col < grid.cols; col += every) {
        svg.text({.x = kMargin + (col + 0.5) * kCell, .y = kMargin - drop * 2}, std::to_string(col),
                 "text-anchor=\"middle\"");
    }
    for (std::uint32_t row = 0; row < grid.rows; row += every) {
        svg.text({.x = kMargin - drop * 2, .y = kMargin + (row + 0.5) * kCell + drop}, std::to_string(row),
                 "text-anchor=\"end\"");
    }
}

Svg empty_map(const GridShape& grid, const std::string& label, const std::string& kind) {
    constexpr double edge = 6;
    const double width = kMargin + grid.cols * kCell + edge;
    const double height = kMargin + grid.rows * kCell + edge;
    Svg svg(width, height, label, "class=\"map\" tabindex=\"0\" data-kind=\"" + kind + "\"");
    draw_numbers(svg, grid);
    return svg;
}

std::string heat_attributes(const char* paint, double heat) {
    return std::string("class=\"heat\" ") + paint + "=\"" + coordinate(heat) + "\"";
}

std::string core_map(const Result& result) {
    const GridShape grid = result.detail->grid;
    const Counts busy = total(result, &LayerDetail::matrix_busy);
    const std::uint64_t most = std::ranges::max(busy);
    Svg svg = empty_map(grid, "Busy cycles of each core; arrow keys read out the cores", "cores");
    for (std::uint32_t core = 0; core < grid.size(); ++core) {
        const GridPosition at = grid.position(CoreId(core));
        svg.rectangle({.x = kMargin + at.col * kCell + 1,
                       .y = kMargin + at.row * kCell + 1,
                       .width = kCell - 2,
                       .height = kCell - 2},
                      heat_attributes("fill-opacity", share(busy[core], most)));
    }
    return svg.finish();
}

/// Where a link is drawn: beside the straight line between two routers, so that both directions are seen.
std::pair<Point, Point> link_line(const GridShape& grid, std::uint32_t link) {
    constexpr double aside = 3;
    constexpr double stub = kCell;
    const auto centre = [](GridPosition at) {
        return Point{.x = kMargin + (at.col + 0.5) * kCell, .y = kMargin + (at.row + 0.5) * kCell};
    };
    const std::uint32_t mesh = grid.size() * kPerRouter;
    if (link >= mesh) {
        const Point port = centre({.row = (link - mesh) / 2, .col = 0});
        const double y = port.y + ((link - mesh) % 2 == 0 ? -aside : aside);
        return {{.x = port.x - stub, .y = y}, {.x = port.x, .y = y}};
    }
    const Point from = centre(grid.position(CoreId(link / kPerRouter)));
    switch (static_cast<isa::Direction>(link % kPerRouter)) {
    case isa::Direction::east:
        return {{.x = from.x, .y = from.y - aside}, {.x = from.x + kCell, .y = from.y - aside}};
    case isa::Direction::west:
        return {{.x = from.x, .y = from.y + aside}, {.x = from.x - kCell, .y = from.y + aside}};
    case isa::Direction::south:
        return {{.x = from.x + aside, .y = from.y}, {.x = from.x + aside, .y = from.y + kCell}};
    case isa::Direction::north:
        return {{.x = from.x - aside, .y = from.y}, {.x = from.x - aside, .y = from.y - kCell}};
    }
    return {from, from};
}

/// Routers at the edge have no neighbour there.
bool exists(const GridShape& grid, std::uint32_t link) {
    if (link >= grid.size() * kPerRouter) {
        return true;
    }
    const GridPosition at = grid.position(CoreId(link / kPerRouter));
    switch (static_cast<isa::Direction>(link % kPerRouter)) {
    case isa::Direction::east:
        return at.col + 1 < grid.cols;
    case isa::Direction::west:
        return at.col > 0;
    case isa::Direction::south:
        return at.row + 1 < grid.rows;
    case isa::Direction::north:
        return at.row > 0;
    }
    return false;
}

std::string link_map(const Result& result) {
    const GridShape grid = result.detail->grid;
    const Counts flits = total(result, &LayerDetail::activation_flits);
    const std::uint64_t most = std::ranges::max(flits);
    Svg svg = empty_map(grid, "Load of each link of the activation network; arrow keys read out the links", "links");
    for (std::uint32_t core = 0; core < grid.size(); ++core) {
        constexpr double side = 4;
        const GridPosition at = grid.position(CoreId(core));
        svg.rectangle({.x = kMargin + (at.col + 0.5) * kCell - side / 2,
                       .y = kMargin + (at.row + 0.5) * kCell - side / 2,
                       .width = side,
                       .height = side},
                      "class=\"router\"");
    }
    for (std::uint32_t link = 0; link < flits.size(); ++link) {
        if (exists(grid, link)) {
            const auto [from, to] = link_line(grid, link);
            svg.line(from, to,
                     heat_attributes("stroke-opacity", share(flits[link], most)) + " data-link=\"" +
                         std::to_string(link) + "\" data-name=\"" + isa::link_name(grid, LinkId(link)) + "\"");
        }
    }
    return svg.finish();
}

std::string scale(const std::string& text) {
    return "<p class=\"scale\"><span>0</span><span class=\"ramp\"></span><span class=\"most\">" + escaped(text) +
           "</span></p>";
}

std::string layer_choice(const Result& result, const std::string& number) {
    std::string html = "<p class=\"choices\"><label>Layer <select id=\"layer-" + number +
                       "\" class=\"choose-layer\"><option value=\"-1\">whole run</option>";
    for (std::size_t i = 0; i < result.layers.size(); ++i) {
        html += "<option value=\"" + std::to_string(i) + "\">" + escaped(result.layers[i].name) + " (" +
                escaped(result.layers[i].op) + ")</option>";
    }
    return html + "</select></label> <label>Unit <select class=\"choose-unit\"><option value=\"matrix\">matrix"
                  "</option><option value=\"vector\">vector</option></select></label></p>";
}

} // namespace

std::string grid_maps(const Result& result, std::size_t index) {
    if (!has_maps(result)) {
        return "";
    }
    const std::uint64_t busiest_core = std::ranges::max(total(result, &LayerDetail::matrix_busy));
    const std::uint64_t busiest_link = std::ranges::max(total(result, &LayerDetail::activation_flits));
    return "<div class=\"maps\">" + layer_choice(result, std::to_string(index)) +
           "<figure><figcaption>Busy cycles of the cores</figcaption>" + core_map(result) +
           scale(cycles_text(busiest_core, result.cycles)) +
           "</figure><figure><figcaption>Load of the activation network</figcaption>" + link_map(result) +
           scale(cycles_text(busiest_link, result.cycles)) +
           "</figure><p class=\"reading\" role=\"status\" aria-live=\"polite\"></p></div>";
}

std::string grid_data(const Result& result) {
    if (!has_maps(result)) {
        return "null";
    }
    const report::RunDetail& detail = *result.detail;
    nlohmann::ordered_json json = {{"rows", detail.grid.rows},
                                   {"cols", detail.grid.cols},
                                   {"cycles", nlohmann::ordered_json::array()},
                                   {"matrix", nlohmann::ordered_json::array()},
                                   {"vector", nlohmann::ordered_json::array()},
                                   {"links", nlohmann::ordered_json::array()}};
    for (std::size_t i = 0; i < detail.layers.size(); ++i) {
        json["cycles"].push_back(result.layers[i].cycles.count());
        json["matrix"].push_back(report::to_text(detail.layers[i].matrix_busy));
        json["vector"].push_back(report::to_text(detail.layers[i].vector_busy));
        json["links"].push_back(report::to_text(detail.layers[i].activation_flits));
    }
    return json.dump(); // numbers only: nothing in it can end a script element
}

} // namespace lodestone::page
