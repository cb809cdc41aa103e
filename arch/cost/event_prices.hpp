// SPDX-License-Identifier: Apache-2.0
// What each event costs on one chip, as a table that whoever compares mappings can carry around.
#pragma once

#include "arch/isa/event_counts.hpp"

#include <map>
#include <string>
#include <vector>

namespace lodestone::cost {

class Chip;
struct OperandPair;

/// Joules per event at the chip's voltage. Keys are those of isa::EventCounts.
struct EventPrices {
    struct Memory {
        double read = 0;    ///< per byte
        double written = 0; ///< per byte
    };
    struct MatrixUnit {
        double mac = 0;     ///< per useful multiply-accumulate
        double padding = 0; ///< per slot without one
    };

    std::map<std::string, Memory> memories;
    std::map<std::string, double> flit_hops;      ///< by network
    std::map<std::string, MatrixUnit> operations; ///< by operand pair
    double vector_op = 0;
    double function_op = 0;
    double cycle = 0; ///< clock and leakage of the whole chip

    /// Of what happened, without what passes with time alone. Events without a price cost nothing.
    [[nodiscard]] double dynamic(const isa::EventCounts& counts) const;
};

/// The prices on `chip`; `pairs`: operands that its matrix unit will meet.
[[nodiscard]] EventPrices event_prices(const Chip& chip, const std::vector<OperandPair>& pairs);

} // namespace lodestone::cost
