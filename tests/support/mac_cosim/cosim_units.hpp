// SPDX-License-Identifier: Apache-2.0
// The units whose Verilog is simulated beside their model, and the top module that holds them all.
#pragma once

#include "arch/mac/mac_module.hpp"
#include "arch/mac/verilog.hpp"

#include <string>
#include <vector>

namespace mac_cosim {

using lodestone::mac::Alignment;
using lodestone::mac::MacUnitSpec;
using lodestone::mac::UnitKind;
using lodestone::numerics::format;
using lodestone::numerics::FormatId;

inline MacUnitSpec single(FormatId a, FormatId b, const char* accumulator) {
    return {.a = a, .b = b, .accumulator = lodestone::mac::parse_accumulator(accumulator)};
}
inline MacUnitSpec dot(FormatId format, const char* accumulator, int lanes, int window = 0) {
    return {.a = format,
            .b = format,
            .accumulator = lodestone::mac::parse_accumulator(accumulator),
            .kind = UnitKind::fused_dot,
            .lanes = lanes,
            .window = window};
}
inline MacUnitSpec gated(MacUnitSpec spec) {
    spec.zero_gating = true;
    return spec;
}
inline MacUnitSpec rounded(MacUnitSpec spec) {
    spec.alignment = Alignment::nearest_even;
    return spec;
}

/// Every kind of operand, accumulator, alignment and special code.
inline std::vector<MacUnitSpec> units() {
    using enum FormatId;
    std::vector<MacUnitSpec> list{
        single(int2, int2, "kulisch"),
        single(int4, int4, "kulisch"),
        single(int8, int8, "kulisch"),
        single(int8, int8, "int20"),
        single(int16, int16, "kulisch"),
        single(int8, int4, "int24"),
        single(uint8, int8, "kulisch"),
        single(fp4_e2m1, fp4_e2m1, "kulisch"),
        single(fp6_e3m2, fp6_e3m2, "fp16"),
        single(fp8_e2m5, fp8_e2m5, "kulisch"),
        single(fp8_e3m4, fp8_e3m4, "fp16"),
        single(fp8_e3m4_ieee, fp8_e3m4_ieee, "kulisch"),
        single(fp8_e4m3, fp8_e4m3, "kulisch"),
        single(fp8_e4m3, fp8_e4m3, "fp16"),
        single(fp8_e4m3, fp8_e4m3, "fp32"),
        single(fp8_e4m3_fnuz, fp8_e4m3_fnuz, "bf16"),
        single(fp8_e5m2, fp8_e5m2, "kulisch"),
        single(fp8_e5m2, fp8_e5m2, "fp16"),
        single(fp8_e5m2, fp8_e5m2, "fp32"),
        single(fp8_e5m2_fnuz, fp8_e5m2_fnuz, "kulisch"),
        single(fp8_e4m3, fp8_e5m2, "fp16"),
        single(int8, fp8_e4m3, "fp32"),
        single(fp16, fp16, "fp32"),
        single(bf16, bf16, "fp32"),
        single(int8, int8, "fp16"),
        single(mxint8, mxint8, "fp32"),
        gated(single(fp8_e4m3, fp8_e4m3, "int40")),
        dot(int8, "kulisch", 4),
        dot(fp8_e4m3, "kulisch", 4),
        dot(fp8_e4m3, "fp32", 4),
        dot(fp8_e5m2, "kulisch", 4, 24),
        dot(fp8_e5m2, "fp32", 4, 12),
        rounded(dot(fp8_e4m3, "fp16", 4, 10)),
        rounded(dot(fp8_e3m4, "int16", 4, 9)),
        dot(fp4_e2m1, "fp32", 8, 6),
        single(mxfp8, mxfp8, "fp32"),
        gated(single(mxfp4, mxfp4, "bf16")),
        single(mxfp4, mxfp4, "kulisch"),
        single(mxfp8, int8, "fp32"),
        dot(mxfp8, "fp32", 4),
        dot(mxfp8_e5m2, "fp16", 4, 10),
        dot(mxint8, "fp32", 4),
        dot(mxint8, "kulisch", 4),
        dot(mxfp4, "fp32", 40),
    };
    list[3].full = lodestone::numerics::IntegerSum::Full::wrap;
    list[17].overflow = lodestone::numerics::Overflow::saturate;
    return list;
}

/// Words of operands that the top module takes on each side; narrower units see the first ones.
inline constexpr std::size_t operand_words = 5;

/// `mac_cosim`: all units side by side on the same operands; result word w of all units in order is port r_<w>.
inline std::string top_module() {
    namespace mac = lodestone::mac;
    std::string ports = "module mac_cosim (\n    input clk, input reset, input valid, input first,\n"
                        "    input [31:0] s_a, input [31:0] s_b"; // block scales
    std::string wide_a;
    std::string wide_b;
    for (std::size_t i = 0; i < operand_words; ++i) {
        const std::string n = std::to_string(i);
        ports += ",\n    input [31:0] a_" + n + ", input [31:0] b_" + n;
        wide_a = "a_" + n + (i == 0 ? "" : ", ") + wide_a;
        wide_b = "b_" + n + (i == 0 ? "" : ", ") + wide_b;
    }
    const std::string top = std::to_string(32 * operand_words - 1);
    std::string body =
        "    wire [" + top + ":0] a = {" + wide_a + "};\n    wire [" + top + ":0] b = {" + wide_b + "};\n";
    std::size_t word = 0;
    std::size_t index = 0;
    for (const MacUnitSpec& spec : units()) {
        const std::string u = "u" + std::to_string(index++);
        const auto bits = [&](FormatId id) { return std::to_string(spec.lanes * format(id).bits - 1); };
        const int width = mac::widths_of(spec).accumulator;
        const std::size_t words = mac::result_words(spec);
        body += "    wire [" + std::to_string(32 * words - 1) + ":0] " + u + "_words;\n";
        body += "    wire [" + std::to_string(width - 1) + ":0] " + u + "_result; wire [1:0] " + u + "_special;\n";
        const std::string scales = std::to_string(8 * mac::blocks_of(spec) - 1);
        const bool kept = mac::scaled_sides(spec) != 0 && spec.accumulator.kind == mac::AccumulatorKind::fixed;
        std::string scale;
        scale += mac::scale_words(spec, format(spec.a)) != 0 ? ", .scale_a(s_a[" + scales + ":0])" : "";
        scale += mac::scale_words(spec, format(spec.b)) != 0 ? ", .scale_b(s_b[" + scales + ":0])" : "";
        scale += kept ? ", .result_scale(" + u + "_scale)" : "";
        body += kept ? "    wire [8:0] " + u + "_scale;\n" : "";
        body += "    " + mac::module_name(spec) + " " + u +
                " (.clk(clk), .reset(reset), .valid(valid), .first(first), .a(a[" + bits(spec.a) + ":0]), .b(b[" +
                bits(spec.b) + ":0])" + scale + ", .done(), .result(" + u + "_result), .special(" + u +
                "_special), .overflow());\n";
        body += "    assign " + u + "_words = {" + (kept ? u + "_scale, " : "") + u + "_special, " + u + "_result};\n";
        for (std::size_t i = 0; i < words; ++i, ++word) {
            ports += ",\n    output [31:0] r_" + std::to_string(word);
            body +=
                "    assign r_" + std::to_string(word) + " = " + u + "_words[" + std::to_string(32 * i) + " +: 32];\n";
        }
    }
    return ports + "\n);\n" + body + "endmodule\n";
}

} // namespace mac_cosim
