// SPDX-License-Identifier: Apache-2.0
// Writes a table of units line by line.
#include "arch/mac/synthesis/technology_file.hpp"

#include "arch/mac/unit.hpp"

#include <array>
#include <cstdio>

namespace lodestone::mac {

namespace {

constexpr double um2_per_mm2 = 1e6;
constexpr double ns_per_s = 1e9;
constexpr double fj_per_j = 1e15;
constexpr double nm_per_m = 1e9;

std::string number(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.6g", value);
    return text.data();
}

std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char c : text) {
        result += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    }
    return result + "\"";
}

std::string sourced(const std::string& key, const config::Sourced<double>& constant) {
    return key + ": {value: " + number(constant.value) + ", source: " + quoted(constant.source) +
           ", status: " + config::to_string(constant.status) + "}\n";
}

std::string energies(const cost::SwitchingJoules& e) {
    return "energy: " + number(e.quiet.count() * fj_per_j) +
           " fJ, energy_with_glitches: " + number(e.with_glitches.count() * fj_per_j) + " fJ";
}

std::string gate_model(const cost::GateModel& model) {
    const cost::GateCosts& c = model.costs;
    const std::array<std::pair<const char*, double>, 8> lines{
        {{"full_adder", c.full_adder},
         {"half_adder", c.half_adder},
         {"mux", c.mux},
         {"xor", c.xor_gate},
         {"and", c.and_gate},
         {"and_or", c.and_or},
         {"flip_flop", c.flip_flop},
         {"headroom_bits", static_cast<double>(model.headroom_bits)}}};
    std::string text = "gate_model:\n  source: " + quoted(model.source.source) +
                       "\n  status: " + config::to_string(model.source.status) + "\n";
    for (const auto& [key, value] : lines) {
        text += std::string("  ") + key + ": " + number(value) + "\n";
    }
    return text;
}

std::string unit_line(const cost::MeasuredMac& unit) {
    std::string text = "  - {format: " + unit.format + ", accumulator: " + name_of(unit.spec.accumulator);
    if (unit.spec.kind == UnitKind::fused_dot) {
        text += ", unit: fused_dot, lanes: " + std::to_string(unit.spec.lanes);
        text += unit.spec.window != 0 ? ", window: " + std::to_string(unit.spec.window) : "";
    }
    text += ", area: " + number(unit.area.count() * um2_per_mm2) + " um2";
    if (unit.gate_equivalents) {
        text += ", gate_equivalents: " + number(*unit.gate_equivalents);
    }
    text += ", delay: " + number(unit.delay.count() * ns_per_s) + " ns";
    for (const cost::OperandValues values : cost::operand_values) {
        if (const auto e = unit.energy(values)) {
            text += values == cost::OperandValues::gaussian
                        ? ", " + energies(*e)
                        : ", " + config::name_of(values, cost::operand_value_names()) + ": {" + energies(*e) + "}";
        }
    }
    return text + "}\n";
}

} // namespace

std::string technology_file(const cost::MacTable& table, const std::string& title) {
    std::string text =
        "# " + title + "\nkind: mac_table\nsource: " + quoted(table.source.source) +
        "\nstatus: " + config::to_string(table.source.status) +
        "\nnode: " + number(table.point.node.count() * nm_per_m) +
        " nm\nvoltage: " + number(table.point.voltage.count()) + " V\naccumulator: " + name_of(table.accumulator) +
        "\nunit: " + std::string(name_of(table.unit)) + "\nbasis: " + config::name_of(table.basis, cost::mac_bases()) +
        "\noperands: " + config::name_of(table.operands, cost::operand_value_names()) + "\n";
    text +=
        sourced("glitch_share", table.glitch_share) + sourced("library_energy_factor", table.library_energy_factor) +
        sourced("library_area_factor", table.library_area_factor) +
        sourced("padding_energy_share", table.padding_energy_share) + gate_model(table.gates) +
        "# Area and energies per multiply-accumulate; energies with Gaussian operands and, below their names, others.\n"
        "units:\n";
    for (const cost::MeasuredMac& unit : table.measured) {
        text += unit_line(unit);
    }
    return text;
}

} // namespace lodestone::mac
