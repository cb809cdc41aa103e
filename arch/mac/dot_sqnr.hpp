// SPDX-License-Identifier: Apache-2.0
// Accuracy of the dot products that a unit computes: formats, alignment window and accumulator together.
#pragma once

#include "arch/mac/unit.hpp"

namespace lodestone::mac {

/// Signal to noise of long dot products of normal data in dB, in tenths: 10 log10 of the mean square of the exact sums
/// over that of the errors. Operands are at the format's best range, or lower by a power of two where the accumulator
/// would overflow (a block format has its own scales); terms go through MacUnit, bit for bit. A fixed register, which
/// sums one block of a block format, is read out after each block and summed exactly. The data are the same for every
/// unit, so two units differ by what they do. Minus infinity when every range overflows to infinities. Throws UserError
/// for a unit that cannot be built.
[[nodiscard]] double dot_sqnr_db(const MacUnitSpec& spec);

} // namespace lodestone::mac
