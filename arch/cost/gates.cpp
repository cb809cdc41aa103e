// SPDX-License-Identifier: Apache-2.0
// The components of the gate model, each as its sum of elements.
#include "arch/cost/gates.hpp"

#include <algorithm>
#include <bit>

namespace lodestone::cost {

int shifter_levels(int places) {
    return static_cast<int>(std::bit_width(static_cast<unsigned>(std::max(places, 0))));
}

int carry_save_levels(int terms) {
    int levels = 0;
    for (; terms > 2; ++levels) {
        terms = terms / 3 * 2 + terms % 3;
    }
    return levels;
}

double adder(const GateCosts& costs, int bits) {
    return bits <= 0 ? 0.0 : (bits - 1) * costs.full_adder + costs.half_adder;
}

double incrementer(const GateCosts& costs, int bits) {
    return bits * costs.half_adder;
}

double multiplier(const GateCosts& costs, int bits_a, int bits_b) {
    const int rows = std::min(bits_a, bits_b);
    return bits_a * bits_b * costs.and_gate + (bits_a - 1) * (bits_b - 1) * costs.full_adder +
           (rows - 1) * costs.half_adder;
}

double flip_flops(const GateCosts& costs, int bits) {
    return bits * costs.flip_flop;
}

double selector(const GateCosts& costs, int bits) {
    return bits * costs.mux;
}

double left_shifter(const GateCosts& costs, int bits, int places) {
    return bits * shifter_levels(places) * costs.mux - places * (costs.mux - costs.and_gate);
}

double widening_left_shifter(const GateCosts& costs, int bits, int places) {
    return (bits - 2) * shifter_levels(places) * costs.mux + places * (costs.mux + costs.and_gate);
}

double right_shifter(const GateCosts& costs, int bits, int places) {
    return (bits - 1) * shifter_levels(places) * costs.mux;
}

double leading_zero_detector(const GateCosts& costs, int bits) {
    return bits * costs.and_or;
}

double reduction(const GateCosts& costs, int bits) {
    return bits * costs.and_gate;
}

double magnitude(const GateCosts& costs, int bits) {
    return bits * (costs.xor_gate + costs.half_adder);
}

} // namespace lodestone::cost
