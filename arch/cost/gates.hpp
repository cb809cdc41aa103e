// SPDX-License-Identifier: Apache-2.0
// Gate counts of the components of a multiply-accumulate unit, in 2-input gate equivalents.
#pragma once

namespace lodestone::cost {

/// Costs of the elements, arXiv 2303.17951, appendix B. A component below is a sum of these and of nothing else.
struct GateCosts {
    double full_adder = 7;
    double half_adder = 3;
    double mux = 3; ///< 2:1, one bit
    double xor_gate = 3;
    double and_gate = 1; ///< any simple 2-input gate
    double and_or = 2;   ///< AO21, OA21
    double flip_flop = 6;
};

// Widths are in bits and at least 1; a width of 0 costs nothing. `places` is the largest shift distance.

/// Levels of full adders that reduce `terms` words to two.
[[nodiscard]] int carry_save_levels(int terms);
/// Levels of 2:1 multiplexers of a shifter by 0 to `places`: ceil(log2(places + 1)).
[[nodiscard]] int shifter_levels(int places);
/// Carry-propagate adder: one half adder and full adders.
[[nodiscard]] double adder(const GateCosts& costs, int bits);
/// Adds one or nothing.
[[nodiscard]] double incrementer(const GateCosts& costs, int bits);
/// All partial products and the array that sums them; a square one costs n^2 + 7(n-1)^2 + 3(n-1).
[[nodiscard]] double multiplier(const GateCosts& costs, int bits_a, int bits_b);
[[nodiscard]] double flip_flops(const GateCosts& costs, int bits);
/// Selects one of two words.
[[nodiscard]] double selector(const GateCosts& costs, int bits);
/// Left shift inside a word: where zeros come in, a multiplexer is an AND.
[[nodiscard]] double left_shifter(const GateCosts& costs, int bits, int places);
/// Left shift of a word into one that is `places` bits wider.
[[nodiscard]] double widening_left_shifter(const GateCosts& costs, int bits, int places);
/// Arithmetic right shift: the sign bit needs no multiplexer.
[[nodiscard]] double right_shifter(const GateCosts& costs, int bits, int places);
/// Counts the zeros above the first one: an AND-OR per bit.
[[nodiscard]] double leading_zero_detector(const GateCosts& costs, int bits);
/// OR of all bits, as for the sticky bit.
[[nodiscard]] double reduction(const GateCosts& costs, int bits);
/// Magnitude of a difference: conditional inversion and increment.
[[nodiscard]] double magnitude(const GateCosts& costs, int bits);

} // namespace lodestone::cost
