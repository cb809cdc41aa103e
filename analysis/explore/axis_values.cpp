// SPDX-License-Identifier: Apache-2.0
// Lists and ranges of axis values.
#include "analysis/explore/axis_values.hpp"

#include "sim/config/number.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace lodestone::explore {
namespace {

constexpr std::uint64_t most_values = 100'000;

/// What a value is called: a scalar's text, the name or file of a map.
std::string text_of(const config::Node& node) {
    switch (node.kind) {
    case config::Kind::scalar:
        return node.text;
    case config::Kind::map: {
        if (const config::Node* name = node.find("name"); name != nullptr && name->kind == config::Kind::scalar) {
            return name->text;
        }
        return node.place.text();
    }
    case config::Kind::sequence: {
        std::string text;
        for (const config::Node& item : node.items) {
            text += (text.empty() ? "" : ", ") + text_of(item);
        }
        return text;
    }
    default:
        return "null";
    }
}

/// A list with one element per field gives each field its own; anything else is shared by all.
AxisValue value_of(const config::Node& node, std::size_t fields) {
    AxisValue value;
    if (fields > 1 && node.kind == config::Kind::sequence) {
        value.nodes = node.items;
        for (const config::Node& item : node.items) {
            value.text += (value.text.empty() ? "" : " / ") + text_of(item);
        }
        return value;
    }
    value.text = text_of(node);
    value.nodes.assign(fields, node);
    if (node.kind == config::Kind::scalar && !node.quoted) {
        value.number = parse_measured(node.text);
    }
    return value;
}

std::vector<AxisValue> read_list(config::MapReader& reader, std::size_t fields) {
    std::vector<AxisValue> values;
    const config::Value list = reader.required_value("values");
    if (list.node() == nullptr) {
        return values;
    }
    if (!list.is_sequence()) {
        list.problem("is no list; write [value, value, ...]");
        return values;
    }
    for (const config::Value& item : list.as_items()) {
        const config::Node& node = *item.node();
        if (fields > 1 && node.kind == config::Kind::sequence && node.items.size() != fields) {
            item.problem("has " + std::to_string(node.items.size()) + " values; the axis has " +
                         std::to_string(fields) + " fields, give each one, or a single value for all");
            continue;
        }
        AxisValue value = value_of(node, fields);
        if (std::ranges::any_of(values, [&value](const AxisValue& other) { return other.text == value.text; })) {
            item.problem("is '" + value.text + "', which the axis has already; give each value once");
            continue;
        }
        values.push_back(std::move(value));
    }
    if (list.node()->items.empty()) {
        list.problem("is empty; an axis needs at least one value");
    }
    return values;
}

/// One end of a range: its number, and its unit as written.
struct End {
    Measured measured;
    double number = 0;
    std::string unit;
    config::Place place;
};

std::optional<End> read_end(config::MapReader& range, const std::string& key) {
    const config::Value value = range.required_value(key);
    if (value.node() == nullptr) {
        return std::nullopt;
    }
    const std::string text = value.is_scalar() ? value.node()->text : "";
    const auto measured = parse_measured(text);
    if (!measured) {
        value.problem("is '" + text + "'; a number with an optional unit is needed, as 200 MHz");
        return std::nullopt;
    }
    const std::size_t length = config::number_length(text);
    std::string unit = text.substr(length);
    unit.erase(0, std::min(unit.find_first_not_of(' '), unit.size()));
    return End{.measured = *measured,
               .number = config::parse_double(text.substr(0, length)).value.value_or(0),
               .unit = std::move(unit),
               .place = value.node()->place};
}

bool is_whole(double value) {
    return value == std::round(value);
}

AxisValue number_value(double number, const std::string& unit, const config::Place& place, std::size_t fields) {
    config::Node node{.kind = config::Kind::scalar, .place = place};
    node.text = shortest(number) + (unit.empty() ? "" : " " + unit);
    return value_of(node, fields);
}

/// Counted things (plain whole numbers, bytes) are rounded to whole ones, and each is given once.
std::vector<AxisValue> read_range(config::MapReader range, bool is_log, std::size_t fields) {
    const auto from = read_end(range, "from");
    const auto to = read_end(range, "to");
    const std::uint64_t steps = range.required_uint("steps", 1, most_values);
    range.finish();
    if (!from || !to) {
        return {};
    }
    if (from->measured.dimensions != to->measured.dimensions) {
        range.problem("to", "has another unit than 'from'; give both the same kind of unit");
        return {};
    }
    const double last =
        from->unit == to->unit
            ? to->number
            : to->measured.value / parse_measured("1 " + from->unit).value_or(Measured{.value = 1}).value;
    if (last < from->number) {
        range.problem("to", "is below 'from'; the range is empty");
        return {};
    }
    if (is_log && from->number <= 0) {
        range.problem("from", "is " + shortest(from->number) + "; a logarithmic range begins above 0");
        return {};
    }
    const bool is_data = from->measured.dimensions == std::map<std::string, int>{{"bit", 1}};
    const bool counts = (from->unit.empty() || is_data) && is_whole(from->number) && is_whole(last);
    std::vector<AxisValue> values;
    for (std::uint64_t i = 0; i < steps; ++i) {
        const double share = steps == 1 ? 0 : static_cast<double>(i) / static_cast<double>(steps - 1);
        double number =
            is_log ? from->number * std::pow(last / from->number, share) : from->number + (last - from->number) * share;
        number = counts ? std::round(number) : rounded(number);
        AxisValue value = number_value(number, from->unit, from->place, fields);
        if (values.empty() || values.back().text != value.text) {
            values.push_back(std::move(value));
        }
    }
    return values;
}

} // namespace

std::vector<AxisValue> read_axis_values(config::MapReader& reader, std::size_t fields) {
    const bool has_list = reader.has("values");
    auto range = reader.optional_map("range");
    auto log_range = reader.optional_map("log_range");
    if (static_cast<int>(has_list) + static_cast<int>(range.has_value()) + static_cast<int>(log_range.has_value()) !=
        1) {
        reader.problem("values", "or a range is needed: an axis has exactly one of 'values', 'range' and 'log_range'");
        return {};
    }
    if (has_list) {
        return read_list(reader, fields);
    }
    return read_range(range ? *range : *log_range, log_range.has_value(), fields);
}

} // namespace lodestone::explore
