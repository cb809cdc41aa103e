// SPDX-License-Identifier: Apache-2.0
// Numbers with units and the arithmetic over them.
#include "analysis/explore/expression.hpp"

#include <catch2/catch.hpp>

using namespace lodestone::explore;

namespace {

Measured lookup(const std::string& name) {
    return name == "rows" ? Measured{.value = 4, .dimensions = {}} : *parse_measured("64 KiB");
}

std::string value_text(const std::string& expression) {
    return *to_text(Expression(expression).value(lookup));
}

std::string error_of(const std::string& expression) {
    try {
        static_cast<void>(Expression(expression).value(lookup));
    } catch (const ExpressionError& error) {
        return error.what();
    }
    return "";
}

} // namespace

TEST_CASE("products bind closer than sums, from left to right", "[explore][expression]") {
    CHECK(value_text("1 + 2 * 3 - 8 / 4 / 2") == "6");
    CHECK(value_text("(1 + 2) * 3") == "9");
    CHECK(value_text("7 - 2 - 1") == "4");
}

TEST_CASE("units multiply and divide with their numbers", "[explore][expression]") {
    CHECK(value_text("128 KiB * rows") == "524288 B");
    CHECK(value_text("memory * rows / 2") == "131072 B");
    CHECK(value_text("1 / 400 MHz") == "2.5e-09 s");
    CHECK(value_text("memory / 1 KiB") == "64");
    CHECK(value_text("64 GB/s * 2") == "128000000000 B/s");
}

TEST_CASE("a division may stand between names without spaces", "[explore][expression]") {
    CHECK(value_text("rows/2") == "2");
    CHECK(value_text("rows*rows/rows") == "4");
}

TEST_CASE("sums of different dimensions are refused", "[explore][expression]") {
    CHECK(error_of("rows + memory") == "adds a plain number and bit; give both the same unit");
    CHECK(error_of("1 s + 1 Hz") == "adds s and s^-1; give both the same unit");
}

TEST_CASE("a division by zero is refused", "[explore][expression]") {
    CHECK(error_of("rows / (rows - 4)") == "divides by zero");
}

TEST_CASE("what cannot be read is named", "[explore][expression]") {
    CHECK(error_of("rows *") == "ends where a number or a name is expected");
    CHECK(error_of("(rows") == "lacks a ')'");
    CHECK(error_of("rows cols") == "has 'c' where an operator (+ - * /) or its end is expected");
    CHECK(error_of("2 % 3") == "has '%' where an operator (+ - * /) or its end is expected");
    CHECK_THAT(error_of(std::string(65, '(') + "1" + std::string(65, ')')), Catch::Contains("more than 64"));
    CHECK(error_of(std::string(64, '(') + "1" + std::string(64, ')')) == "");
}

TEST_CASE("an expression lists the names it uses once each", "[explore][expression]") {
    CHECK(Expression("memory * rows + rows * memory").names() == std::vector<std::string>{"memory", "rows"});
}

TEST_CASE("a number reads back as the double that was written", "[explore][measured]") {
    for (const double value : {0.0, 0.1, 1e-9, 1.0 / 3, 123456789.0, 1e15, 2.5e22, -4.0}) {
        INFO(value);
        CHECK(parse_measured(shortest(value))->value == value);
    }
}

TEST_CASE("whole numbers are written without an exponent", "[explore][measured]") {
    CHECK(shortest(1000000) == "1000000");
    CHECK(shortest(131072) == "131072");
}

TEST_CASE("a text that is no number with a unit has no value", "[explore][measured]") {
    CHECK_FALSE(parse_measured("int8"));
    CHECK_FALSE(parse_measured("4 x 4"));
    CHECK_FALSE(parse_measured(""));
    CHECK(parse_measured("400 MHz")->value == 4e8);
}
