// SPDX-License-Identifier: Apache-2.0
// Recursive-descent parser to postfix, and the evaluation.
#include "arch/mac/synthesis/logic.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace lodestone::mac {

/// Loosest first: or, exclusive or, and, inversion.
class LogicParser {
public:
    LogicParser(const std::string& text, const std::vector<std::string>& inputs, Logic& logic)
        : text_(text), inputs_(inputs), logic_(logic) {}

    void parse() {
        disjunction();
        if (peek() != '\0') {
            fail("'" + std::string(1, peek()) + "'");
        }
    }

private:
    using Operation = Logic::Operation;

    char peek() {
        while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) {
            ++at_;
        }
        return at_ < text_.size() ? text_[at_] : '\0';
    }

    [[noreturn]] void fail(const std::string& what) const {
        throw UserError("function \"" + text_ + "\": " + what + " at position " + std::to_string(at_ + 1) +
                        " is not understood");
    }

    void emit(Operation operation, std::size_t input = 0) { logic_.steps_.push_back({operation, input}); }

    void disjunction() {
        difference();
        while (peek() == '+' || peek() == '|') {
            ++at_;
            difference();
            emit(Operation::disjunction);
        }
    }

    void difference() {
        conjunction();
        while (peek() == '^') {
            ++at_;
            conjunction();
            emit(Operation::difference);
        }
    }

    void conjunction() {
        inversion();
        for (;;) {
            const char c = peek();
            const bool starts_factor =
                c == '!' || c == '(' || c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
            if (c == '*' || c == '&') {
                ++at_;
            } else if (!starts_factor) {
                return;
            }
            inversion();
            emit(Operation::conjunction);
        }
    }

    void inversion() {
        if (peek() == '!') {
            ++at_;
            inversion();
            emit(Operation::invert);
            return;
        }
        atom();
        while (peek() == '\'') {
            ++at_;
            emit(Operation::invert);
        }
    }

    void atom() {
        if (peek() == '(') {
            ++at_;
            disjunction();
            if (peek() != ')') {
                fail("a missing ')'");
            }
            ++at_;
            return;
        }
        std::string name;
        while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_')) {
            name += text_[at_++];
        }
        if (name == "0" || name == "1") {
            emit(Operation::constant, name == "1" ? 1 : 0);
            return;
        }
        const auto found = std::ranges::find(inputs_, name);
        if (found == inputs_.end()) {
            fail(name.empty() ? "a missing operand" : "pin '" + name + "'");
        }
        emit(Operation::input, static_cast<std::size_t>(found - inputs_.begin()));
    }

    const std::string& text_;
    const std::vector<std::string>& inputs_;
    Logic& logic_;
    std::size_t at_ = 0;
};

Logic::Logic(const std::string& text, const std::vector<std::string>& inputs) : inputs_(inputs.size()) {
    LogicParser(text, inputs, *this).parse();
}

std::uint64_t Logic::operator()(std::span<const std::uint64_t> inputs) const {
    constexpr std::size_t deepest = 32; // of any cell that can be drawn
    std::array<std::uint64_t, deepest> stack{};
    std::size_t top = 0;
    for (const Step& step : steps_) {
        switch (step.operation) {
        case Operation::input:
            stack.at(top++) = inputs[step.input];
            break;
        case Operation::constant:
            stack.at(top++) = step.input != 0 ? ~std::uint64_t{0} : 0;
            break;
        case Operation::invert:
            stack[top - 1] = ~stack[top - 1];
            break;
        case Operation::conjunction:
            --top;
            stack[top - 1] &= stack[top];
            break;
        case Operation::disjunction:
            --top;
            stack[top - 1] |= stack[top];
            break;
        case Operation::difference:
            --top;
            stack[top - 1] ^= stack[top];
            break;
        }
    }
    return stack[0];
}

std::uint64_t Logic::truth_table() const {
    constexpr std::array<std::uint64_t, 6> columns{0xAAAAAAAAAAAAAAAA, 0xCCCCCCCCCCCCCCCC, 0xF0F0F0F0F0F0F0F0,
                                                   0xFF00FF00FF00FF00, 0xFFFF0000FFFF0000, 0xFFFFFFFF00000000};
    check_invariant(inputs_ <= columns.size(), "truth tables of 64 bits have six inputs");
    const std::uint64_t all = (*this)(columns);
    return inputs_ == columns.size() ? all : all & ((std::uint64_t{1} << (std::uint64_t{1} << inputs_)) - 1);
}

} // namespace lodestone::mac
