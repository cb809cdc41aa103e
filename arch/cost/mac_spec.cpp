// SPDX-License-Identifier: Apache-2.0
// Names, checks and widths of multiply-accumulate units.
#include "arch/cost/mac_spec.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <charconv>

namespace lodestone::cost {

using numerics::Format;
using numerics::FormatId;

namespace {

constexpr int widest_register = 600;  ///< what WideInteger holds with the carries of a dot product
constexpr int narrowest_register = 2; ///< a sign and a bit
constexpr int most_lanes = 1024;
constexpr int narrowest_window = 2;
constexpr int widest_operand = 16;

bool is_accumulator_format(FormatId id) {
    return id == FormatId::fp16 || id == FormatId::bf16 || id == FormatId::fp32;
}

void verify_operand(FormatId id, Problems& problems) {
    const Format& f = numerics::format(id);
    if (f.bits > widest_operand) {
        problems.error({}, "formats",
                       std::string(f.name) + " has " + std::to_string(f.bits) + " bits; operands have at most " +
                           std::to_string(widest_operand));
    }
}

void verify_range(const char* what, int value, int low, int high, Problems& problems) {
    if (value < low || value > high) {
        problems.error({}, what,
                       "is " + std::to_string(value) + "; it must lie between " + std::to_string(low) + " and " +
                           std::to_string(high));
    }
}

} // namespace

Accumulator parse_accumulator(std::string_view name) {
    if (name == "kulisch") {
        return {};
    }
    if (const auto id = numerics::find_format(name); id && is_accumulator_format(*id)) {
        return {.kind = AccumulatorKind::floating, .format = *id};
    }
    constexpr std::string_view integer = "int";
    if (name.starts_with(integer)) {
        int bits = 0;
        const char* end = name.data() + name.size();
        const auto [stop, error] = std::from_chars(name.data() + integer.size(), end, bits);
        if (error == std::errc() && stop == end && bits >= narrowest_register && bits <= widest_register) {
            return {.bits = bits};
        }
    }
    throw UserError("accumulator '" + std::string(name) + "' is not known; known are kulisch, intN with N from " +
                    std::to_string(narrowest_register) + " to " + std::to_string(widest_register) +
                    ", fp16, bf16, fp32");
}

std::string name_of(const Accumulator& accumulator) {
    if (accumulator.kind == AccumulatorKind::floating) {
        return std::string(numerics::name_of(accumulator.format));
    }
    return accumulator.bits == 0 ? "kulisch" : "int" + std::to_string(accumulator.bits);
}

std::string_view name_of(UnitKind kind) {
    return kind == UnitKind::single_mac ? "single_mac" : "fused_dot";
}

std::string name_of(const MacUnitSpec& spec) {
    std::string name(numerics::name_of(spec.a));
    if (spec.b != spec.a) {
        name += "x" + std::string(numerics::name_of(spec.b));
    }
    name += " " + name_of(spec.accumulator);
    if (spec.kind == UnitKind::fused_dot) {
        name += " fused_dot " + std::to_string(spec.lanes);
        if (spec.window != 0) {
            name += " window " + std::to_string(spec.window);
        }
    }
    return name;
}

Problems verify_unit(const MacUnitSpec& spec) {
    Problems problems;
    verify_operand(spec.a, problems);
    if (spec.b != spec.a) {
        verify_operand(spec.b, problems);
    }
    if (problems.has_errors()) {
        return problems; // the widths below would mean nothing
    }
    verify_range("lanes", spec.lanes, 1, spec.kind == UnitKind::single_mac ? 1 : most_lanes, problems);
    const UnitWidths widths = widths_of(spec);
    if (spec.window != 0) {
        verify_range("window", spec.window, narrowest_window, widths.aligned, problems);
        if (spec.kind == UnitKind::single_mac) {
            problems.error({}, "window",
                           "is " + std::to_string(spec.window) +
                               " for a single_mac, which aligns nothing; use fused_dot with one lane");
        }
    }
    if (spec.accumulator.kind == AccumulatorKind::fixed) {
        verify_range("accumulator", widths.accumulator, narrowest_register, widest_register, problems);
        if (blocks_of(spec) > 1) {
            problems.error(
                {}, "lanes",
                "is " + std::to_string(spec.lanes) + "; a fixed register holds the sum of one block, which has " +
                    std::to_string(lanes_of_block(spec)) + " elements; use no more lanes, or a floating accumulator");
        }
    } else if (!is_accumulator_format(spec.accumulator.format)) {
        problems.error({}, "accumulator",
                       "is " + std::string(numerics::name_of(spec.accumulator.format)) +
                           "; floating accumulators are fp16, bf16, fp32");
    }
    return problems;
}

OperandWidths widths_of(const Format& f) {
    if (f.is_integer()) {
        return {.significand = f.bits + (f.is_signed ? 0 : 1), .lsb = -f.fraction_bits};
    }
    return {.significand = f.mantissa_bits + 2,
            .exponent = f.exponent_bits,
            .places = (1 << f.exponent_bits) - 2,
            .lsb = 1 - f.bias - f.mantissa_bits};
}

UnitWidths widths_of(const MacUnitSpec& spec) {
    UnitWidths w{.a = widths_of(numerics::format(spec.a)), .b = widths_of(numerics::format(spec.b))};
    w.product = w.a.significand + w.b.significand - 1;
    w.places = w.a.places + w.b.places;
    w.exponent = std::max(w.a.exponent, w.b.exponent);
    w.aligned = w.product + w.places;
    w.lsb = w.a.lsb + w.b.lsb;
    const Accumulator& accumulator = spec.accumulator;
    if (accumulator.kind == AccumulatorKind::floating) {
        w.accumulator = numerics::format(accumulator.format).bits;
    } else {
        w.accumulator = accumulator.bits != 0 ? accumulator.bits : w.aligned + accumulator.headroom;
    }
    return w;
}

int scaled_sides(const MacUnitSpec& spec) {
    return (numerics::format(spec.a).block ? 1 : 0) + (numerics::format(spec.b).block ? 1 : 0);
}

int lanes_of_block(const MacUnitSpec& spec) {
    int lanes = spec.lanes;
    for (const FormatId id : {spec.a, spec.b}) {
        if (const auto& block = numerics::format(id).block) {
            lanes = std::min(lanes, static_cast<int>(block->size));
        }
    }
    return lanes;
}

int blocks_of(const MacUnitSpec& spec) {
    const int lanes = std::max(1, lanes_of_block(spec));
    return (spec.lanes + lanes - 1) / lanes;
}

Cycles latency(const MacUnitSpec& spec) {
    constexpr std::uint64_t registers_of_single_mac = 2;
    return Cycles(registers_of_single_mac + (spec.kind == UnitKind::fused_dot ? 1 : 0));
}

Cycles initiation_interval(const MacUnitSpec&) {
    return Cycles(1);
}

} // namespace lodestone::cost
