// SPDX-License-Identifier: Apache-2.0
// The top module of a unit: operand decoders, product register, alignment, accumulator.
#include "arch/mac/verilog.hpp"

#include "arch/mac/mac_unit.hpp"
#include "arch/mac/verilog_parts.hpp"
#include "arch/mac/verilog_stages.hpp"
#include "sim/base/error.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <utility>
#include <vector>

namespace lodestone::mac {

using numerics::Format;

namespace {

int bits_for(int largest) {
    return static_cast<int>(std::bit_width(static_cast<unsigned>(largest)));
}

constexpr int largest_scale = 255; ///< E8M0 code; 255 itself is NaN

/// Everything the text needs to know of a unit.
struct Plan {
    explicit Plan(const MacUnitSpec& unit)
        : spec(unit), a(numerics::format(unit.a)), b(numerics::format(unit.b)), widths(widths_of(unit)),
          product(product_magnitude_bits(widths)), floating(unit.accumulator.kind == AccumulatorKind::floating),
          fused(unit.kind == UnitKind::fused_dot), exponents(widths.places > 0),
          special(numerics::has_nan(a) || numerics::has_nan(b) || a.has_infinity || b.has_infinity),
          windowed(unit.window != 0 && unit.window < product + widths.places),
          is_signed(a.is_integer() && b.is_integer() && a.is_signed && b.is_signed && !floating && !windowed),
          sides(scaled_sides(unit)), blocks(blocks_of(unit)), lanes(lanes_of_block(unit)),
          place_bits(std::max(1, bits_for(widths.places))),
          term_place_bits(std::max(1, bits_for(widths.places + largest_scale * sides))),
          aligned(windowed ? unit.window + (unit.alignment == Alignment::nearest_even ? 1 : 0)
                           : product + widths.places),
          sum(aligned + 1 + bits_for(lanes - 1)) {}

    const MacUnitSpec& spec;
    const Format& a;
    const Format& b;
    UnitWidths widths;
    int product;   ///< bits of a product's magnitude
    bool floating; ///< accumulator
    bool fused;
    bool exponents; ///< an operand has an exponent
    bool special;   ///< an operand may be NaN or infinite
    bool windowed;
    bool is_signed;      ///< products stay in two's complement from the multiplier on
    int sides;           ///< operands with a block scale
    int blocks;          ///< per cycle
    int lanes;           ///< of a block
    int place_bits;      ///< of a product's exponent
    int term_place_bits; ///< of that with the block's scale
    int aligned;         ///< bits of an aligned magnitude
    int sum;             ///< bits of the tree's sum, with sign
};

using Names = std::vector<std::pair<std::string, std::string>>;

std::string fill(std::string text, const Names& names) {
    for (const auto& [name, value] : names) {
        text = replace_all(text, "@" + name + "@", value);
    }
    return text;
}

std::string operand_instance(const Format& f, const std::string& port) {
    std::string text = "    @PREFIX@_operand_" + std::string(f.name) + " decode_" + port + " (.code(" + port +
                       "), .negative(" + port + "_negative), .significand(" + port + "_significand)";
    if (!f.is_integer()) {
        text += ", .places(" + port + "_places), .nan(" + port + "_nan), .infinite(" + port + "_infinite)";
    }
    return text + ");\n";
}

std::string operand_wires(const Format& f, const std::string& port) {
    const int digits = f.is_integer() ? f.bits : f.mantissa_bits + 1;
    std::string text =
        "    wire " + port + "_negative;\n    wire [" + std::to_string(digits - 1) + ":0] " + port + "_significand;\n";
    if (!f.is_integer()) {
        text += "    wire [" + std::to_string(f.exponent_bits - 1) + ":0] " + port + "_places;\n    wire " + port +
                "_nan, " + port + "_infinite;\n";
    }
    return text;
}

/// Two's complement product as one array of partial products (Baugh and Wooley): those with one sign bit are inverted,
/// and two constants make up for it. Smaller than what `*` of signed operands becomes, which extends their signs.
std::string signed_array(int bits_a, int bits_b) {
    const std::string sign = "a[" + std::to_string(bits_a - 1) + "]";
    const std::string digits = "a[" + std::to_string(bits_a - 2) + ":0]";
    std::string text = "    // Partial products with one sign bit are inverted; the constants make up for it.\n";
    std::string sum;
    for (int i = 0; i < bits_b; ++i) {
        const std::string index = std::to_string(i);
        const std::string bit = "b[" + index + "]";
        const std::string copies = "{" + std::to_string(bits_a - 1) + "{" + bit + "}}";
        const bool last = i == bits_b - 1;
        text += "    wire [" + std::to_string(bits_a - 1) + ":0] row_" + index + " = {" + (last ? "" : "~") + "(" +
                sign + " & " + bit + "), " + (last ? "~" : "") + "(" + digits + " & " + copies + ")};\n";
        sum += i == 0 ? "row_0 + " : "{row_" + index + ", " + index + "'d0} + ";
    }
    const std::uint64_t constants = (std::uint64_t{1} << (bits_a - 1)) + (std::uint64_t{1} << (bits_b - 1)) +
                                    (std::uint64_t{1} << (bits_a + bits_b - 1));
    return text + "    wire [@P@:0] exact = " + sum + std::to_string(bits_a + bits_b) + "'d" +
           std::to_string(constants) + ";\n";
}

/// The multiplier of one lane.
std::string product_module(const Plan& p) {
    std::string text = "\n// One lane: sign, exponent above the smallest, and exact magnitude of a product.\n"
                       "module @PREFIX@_product (\n"
                       "    input  wire [@A1@:0] a,\n    input  wire [@B1@:0] b,\n"
                       "    output wire [@P@:0] product, // two's complement when both operands are integers of a "
                       "fixed-point unit, else a magnitude\n"
                       "    output wire [@L1@:0] places,\n    output wire negative,\n    output wire zero,\n"
                       "    output wire [1:0] special // 01 +infinity, 10 -infinity, 11 NaN\n);\n";
    if (p.is_signed) {
        return text + signed_array(p.a.bits, p.b.bits) +
               "    assign product  = exact;\n"
               "    assign places   = 0;\n    assign negative = 1'b0;\n    assign zero     = ~|a | ~|b;\n"
               "    assign special  = 2'b00;\nendmodule\n";
    }
    text += operand_wires(p.a, "a") + operand_wires(p.b, "b") + operand_instance(p.a, "a") + operand_instance(p.b, "b");
    const auto flag = [](const Format& f, const std::string& name) { return f.is_integer() ? "1'b0" : name; };
    text += "    wire a_zero = ~|a_significand & ~" + std::string(flag(p.a, "a_nan")) + ";\n";
    text += "    wire b_zero = ~|b_significand & ~" + std::string(flag(p.b, "b_nan")) + ";\n";
    text += "    wire a_large = " + std::string(flag(p.a, "a_infinite")) +
            ", b_large = " + std::string(flag(p.b, "b_infinite")) + ";\n";
    text += "    wire nan = " + std::string(flag(p.a, "a_nan")) + " | " + std::string(flag(p.b, "b_nan")) +
            " | (a_large & b_zero) | (b_large & a_zero);\n";
    text += "    wire infinite = a_large | b_large;\n";
    const std::string place_a = p.a.is_integer() ? "" : "a_places";
    const std::string place_b = p.b.is_integer() ? "" : "b_places";
    const std::string both = place_a + (!place_a.empty() && !place_b.empty() ? " + " : "") + place_b;
    text +=
        "    assign product  = a_significand * b_significand;\n    assign places   = " + (both.empty() ? "0" : both) +
        ";\n    assign negative = a_negative ^ b_negative;\n    assign zero     = (a_zero | b_zero) & ~nan;\n"
        "    assign special  = nan ? 2'b11 : {infinite & negative, infinite & ~negative};\nendmodule\n";
    return text;
}

/// Wires `term` and `negate` of the fixed adder, and the bits of the term.
std::pair<std::string, int> fixed_term(const Plan& p) {
    if (!p.fused) {
        if (p.is_signed) {
            return {"    wire signed [@P@:0] term = product_q;\n    wire negate = 1'b0;\n", p.product + 1};
        }
        return {"    wire [@AL1@:0] aligned = {{(@AL@-@P@-1){1'b0}}, product_q} << places_q;\n"
                "    wire signed [@AL@:0] term = {1'b0, aligned} ^ {(@AL@+1){negative_q}};\n"
                "    wire negate = negative_q;\n",
                p.aligned + 1};
    }
    if (!p.windowed) {
        return {"    wire signed [SUM-1:0] term = tree_q;\n    wire negate = 1'b0;\n", p.sum};
    }
    const int left = std::max(0, p.product - p.spec.window);
    const int right = std::max(0, p.spec.window - p.product);
    const int bits = p.sum + p.widths.places + left;
    return {"    // The last bit of the tree's sum stands at largest_q + " + std::to_string(p.product - p.spec.window) +
                ".\n    wire signed [" + std::to_string(bits - 1) + ":0] wide_tree = tree_q;\n    wire signed [" +
                std::to_string(bits - 1) + ":0] term = ((wide_tree <<< largest_q) <<< " + std::to_string(left) +
                ") >>> " + std::to_string(right) + ";\n    wire negate = 1'b0;\n",
            bits};
}

/// Wires of the float adder; the exponent of the term's last bit at places 0.
std::pair<std::string, int> float_term(const Plan& p) {
    if (!p.fused) {
        return {"    wire [@P@:0] term = product_q;\n    wire [@TL1@:0] term_places = places_q@PLUS_SCALE@;\n"
                "    wire term_negative = negative_q;\n",
                p.widths.lsb - scale_bias * p.sides};
    }
    return {"    wire term_negative = tree_q[SUM-1];\n"
            "    wire [SUM-2:0] term = term_negative ? -tree_q[SUM-2:0] : tree_q[SUM-2:0];\n"
            "    wire [@TL1@:0] term_places = largest_q@PLUS_SCALE@;\n",
            p.widths.lsb - scale_bias * p.sides + (p.windowed ? p.product - p.spec.window : 0)};
}

Names float_names(const Plan& p, int lsb) {
    const Format& f = numerics::format(p.spec.accumulator.format);
    const int magnitude = p.fused ? p.sum - 1 : p.product;
    constexpr int guard_bits = 3;
    const int frame = std::max(f.mantissa_bits + 1, magnitude) + guard_bits;
    const int count = bits_for(frame + 1);
    const int reach = std::max({1 << f.exponent_bits, std::abs(lsb + f.bias - magnitude),
                                std::abs(p.widths.places + largest_scale * p.sides + lsb + magnitude + f.bias)}) +
                      frame;
    return {{"FP", std::to_string(magnitude)},      {"L", std::to_string(p.term_place_bits)},
            {"LSB", std::to_string(lsb)},           {"E", std::to_string(f.exponent_bits)},
            {"M", std::to_string(f.mantissa_bits)}, {"EW", std::to_string(std::max(bits_for(reach) + 2, count + 2))},
            {"COUNT", std::to_string(count)},       {"KEEP", p.fused ? "1" : "0"}};
}

std::string tree_text(const Plan& p) {
    if (p.is_signed) {
        return stage::signed_tree;
    }
    if (!p.windowed) {
        return stage::full_tree;
    }
    const std::string half = "frame[@P@]";
    const std::string rest = p.product > 1 ? "(|frame[@P@-1:0])" : "1'b0";
    const std::string round =
        p.spec.alignment == Alignment::truncate ? std::string() : " + (" + half + " & (" + rest + " | frame[@P@+1]))";
    return replace_all(stage::windowed_tree, "@ROUND@", round);
}

std::string header(const Plan& p) {
    const bool saturate = p.floating ? p.spec.overflow == numerics::Overflow::saturate
                                     : p.spec.full == numerics::IntegerSum::Full::saturate;
    std::string text = "// Multiply-accumulate unit: " + name_of(p.spec) + ".\n// Operands " + std::string(p.a.name) +
                       " and " + std::string(p.b.name) + "; accumulator of @ACC@ bits (" + name_of(p.spec.accumulator) +
                       "), last bit 2^" + (p.floating ? std::string("(of its format)") : std::to_string(p.widths.lsb)) +
                       ".\n// Takes operands in every cycle; the result holds their sum after @LATENCY@ cycles.\n"
                       "// Parameters: LANES products per cycle, ACC bits of the register, SATURATE (0: " +
                       (p.floating ? "infinity" : "wrap") +
                       " when the register is too small), ZERO_GATING (1: a zero operand leaves the registers still).\n"
                       "// Generated by `lodestone mac --rtl`.\n";
    text += "module @PREFIX@ #(\n    parameter LANES       = " + std::to_string(p.spec.lanes) +
            ",\n    parameter ACC         = @ACC@,\n    parameter SATURATE    = " + (saturate ? "1" : "0");
    if (!p.fused) {
        text += std::string(",\n    parameter ZERO_GATING = ") + (p.spec.zero_gating ? "1" : "0");
    }
    return text + "\n) (\n" + stage::ports;
}

/// Stages 1 and 2: what goes into the accumulator.
std::string front(const Plan& p) {
    if (!p.fused) {
        return stage::single_front;
    }
    return "    localparam SUM = " + std::to_string(p.sum) + "; // bits of the tree's sum\n\n" + stage::fused_front +
           tree_text(p) + stage::tree_register;
}

/// What a block's scale adds to the text of a unit; nothing without blocks.
Names scale_names(const Plan& p) {
    if (p.sides == 0) {
        Names names;
        for (const char* name :
             {"SCALE_PORTS", "RESULT_SCALE", "AND_SCALE", "SCALE", "KEEP_SCALE", "OR_SCALE", "ADD_SCALE", "TREE_SCALE",
              "KEEP_TREE_SCALE", "HELD_SCALE", "TAKE_SCALE", "PLUS_SCALE", "SCALE_INSTANCE"}) {
            names.emplace_back(name, "");
        }
        return names;
    }
    std::string ports_text;
    std::string instance;
    std::string sum;
    std::string nan;
    for (const auto& [format, port] :
         {std::pair(&p.a, std::string("scale_a")), std::pair(&p.b, std::string("scale_b"))}) {
        if (format->block) {
            ports_text += "    input  wire [@SCALES@:0] " + port + ", // E8M0 scale of each block\n";
            instance += " ." + port + "(" + port + "[block*8 +: 8]),";
            sum += (sum.empty() ? "" : " + ") + port;
            nan += (nan.empty() ? "(&" : " | (&") + port + ")";
        }
    }
    const std::string of_block = replace_all(ports_text, "@SCALES@", "7");
    ports_text = replace_all(ports_text, "@SCALES@", p.blocks > 1 ? "(LANES+@BLOCK@-1)/@BLOCK@*8-1" : "7");
    const bool kept = !p.floating;
    return {{"SCALE_PORTS", ports_text},
            {"BLOCK_SCALE_PORTS", of_block},
            {"SCALE_INSTANCE", instance},
            {"RESULT_SCALE",
             kept ? "    output wire [8:0] result_scale, // sum of the scales' codes, each biased by 127\n" : ""},
            {"AND_SCALE", " & ~scale_nan"},
            {"SCALE", "    // Scales are powers of two: their exponents add up.\n    wire [8:0] scale = " + sum +
                          ";\n    wire scale_nan = " + nan + ";\n    reg [8:0] scale_q;\n"},
            {"KEEP_SCALE", p.fused ? "            scale_q <= scale;\n" : "        if (valid) scale_q <= scale;\n"},
            {"OR_SCALE", " | {2{scale_nan}}"},
            {"ADD_SCALE", std::string("    wire [8:0] add_scale = ") + (p.fused ? "tree_scale_q" : "scale_q") + ";\n"},
            {"TREE_SCALE", "    reg [8:0] tree_scale_q;\n"},
            {"KEEP_TREE_SCALE", "            tree_scale_q <= scale_q;\n"},
            {"HELD_SCALE", kept ? "    reg [8:0] held_scale; // of the block whose sum the register holds\n"
                                  "    assign result_scale = (&special) ? 9'd0 : held_scale;\n"
                                : ""},
            {"TAKE_SCALE", kept ? "            if (add_first) held_scale <= add_scale;\n" : ""},
            {"PLUS_SCALE", " + add_scale"}};
}

std::string operand_modules(const Plan& p) {
    if (p.is_signed) {
        return "";
    }
    std::string text = verilog_operand("@PREFIX@", p.a);
    return p.spec.a == p.spec.b ? text : text + verilog_operand("@PREFIX@", p.b);
}

} // namespace

std::string module_name(const MacUnitSpec& spec) {
    std::string name = "mac_" + std::string(numerics::name_of(spec.a));
    if (spec.b != spec.a) {
        name += "_" + std::string(numerics::name_of(spec.b));
    }
    name += "_" + name_of(spec.accumulator);
    if (spec.kind == UnitKind::fused_dot) {
        name += "_dot" + std::to_string(spec.lanes);
        if (spec.window != 0) {
            name += "_w" + std::to_string(spec.window) + (spec.alignment == Alignment::nearest_even ? "r" : "");
        }
    }
    return name;
}

std::string verilog(const MacUnitSpec& spec) {
    verify_unit(spec).throw_if_errors();
    const Plan p(spec);
    const auto [term, number] = p.floating ? float_term(p) : fixed_term(p);
    std::string text = header(p);
    const std::string accumulate = std::string("\n    // Stage ") + (p.fused ? "3" : "2") + ": accumulate.\n";
    if (p.blocks > 1) {
        text += stage::block_instances + accumulate;
    } else {
        text += front(p) + accumulate + term;
    }
    text += p.floating
                ? fill(replace_all(stage::float_back, "@ADDERS@", p.blocks > 1 ? stage::adder_chain : stage::one_adder),
                       float_names(p, number))
                : replace_all(stage::fixed_back, "@TERM@", std::to_string(number));
    if (p.blocks > 1) {
        text += stage::block_ports + front(p) + term + stage::block_outputs;
    }
    text += product_module(p) + operand_modules(p);
    text += p.floating ? verilog_float_register("@PREFIX@") : verilog_fixed_register("@PREFIX@");
    const int product_bits = p.product + (p.is_signed ? 1 : 0);
    text = fill(text, scale_names(p));
    return fill(text, {{"PREFIX", module_name(spec)},
                       {"BLOCK", std::to_string(p.lanes)},
                       {"SUM1", std::to_string(p.sum - 2)},
                       {"TL1", std::to_string(p.term_place_bits - 1)},
                       {"LATENCY", std::to_string(latency(spec).count())},
                       {"ACC", std::to_string(p.widths.accumulator)},
                       {"A", std::to_string(p.a.bits)},
                       {"B", std::to_string(p.b.bits)},
                       {"A1", std::to_string(p.a.bits - 1)},
                       {"B1", std::to_string(p.b.bits - 1)},
                       {"P", std::to_string(product_bits - 1)},
                       {"L1", std::to_string(p.place_bits - 1)},
                       {"AL", std::to_string(p.aligned)},
                       {"AL1", std::to_string(p.aligned - 1)},
                       {"WINDOW", std::to_string(spec.window)}});
}

} // namespace lodestone::mac
