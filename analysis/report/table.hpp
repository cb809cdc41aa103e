// SPDX-License-Identifier: Apache-2.0
// Text tables: a header with units, columns as wide as they must be, numbers to the right.
#pragma once

#include <string>
#include <vector>

namespace lodestone::report {

enum class Align { left, right };

struct Column {
    std::string title;
    std::string unit;
    Align align = Align::right;
};

class Table {
public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    /// One cell per column.
    void add_row(std::vector<std::string> cells);
    /// A line across the table.
    void add_rule();
    /// Lines end with a newline; no trailing spaces.
    [[nodiscard]] std::string to_text() const;

private:
    struct Row {
        bool is_rule = false;
        std::vector<std::string> cells;
    };

    std::vector<Column> columns_;
    std::vector<Row> rows_;
};

/// 12.345 with 2 decimals is "12.35".
[[nodiscard]] std::string fixed(double value, int decimals);
/// Three significant digits at least, without exponent: "0.0123", "4.56", "12346".
[[nodiscard]] std::string significant(double value);
/// "1.37x"; "-" when there is nothing to divide by.
[[nodiscard]] std::string ratio(double value, double reference);

} // namespace lodestone::report
