// SPDX-License-Identifier: Apache-2.0
// The published code tables of tests/data/number_formats.tsv, read without any help of the code under test.
#pragma once

#include "numerics/format.hpp"
#include "tests/support/places.hpp"

#include <cstdint>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace number_table {

struct Entry {
    std::uint32_t code = 0;
    std::string text;             ///< "nan", "inf", "-inf", "-0" or a fraction
    std::int64_t numerator = 0;   ///< of a finite value
    std::int64_t denominator = 1; ///< a power of two

    [[nodiscard]] bool is_nan() const { return text == "nan"; }
    [[nodiscard]] bool is_infinite() const { return text == "inf" || text == "-inf"; }
    [[nodiscard]] bool is_finite() const { return !is_nan() && !is_infinite(); }
    [[nodiscard]] double value() const { return static_cast<double>(numerator) / static_cast<double>(denominator); }
};

using lodestone::numerics::FormatId;

/// Name in the table and our name.
inline const std::vector<std::pair<std::string, FormatId>>& tables() {
    static const std::vector<std::pair<std::string, FormatId>> list{
        {"e5m2", FormatId::fp8_e5m2},
        {"e4m3fn", FormatId::fp8_e4m3},
        {"e4m3fnuz", FormatId::fp8_e4m3_fnuz},
        {"e5m2fnuz", FormatId::fp8_e5m2_fnuz},
        {"e4m3b11fnuz", FormatId::fp8_e4m3b11_fnuz},
        {"e4m3_ieee", FormatId::fp8_e4m3_ieee},
        {"e3m4_ieee", FormatId::fp8_e3m4_ieee},
        {"qc_e2m5", FormatId::fp8_e2m5},
        {"qc_e3m4", FormatId::fp8_e3m4},
        {"qc_e4m3", FormatId::fp8_e4m3_qc},
        {"qc_e5m2", FormatId::fp8_e5m2_qc},
        {"e2m3fn", FormatId::fp6_e2m3},
        {"e3m2fn", FormatId::fp6_e3m2},
        {"e2m1fn", FormatId::fp4_e2m1},
    };
    return list;
}

inline Entry parse_entry(const std::string& code, const std::string& text) {
    Entry entry{.code = static_cast<std::uint32_t>(std::stoul(code, nullptr, 16)), .text = text};
    if (entry.is_finite() && text != "-0") {
        const std::size_t slash = text.find('/');
        entry.numerator = std::stoll(text.substr(0, slash));
        entry.denominator = slash == std::string::npos ? 1 : std::stoll(text.substr(slash + 1));
    }
    return entry;
}

/// All codes of one format in ascending order.
inline std::vector<Entry> read(const std::string& name) {
    std::ifstream file(lodestone::tests::source_folder() + "/tests/data/number_formats.tsv");
    std::vector<Entry> entries;
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields(line);
        std::string format;
        std::string code;
        std::string text;
        fields >> format >> code >> text;
        if (format == name) {
            entries.push_back(parse_entry(code, text));
        }
    }
    if (entries.empty()) {
        throw std::runtime_error("no table for " + name);
    }
    return entries;
}

} // namespace number_table
