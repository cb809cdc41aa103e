// SPDX-License-Identifier: Apache-2.0
// Prices the same run with neutral factors, then with the fitted area, and solves for the rest.
#include "analysis/anchors/fit.hpp"

#include "sim/base/error.hpp"

#include <cstdio>

namespace lodestone::anchors {
namespace {

constexpr const char* kFamily = "core_grid";

std::vector<Anchor> fitted(const AnchorFile& file, const std::string& figure) {
    std::vector<Anchor> found;
    for (const Anchor& anchor : file.anchors) {
        if (anchor.fits && anchor.figure == figure) {
            found.push_back(anchor);
        }
    }
    return found;
}

void require_count(const AnchorFile& file, const std::string& figure, std::size_t count) {
    const std::size_t found = fitted(file, figure).size();
    if (found != count) {
        throw UserError(file.name + ": " + std::to_string(found) + " anchors of figure " + figure +
                        " are marked `fits`; " + std::to_string(count) + " are needed");
    }
}

cost::Technology with_area(cost::Technology technology, double area) {
    const auto factor = [](double value) {
        return config::Sourced<double>{.value = value, .source = "fit", .status = config::Status::calibrated};
    };
    technology.calibration[kFamily] = {
        .static_and_clock = factor(1), .dynamic_energy = factor(1), .area = factor(area)};
    return technology;
}

report::Result priced(const report::RunFacts& run, double area) {
    const cost::Technology technology = with_area(run.technology, area);
    return report::build_result(
        {.program = run.program, .execution = run.execution, .machine = run.machine, .technology = technology}, {});
}

std::string names_of(const std::vector<Anchor>& anchors) {
    std::vector<std::string> names;
    for (const Anchor& anchor : anchors) {
        names.push_back(anchor.name);
    }
    return join(names);
}

std::string line(const std::string& name, double value, const std::string& source) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return "    " + name + ": {value: " + text + ", source: \"" + source + "\", status: calibrated}\n";
}

} // namespace

Factors fit(const AnchorFile& file, const report::RunFacts& run) {
    require_count(file, "area", 1);
    require_count(file, "power", 2);
    Factors factors;
    const SquareMillimetres published(fitted(file, "area").front().published);
    factors.area = cost::fit_area(report::sum(priced(run, 1).area), published);
    const report::Result result = priced(run, factors.area);
    std::array<cost::PowerAnchor, 2> points;
    const std::vector<Anchor> anchors = fitted(file, "power");
    for (std::size_t i = 0; i < points.size(); ++i) {
        const PowerParts parts = power_at(result, anchors[i].load);
        points[i] = {.static_and_clock = parts.static_and_clock,
                     .dynamic = parts.dynamic,
                     .io = parts.io,
                     .published = Watts(anchors[i].published)};
    }
    factors.power = cost::fit_power(points);
    return factors;
}

std::string to_yaml(const AnchorFile& file, const Factors& factors) {
    const std::string power = "fitted to the anchors " + names_of(fitted(file, "power")) + " of " + file.name;
    const std::string area = "fitted to the anchor " + names_of(fitted(file, "area")) + " of " + file.name;
    return std::string("families:\n  ") + kFamily + ":\n" +
           line("static_and_clock", factors.power.static_and_clock, power) +
           line("dynamic_energy", factors.power.dynamic_energy, power) + line("area", factors.area, area);
}

} // namespace lodestone::anchors
