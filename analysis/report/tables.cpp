// SPDX-License-Identifier: Apache-2.0
// Fills the tables.
#include "analysis/report/tables.hpp"

#include "analysis/report/table.hpp"
#include "sim/base/error.hpp"

#include <algorithm>

namespace lodestone::report {
namespace {

constexpr double milli = 1e3;
constexpr double mega = 1e-6;
constexpr double percent = 100;

/// A column of numbers of the totals table.
struct Figure {
    std::string title;
    std::string unit;
    std::vector<double> values; ///< by row
};

double per_inference(const Named<Bytes>& traffic, const char* key, std::uint64_t batch) {
    const Bytes* bytes = find(traffic, key);
    return bytes == nullptr ? 0 : static_cast<double>(bytes->count()) / static_cast<double>(batch);
}

/// Bytes that networks deliver and memories move for one inference.
double on_chip_traffic(const Result& result) {
    double bytes = 0;
    for (const char* key : {"sram_read", "sram_write", "noc"}) {
        bytes += per_inference(result.traffic, key, result.batch);
    }
    return bytes;
}

Named<Joules> energy_of(const Result& result) {
    if (!result.steady.energy_per_inference.empty()) {
        return result.steady.energy_per_inference;
    }
    Named<Joules> parts = result.energy;
    for (auto& [name, value] : parts) {
        value = value / static_cast<double>(result.batch);
    }
    return parts;
}

/// Names of energy parts over all rows, in the order of the first row that has them.
std::vector<std::string> energy_parts(const std::vector<PrecisionRow>& rows) {
    std::vector<std::string> names;
    for (const PrecisionRow& row : rows) {
        for (const auto& [name, value] : energy_of(*row.resident)) {
            if (std::ranges::find(names, name) == names.end()) {
                names.push_back(name);
            }
        }
    }
    return names;
}

template <class Value>
Figure figure(const std::string& title, const std::string& unit, const std::vector<PrecisionRow>& rows, Value value) {
    Figure result{.title = title, .unit = unit, .values = {}};
    for (const PrecisionRow& row : rows) {
        result.values.push_back(value(row));
    }
    return result;
}

std::vector<Figure> figures_of(const std::vector<PrecisionRow>& rows) {
    std::vector<Figure> figures;
    figures.push_back(
        figure("latency", "ms", rows, [](const PrecisionRow& r) { return r.frame->latency.count() * milli; }));
    figures.push_back(
        figure("rate", "frame/s", rows, [](const PrecisionRow& r) { return r.resident->throughput_per_s; }));
    figures.push_back(figure("utilised", "%", rows, [](const PrecisionRow& r) {
        const Result& result = *r.resident;
        return (result.steady.period.count() > 0 ? result.steady.utilization : result.utilization) * percent;
    }));
    figures.push_back(figure("energy", "mJ/frame", rows,
                             [](const PrecisionRow& r) { return sum(energy_of(*r.resident)).count() * milli; }));
    for (const std::string& part : energy_parts(rows)) {
        figures.push_back(figure(part, "mJ", rows, [&part](const PrecisionRow& r) {
            const Named<Joules> parts = energy_of(*r.resident);
            const Joules* value = find(parts, part);
            return value == nullptr ? 0 : value->count() * milli;
        }));
    }
    figures.push_back(figure("power", "W", rows, [](const PrecisionRow& r) { return r.resident->power.count(); }));
    figures.push_back(figure("area", "mm2", rows, [](const PrecisionRow& r) { return sum(r.resident->area).count(); }));
    figures.push_back(
        figure("traffic", "MB/frame", rows, [](const PrecisionRow& r) { return on_chip_traffic(*r.resident) * mega; }));
    return figures;
}

double share(const LayerResult& layer, const Result& result) {
    return result.cycles.count() == 0
               ? 0
               : static_cast<double>(layer.cycles.count()) / static_cast<double>(result.cycles.count()) * percent;
}

Cycles bound_cycles(const LayerResult& layer) {
    const Cycles* bound = find(layer.bounds, layer.bound_by);
    return bound == nullptr ? Cycles(0) : *bound;
}

std::string megabytes(const Named<Bytes>& traffic, const char* key) {
    return significant(per_inference(traffic, key, 1) * mega);
}

} // namespace

std::string totals_table(const std::vector<PrecisionRow>& rows) {
    check_invariant(!rows.empty(), "a table of precisions has at least one");
    const std::vector<Figure> figures = figures_of(rows);
    std::vector<Column> columns{{.title = "precision", .unit = "", .align = Align::left}};
    for (const Figure& entry : figures) {
        columns.push_back({.title = entry.title, .unit = entry.unit});
    }
    Table table(columns);
    for (std::size_t row = 0; row < rows.size(); ++row) {
        std::vector<std::string> cells{rows[row].resident->precision};
        for (const Figure& entry : figures) {
            cells.push_back(significant(entry.values[row]));
        }
        table.add_row(std::move(cells));
    }
    if (rows.size() > 1) {
        table.add_rule();
    }
    for (std::size_t row = 1; row < rows.size(); ++row) {
        std::vector<std::string> cells{rows[row].resident->precision + " / " + rows[0].resident->precision};
        for (const Figure& entry : figures) {
            cells.push_back(ratio(entry.values[row], entry.values[0]));
        }
        table.add_row(std::move(cells));
    }
    const std::uint64_t frame = rows[0].frame->batch;
    const std::uint64_t resident = rows[0].resident->batch;
    std::string text = table.to_text();
    text += "latency: " + std::to_string(frame) + (frame == 1 ? " frame" : " frames") +
            " from idle; all else: steady state with a resident batch of " + std::to_string(resident) + "\n";
    std::vector<const Result*> results;
    for (const PrecisionRow& row : rows) {
        results.push_back(row.frame);
        results.push_back(row.resident);
    }
    return text + notes(results);
}

std::string layer_table(const Result& result) {
    Table table({{.title = "layer", .unit = "", .align = Align::left},
                 {.title = "op", .unit = "", .align = Align::left},
                 {.title = "MACs", .unit = "M"},
                 {.title = "cycles", .unit = ""},
                 {.title = "of run", .unit = "%"},
                 {.title = "bound", .unit = "cycles"},
                 {.title = "bound by", .unit = "", .align = Align::left},
                 {.title = "utilised", .unit = "%"},
                 {.title = "energy", .unit = "mJ"},
                 {.title = "read", .unit = "MB"},
                 {.title = "written", .unit = "MB"},
                 {.title = "network", .unit = "MB"}});
    Macs macs;
    for (const LayerResult& layer : result.layers) {
        macs += layer.macs;
        table.add_row({layer.name, layer.op, significant(static_cast<double>(layer.macs.count()) * mega),
                       std::to_string(layer.cycles.count()), fixed(share(layer, result), 1),
                       std::to_string(bound_cycles(layer).count()), layer.bound_by,
                       fixed(layer.utilization * percent, 1), significant(sum(layer.energy).count() * milli),
                       megabytes(layer.traffic, "sram_read"), megabytes(layer.traffic, "sram_write"),
                       megabytes(layer.traffic, "noc")});
    }
    table.add_rule();
    table.add_row({"total", "", significant(static_cast<double>(macs.count()) * mega),
                   std::to_string(result.cycles.count()), fixed(percent, 1), "", "",
                   fixed(result.utilization * percent, 1), significant(sum(result.energy).count() * milli),
                   megabytes(result.traffic, "sram_read"), megabytes(result.traffic, "sram_write"),
                   megabytes(result.traffic, "noc")});
    return table.to_text();
}

std::string notes(const std::vector<const Result*>& results) {
    std::vector<std::string> lines;
    const auto add_once = [&lines](const std::string& line) {
        if (std::ranges::find(lines, line) == lines.end()) {
            lines.push_back(line);
        }
    };
    for (const Result* result : results) {
        for (const cost::CalibratedConstant& constant : result->calibrated) {
            add_once("calibrated: " + constant.name + " x " + significant(constant.value) + " (" + constant.source +
                     ")");
        }
    }
    for (const Result* result : results) {
        for (const std::string& warning : result->warnings) {
            add_once("warning: " + warning);
        }
    }
    std::string text;
    for (const std::string& line : lines) {
        text += line + "\n";
    }
    return text;
}

} // namespace lodestone::report
