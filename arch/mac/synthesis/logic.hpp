// SPDX-License-Identifier: Apache-2.0
// A Boolean function of a cell's pins, evaluated on 64 cases at once.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lodestone::mac {

class Logic {
public:
    Logic() = default;
    /// Liberty's notation: ! and ' (inversion), * & or a blank (and), + | (or), ^ (exclusive or), 0, 1, parentheses.
    /// Throws UserError naming what it cannot read; a name that is not an input is one.
    Logic(const std::string& text, const std::vector<std::string>& inputs);

    /// One word per input, in the order of the constructor.
    [[nodiscard]] std::uint64_t operator()(std::span<const std::uint64_t> inputs) const;
    /// Bit i is the value at inputs that spell i, the first input in the lowest bit; of up to 6 inputs.
    [[nodiscard]] std::uint64_t truth_table() const;

private:
    friend class LogicParser;
    enum class Operation : std::uint8_t { input, constant, invert, conjunction, disjunction, difference };
    struct Step {
        Operation operation;
        std::size_t input = 0; ///< or the constant
    };
    std::vector<Step> steps_; ///< postfix
    std::size_t inputs_ = 0;
};

} // namespace lodestone::mac
