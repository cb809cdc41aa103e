// SPDX-License-Identifier: Apache-2.0
// The stages of a unit as Verilog text. @NAMES@ are filled in by verilog.cpp.
#pragma once

namespace lodestone::mac::stage {

extern const char* const ports;           ///< ports of every unit
extern const char* const single_front;    ///< stage 1 of a single MAC
extern const char* const fused_front;     ///< stage 1 of a fused dot product: its multipliers
extern const char* const windowed_tree;   ///< stage 2: products shifted right below the largest exponent, then added
extern const char* const full_tree;       ///< stage 2: products shifted left to their places, then added
extern const char* const signed_tree;     ///< stage 2 of integers
extern const char* const tree_register;   ///< the register behind the tree
extern const char* const fixed_back;      ///< last stage with a fixed register
extern const char* const float_back;      ///< last stage with a floating register
extern const char* const one_adder;       ///< its adder
extern const char* const adder_chain;     ///< its adders for several blocks: their sums are added one after the other
extern const char* const block_instances; ///< stages 1 and 2 of several blocks
extern const char* const block_ports;     ///< head of the module of one block
extern const char* const block_outputs;   ///< its end

} // namespace lodestone::mac::stage
