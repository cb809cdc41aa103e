// SPDX-License-Identifier: Apache-2.0
// Finds the mode of a pair of formats and resizes the unit.
#include "arch/cost/matrix_shape.hpp"

#include "arch/cost/technology.hpp"
#include "numerics/precision.hpp"
#include "sim/base/error.hpp"

#include <algorithm>
#include <cmath>

namespace lodestone::cost {
namespace {

using numerics::FormatId;

/// A mode with its operands; all modes of a unit are integers.
struct IntegerMode {
    OperandPair operands;
    spec::MatrixShape shape;
    [[nodiscard]] int width() const {
        return std::max(numerics::format(operands.weights).bits, numerics::format(operands.activations).bits);
    }
    [[nodiscard]] bool is_uniform() const { return operands.weights == operands.activations; }
};

std::vector<IntegerMode> integer_modes(const spec::MatrixUnitSpec& unit) {
    std::vector<IntegerMode> modes;
    for (const spec::MatrixMode& mode : unit.modes) {
        const numerics::Precision precision = numerics::parse_precision(mode.precision);
        const OperandPair operands{.weights = precision.weights, .activations = precision.activations};
        if (numerics::format(operands.weights).is_integer() && numerics::format(operands.activations).is_integer()) {
            modes.push_back({.operands = operands, .shape = mode.shape});
        }
    }
    return modes;
}

/// MX formats of integers count as formats of their own: their block scales need hardware.
bool is_plain_integer(FormatId id) {
    const numerics::Format& format = numerics::format(id);
    return format.is_integer() && !format.block;
}

std::string pair_text(OperandPair operands) {
    const std::string weights(numerics::name_of(operands.weights));
    if (operands.weights == operands.activations) {
        return weights;
    }
    return weights + " weights x " + std::string(numerics::name_of(operands.activations)) + " activations";
}

[[noreturn]] void refuse(const spec::MatrixUnitSpec& unit, OperandPair operands) {
    throw UserError("the matrix unit does not take " + pair_text(operands) + "; it takes " +
                    join(supported_precisions(unit)) +
                    "; add a mode (integers) or an entry of extra_formats to the machine's matrix_unit");
}

bool is_extra(const spec::MatrixUnitSpec& unit, FormatId id) {
    return std::ranges::any_of(unit.extra_formats, [id](const std::string& name) {
        const numerics::Precision precision = numerics::parse_precision(name);
        return precision.weights == id || precision.activations == id;
    });
}

/// The mode that is listed with exactly these operands; plain formats that are no integers may be listed too.
std::optional<spec::MatrixShape> listed_shape(const spec::MatrixUnitSpec& unit, OperandPair operands) {
    for (const spec::MatrixMode& mode : unit.modes) {
        const numerics::Precision precision = numerics::parse_precision(mode.precision);
        if (precision.weights == operands.weights && precision.activations == operands.activations) {
            return mode.shape;
        }
    }
    return std::nullopt;
}

/// uint8 takes the int8 datapath, whose operands carry a sign bit of their own.
FormatId signed_form(FormatId id) {
    return id == FormatId::uint8 ? FormatId::int8 : id;
}

} // namespace

std::vector<std::string> supported_precisions(const spec::MatrixUnitSpec& unit) {
    std::vector<std::string> names;
    for (const spec::MatrixMode& mode : unit.modes) {
        names.push_back(mode.precision);
    }
    names.insert(names.end(), unit.extra_formats.begin(), unit.extra_formats.end());
    return names;
}

UnitMode unit_mode(const spec::MatrixUnitSpec& unit, OperandPair wanted) {
    const OperandPair operands{.weights = signed_form(wanted.weights), .activations = signed_form(wanted.activations)};
    if (const auto shape = listed_shape(unit, operands)) {
        return {.operands = operands, .base = operands, .built = *shape};
    }
    const std::vector<IntegerMode> modes = integer_modes(unit);
    const int width = std::max(numerics::format(operands.weights).bits, numerics::format(operands.activations).bits);
    if (is_plain_integer(operands.weights) && is_plain_integer(operands.activations)) {
        for (const IntegerMode& mode : modes) {
            if (mode.is_uniform() && mode.width() == width) {
                return {.operands = mode.operands, .base = mode.operands, .built = mode.shape};
            }
        }
        refuse(unit, wanted);
    }
    for (const FormatId id : {operands.weights, operands.activations}) {
        if (!is_plain_integer(id) && !is_extra(unit, id)) {
            refuse(unit, wanted);
        }
    }
    const IntegerMode* chosen = nullptr;
    for (const IntegerMode& mode : modes) {
        if (mode.is_uniform() && mode.width() >= width && (chosen == nullptr || mode.width() < chosen->width())) {
            chosen = &mode;
        }
    }
    if (chosen == nullptr) {
        refuse(unit, wanted);
    }
    return {.operands = operands, .base = chosen->operands, .built = chosen->shape};
}

spec::MatrixShape matrix_shape(const spec::MatrixUnitSpec& unit, const Technology& technology,
                               numerics::FormatId weights, numerics::FormatId activations) {
    const UnitMode mode = unit_mode(unit, {.weights = weights, .activations = activations});
    if (!mode.is_variant() || unit.sizing == spec::Sizing::iso_lanes) {
        return mode.built;
    }
    const MacCost integer =
        mac_cost(technology.mac,
                 {.weights = mode.base.weights, .activations = mode.base.activations, .lanes = mode.built.inputs});
    const MacCost format = mac_cost(
        technology.mac,
        {.weights = mode.operands.weights, .activations = mode.operands.activations, .lanes = mode.built.inputs});
    const double outputs = std::floor(mode.built.outputs * (integer.area / format.area));
    return {.inputs = mode.built.inputs, .outputs = static_cast<std::uint32_t>(std::max(1.0, outputs))};
}

} // namespace lodestone::cost
