// SPDX-License-Identifier: Apache-2.0
// Parts of a unit as alternatives of prefixes and names.
#include "sim/config/schema/unit_pattern.hpp"

#include "sim/base/error.hpp"
#include "sim/config/unit.hpp"

#include <algorithm>
#include <vector>

namespace lodestone::config {
namespace {

constexpr const char* number = "-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?";
constexpr const char* prefix = "[afpnu\u00b5\u03bcmkMGTPE]?";
constexpr const char* data = "([afpnu\u00b5\u03bcmkMGTPE]?|K|[KMGTP]i)(bits?|B|bytes?)";

/// One part of a unit, as "pJ" or "mm2", in all its spellings.
std::string part_pattern(const std::string& part) {
    const bool has_power = part.back() >= '2' && part.back() <= '9';
    const std::string name = has_power ? part.substr(0, part.size() - 1) : part;
    const std::string power = has_power ? std::string("\\^?") + part.back() : "";
    const auto unit = parse_unit(name);
    check_invariant(unit.has_value(), "the units that readers ask for follow the grammar");
    if (unit->dimensions == parse_unit("bit")->dimensions) {
        return data + power;
    }
    for (const char* base : {"J", "W", "V", "A", "F", "ohm", "K", "s", "m", "Hz"}) {
        if (unit->dimensions == parse_unit(base)->dimensions) {
            return prefix + (std::string(base) == "K" && !has_power ? "(K|degC)" : base + power);
        }
    }
    const bool sibilant = name.ends_with("ss");
    return name + (sibilant ? "(es)?" : "s?") + power; // a thing counted
}

} // namespace

std::string measure_pattern(std::string_view unit) {
    std::vector<std::string> parts;
    for (std::size_t start = 0; start <= unit.size();) {
        const std::size_t end = std::min(unit.find('/', start), unit.size());
        parts.push_back(part_pattern(std::string(unit.substr(start, end - start))));
        start = end + 1;
    }
    std::sort(parts.begin() + 1, parts.end());
    std::string below;
    do {
        std::string order;
        for (auto part = parts.begin() + 1; part != parts.end(); ++part) {
            order += "/" + *part;
        }
        below += (below.empty() ? "" : "|") + order;
    } while (std::next_permutation(parts.begin() + 1, parts.end()));
    return std::string("^") + number + " *" + parts.front() + (below.empty() ? "" : "(" + below + ")") + "$";
}

} // namespace lodestone::config
