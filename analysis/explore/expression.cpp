// SPDX-License-Identifier: Apache-2.0
// Recursive descent over expressions, and their evaluation.
#include "analysis/explore/expression.hpp"

#include "sim/config/number.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <utility>

namespace lodestone::explore {

struct Expression::Node {
    char kind = '#'; ///< '#' number, 'n' name, else the operator
    Measured number;
    std::string name;
    std::shared_ptr<const Node> left;
    std::shared_ptr<const Node> right;
};

namespace {

using Tree = std::shared_ptr<const Expression::Node>;

bool is_letter(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}
bool is_digit(char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

class Parser {
public:
    Parser(const std::string& text, std::vector<std::string>& names) : text_(text), names_(names) {}

    Tree parse() {
        Tree tree = sum();
        skip_spaces();
        if (at_ != text_.size()) {
            fail("has '" + text_.substr(at_, 1) + "' where an operator (+ - * /) or its end is expected");
        }
        return tree;
    }

private:
    [[noreturn]] static void fail(const std::string& message) { throw ExpressionError(message); }

    void skip_spaces() {
        while (at_ < text_.size() && text_[at_] == ' ') {
            ++at_;
        }
    }
    /// The next character when it is one of `accepted`, consumed; else 0.
    char take(const char* accepted) {
        skip_spaces();
        if (at_ < text_.size() && std::string(accepted).find(text_[at_]) != std::string::npos) {
            return text_[at_++];
        }
        return 0;
    }

    static Tree join(char kind, Tree left, Tree right) {
        Expression::Node node{.kind = kind};
        node.left = std::move(left);
        node.right = std::move(right);
        return std::make_shared<const Expression::Node>(std::move(node));
    }

    Tree sum() {
        Tree tree = product();
        while (const char sign = take("+-")) {
            tree = join(sign, tree, product());
        }
        return tree;
    }

    Tree product() {
        Tree tree = operand();
        while (const char sign = take("*/")) {
            tree = join(sign, tree, operand());
        }
        return tree;
    }

    Tree operand() {
        constexpr int deepest = 64;
        if (take("(") != 0) {
            if (++depth_ > deepest) {
                fail("has more than " + std::to_string(deepest) + " parentheses inside each other");
            }
            Tree inner = sum();
            if (take(")") == 0) {
                fail("lacks a ')'");
            }
            --depth_;
            return inner;
        }
        skip_spaces();
        if (at_ < text_.size() && is_letter(text_[at_])) {
            return name();
        }
        return number();
    }

    Tree name() {
        const std::size_t start = at_;
        while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]))) {
            ++at_;
        }
        Expression::Node node{.kind = 'n'};
        node.name = text_.substr(start, at_ - start);
        if (std::ranges::find(names_, node.name) == names_.end()) {
            names_.push_back(node.name);
        }
        return std::make_shared<const Expression::Node>(std::move(node));
    }

    /// Moves behind one unit: letters and a power, and "/" with more of them when no space stands between.
    void skip_unit() {
        std::size_t end = at_;
        while (end < text_.size() &&
               (is_letter(text_[end]) || (end > at_ && is_digit(text_[end])) ||
                (end > at_ && text_[end] == '/' && end + 1 < text_.size() && is_letter(text_[end + 1])))) {
            ++end;
        }
        at_ = end;
    }

    Tree number() {
        const std::size_t length = config::number_length(std::string_view(text_).substr(at_));
        if (length == 0) {
            fail(at_ == text_.size() ? "ends where a number or a name is expected"
                                     : "has '" + text_.substr(at_, 1) + "' where a number or a name is expected");
        }
        const std::size_t start = at_;
        at_ += length;
        const std::size_t after_number = at_;
        skip_spaces();
        if (at_ < text_.size() && is_letter(text_[at_])) {
            skip_unit();
        } else {
            at_ = after_number;
        }
        const std::string written = text_.substr(start, at_ - start);
        const auto measured = parse_measured(written);
        if (!measured) {
            fail("has '" + written + "', which is no number with a unit");
        }
        Expression::Node node{.kind = '#'};
        node.number = *measured;
        return std::make_shared<const Expression::Node>(std::move(node));
    }

    const std::string& text_;
    std::vector<std::string>& names_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

std::string dimension_text(const Measured& measured) {
    if (measured.dimensions.empty()) {
        return "a plain number";
    }
    std::string text;
    for (const auto& [name, exponent] : measured.dimensions) {
        text += (text.empty() ? "" : " ") + name + (exponent == 1 ? "" : "^" + std::to_string(exponent));
    }
    return text;
}

Measured add(Measured left, const Measured& right, double sign) {
    if (left.dimensions != right.dimensions) {
        throw ExpressionError("adds " + dimension_text(left) + " and " + dimension_text(right) +
                              "; give both the same unit");
    }
    left.value += sign * right.value;
    return left;
}

Measured scale(Measured left, const Measured& right, int sign) {
    if (sign < 0 && right.value == 0) {
        throw ExpressionError("divides by zero");
    }
    left.value = sign < 0 ? left.value / right.value : left.value * right.value;
    for (const auto& [name, exponent] : right.dimensions) {
        left.dimensions[name] += sign * exponent;
    }
    std::erase_if(left.dimensions, [](const auto& dimension) { return dimension.second == 0; });
    return left;
}

Measured evaluate(const Expression::Node& node, const std::function<Measured(const std::string&)>& lookup) {
    if (node.kind == '#') {
        return node.number;
    }
    if (node.kind == 'n') {
        return lookup(node.name);
    }
    Measured left = evaluate(*node.left, lookup);
    const Measured right = evaluate(*node.right, lookup);
    switch (node.kind) {
    case '+':
        return add(std::move(left), right, 1);
    case '-':
        return add(std::move(left), right, -1);
    case '*':
        return scale(std::move(left), right, 1);
    default:
        return scale(std::move(left), right, -1);
    }
}

} // namespace

Expression::Expression(std::string text) : text_(std::move(text)), root_(Parser(text_, names_).parse()) {}

Measured Expression::value(const std::function<Measured(const std::string&)>& lookup) const {
    return evaluate(*root_, lookup);
}

} // namespace lodestone::explore
