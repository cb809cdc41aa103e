// SPDX-License-Identifier: Apache-2.0
// Parsing and printing of numbers with units.
#include "analysis/explore/measured.hpp"

#include "sim/config/number.hpp"
#include "sim/config/unit.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace lodestone::explore {
namespace {

/// Units in which results are written; the first whose dimensions fit is taken.
constexpr std::array written_units{"B", "Hz",  "s",   "J",     "W",    "V",   "K",
                                   "m", "mm2", "B/s", "cycle", "tick", "mac", "flit"};

/// A value in base units as a number of `unit`s, with one rounding.
double in_units(double value, const config::Unit& unit) {
    const double power = std::pow(10.0, std::abs(unit.decimal)); // exact: at most 10^18
    return std::ldexp(unit.decimal < 0 ? value * power : value / power, -unit.binary);
}

} // namespace

std::string shortest(double value) {
    std::array<char, 64> text{};
    constexpr double largest_plain = 1e15; // below, a double holds every digit of a whole number
    constexpr double smallest_plain = 1e-4;
    const double size = std::fabs(value);
    const bool is_plain = size == 0 || (size >= smallest_plain && size < largest_plain);
    const auto [end, status] = std::to_chars(text.data(), text.data() + text.size(), value,
                                             is_plain ? std::chars_format::fixed : std::chars_format::scientific);
    return {text.data(), end};
}

double rounded(double value) {
    constexpr int digits = 12;
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.*g", digits, value);
    return std::strtod(text.data(), nullptr);
}

std::optional<Measured> parse_measured(std::string_view text) {
    const std::size_t length = config::number_length(text);
    if (length == 0) {
        return std::nullopt;
    }
    const std::string_view number = text.substr(0, length);
    std::string_view unit_text = text.substr(length);
    unit_text.remove_prefix(std::min(unit_text.find_first_not_of(' '), unit_text.size()));
    config::Unit unit;
    if (!unit_text.empty()) {
        const auto parsed = config::parse_unit(unit_text);
        if (!parsed) {
            return std::nullopt;
        }
        unit = *parsed;
    }
    const config::Parsed<double> value = config::scaled_double(number, unit.decimal, unit.binary);
    if (!value.value) {
        return std::nullopt;
    }
    return Measured{.value = *value.value, .dimensions = unit.dimensions};
}

std::optional<std::string> to_text(const Measured& measured) {
    if (measured.dimensions.empty()) {
        return shortest(measured.value);
    }
    for (const char* name : written_units) {
        const auto unit = config::parse_unit(name);
        if (unit && unit->dimensions == measured.dimensions) {
            return shortest(in_units(measured.value, *unit)) + " " + name;
        }
    }
    return std::nullopt;
}

} // namespace lodestone::explore
