// SPDX-License-Identifier: Apache-2.0
// One value of a configuration, read as the type the caller expects; whatever does not fit becomes a problem.
#pragma once

#include "sim/config/limits.hpp"
#include "sim/config/node.hpp"
#include "sim/config/read_log.hpp"
#include "sim/config/unit.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

namespace lodestone::config {

/// Where readers put what they find: problems always, the log only when somebody wants it.
struct Reading {
    Problems* problems = nullptr;
    ReadLog* log = nullptr;
};

/// Legal values of a quantity. Quantities are never negative unless `min` says so.
template <class Q>
struct Range {
    Q min{};
    Q max{std::numeric_limits<typename Q::rep>::max()};
    bool above_min = false; ///< `min` itself is refused
};
/// Above zero.
template <class Q>
[[nodiscard]] constexpr Range<Q> positive() {
    return {.above_min = true};
}

class MapReader;
struct Declaration;
struct Form;

/// A value and its path. After a problem every function returns the smallest legal value, so that reading goes on.
/// A Value without a node is one whose absence has been reported: it yields those values silently.
class Value {
public:
    /// `declared`: where a probing reading notes what is asked for (probe.hpp); else nullptr.
    Value(const Node* node, std::string path, Reading reading, Declaration* declared = nullptr);

    [[nodiscard]] std::uint64_t as_uint(std::uint64_t min = 0,
                                        std::uint64_t max = std::numeric_limits<std::uint64_t>::max()) const;
    [[nodiscard]] std::int64_t as_int(std::int64_t min, std::int64_t max) const;
    [[nodiscard]] double as_double(const Interval& limits = {}) const;
    [[nodiscard]] bool as_bool() const;
    /// Any scalar, also one that looks like a number; refuses the empty text.
    [[nodiscard]] std::string as_string() const;
    /// One of `names`.
    [[nodiscard]] std::string as_choice(const std::vector<std::string>& names) const;
    /// A number with a unit, in the unit of `measure`: (0.5 pJ/bit, "pJ/B") is 4.
    [[nodiscard]] double as_measure(const Measure& measure) const;
    /// "400 MHz" as Hertz(4e8). Counted quantities (Bytes, Cycles ...) must come out whole and below 2^53.
    template <class Q>
    [[nodiscard]] Q as(const Range<Q>& range = {}) const;
    /// The elements of a sequence, with paths like "layers[2]".
    [[nodiscard]] std::vector<Value> as_items() const;
    [[nodiscard]] MapReader as_map() const;

    [[nodiscard]] bool is_scalar() const { return has_kind(Kind::scalar); }
    [[nodiscard]] bool is_sequence() const { return has_kind(Kind::sequence); }
    [[nodiscard]] bool is_map() const { return has_kind(Kind::map); }
    /// For values that are numbers or the one name `word`: true when it is the word.
    [[nodiscard]] bool is_word(const std::string& word) const;
    /// nullptr when absent; in a probing reading an empty scalar.
    [[nodiscard]] const Node* node() const;
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] Location location() const;
    /// Reports `message` at this value.
    void problem(const std::string& message) const;

private:
    [[nodiscard]] bool has_kind(Kind kind) const;
    /// In a probing reading: notes the form and gives the smallest value of it, or the answer prepared for this place.
    [[nodiscard]] std::string probed(const Form& form) const;
    [[nodiscard]] std::vector<Value> probed_items() const;
    /// The scalar's text, or nullptr after a problem that says what was `expected`.
    [[nodiscard]] const std::string* scalar(const std::string& expected) const;
    [[nodiscard]] const std::string* unquoted(const std::string& expected) const;
    /// Reports another kind of node than the one `expected`.
    void wrong_kind(const std::string& expected) const;

    const Node* node_;
    std::string path_;
    Reading reading_;
    Declaration* declared_;
};

/// The measure that a quantity and its range ask for.
template <class Q>
[[nodiscard]] Measure measure_of(const Range<Q>& range) {
    static_assert(unit_of<Q> != nullptr, "give the quantity a unit_of");
    constexpr bool counted = std::is_integral_v<typename Q::rep>;
    constexpr double first_inexact = 9007199254740992.0; // 2^53: from here a double skips integers
    const double max = static_cast<double>(range.max.count());
    return {.unit = unit_of<Q>,
            .limits = {.min = static_cast<double>(range.min.count()),
                       .max = counted && max >= first_inexact ? first_inexact - 1 : max,
                       .above_min = range.above_min},
            .whole = counted};
}

template <class Q>
Q Value::as(const Range<Q>& range) const {
    return Q(static_cast<typename Q::rep>(as_measure(measure_of(range))));
}

} // namespace lodestone::config
