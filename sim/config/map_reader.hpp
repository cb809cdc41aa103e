// SPDX-License-Identifier: Apache-2.0
// Reads a map key by key into a Spec; keys that are missing, wrong or that nobody asked for become problems.
#pragma once

#include "sim/config/sourced.hpp"
#include "sim/config/value.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lodestone::config {

template <class E>
concept Enumeration = std::is_enum_v<E>;

/// The names of an enumeration in configurations.
template <Enumeration E>
using Choices = std::vector<std::pair<std::string, E>>;

/// Reader of one map. It refers to the node, which must outlive it. `required_…` reports a missing key at the map
/// that lacks it; `optional_…` returns the default. After a problem the smallest legal value is returned and reading
/// goes on, so that the user sees every problem at once. Call finish() when everything was asked for.
///
/// A reader of an absent map (a file that failed to load, a required map that is missing) is silent.
class MapReader {
public:
    MapReader(const Node& node, Problems& problems, ReadLog* log = nullptr);
    MapReader(const Node* map, std::string path, Reading reading, Declaration* declared = nullptr);

    [[nodiscard]] std::uint64_t required_uint(const std::string& key, std::uint64_t min, std::uint64_t max);
    [[nodiscard]] std::uint64_t optional_uint(const std::string& key, std::uint64_t fallback, std::uint64_t min,
                                              std::uint64_t max);
    [[nodiscard]] std::int64_t required_int(const std::string& key, std::int64_t min, std::int64_t max);
    [[nodiscard]] std::int64_t optional_int(const std::string& key, std::int64_t fallback, std::int64_t min,
                                            std::int64_t max);
    [[nodiscard]] double required_double(const std::string& key, const Interval& limits = {});
    [[nodiscard]] double optional_double(const std::string& key, double fallback, const Interval& limits = {});
    [[nodiscard]] bool required_bool(const std::string& key);
    [[nodiscard]] bool optional_bool(const std::string& key, bool fallback);
    [[nodiscard]] std::string required_string(const std::string& key);
    [[nodiscard]] std::string optional_string(const std::string& key, const std::string& fallback);

    /// One of `names`.
    [[nodiscard]] std::string required_choice(const std::string& key, const std::vector<std::string>& names);
    [[nodiscard]] std::string optional_choice(const std::string& key, const std::string& fallback,
                                              const std::vector<std::string>& names);
    template <Enumeration E>
    [[nodiscard]] E required_choice(const std::string& key, const Choices<E>& choices);
    template <Enumeration E>
    [[nodiscard]] E optional_choice(const std::string& key, E fallback, const Choices<E>& choices);

    /// A quantity with its unit: `required<Hertz>("clock")` reads "400 MHz".
    template <class Q>
    [[nodiscard]] Q required(const std::string& key, const Range<Q>& range = {});
    template <class Q>
    [[nodiscard]] Q optional(const std::string& key, Q fallback, const Range<Q>& range = {});
    /// A number with a "per" unit, in that unit: `required_measure("link", {"pJ/B"})` reads "0.5 pJ/bit" as 4.
    [[nodiscard]] double required_measure(const std::string& key, const Measure& measure);
    [[nodiscard]] double optional_measure(const std::string& key, double fallback, const Measure& measure);

    /// A constant of the world, `key: {value: 0.64 pJ, source: "...", status: published}`, optionally with a `note`;
    /// refused without source or status. The whole map is read.
    template <class Q>
    [[nodiscard]] Sourced<Q> sourced(const std::string& key, const Range<Q>& range = {});
    /// The same for a "per" unit ("pJ/B", "mW/KiB", "um2/bit"), in the unit of `measure`.
    [[nodiscard]] Sourced<double> sourced(const std::string& key, const Measure& measure);
    /// The same for a plain number.
    [[nodiscard]] Sourced<double> sourced(const std::string& key, const Interval& limits);
    /// The keys `source`, `status` and `note` of this map: for tables of constants with one source.
    [[nodiscard]] Source required_source();

    /// Lists; an empty list is legal. For an optional list ask has() first.
    [[nodiscard]] std::vector<std::uint64_t> required_uints(const std::string& key, std::uint64_t min,
                                                            std::uint64_t max);
    [[nodiscard]] std::vector<std::int64_t> required_ints(const std::string& key, std::int64_t min, std::int64_t max);
    [[nodiscard]] std::vector<double> required_doubles(const std::string& key, const Interval& limits = {});
    [[nodiscard]] std::vector<std::string> required_strings(const std::string& key);
    [[nodiscard]] std::vector<std::string> required_choices(const std::string& key,
                                                            const std::vector<std::string>& names);
    template <class Q>
    [[nodiscard]] std::vector<Q> required_list(const std::string& key, const Range<Q>& range = {});

    /// The map under `key`; a silent reader when it is missing, which is reported.
    [[nodiscard]] MapReader required_map(const std::string& key);
    [[nodiscard]] std::optional<MapReader> optional_map(const std::string& key);
    /// The maps of the sequence under `key`; none when the key is absent.
    [[nodiscard]] std::vector<MapReader> maps_in(const std::string& key);
    [[nodiscard]] std::vector<MapReader> required_maps(const std::string& key);

    /// For values of several forms: the value as it stands.
    [[nodiscard]] Value required_value(const std::string& key);
    [[nodiscard]] std::optional<Value> optional_value(const std::string& key);

    /// True when the key is written. The key counts as known from then on.
    [[nodiscard]] bool has(const std::string& key);
    /// Every key, in the order of the file: for maps whose keys are names chosen by the user.
    [[nodiscard]] std::vector<std::string> keys() const;
    [[nodiscard]] Location location() const;
    [[nodiscard]] const std::string& path() const { return path_; }
    /// Reports `message` at the value of `key`, or at the map when the key is not written.
    void problem(const std::string& key, const std::string& message);
    /// Each key that nobody asked for becomes a problem, with the nearest known key and the list of known keys.
    void finish();

private:
    /// The node under `key`, or nullptr; the key counts as known.
    const Node* ask(const std::string& key);
    /// ask(), logging `fallback` when the key is absent.
    std::optional<Value> ask_optional(const std::string& key, const std::string& fallback);
    std::vector<Value> items(const std::string& key);
    /// Notes the key in a probing reading, where every value is there.
    [[nodiscard]] Value probed(const std::string& key, bool is_required, std::optional<std::string> fallback = {});

    const Node* map_; ///< nullptr: silent
    std::string path_;
    Reading reading_;
    Declaration* declared_; ///< of a probing reading, else nullptr
    std::vector<std::string> known_;
    std::vector<bool> asked_;    ///< by entry of the map
    std::size_t next_entry_ = 0; ///< where the next key is looked for first
};

template <Enumeration E>
[[nodiscard]] std::vector<std::string> names_of(const Choices<E>& choices) {
    std::vector<std::string> names;
    for (const auto& [name, value] : choices) {
        names.push_back(name);
    }
    return names;
}
template <Enumeration E>
[[nodiscard]] E value_of(const std::string& chosen, const Choices<E>& choices) {
    for (const auto& [name, value] : choices) {
        if (name == chosen) {
            return value;
        }
    }
    return choices.front().second;
}
template <Enumeration E>
[[nodiscard]] std::string name_of(E wanted, const Choices<E>& choices) {
    for (const auto& [name, value] : choices) {
        if (value == wanted) {
            return name;
        }
    }
    return choices.front().first;
}

template <Enumeration E>
E MapReader::required_choice(const std::string& key, const Choices<E>& choices) {
    return value_of(required_choice(key, names_of(choices)), choices);
}
template <Enumeration E>
E MapReader::optional_choice(const std::string& key, E fallback, const Choices<E>& choices) {
    return value_of(optional_choice(key, name_of(fallback, choices), names_of(choices)), choices);
}
template <class Q>
Q MapReader::required(const std::string& key, const Range<Q>& range) {
    return required_value(key).template as<Q>(range);
}
template <class Q>
Q MapReader::optional(const std::string& key, Q fallback, const Range<Q>& range) {
    const auto value = ask_optional(key, to_text(fallback));
    return value ? value->template as<Q>(range) : fallback;
}
template <class Q>
Sourced<Q> MapReader::sourced(const std::string& key, const Range<Q>& range) {
    MapReader constant = required_map(key);
    const Q value = constant.required<Q>("value", range);
    Source origin = constant.required_source();
    constant.finish();
    return {.value = value, .source = std::move(origin.source), .status = origin.status};
}
template <class Q>
std::vector<Q> MapReader::required_list(const std::string& key, const Range<Q>& range) {
    std::vector<Q> list;
    for (const Value& item : items(key)) {
        list.push_back(item.template as<Q>(range));
    }
    return list;
}

} // namespace lodestone::config
