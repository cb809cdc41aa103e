// SPDX-License-Identifier: Apache-2.0
// The flow: Verilog, yosys, OpenSTA, netlist simulation, and the cache around it.
#include "arch/mac/synthesis/synthesis.hpp"

#include "arch/mac/synthesis/tool.hpp"
#include "arch/mac/verilog.hpp"
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"

#include <nlohmann/json.hpp>

#include <cstdlib>

namespace lodestone::mac {

namespace {

/// Part of the cache key: change it when the flow below changes.
constexpr const char* flow_version = "3";

/// Ripple carry, the smallest adder: lookahead would hide what the number formats cost.
constexpr const char* ripple_adders = R"((* techmap_celltype = "$lcu" *)
module ripple_carry (P, G, CI, CO);
    parameter WIDTH = 2;
    (* force_downto *) input [WIDTH-1:0] P, G;
    input CI;
    (* force_downto *) output [WIDTH-1:0] CO;
    genvar i;
    generate
        for (i = 0; i < WIDTH; i = i + 1) begin : bits
            if (i == 0) assign CO[i] = G[i] | (P[i] & CI);
            else assign CO[i] = G[i] | (P[i] & CO[i-1]);
        end
    endgenerate
endmodule
)";

/// Full-adder cell of a library with the names of its pins.
struct AdderCell {
    std::string name;
    std::vector<std::string> inputs;
    std::string sum;
    std::string carry;
};

std::optional<AdderCell> find_full_adder(const Library& library) {
    constexpr std::uint64_t parity = 0b10010110;
    constexpr std::uint64_t majority = 0b11101000;
    for (const auto& [name, cell] : library.cells) {
        AdderCell adder{.name = name};
        for (const CellPin& pin : cell.pins) {
            if (!pin.is_output) {
                adder.inputs.push_back(pin.name);
            }
        }
        if (adder.inputs.size() != 3 || cell.is_flip_flop || cell.is_latch) {
            continue;
        }
        for (const CellPin& pin : cell.pins) {
            if (pin.is_output && !pin.function.empty()) {
                const std::uint64_t table = Logic(pin.function, adder.inputs).truth_table();
                (table == parity     ? adder.sum
                 : table == majority ? adder.carry
                                     : adder.name) = table == parity || table == majority ? pin.name : adder.name;
            }
        }
        if (!adder.sum.empty() && !adder.carry.empty()) {
            return adder;
        }
    }
    return std::nullopt;
}

std::string adder_map(const AdderCell& adder) {
    return "module \\$fa (A, B, C, X, Y);\n    parameter WIDTH = 1;\n    input [WIDTH-1:0] A, B, C;\n"
           "    output [WIDTH-1:0] X, Y;\n    genvar i;\n    generate\n"
           "        for (i = 0; i < WIDTH; i = i + 1) begin : bits\n            " +
           adder.name + " cell_ (." + adder.inputs[0] + "(A[i]), ." + adder.inputs[1] + "(B[i]), ." + adder.inputs[2] +
           "(C[i]), ." + adder.carry + "(X[i]), ." + adder.sum + "(Y[i]));\n        end\n    endgenerate\nendmodule\n";
}

/// The unit in steady work: operands in every cycle, no reset. Enables and resets are the machine's business and would
/// add the same to every unit.
std::string core_module(const MacUnitSpec& spec) {
    const auto bits = [&](numerics::FormatId id) { return std::to_string(spec.lanes * numerics::format(id).bits - 1); };
    const std::string result = std::to_string(widths_of(spec).accumulator - 1);
    return "\nmodule core (input clk, input first, input [" + bits(spec.a) + ":0] a, input [" + bits(spec.b) +
           ":0] b, output [" + result + ":0] result, output [1:0] special);\n    " + module_name(spec) +
           " unit (.clk(clk), .reset(1'b0), .valid(1'b1), .first(first), .a(a), .b(b), .done(), .result(result), "
           ".special(special), .overflow());\nendmodule\n";
}

std::string quoted(const std::filesystem::path& path) {
    return "\"" + path.string() + "\"";
}

std::string yosys_script(const std::filesystem::path& liberty, bool adders) {
    std::string script = "read_verilog unit.v\nsynth -top core -flatten -run begin:fine\nopt -full\n"
                         "techmap -map ripple.v\ntechmap\nopt -full\n";
    if (adders) {
        script += "extract_fa -fa\ntechmap -map adders.v\nopt_clean\n";
    }
    return script + "techmap\nopt\ndfflegalize -cell $_DFF_P_ x\nopt -full\ndfflibmap -liberty " + quoted(liberty) +
           "\nopt\nabc -liberty " + quoted(liberty) +
           "\nsplitnets\nopt_clean -purge\nwrite_verilog -noattr -noexpr netlist.v\nwrite_json netlist.json\n";
}

std::string timing_script(const std::filesystem::path& liberty) {
    return "read_liberty " + quoted(liberty) +
           "\nread_verilog netlist.v\nlink_design core\ncreate_clock -name clk -period 1000 [get_ports clk]\n"
           "set_input_delay 0 -clock clk [get_ports {first a* b*}]\n"
           "set_output_delay 0 -clock clk [all_outputs]\nreport_worst_slack -digits 4\nexit\n";
}

double delay_of(const std::string& report) {
    constexpr double period = 1000;
    const std::string label = "worst slack";
    const std::size_t at = report.find(label);
    if (at == std::string::npos) {
        throw UserError("'sta' reported no slack:\n" + report);
    }
    return period - std::strtod(report.c_str() + at + label.size(), nullptr);
}

nlohmann::json to_json(const SynthesisResult& result) {
    nlohmann::json energies = nlohmann::json::array();
    for (const SwitchingEnergy& e : result.energy) {
        energies.push_back({{"quiet_fj", e.quiet_fj}, {"glitching_fj", e.glitching_fj}});
    }
    return {{"area_um2", result.area_um2},
            {"gate_equivalents", result.gate_equivalents},
            {"cells", result.cells},
            {"delay_ns", result.delay_ns},
            {"energy", energies}};
}

SynthesisResult from_json(const nlohmann::json& json) {
    SynthesisResult result{.area_um2 = json.at("area_um2"),
                           .gate_equivalents = json.at("gate_equivalents"),
                           .cells = json.at("cells"),
                           .delay_ns = json.at("delay_ns"),
                           .from_cache = true};
    for (std::size_t i = 0; i < result.energy.size(); ++i) {
        const nlohmann::json& e = json.at("energy").at(i);
        result.energy.at(i) = {.quiet_fj = e.at("quiet_fj"), .glitching_fj = e.at("glitching_fj")};
    }
    return result;
}

SynthesisResult run_flow(const MacUnitSpec& spec, const SynthesisFlow& flow, const Library& library,
                         const std::filesystem::path& folder) {
    const std::string top = module_name(spec);
    const std::filesystem::path liberty = std::filesystem::absolute(flow.liberty);
    const auto adder = find_full_adder(library);
    write_file(folder / "unit.v", verilog(spec) + core_module(spec));
    write_file(folder / "ripple.v", ripple_adders);
    write_file(folder / "adders.v", adder ? adder_map(*adder) : "");
    write_file(folder / "synthesis.ys", yosys_script(liberty, adder.has_value()));
    write_file(folder / "timing.tcl", timing_script(liberty));
    flow.progress(top + ": synthesis");
    write_file(
        folder / "yosys.log",
        run_tool(
            {.program = "yosys", .package = "yosys", .arguments = {"-q", "-s", "synthesis.ys"}, .folder = folder}));
    flow.progress(top + ": timing");
    const std::string timing = run_tool(
        {.program = "sta", .package = "opensta", .arguments = {"-no_splash", "-exit", "timing.tcl"}, .folder = folder});
    flow.progress(top + ": energy");
    Netlist netlist(read_file(folder / "netlist.json"), library);
    SynthesisResult result{.area_um2 = netlist.area(), .cells = netlist.cell_count(), .delay_ns = delay_of(timing)};
    const double nand = library.nand2_area();
    result.gate_equivalents = nand > 0 ? result.area_um2 / nand : 0;
    result.energy = switching_energy(spec, netlist);
    return result;
}

} // namespace

std::filesystem::path default_liberty() {
    return "/usr/share/qflow/tech/osu018/osu018_stdcells.lib";
}

SynthesisResult synthesise(const MacUnitSpec& spec, const SynthesisFlow& flow) {
    verify_unit(spec).throw_if_errors();
    if (!std::filesystem::exists(flow.liberty)) {
        throw UserError("cell library " + flow.liberty.string() +
                        " does not exist; install the Debian package qflow-tech-osu018 or give --liberty FILE");
    }
    const std::string text = read_file(flow.liberty);
    const std::string key = content_hash(std::string(flow_version) + verilog(spec) + core_module(spec) + text);
    const std::filesystem::path folder = std::filesystem::absolute(flow.cache) / (module_name(spec) + "-" + key);
    const std::filesystem::path record = folder / "result.json";
    if (std::filesystem::exists(record)) {
        flow.progress(module_name(spec) + ": from the cache");
        return from_json(nlohmann::json::parse(read_file(record)));
    }
    const SynthesisResult result = run_flow(spec, flow, read_library(text, flow.liberty.string()), folder);
    constexpr int indent = 2;
    write_file(record, to_json(result).dump(indent) + "\n");
    return result;
}

} // namespace lodestone::mac
