// SPDX-License-Identifier: Apache-2.0
// The flow: Verilog, yosys, OpenSTA, netlist simulation, and the cache around it.
#include "arch/mac/synthesis/synthesis.hpp"

#include "arch/mac/synthesis/tool.hpp"
#include "arch/mac/verilog.hpp"
#include "arch/mac/verilog_parts.hpp"
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <optional>

namespace lodestone::mac {

namespace {

/// Part of the cache key, beside the Verilog, the scripts and the library: change it when energies are computed
/// differently.
constexpr const char* energy_version = "1";

/// Ripple carry, the smallest adder, for a library without a full adder: lookahead would hide what the number formats
/// cost.
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

/// Maps carry-save and carry-propagate adders to the library's full adder, bit by bit; a bit with a constant operand
/// becomes plain gates. Done here, before the adders dissolve into gates: finding them again afterwards with yosys's
/// extract_fa gives wrong logic in version 0.23 when an operand is inverted.
constexpr const char* full_adder_map = R"((* techmap_celltype = "$fa" *)
module full_adder_save (A, B, C, X, Y);
    parameter WIDTH = 1;
    parameter [WIDTH-1:0] _TECHMAP_CONSTMSK_A_ = 0;
    parameter [WIDTH-1:0] _TECHMAP_CONSTMSK_B_ = 0;
    parameter [WIDTH-1:0] _TECHMAP_CONSTMSK_C_ = 0;
    (* force_downto *) input [WIDTH-1:0] A, B, C;
    (* force_downto *) output [WIDTH-1:0] X, Y;
    genvar i;
    generate
        for (i = 0; i < WIDTH; i = i + 1) begin : bits
            if (_TECHMAP_CONSTMSK_A_[i] | _TECHMAP_CONSTMSK_B_[i] | _TECHMAP_CONSTMSK_C_[i]) begin
                assign Y[i] = A[i] ^ B[i] ^ C[i];
                assign X[i] = (A[i] & B[i]) | (C[i] & (A[i] ^ B[i]));
            end else @CELL@ adder (.@A@(A[i]), .@B@(B[i]), .@C@(C[i]), .@CARRY@(X[i]), .@SUM@(Y[i]));
        end
    endgenerate
endmodule

(* techmap_celltype = "$alu" *)
module full_adder_propagate (A, B, CI, BI, X, Y, CO);
    parameter A_SIGNED = 0;
    parameter B_SIGNED = 0;
    parameter A_WIDTH = 1;
    parameter B_WIDTH = 1;
    parameter Y_WIDTH = 1;
    parameter [A_WIDTH-1:0] _TECHMAP_CONSTMSK_A_ = 0;
    parameter [B_WIDTH-1:0] _TECHMAP_CONSTMSK_B_ = 0;
    (* force_downto *) input [A_WIDTH-1:0] A;
    (* force_downto *) input [B_WIDTH-1:0] B;
    input CI, BI;
    (* force_downto *) output [Y_WIDTH-1:0] X, Y, CO;
    (* force_downto *) wire [Y_WIDTH-1:0] a, plain_b;
    \$pos #(.A_SIGNED(A_SIGNED), .A_WIDTH(A_WIDTH), .Y_WIDTH(Y_WIDTH)) extend_a (.A(A), .Y(a));
    \$pos #(.A_SIGNED(B_SIGNED), .A_WIDTH(B_WIDTH), .Y_WIDTH(Y_WIDTH)) extend_b (.A(B), .Y(plain_b));
    (* force_downto *) wire [Y_WIDTH-1:0] b = plain_b ^ {Y_WIDTH{BI}};
    assign X = a ^ b;
    genvar i;
    generate
        for (i = 0; i < Y_WIDTH; i = i + 1) begin : bits
            wire carry;
            if (i == 0) assign carry = CI;
            else assign carry = CO[i-1];
            if ((i < A_WIDTH ? _TECHMAP_CONSTMSK_A_[i < A_WIDTH ? i : 0] : A_SIGNED == 0) |
                (i < B_WIDTH ? _TECHMAP_CONSTMSK_B_[i < B_WIDTH ? i : 0] : B_SIGNED == 0)) begin
                assign Y[i] = X[i] ^ carry;
                assign CO[i] = (a[i] & b[i]) | (carry & X[i]);
            end else @CELL@ adder (.@A@(a[i]), .@B@(b[i]), .@C@(carry), .@CARRY@(CO[i]), .@SUM@(Y[i]));
        end
    endgenerate
endmodule
)";

std::string adder_map(const AdderCell& adder) {
    std::string text = replace_all(full_adder_map, "@CELL@", adder.name);
    text = replace_all(text, "@A@", adder.inputs[0]);
    text = replace_all(text, "@B@", adder.inputs[1]);
    text = replace_all(text, "@C@", adder.inputs[2]);
    text = replace_all(text, "@CARRY@", adder.carry);
    return replace_all(text, "@SUM@", adder.sum);
}

/// The unit in steady work: operands in every cycle, no reset. Enables and resets are the machine's business and would
/// add the same to every unit.
std::string core_module(const MacUnitSpec& spec) {
    const auto bits = [&](numerics::FormatId id) { return std::to_string(spec.lanes * numerics::format(id).bits - 1); };
    const std::string result = std::to_string(widths_of(spec).accumulator - 1);
    constexpr int scale_bits = 8;
    const std::string scale_top = std::to_string(blocks_of(spec) * scale_bits - 1);
    std::string scale_ports;
    std::string scales;
    for (const auto& [id, port] : {std::pair(spec.a, "scale_a"), std::pair(spec.b, "scale_b")}) {
        if (numerics::format(id).block) {
            scale_ports += ", input [" + scale_top + ":0] " + port;
            scales += std::string(", .") + port + "(" + port + ")";
        }
    }
    if (!scales.empty() && spec.accumulator.kind == AccumulatorKind::fixed) {
        scale_ports += ", output [8:0] result_scale";
        scales += ", .result_scale(result_scale)";
    }
    return "\nmodule core (input clk, input first, input [" + bits(spec.a) + ":0] a, input [" + bits(spec.b) + ":0] b" +
           scale_ports + ", output [" + result + ":0] result, output [1:0] special);\n    " + module_name(spec) +
           " unit (.clk(clk), .reset(1'b0), .valid(1'b1), .first(first), .a(a), .b(b)" + scales +
           ", .done(), .result(result), .special(special), .overflow());\nendmodule\n";
}

std::string quoted(const std::filesystem::path& path) {
    return "\"" + path.string() + "\"";
}

std::string yosys_script(const std::filesystem::path& liberty) {
    return "read_verilog unit.v\nsynth -top core -flatten -run begin:fine\nmaccmap\nopt -full\n"
           "techmap -map adders.v\nopt\ntechmap\nopt -full\ndfflegalize -cell $_DFF_P_ x\nopt -full\n"
           "dfflibmap -liberty " +
           quoted(liberty) + "\nopt\nabc -liberty " + quoted(liberty) +
           "\nsplitnets\nopt_clean -purge\nwrite_verilog -noattr -noexpr netlist.v\nwrite_json netlist.json\n";
}

std::string timing_script(const std::filesystem::path& liberty) {
    return "read_liberty " + quoted(liberty) +
           "\nread_verilog netlist.v\nlink_design core\ncreate_clock -name clk -period 1000 [get_ports clk]\n"
           "set_input_delay 0 -clock clk [all_inputs -no_clocks]\n"
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

/// Nothing when there is no record or it is not one of ours.
std::optional<SynthesisResult> read_record(const std::filesystem::path& file) {
    if (!std::filesystem::exists(file)) {
        return std::nullopt;
    }
    try {
        return from_json(nlohmann::json::parse(read_file(file)));
    } catch (const nlohmann::json::exception&) {
        return std::nullopt;
    }
}

SynthesisResult run_flow(const MacUnitSpec& spec, const SynthesisFlow& flow, const Library& library,
                         const std::filesystem::path& folder) {
    const std::string top = module_name(spec);
    const std::filesystem::path liberty = std::filesystem::absolute(flow.liberty);
    const auto adder = find_full_adder(library);
    write_file(folder / "unit.v", verilog(spec) + core_module(spec));
    write_file(folder / "adders.v", adder ? adder_map(*adder) : ripple_adders);
    write_file(folder / "synthesis.ys", yosys_script(liberty));
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

std::string tool_versions() {
    const auto first_line = [](const std::string& text) { return text.substr(0, text.find('\n')); };
    const std::string yosys = run_tool({.program = "yosys", .package = "yosys", .arguments = {"-V"}, .folder = "."});
    const std::string sta =
        run_tool({.program = "sta", .package = "opensta", .arguments = {"-version"}, .folder = "."});
    const std::string name = first_line(yosys); // "Yosys 0.23 (git sha1 …)"
    return name.substr(0, name.find(" (")) + ", OpenSTA " + first_line(sta);
}

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
    const std::string key = content_hash(energy_version + verilog(spec) + core_module(spec) + full_adder_map +
                                         ripple_adders + yosys_script("") + timing_script("") + text);
    const std::filesystem::path folder = std::filesystem::absolute(flow.cache) / (module_name(spec) + "-" + key);
    const std::filesystem::path record = folder / "result.json";
    if (const auto cached = read_record(record)) {
        flow.progress(module_name(spec) + ": from the cache");
        return *cached;
    }
    const SynthesisResult result = run_flow(spec, flow, read_library(text, flow.liberty.string()), folder);
    constexpr int indent = 2;
    write_file(record, to_json(result).dump(indent) + "\n");
    return result;
}

} // namespace lodestone::mac
