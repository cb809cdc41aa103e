// SPDX-License-Identifier: Apache-2.0
// Columns, their bytes, and base64.
#include "analysis/page/explore_data.hpp"

#include "analysis/page/document.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_map>

namespace lodestone::page {
namespace {

using explore::Exploration;
using explore::Row;
using nlohmann::ordered_json;

constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

/// The bytes of integers or doubles, least significant first, in base64 (RFC 4648).
class Base64 {
public:
    void add(std::uint64_t bits, int bytes) {
        constexpr int bits_of_byte = 8;
        for (int i = 0; i < bytes; ++i) {
            add_byte(static_cast<unsigned>((bits >> (bits_of_byte * i)) & 0xFF));
        }
    }

    [[nodiscard]] std::string finish() {
        while (pending_ != 0) {
            add_byte(0);
            ++padding_;
        }
        text_.replace(text_.size() - padding_, padding_, padding_, '=');
        return text_;
    }

private:
    void add_byte(unsigned byte) {
        constexpr const char* digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        group_ = group_ << 8U | byte;
        if (++pending_ == 3) {
            for (const unsigned shift : {18U, 12U, 6U, 0U}) {
                text_ += digits[group_ >> shift & 0x3FU];
            }
            group_ = 0;
            pending_ = 0;
        }
    }

    std::string text_;
    unsigned group_ = 0;
    unsigned pending_ = 0;
    std::size_t padding_ = 0;
};

int width_of_index(std::size_t values) {
    return values <= 0x100 ? 1 : values <= 0x10000 ? 2 : 4;
}

ordered_json indexed(ordered_json values, const std::vector<std::size_t>& at) {
    if (values.size() == 1) {
        return {{"all", std::move(values.front())}};
    }
    const int width = width_of_index(values.size());
    Base64 bytes;
    for (const std::size_t index : at) {
        bytes.add(index, width);
    }
    return {{"of", std::move(values)}, {"width", width}, {"at", bytes.finish()}};
}

/// Places of values in the order of their first occurrence.
template <class Key>
class Dictionary {
public:
    std::size_t place(const Key& key) {
        const auto [found, is_new] = places_.try_emplace(key, keys_.size());
        if (is_new) {
            keys_.push_back(key);
        }
        return found->second;
    }
    [[nodiscard]] const std::vector<Key>& keys() const { return keys_; }

private:
    std::unordered_map<Key, std::size_t> places_;
    std::vector<Key> keys_;
};

ordered_json text_column(const std::vector<std::string>& known, const std::vector<std::string>& texts) {
    Dictionary<std::string> dictionary;
    for (const std::string& text : known) {
        dictionary.place(text);
    }
    std::vector<std::size_t> at;
    for (const std::string& text : texts) {
        at.push_back(dictionary.place(text));
    }
    return indexed(dictionary.keys(), at);
}

ordered_json number_column(const std::vector<double>& numbers) {
    Dictionary<std::uint64_t> dictionary; // by bits, so that nothing is lost
    std::vector<std::size_t> at;
    for (const double number : numbers) {
        at.push_back(dictionary.place(std::bit_cast<std::uint64_t>(std::isfinite(number) ? number : kAbsent)));
    }
    const std::size_t distinct = dictionary.keys().size();
    if (distinct * sizeof(double) < numbers.size() * (sizeof(double) - sizeof(std::uint32_t))) {
        ordered_json values = ordered_json::array();
        for (const std::uint64_t bits : dictionary.keys()) {
            values.push_back(std::bit_cast<double>(bits)); // NaN is written as null
        }
        return indexed(std::move(values), at);
    }
    Base64 bytes;
    for (const std::size_t place : at) {
        bytes.add(dictionary.keys()[place], sizeof(double));
    }
    return {{"f64", bytes.finish()}};
}

template <class Value>
std::vector<std::string> texts_of(const Exploration& exploration, Value value) {
    std::vector<std::string> texts;
    for (const Row& row : exploration.rows) {
        texts.push_back(value(row));
    }
    return texts;
}

std::string name_of(explore::Status status) {
    switch (status) {
    case explore::Status::done:
        return "done";
    case explore::Status::infeasible:
        return "infeasible";
    case explore::Status::failed:
        return "failed";
    case explore::Status::timed_out:
        return "timed out";
    }
    return "failed";
}

ordered_json axes_of(const Exploration& exploration) {
    ordered_json axes = ordered_json::array();
    for (std::size_t i = 0; i < exploration.axes.size(); ++i) {
        const explore::Axis& axis = exploration.axes[i];
        const auto values =
            texts_of(exploration, [i](const Row& row) { return i < row.values.size() ? row.values[i] : ""; });
        axes.push_back({{"name", axis.name}, {"column", text_column(axis.values, values)}});
    }
    return axes;
}

/// One column per key, keys in the order in which rows first name them.
ordered_json figures_of(const Exploration& exploration) {
    Dictionary<std::string> keys;
    std::vector<std::vector<double>> columns;
    for (std::size_t row = 0; row < exploration.rows.size(); ++row) {
        for (const auto& [key, value] : exploration.rows[row].figures) {
            const std::size_t place = keys.place(key);
            columns.resize(keys.keys().size());
            columns[place].resize(exploration.rows.size(), kAbsent);
            columns[place][row] = value;
        }
    }
    ordered_json figures = ordered_json::array();
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::string& key = keys.keys()[i];
        figures.push_back({{"key", key}, {"unit", unit_of_key(key)}, {"column", number_column(columns[i])}});
    }
    return figures;
}

} // namespace

std::string unit_of_key(const std::string& key) {
    const std::string head = key.substr(0, key.find('.'));
    struct Ending {
        const char* ending;
        const char* unit;
    };
    constexpr Ending endings[] = {{"_per_s", "1/s"},
                                  {"_per_j", "1/J"},
                                  {"_s", "s"},
                                  {"_hz", "Hz"},
                                  {"_w", "W"},
                                  {"_j", "J"},
                                  {"_mm2", "mm\u00B2"},
                                  {"_bytes", "B"},
                                  {"_v", "V"},
                                  {"cycles", "cycles"},
                                  {"utilization", "share"}};
    for (const Ending& known : endings) {
        if (head.ends_with(known.ending)) {
            return known.unit;
        }
    }
    return "";
}

std::string explore_data(const Exploration& exploration) {
    ordered_json objectives = ordered_json::array();
    for (const explore::Objective& objective : exploration.objectives) {
        objectives.push_back({{"key", objective.key}, {"maximise", objective.sense == explore::Sense::maximise}});
    }
    std::vector<double> ids;
    std::vector<double> times;
    for (const Row& row : exploration.rows) {
        ids.push_back(static_cast<double>(row.id));
        times.push_back(row.wall_s);
    }
    const ordered_json json{
        {"name", exploration.name},
        {"planned", exploration.planned ? ordered_json(*exploration.planned) : ordered_json(nullptr)},
        {"objectives", objectives},
        {"front", exploration.front},
        {"rows", exploration.rows.size()},
        {"id", number_column(ids)},
        {"status", text_column({}, texts_of(exploration, [](const Row& row) { return name_of(row.status); }))},
        {"fidelity", text_column({}, texts_of(exploration, [](const Row& row) { return row.fidelity; }))},
        {"message", text_column({}, texts_of(exploration, [](const Row& row) { return row.message; }))},
        {"version", text_column({}, texts_of(exploration, [](const Row& row) { return row.version; }))},
        {"wall_s", number_column(times)},
        {"axes", axes_of(exploration)},
        {"figures", figures_of(exploration)}};
    return script_json(json);
}

} // namespace lodestone::page
