// SPDX-License-Identifier: Apache-2.0
// Looking keys up, remembering which were asked for, and the lists and constants made of single values.
#include "sim/config/map_reader.hpp"

#include "sim/config/number.hpp"
#include "sim/config/probe.hpp"

#include <algorithm>

namespace lodestone::config {

MapReader::MapReader(const Node& node, Problems& problems, ReadLog* log)
    : MapReader(Value(&node, "", {.problems = &problems, .log = log},
                      log == nullptr || log->probe == nullptr ? nullptr : &log->probe->root())
                    .as_map()) {}

MapReader::MapReader(const Node* map, std::string path, Reading reading, Declaration* declared)
    : map_(map), path_(std::move(path)), reading_(reading), declared_(declared),
      asked_(map == nullptr ? 0 : map->entries.size(), false) {}

Value MapReader::probed(const std::string& key, bool is_required, std::optional<std::string> fallback) {
    DeclaredKey& noted = Probe::ask(*declared_, key);
    noted.is_required = is_required && !noted.is_guarded;
    noted.is_guarded = noted.is_guarded || !is_required;
    if (fallback) {
        noted.fallback = std::move(fallback);
    }
    return {nullptr, child_path(path_, key), reading_, &noted.value};
}

const Node* MapReader::ask(const std::string& key) {
    if (map_ == nullptr) {
        return nullptr;
    }
    if (std::find(known_.begin(), known_.end(), key) == known_.end()) {
        known_.push_back(key);
    }
    const std::size_t count = map_->entries.size();
    for (std::size_t tried = 0; tried < count; ++tried) {
        const std::size_t i = (next_entry_ + tried) % count;
        const Entry& entry = map_->entries[i];
        if (entry.key != key) {
            continue;
        }
        next_entry_ = i + 1;
        if (reading_.log != nullptr && !asked_[i]) {
            reading_.log->reads.push_back({.map_path = path_, .key = key, .text = entry.value.text});
        }
        asked_[i] = true;
        return &entry.value;
    }
    return nullptr;
}

std::optional<Value> MapReader::ask_optional(const std::string& key, const std::string& fallback) {
    if (declared_ != nullptr) {
        return probed(key, false, fallback);
    }
    if (const Node* node = ask(key); node != nullptr) {
        return Value(node, child_path(path_, key), reading_);
    }
    if (map_ != nullptr && reading_.log != nullptr) {
        reading_.log->reads.push_back({.map_path = path_, .key = key, .text = fallback, .is_default = true});
    }
    return std::nullopt;
}

Value MapReader::required_value(const std::string& key) {
    if (declared_ != nullptr) {
        return probed(key, true);
    }
    const Node* node = ask(key);
    if (node == nullptr && map_ != nullptr) {
        reading_.problems->error(location(), child_path(path_, key),
                                 "is missing; this map needs the key '" + key + "'");
    }
    return {node, child_path(path_, key), reading_};
}

std::optional<Value> MapReader::optional_value(const std::string& key) {
    if (declared_ != nullptr) {
        return probed(key, false);
    }
    const Node* node = ask(key);
    return node == nullptr ? std::nullopt : std::optional<Value>(Value(node, child_path(path_, key), reading_));
}

bool MapReader::has(const std::string& key) {
    if (declared_ != nullptr) {
        static_cast<void>(probed(key, false));
        const std::string place = Probe::ask(*declared_, key).value.path;
        // A list within itself, as blocks of layers within layers, is entered once.
        const std::string step = "/" + key + "/";
        const std::string within = "/" + place;
        const std::size_t first = within.find(step);
        if (first != std::string::npos && within.find(step, first + step.size()) != std::string::npos) {
            return false;
        }
        const bool is_nested = first != std::string::npos;
        const Fork fork{.question = Question::presence, .path = place, .ways = presence_ways};
        return reading_.log->probe->take(fork, is_nested ? 1 : 0) == 0;
    }
    return ask(key) != nullptr;
}

std::vector<std::string> MapReader::keys() const {
    std::vector<std::string> names;
    if (declared_ != nullptr) {
        return {any_name};
    }
    if (map_ != nullptr) {
        for (const Entry& entry : map_->entries) {
            names.push_back(entry.key);
        }
    }
    return names;
}

Location MapReader::location() const {
    return map_ == nullptr ? Location{} : map_->place.location();
}

void MapReader::problem(const std::string& key, const std::string& message) {
    if (map_ == nullptr) {
        return;
    }
    const Node* node = ask(key);
    reading_.problems->error(node == nullptr ? location() : node->place.location(), child_path(path_, key), message);
}

void MapReader::finish() {
    if (declared_ != nullptr) {
        declared_->is_closed = true;
    }
    for (std::size_t i = 0; i < asked_.size(); ++i) {
        if (!asked_[i]) {
            const Entry& entry = map_->entries[i];
            reading_.problems->error(entry.place.location(), child_path(path_, entry.key),
                                     "is not a known key" + known_names(entry.key, known_));
        }
    }
}

std::uint64_t MapReader::required_uint(const std::string& key, std::uint64_t min, std::uint64_t max) {
    return required_value(key).as_uint(min, max);
}
std::uint64_t MapReader::optional_uint(const std::string& key, std::uint64_t fallback, std::uint64_t min,
                                       std::uint64_t max) {
    const auto value = ask_optional(key, std::to_string(fallback));
    return value ? value->as_uint(min, max) : fallback;
}
std::int64_t MapReader::required_int(const std::string& key, std::int64_t min, std::int64_t max) {
    return required_value(key).as_int(min, max);
}
std::int64_t MapReader::optional_int(const std::string& key, std::int64_t fallback, std::int64_t min,
                                     std::int64_t max) {
    const auto value = ask_optional(key, std::to_string(fallback));
    return value ? value->as_int(min, max) : fallback;
}
double MapReader::required_double(const std::string& key, const Interval& limits) {
    return required_value(key).as_double(limits);
}
double MapReader::optional_double(const std::string& key, double fallback, const Interval& limits) {
    const auto value = ask_optional(key, measure_text(fallback, ""));
    return value ? value->as_double(limits) : fallback;
}
bool MapReader::required_bool(const std::string& key) {
    return required_value(key).as_bool();
}
bool MapReader::optional_bool(const std::string& key, bool fallback) {
    const auto value = ask_optional(key, fallback ? "true" : "false");
    return value ? value->as_bool() : fallback;
}
std::string MapReader::required_string(const std::string& key) {
    return required_value(key).as_string();
}
std::string MapReader::optional_string(const std::string& key, const std::string& fallback) {
    const auto value = ask_optional(key, fallback);
    return value ? value->as_string() : fallback;
}
std::string MapReader::required_choice(const std::string& key, const std::vector<std::string>& names) {
    return required_value(key).as_choice(names);
}
std::string MapReader::optional_choice(const std::string& key, const std::string& fallback,
                                       const std::vector<std::string>& names) {
    const auto value = ask_optional(key, fallback);
    return value ? value->as_choice(names) : fallback;
}
double MapReader::required_measure(const std::string& key, const Measure& measure) {
    return required_value(key).as_measure(measure);
}
double MapReader::optional_measure(const std::string& key, double fallback, const Measure& measure) {
    const auto value = ask_optional(key, measure_text(fallback, measure.unit));
    return value ? value->as_measure(measure) : fallback;
}

Source MapReader::required_source() {
    Source source;
    source.source = required_string("source");
    const std::string status = required_choice("status", status_names());
    const auto& names = status_names();
    source.status = static_cast<Status>(std::find(names.begin(), names.end(), status) - names.begin());
    if (has("note")) {
        (void)required_string("note");
    }
    return source;
}
Sourced<double> MapReader::sourced(const std::string& key, const Measure& measure) {
    MapReader constant = required_map(key);
    const double value = constant.required_measure("value", measure);
    Source origin = constant.required_source();
    constant.finish();
    return {.value = value, .source = std::move(origin.source), .status = origin.status};
}
Sourced<double> MapReader::sourced(const std::string& key, const Interval& limits) {
    MapReader constant = required_map(key);
    const double value = constant.required_double("value", limits);
    Source origin = constant.required_source();
    constant.finish();
    return {.value = value, .source = std::move(origin.source), .status = origin.status};
}

std::vector<Value> MapReader::items(const std::string& key) {
    return required_value(key).as_items();
}
std::vector<std::uint64_t> MapReader::required_uints(const std::string& key, std::uint64_t min, std::uint64_t max) {
    std::vector<std::uint64_t> list;
    for (const Value& item : items(key)) {
        list.push_back(item.as_uint(min, max));
    }
    return list;
}
std::vector<std::int64_t> MapReader::required_ints(const std::string& key, std::int64_t min, std::int64_t max) {
    std::vector<std::int64_t> list;
    for (const Value& item : items(key)) {
        list.push_back(item.as_int(min, max));
    }
    return list;
}
std::vector<double> MapReader::required_doubles(const std::string& key, const Interval& limits) {
    std::vector<double> list;
    for (const Value& item : items(key)) {
        list.push_back(item.as_double(limits));
    }
    return list;
}
std::vector<std::string> MapReader::required_strings(const std::string& key) {
    std::vector<std::string> list;
    for (const Value& item : items(key)) {
        list.push_back(item.as_string());
    }
    return list;
}
std::vector<std::string> MapReader::required_choices(const std::string& key, const std::vector<std::string>& names) {
    std::vector<std::string> list;
    for (const Value& item : items(key)) {
        list.push_back(item.as_choice(names));
    }
    return list;
}

MapReader MapReader::required_map(const std::string& key) {
    return required_value(key).as_map();
}
std::optional<MapReader> MapReader::optional_map(const std::string& key) {
    const auto value = optional_value(key);
    return value ? std::optional<MapReader>(value->as_map()) : std::nullopt;
}
std::vector<MapReader> MapReader::maps_in(const std::string& key) {
    return has(key) ? required_maps(key) : std::vector<MapReader>{};
}
std::vector<MapReader> MapReader::required_maps(const std::string& key) {
    std::vector<MapReader> list;
    for (const Value& item : items(key)) {
        list.push_back(item.as_map());
    }
    return list;
}

} // namespace lodestone::config
