// SPDX-License-Identifier: Apache-2.0
// Reads anchors and evaluates our figure for each.
#include "analysis/anchors/anchors.hpp"

#include "arch/cost/matrix_shape.hpp"
#include "numerics/precision.hpp"
#include "sim/base/error.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace lodestone::anchors {
namespace {

/// Which fitted constants a figure depends on.
enum class DependsOn { nothing, area, power };

struct FigureKind {
    const char* name;
    const char* unit;
    DependsOn constants;
    double (*value)(const Anchor&, const Subject&);
};

double peak_of(const Anchor& anchor, const Subject& subject) {
    const auto& grid = std::get<spec::CoreGridSpec>(subject.machine.family);
    const numerics::Precision precision = numerics::parse_precision(anchor.precision);
    const spec::MatrixShape shape =
        cost::matrix_shape(grid.matrix, subject.technology, precision.weights, precision.activations);
    constexpr double operations_per_mac = 2;
    constexpr double tera = 1e-12;
    return operations_per_mac * static_cast<double>(shape.macs_per_cycle().count()) * grid.grid.size() *
           grid.clock.count() * tera;
}

double power_of(const Anchor& anchor, const Subject& subject) {
    return power_at(subject.resident, anchor.load).total().count();
}

/// A figure is one line here.
constexpr std::array kFigures{
    FigureKind{"throughput", "frame/s", DependsOn::nothing,
               [](const Anchor&, const Subject& subject) { return subject.resident.throughput_per_s; }},
    FigureKind{"power", "W", DependsOn::power, power_of},
    FigureKind{"efficiency", "frame/s/W", DependsOn::power,
               [](const Anchor& anchor, const Subject& subject) {
                   return subject.resident.throughput_per_s / power_of(anchor, subject);
               }},
    FigureKind{"area", "mm2", DependsOn::area,
               [](const Anchor&, const Subject& subject) { return report::sum(subject.resident.area).count(); }},
    FigureKind{"peak", "TOPS", DependsOn::nothing, peak_of},
};

struct SpikingFigureKind {
    const char* name;
    const char* unit;
    double (*value)(const Anchor&, const SpikingSubject&);
};

/// Of the whole chip, or of the cores in use.
Watts power_of(const Anchor& anchor, const SpikingSubject& subject, cost::SpikingOperatingPoint point) {
    point.voltage = anchor.voltage.value_or(subject.machine.voltage);
    const auto& array = std::get<spec::SpikingArraySpec>(subject.machine.family);
    return cost::average_power(subject.events, array, subject.technology, point).total();
}

double recurrent_power(const Anchor& anchor, const SpikingSubject& subject) {
    constexpr double milli = 1e-3;
    const auto& array = std::get<spec::SpikingArraySpec>(subject.machine.family);
    return power_of(anchor, subject, {.tick_rate = array.tick_rate}).count() / milli;
}

/// A frame enters in every tick, so frames per second are ticks per second.
double frames_per_second_and_watt(const Anchor& anchor, const SpikingSubject& subject) {
    const auto& array = std::get<spec::SpikingArraySpec>(subject.machine.family);
    const Hertz rate = anchor.rate.value_or(array.tick_rate);
    return rate.count() / power_of(anchor, subject, {.tick_rate = rate, .powered_cores = subject.cores}).count();
}

constexpr std::array kSpikingFigures{
    SpikingFigureKind{"recurrent_power", "mW", recurrent_power},
    SpikingFigureKind{"one_chip_cores", "cores",
                      [](const Anchor&, const SpikingSubject& subject) { return static_cast<double>(subject.cores); }},
    SpikingFigureKind{"one_chip_efficiency", "frame/s/W", frames_per_second_and_watt},
};

constexpr auto name_of_kind = [](const auto& kind) { return std::string(kind.name); };

const FigureKind& kind_of(const std::string& figure) {
    return *std::ranges::find(kFigures, figure, name_of_kind);
}

const SpikingFigureKind* spiking_kind_of(const std::string& figure) {
    const auto found = std::ranges::find(kSpikingFigures, figure, name_of_kind);
    return found == kSpikingFigures.end() ? nullptr : &*found;
}

/// "42460 frame/s" when the unit is frame/s.
double read_published(config::MapReader& reader, const std::string& unit) {
    const std::string text = reader.required_string("published");
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const std::string rest(end, text.data() + text.size());
    if (error != std::errc{} || rest != " " + unit || !(value > 0)) {
        reader.problem("published", "is '" + text + "'; a number above 0 with the unit " + unit + " is expected");
    }
    return value;
}

/// What a spiking figure holds at.
void read_operating_point(Anchor& anchor, config::MapReader& reader) {
    if (reader.has("voltage")) {
        anchor.voltage = reader.required<Volts>("voltage", config::positive<Volts>());
    }
    if (reader.has("rate")) {
        anchor.rate = reader.required<Hertz>("rate");
    }
    if (anchor.figure == "one_chip_efficiency") {
        anchor.inputs = reader.required_double("inputs", {.min = 0, .max = 1});
    }
}

Anchor read_anchor(const std::string& name, config::MapReader reader) {
    Anchor anchor{.name = name};
    anchor.figure = reader.required_choice("figure", figure_names());
    const SpikingFigureKind* spiking = spiking_kind_of(anchor.figure);
    anchor.unit = spiking != nullptr ? spiking->unit : kind_of(anchor.figure).unit;
    anchor.published = read_published(reader, anchor.unit);
    anchor.tolerance = reader.required_double("tolerance", {.min = 0, .max = 1});
    if (reader.has("load")) {
        anchor.load = reader.required_double("load", {.min = 0, .max = 1});
    }
    if (anchor.figure == "peak") {
        anchor.precision = reader.required_choice("precision", numerics::precision_names());
    }
    if (spiking != nullptr) {
        read_operating_point(anchor, reader);
    } else {
        anchor.fits = reader.optional_bool("fits", false);
    }
    anchor.source = reader.required_string("source");
    reader.finish();
    return anchor;
}

bool is_calibrated(const FigureKind& kind, const cost::Technology& technology) {
    const auto calibrated = cost::calibrated_constants(technology, "core_grid");
    const auto is_of_area = [](const cost::CalibratedConstant& constant) { return constant.name == "area"; };
    switch (kind.constants) {
    case DependsOn::nothing:
        return false;
    case DependsOn::area:
        return std::ranges::any_of(calibrated, is_of_area);
    case DependsOn::power: // clock and leakage grow with the area
        return !calibrated.empty();
    }
    return false;
}

} // namespace

std::vector<std::string> figure_names() {
    std::vector<std::string> names;
    for (const FigureKind& kind : kFigures) {
        names.emplace_back(kind.name);
    }
    for (const SpikingFigureKind& kind : kSpikingFigures) {
        names.emplace_back(kind.name);
    }
    return names;
}

bool is_spiking(const Anchor& anchor) {
    return spiking_kind_of(anchor.figure) != nullptr;
}

Row compare(const Anchor& anchor, const SpikingSubject& subject) {
    Row row{.anchor = anchor, .ours = spiking_kind_of(anchor.figure)->value(anchor, subject)};
    row.error = row.ours / anchor.published - 1;
    return row;
}

AnchorFile read_anchors(config::MapReader& reader) {
    AnchorFile file;
    static_cast<void>(reader.required_choice("kind", std::vector<std::string>{"anchors"}));
    file.name = reader.required_string("name");
    const config::Value run = reader.required_value("run");
    file.run = std::filesystem::path(run.location().file).parent_path() / run.as_string();
    config::MapReader anchors = reader.required_map("anchors");
    for (const std::string& name : anchors.keys()) {
        file.anchors.push_back(read_anchor(name, anchors.required_map(name)));
    }
    anchors.finish();
    reader.finish();
    return file;
}

bool Row::agrees() const {
    return std::abs(error) <= anchor.tolerance;
}

PowerParts power_at(const report::Result& result, std::optional<double> load) {
    PowerParts parts;
    const double scale = load ? *load / result.steady.utilization : 1;
    for (const auto& [name, energy] : result.steady.energy_per_inference) {
        const Watts power(energy.count() * result.throughput_per_s);
        if (name == "clock" || name == "leakage") {
            parts.static_and_clock += power;
        } else {
            (name == "io" ? parts.io : parts.dynamic) += power * scale;
        }
    }
    return parts;
}

std::vector<Row> compare(const AnchorFile& file, const Subject& subject) {
    if (!std::holds_alternative<spec::CoreGridSpec>(subject.machine.family)) {
        throw UserError({.file = file.run.string()}, "machine", "is no core grid; these anchors are of core grids");
    }
    std::vector<Row> rows;
    for (const Anchor& anchor : file.anchors) {
        if (is_spiking(anchor)) {
            throw UserError({.file = file.run.string()}, "anchors." + anchor.name,
                            "is a figure of spiking arrays; the machine is a core grid");
        }
        const FigureKind& kind = kind_of(anchor.figure);
        Row row{.anchor = anchor, .ours = kind.value(anchor, subject)};
        row.error = row.ours / anchor.published - 1;
        row.calibrated = is_calibrated(kind, subject.technology);
        rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace lodestone::anchors
