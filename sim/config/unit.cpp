// SPDX-License-Identifier: Apache-2.0
// The table of units and prefixes, and their parsing and printing.
#include "sim/config/unit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace lodestone::config {
namespace {

/// A named unit as 10^0 * 2^binary times base units.
struct NamedUnit {
    std::string_view name;
    int binary;
    bool counts_data; ///< takes the binary prefixes, and K as 1000
    std::array<std::pair<std::string_view, int>, 3> dimensions;
};

constexpr std::array named_units{
    NamedUnit{"J", 0, false, {{{"J", 1}}}},
    NamedUnit{"W", 0, false, {{{"J", 1}, {"s", -1}}}},
    NamedUnit{"V", 0, false, {{{"V", 1}}}},
    NamedUnit{"A", 0, false, {{{"J", 1}, {"s", -1}, {"V", -1}}}},
    NamedUnit{"F", 0, false, {{{"J", 1}, {"V", -2}}}},
    NamedUnit{"ohm", 0, false, {{{"V", 2}, {"s", 1}, {"J", -1}}}},
    NamedUnit{"K", 0, false, {{{"K", 1}}}},
    NamedUnit{"s", 0, false, {{{"s", 1}}}},
    NamedUnit{"m", 0, false, {{{"m", 1}}}},
    NamedUnit{"Hz", 0, false, {{{"s", -1}}}},
    NamedUnit{"bit", 0, true, {{{"bit", 1}}}},
    NamedUnit{"bits", 0, true, {{{"bit", 1}}}},
    NamedUnit{"B", 3, true, {{{"bit", 1}}}},
    NamedUnit{"byte", 3, true, {{{"bit", 1}}}},
    NamedUnit{"bytes", 3, true, {{{"bit", 1}}}},
};

struct Prefix {
    std::string_view name;
    int decimal;
    int binary;
    bool only_data;
};

constexpr std::array prefixes{
    Prefix{"", 0, 0, false},   Prefix{"a", -18, 0, false}, Prefix{"f", -15, 0, false}, Prefix{"p", -12, 0, false},
    Prefix{"n", -9, 0, false}, Prefix{"u", -6, 0, false},  Prefix{"µ", -6, 0, false},  Prefix{"μ", -6, 0, false},
    Prefix{"m", -3, 0, false}, Prefix{"k", 3, 0, false},   Prefix{"M", 6, 0, false},   Prefix{"G", 9, 0, false},
    Prefix{"T", 12, 0, false}, Prefix{"P", 15, 0, false},  Prefix{"E", 18, 0, false},  Prefix{"K", 3, 0, true},
    Prefix{"Ki", 0, 10, true}, Prefix{"Mi", 0, 20, true},  Prefix{"Gi", 0, 30, true},  Prefix{"Ti", 0, 40, true},
    Prefix{"Pi", 0, 50, true},
};

/// Multiplies `unit` by one name, with its prefix, raised to `power`.
void multiply(Unit& unit, std::string_view name, int power) {
    for (const Prefix& prefix : prefixes) {
        if (name.substr(0, prefix.name.size()) != prefix.name) {
            continue;
        }
        const std::string_view rest = name.substr(prefix.name.size());
        for (const NamedUnit& named : named_units) {
            if (rest != named.name || (prefix.only_data && !named.counts_data)) {
                continue;
            }
            unit.decimal += prefix.decimal * power;
            unit.binary += (prefix.binary + named.binary) * power;
            for (const auto& [dimension, exponent] : named.dimensions) {
                if (exponent != 0) {
                    unit.dimensions[std::string(dimension)] += exponent * power;
                }
            }
            return;
        }
    }
    const bool plural = name.size() > 2 && name.back() == 's' && name[name.size() - 2] != 's';
    const bool sibilant = name.size() > 4 && name.substr(name.size() - 4) == "sses"; // accesses
    name.remove_suffix(sibilant ? 2 : plural ? 1 : 0);
    unit.dimensions[std::string(name)] += power;
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

/// Units that print with a prefix, and the decimal exponents people use with them.
struct Scale {
    std::string_view unit;
    int lowest;
    int highest;
    std::string_view accepted;
};
constexpr std::array scales{
    Scale{"Hz", 0, 9, "Hz, kHz, MHz, GHz"},
    Scale{"s", -15, 0, "ps, ns, us, ms, s"},
    Scale{"J", -18, 3, "fJ, pJ, nJ, uJ, mJ, J"},
    Scale{"W", -15, 3, "nW, uW, mW, W, kW"},
    Scale{"V", -3, 0, "mV, V"},
    Scale{"m", -9, -3, "nm, um, mm"},
    Scale{"B/s", 0, 12, "B/s, kB/s, MB/s, GB/s, MiB/s, GiB/s, Gbit/s"},
    Scale{"B", 0, 0, "B, kB, KB (1000 B), KiB (1024 B), MB, MiB, GB, GiB"},
    Scale{"bit", 0, 0, "bit, kbit, Kibit, B, KiB"},
    Scale{"K", 0, 0, "K, degC"},
    Scale{"mm2", 0, 0, "um2, mm2"},
};

const Scale* scale_of(std::string_view unit) {
    const auto* const found =
        std::find_if(scales.begin(), scales.end(), [&](const Scale& scale) { return scale.unit == unit; });
    return found == scales.end() ? nullptr : found;
}

std::string digits(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.6g", value);
    return text.data();
}

std::string_view prefix_name(int decimal) {
    const auto* const found = std::find_if(prefixes.begin(), prefixes.end(), [&](const Prefix& prefix) {
        return prefix.decimal == decimal && prefix.binary == 0;
    });
    return found->name;
}

} // namespace

std::optional<Unit> parse_unit(std::string_view text) {
    Unit unit;
    int sign = 1;
    while (true) {
        const std::size_t slash = std::min(text.find('/'), text.size());
        std::string_view part = text.substr(0, slash);
        int power = 1;
        if (part.size() > 1 && part.back() >= '1' && part.back() <= '9') {
            power = part.back() - '0';
            part.remove_suffix(part[part.size() - 2] == '^' ? 2 : 1);
        }
        if (part.empty() || !std::all_of(part.begin(), part.end(), is_letter)) {
            return std::nullopt;
        }
        multiply(unit, part, sign * power);
        if (slash == text.size()) {
            break;
        }
        text.remove_prefix(slash + 1);
        sign = -1;
    }
    std::erase_if(unit.dimensions, [](const auto& dimension) { return dimension.second == 0; });
    return unit;
}

std::string accepted_units(std::string_view unit) {
    const Scale* scale = scale_of(unit);
    return std::string(scale == nullptr ? unit : scale->accepted);
}

std::string measure_text(double value, std::string_view unit) {
    constexpr double kibi = 1024;
    const Scale* scale = scale_of(unit);
    if (unit == "B" && value >= kibi && std::fmod(value, kibi) == 0) {
        const bool mebi = std::fmod(value, kibi * kibi) == 0;
        return digits(value / (mebi ? kibi * kibi : kibi)) + (mebi ? " MiB" : " KiB");
    }
    if (unit.empty()) {
        return digits(value);
    }
    if (scale == nullptr || value == 0 || !std::isfinite(value)) {
        return digits(value) + " " + std::string(unit);
    }
    const int group = 3 * static_cast<int>(std::floor(std::log10(std::fabs(value)) / 3 + 1e-9));
    const int decimal = std::clamp(group, scale->lowest, scale->highest);
    return digits(value / std::pow(10.0, decimal)) + " " + std::string(prefix_name(decimal)) + std::string(unit);
}

} // namespace lodestone::config
