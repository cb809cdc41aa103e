// SPDX-License-Identifier: Apache-2.0
// Multiply-accumulates per cycle of a vector-matrix unit at a pair of formats: as built, or resized for a format.
#pragma once

#include "arch/cost/mac_table.hpp"
#include "arch/spec/core_grid.hpp"
#include "numerics/format.hpp"

#include <string>
#include <vector>

namespace lodestone::cost {

struct Technology;

/// Operands of a product.
struct OperandPair {
    numerics::FormatId weights = numerics::FormatId::int8;
    numerics::FormatId activations = numerics::FormatId::int8;
    friend auto operator<=>(OperandPair, OperandPair) = default;
};

/// The pair as the unit multiplies it (integers as the mode that takes them), and the mode it comes from.
struct UnitMode {
    OperandPair operands;
    OperandPair base;                                                  ///< of the mode that was built
    spec::MatrixShape built;                                           ///< of that mode
    [[nodiscard]] bool is_variant() const { return operands != base; } ///< the unit is built for `operands` instead
};

/// Integers: the mode named after the pair ("w4a8") if listed, else the mode of the wider operand. Formats of
/// `extra_formats`: from the narrowest integer mode that is at least as wide. Throws UserError naming the supported
/// precisions.
[[nodiscard]] UnitMode unit_mode(const spec::MatrixUnitSpec& unit, OperandPair operands);

/// Shape at the pair. iso_lanes: that of the integer mode. iso_area: its outputs times the ratio of the areas of the
/// two units, rounded down, at least 1. Throws UserError naming the supported precisions.
[[nodiscard]] spec::MatrixShape matrix_shape(const spec::MatrixUnitSpec& unit, const Technology& technology,
                                             numerics::FormatId weights, numerics::FormatId activations);

/// Precisions that the unit takes: its modes, then its extra formats.
[[nodiscard]] std::vector<std::string> supported_precisions(const spec::MatrixUnitSpec& unit);

} // namespace lodestone::cost
