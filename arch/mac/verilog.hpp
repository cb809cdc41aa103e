// SPDX-License-Identifier: Apache-2.0
// Readable Verilog of a multiply-accumulate unit, bit for bit the same as MacUnit.
#pragma once

#include "arch/mac/unit.hpp"

#include <string>

namespace lodestone::mac {

/// Name of the unit's top module and, with `.v`, of its file: `mac_fp8_e4m3_kulisch`, `mac_int8_int4_int24_dot32_w20`.
[[nodiscard]] std::string module_name(const MacUnitSpec& spec);

/// One self-contained Verilog-2005 file: the top module, whose parameters and ports are explained in its header, and
/// the modules it needs, whose names begin with the top's. Ports of the top: clk, reset (synchronous), valid, first
/// (this product starts a new sum), a, b (lane 0 in the low bits), done (the result has just changed), result,
/// special (fixed registers: 00 finite, 01 +infinity, 10 -infinity, 11 NaN), overflow (this addition left the range).
/// Block scales are applied outside. Throws UserError when the spec cannot be built.
[[nodiscard]] std::string verilog(const MacUnitSpec& spec);

} // namespace lodestone::mac
