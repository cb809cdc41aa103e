// SPDX-License-Identifier: Apache-2.0
// Table, JSON, plot and Verilog of multiply-accumulate units.
#include "apps/mac_command.hpp"

#include "arch/mac/comparison.hpp"
#include "arch/mac/synthesis/synthesis.hpp"
#include "arch/mac/synthesis/technology_file.hpp"
#include "arch/mac/verilog.hpp"
#include "numerics/precision.hpp"
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"
#include "sim/config/map_reader.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <set>
#include <tuple>

namespace lodestone::apps {
namespace {

using mac::Comparison;
using mac::ComparisonRow;

cost::MacTable read_table(const std::string& file) {
    Problems problems;
    const config::Node root = config::load_file(file, problems);
    config::MapReader reader(root, problems);
    static_cast<void>(reader.required_choice("kind", std::vector<std::string>{"mac_table"}));
    cost::MacTable table = cost::read_mac_table(reader);
    reader.finish();
    problems.throw_if_errors();
    return table;
}

std::string fixed(double value, int decimals) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    return text.data();
}

/// Columns as wide as their widest cell; the first two to the left, numbers to the right.
std::string aligned(const std::vector<std::vector<std::string>>& rows) {
    constexpr std::size_t text_columns = 3;
    std::vector<std::size_t> widths(rows.front().size());
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], row[i].size());
        }
    }
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string pad(widths[i] - row[i].size(), ' ');
            line += (i == 0 ? "" : "  ") + (i < text_columns ? row[i] + pad : pad + row[i]);
        }
        text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    return text;
}

std::string unit_name(const ComparisonRow& row) {
    std::string name(mac::name_of(row.kind));
    if (row.kind == mac::UnitKind::fused_dot) {
        name += " " + std::to_string(row.spec.lanes);
    }
    if (row.spec.kind == mac::UnitKind::fused_dot) {
        name += row.spec.window != 0 ? " w" + std::to_string(row.spec.window) : "";
    }
    return name;
}

void print_table(const Comparison& comparison) {
    std::vector<std::vector<std::string>> rows{{"format", "accumulator", "unit", "gates", "x int8", "multiply",
                                                "align+add", "accumulate", "um2", "x int8", "ns", "fJ", "x int8",
                                                "uniform", "normal", "laplace", "student_t", "cost"}};
    for (const ComparisonRow& row : comparison.rows) {
        std::vector<std::string> cells{row.format,
                                       row.accumulator,
                                       unit_name(row),
                                       fixed(row.gates.total(), 0),
                                       fixed(row.gate_ratio, 2),
                                       fixed(row.gates.multiply, 0),
                                       fixed(row.gates.align_add, 0),
                                       fixed(row.gates.accumulate, 0),
                                       fixed(row.cost.area_um2, 0),
                                       fixed(row.area_ratio, 2),
                                       fixed(row.cost.delay_ns, 2),
                                       fixed(row.cost.energy_fj, 0),
                                       fixed(row.energy_ratio, 2)};
        for (const mac::Sqnr& s : row.sqnr) {
            cells.push_back(fixed(s.bits, 2));
        }
        cells.push_back(row.cost.source.substr(0, row.cost.source.find(':')));
        rows.push_back(std::move(cells));
    }
    std::cout << aligned(rows) << "Per multiply-accumulate. Reference: int8 with its exact accumulator of 27 bits; "
              << "single MAC " << fixed(comparison.reference_single_gates, 0) << " gates, "
              << fixed(comparison.reference_single.area_um2, 1) << " um2, "
              << fixed(comparison.reference_single.energy_fj, 0) << " fJ; lane of the fused dot product "
              << fixed(comparison.reference_fused_gates, 0) << " gates, "
              << fixed(comparison.reference_fused.area_um2, 1) << " um2, "
              << fixed(comparison.reference_fused.energy_fj, 0) << " fJ.\n"
              << "Glitch share of the energies: " << fixed(comparison.glitch_share, 2)
              << ". SQNR in bits, log2(sigma / rmse), at the best range of each format.\n";
}

nlohmann::json json_row(const ComparisonRow& row) {
    nlohmann::json decibels;
    nlohmann::json bits;
    for (std::size_t i = 0; i < row.sqnr.size(); ++i) {
        const std::string name(mac::name_of(mac::distributions()[i]));
        decibels[name] = row.sqnr.at(i).db;
        bits[name] = row.sqnr.at(i).bits;
    }
    return {{"format", row.format},
            {"accumulator", row.accumulator},
            {"unit", mac::name_of(row.kind)},
            {"lanes", row.spec.lanes},
            {"window", row.spec.window},
            {"latency_cycles", mac::latency(row.spec).count()},
            {"initiation_interval_cycles", mac::initiation_interval(row.spec).count()},
            {"accumulator_bits", mac::widths_of(row.spec).accumulator},
            {"gates", row.gates.total()},
            {"gate_breakdown",
             {{"multiply", row.gates.multiply},
              {"align_add", row.gates.align_add},
              {"normalise_accumulate", row.gates.accumulate}}},
            {"area_um2", row.cost.area_um2},
            {"delay_ns", row.cost.delay_ns},
            {"energy_fj", row.cost.energy_fj},
            {"ratio_to_int8", {{"gates", row.gate_ratio}, {"area", row.area_ratio}, {"energy", row.energy_ratio}}},
            {"source", row.cost.source},
            {"sqnr_db", decibels},
            {"sqnr_bits", bits}};
}

void print_json(const Comparison& comparison) {
    nlohmann::json document = nlohmann::json::array();
    for (const ComparisonRow& row : comparison.rows) {
        document.push_back(json_row(row));
    }
    constexpr int indent = 2;
    std::cout << document.dump(indent) << '\n';
}

void write_rtl(const Comparison& comparison, const std::string& folder) {
    std::set<std::string> written;
    for (const ComparisonRow& row : comparison.rows) {
        const std::string file = mac::module_name(row.spec) + ".v";
        if (written.insert(file).second) {
            write_file(std::filesystem::path(folder) / file, mac::verilog(row.spec));
        }
    }
    std::cerr << "wrote " << written.size() << " Verilog files to " << folder << '\n';
}

std::vector<mac::UnitKind> units_of(const MacOptions& options) {
    std::vector<mac::UnitKind> kinds;
    const std::vector<std::string> known{"single_mac", "fused_dot"};
    if (options.units.empty()) {
        kinds.push_back(mac::UnitKind::single_mac);
        if (!options.synthesise && options.tech_out.empty()) {
            kinds.push_back(mac::UnitKind::fused_dot);
        }
    }
    for (const std::string& name : options.units) {
        const auto found = std::ranges::find(known, name);
        if (found == known.end()) {
            throw UserError("unknown unit '" + name + "'" + known_names(name, known));
        }
        kinds.push_back(found == known.begin() ? mac::UnitKind::single_mac : mac::UnitKind::fused_dot);
    }
    return kinds;
}

/// The request's units through yosys and OpenSTA, each once.
class Synthesis {
public:
    Synthesis(const MacOptions& options, double glitch_share) : glitch_share_(glitch_share) {
        flow_.liberty = options.liberty.empty() ? mac::default_liberty() : std::filesystem::path(options.liberty);
        flow_.cache = options.cache;
        flow_.progress = [](const std::string& step) { std::cerr << step << '\n'; };
    }

    [[nodiscard]] const std::filesystem::path& liberty() const { return flow_.liberty; }

    mac::PhysicalCost operator()(const mac::MacUnitSpec& spec) {
        const mac::SynthesisResult& result = of(spec);
        const mac::SwitchingEnergy& e = result.energy.at(static_cast<std::size_t>(mac::Stimulus::gaussian));
        return {.area_um2 = result.area_um2 / spec.lanes,
                .delay_ns = result.delay_ns,
                .energy_fj = e.quiet_fj + glitch_share_ * (e.glitching_fj - e.quiet_fj),
                .source = "synthesised: " + flow_.liberty.filename().string()};
    }

    const mac::SynthesisResult& of(mac::MacUnitSpec spec) {
        spec.full = numerics::IntegerSum::Full::wrap; // the headroom makes saturation logic needless
        const std::string name = mac::module_name(spec);
        auto found = results_.find(name);
        if (found == results_.end()) {
            found = results_.emplace(name, mac::synthesise(spec, flow_)).first;
        }
        return found->second;
    }

private:
    double glitch_share_;
    mac::SynthesisFlow flow_;
    std::map<std::string, mac::SynthesisResult> results_;
};

void print_synthesis(const Comparison& comparison, Synthesis& synthesis) {
    std::vector<std::vector<std::string>> rows{{"format", "accumulator", "unit", "um2", "NAND2", "cells", "ns",
                                                "x int8", "paper", "model", "uniform fJ", "gaussian fJ", "relu fJ"}};
    for (const ComparisonRow& row : comparison.rows) {
        const mac::SynthesisResult& r = synthesis.of(row.spec);
        const auto paper = mac::published_ratio(row.spec);
        std::vector<std::string> cells{row.format,
                                       row.accumulator,
                                       unit_name(row),
                                       fixed(r.area_um2, 0),
                                       fixed(r.gate_equivalents, 0),
                                       std::to_string(r.cells),
                                       fixed(r.delay_ns, 2),
                                       fixed(row.area_ratio, 2),
                                       paper ? fixed(*paper, 2) : "-",
                                       fixed(row.gate_ratio, 2)};
        for (const mac::SwitchingEnergy& e : r.energy) {
            cells.push_back(fixed(e.quiet_fj, 0) + "/" + fixed(e.glitching_fj, 0));
        }
        rows.push_back(std::move(cells));
    }
    std::cout << "\nSynthesis: whole units in steady work, product register included; energies per multiply-accumulate "
                 "without / with glitches.\n"
              << aligned(rows);
}

constexpr double osu018_nanometres = 180;

/// The unit of a row as a technology file has it.
cost::MeasuredMac measured(const ComparisonRow& row, const mac::SynthesisResult& result) {
    constexpr double mm2_per_um2 = 1e-6;
    constexpr double s_per_ns = 1e-9;
    constexpr double j_per_fj = 1e-15;
    cost::MeasuredMac unit{.format = row.format,
                           .spec = row.spec,
                           .area = SquareMillimetres(result.area_um2 * mm2_per_um2 / row.spec.lanes),
                           .gate_equivalents = result.gate_equivalents / row.spec.lanes,
                           .delay = Seconds(result.delay_ns * s_per_ns)};
    for (std::size_t i = 0; i < unit.energies.size(); ++i) {
        const mac::SwitchingEnergy& e = result.energy.at(i);
        unit.energies.at(i) = {.quiet = Joules(e.quiet_fj * j_per_fj),
                               .with_glitches = Joules(e.glitching_fj * j_per_fj)};
    }
    return unit;
}

/// The rows' units, and those that the file already has from the same tools and cells.
cost::MacTable synthesised_table(const MacOptions& options, const Comparison& comparison, Synthesis& synthesis) {
    const bool is_default = options.liberty.empty();
    if (!is_default && options.tech_node <= 0) {
        throw UserError("--tech-out with --liberty needs --tech-node NM, the feature size of its cells");
    }
    constexpr double m_per_nm = 1e-9;
    const double nanometres = options.tech_node > 0 ? options.tech_node : osu018_nanometres;
    const mac::Library library = mac::read_library(synthesis.liberty());
    cost::MacTable table = read_table(options.table);
    const std::string cells = is_default ? "osu018_stdcells of Debian's qflow-tech-osu018" : library.name;
    const config::Source source{.source = "synthesis by `lodestone mac --tech-out` with " + mac::tool_versions() +
                                          " on the cells of " + cells +
                                          ": whole units with their registers, ripple-carry adders, no wires; energy "
                                          "from simulated toggles of the netlist",
                                .status = config::Status::measured};
    if (table.source.source != source.source) {
        const config::Sourced<double> as_it_is{
            .value = 1, .source = "the library taken as it is", .status = config::Status::estimated};
        table.library_energy_factor = as_it_is;
        table.library_area_factor = as_it_is;
    }
    table.source = source;
    table.point = {.node = Metres(nanometres * m_per_nm), .voltage = Volts(library.voltage)};
    table.measured.clear();
    for (const ComparisonRow& row : comparison.rows) {
        if (cost::find_measured(table, row.spec) == nullptr) {
            table.measured.push_back(measured(row, synthesis.of(row.spec)));
        }
    }
    if (std::filesystem::exists(options.tech_out)) {
        const cost::MacTable before = read_table(options.tech_out);
        for (const cost::MeasuredMac& unit : before.measured) {
            if (before.source.source == source.source && cost::find_measured(table, unit.spec) == nullptr) {
                table.measured.push_back(unit);
            }
        }
    }
    const auto order = [](const cost::MeasuredMac& unit) {
        return std::tuple(unit.spec.kind, unit.spec.lanes, unit.spec.a, unit.spec.b,
                          mac::name_of(unit.spec.accumulator), unit.spec.window);
    };
    std::ranges::stable_sort(table.measured, {}, order);
    return table;
}

/// Says what to install before anything is done.
void require_tools(const MacOptions& options) {
    try {
        static_cast<void>(mac::tool_versions());
    } catch (const UserError& error) {
        throw UserError(std::string(error.what()) + "; without --synthesise the figures come from the stored table " +
                        options.table);
    }
}

} // namespace

int mac_command(const MacOptions& options) {
    const mac::ComparisonRequest request{.formats = options.formats,
                                         .accumulators = options.accumulators,
                                         .units = units_of(options),
                                         .lanes = options.lanes,
                                         .window = options.window,
                                         .glitch_share = options.glitch_share};
    Comparison comparison = mac::compare(request, read_table(options.table));
    Synthesis synthesis(options, comparison.glitch_share);
    const bool synthesise = options.synthesise || !options.tech_out.empty();
    if (synthesise) {
        require_tools(options);
        mac::reprice(comparison, request, std::ref(synthesis));
    }
    if (options.json) {
        print_json(comparison);
    } else {
        print_table(comparison);
        if (synthesise) {
            print_synthesis(comparison, synthesis);
        }
    }
    if (!options.rtl.empty()) {
        write_rtl(comparison, options.rtl);
    }
    if (!options.tech_out.empty()) {
        write_file(options.tech_out, mac::technology_file(synthesised_table(options, comparison, synthesis),
                                                          "Multiply-accumulate units, written by `lodestone mac "
                                                          "--tech-out`; units are added by running it again."));
        std::cerr << "wrote " << options.tech_out << '\n';
    }
    if (!options.plot.empty()) {
        write_file(options.plot, mac::plot_svg(comparison));
    }
    return 0;
}

} // namespace lodestone::apps
