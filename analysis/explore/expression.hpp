// SPDX-License-Identifier: Apache-2.0
// Arithmetic over the axes of a sweep, with units: "128 KiB * rows * cols".
#pragma once

#include "analysis/explore/measured.hpp"

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace lodestone::explore {

/// Why an expression cannot be read or has no value; ends a sentence that began with the expression.
class ExpressionError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Numbers with units, names, + - * / and parentheses. Sums need equal dimensions; a unit stands right after its
/// number, and "/" belongs to it only without spaces ("64 GB/s").
class Expression {
public:
    /// Throws ExpressionError.
    explicit Expression(std::string text);

    [[nodiscard]] const std::string& text() const { return text_; }
    /// Names that it uses, in order of first use.
    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
    /// Its value where each name has the value that `lookup` returns. Throws ExpressionError: unequal dimensions in a
    /// sum, or a division by zero; passes on what `lookup` throws.
    [[nodiscard]] Measured value(const std::function<Measured(const std::string&)>& lookup) const;

    struct Node; ///< of the syntax tree; private to the implementation

private:
    std::string text_;
    std::vector<std::string> names_;
    std::shared_ptr<const Node> root_;
};

} // namespace lodestone::explore
