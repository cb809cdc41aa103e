// SPDX-License-Identifier: Apache-2.0
// Lays out text tables and formats their numbers.
#include "analysis/report/table.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace lodestone::report {
namespace {

constexpr const char* gap = "  ";

/// Columns that a text takes on a terminal: bytes that continue a UTF-8 character take none.
std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string padded(const std::string& text, std::size_t width, Align align) {
    const std::string fill(width - std::min(width, width_of(text)), ' ');
    return align == Align::left ? text + fill : fill + text;
}

std::string trimmed(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    return line + "\n";
}

} // namespace

void Table::add_row(std::vector<std::string> cells) {
    check_invariant(cells.size() == columns_.size(), "a row has one cell per column");
    rows_.push_back({.is_rule = false, .cells = std::move(cells)});
}

void Table::add_rule() {
    rows_.push_back({.is_rule = true, .cells = {}});
}

std::string Table::to_text() const {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        std::size_t width = std::max(width_of(columns_[i].title), width_of(columns_[i].unit));
        for (const Row& row : rows_) {
            width = row.is_rule ? width : std::max(width, width_of(row.cells[i]));
        }
        widths.push_back(width);
    }
    const auto line = [&](const auto& cell_of) {
        std::string text;
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            text += (i == 0 ? "" : gap) + padded(cell_of(i), widths[i], columns_[i].align);
        }
        return trimmed(text);
    };
    const std::string rule = line([&](std::size_t i) { return std::string(widths[i], '-'); });
    std::string text = line([&](std::size_t i) { return columns_[i].title; });
    const bool has_units = std::ranges::any_of(columns_, [](const Column& column) { return !column.unit.empty(); });
    if (has_units) {
        text += line([&](std::size_t i) { return columns_[i].unit; });
    }
    text += rule;
    for (const Row& row : rows_) {
        text += row.is_rule ? rule : line([&](std::size_t i) { return row.cells[i]; });
    }
    return text;
}

std::string fixed(double value, int decimals) {
    char buffer[64];
    const int length = std::snprintf(buffer, sizeof buffer, "%.*f", decimals, value);
    return {buffer, static_cast<std::size_t>(std::min<int>(length, sizeof buffer - 1))};
}

std::string significant(double value) {
    if (value == 0 || !std::isfinite(value)) {
        return value == 0 ? "0" : "-";
    }
    constexpr int digits = 3;
    constexpr int most_decimals = 9;
    const int before_point = static_cast<int>(std::floor(std::log10(std::abs(value)))) + 1;
    return fixed(value, std::clamp(digits - before_point, 0, most_decimals));
}

std::string ratio(double value, double reference) {
    return reference == 0 || !std::isfinite(value / reference) ? "-" : fixed(value / reference, 2) + "x";
}

} // namespace lodestone::report
