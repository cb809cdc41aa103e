// SPDX-License-Identifier: Apache-2.0
// What a reader asks for: keys, the forms their values take, limits, defaults. Written by the readers themselves
// (probe.hpp), so that schema and reference cannot say anything else than the reader does.
#pragma once

#include "sim/config/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <vector>

namespace lodestone::config {

/// One scalar form of a value.
struct Form {
    enum class Type : std::uint8_t { integer, number, truth, text, choice, measure };
    Type type = Type::text;
    std::int64_t min = 0;           ///< of an integer
    std::uint64_t max = 0;          ///< of an integer
    Interval limits;                ///< of a number
    Measure measure;                ///< of a number with a unit
    std::vector<std::string> names; ///< of a choice
    bool is_relative = false;       ///< its limits depend on other values; those above are the widest
    friend bool operator==(const Form&, const Form&) = default;
};

struct DeclaredKey;
struct DeclaredCase;

/// What may tell cases of a map apart.
enum class Question : std::uint8_t { choice, presence, kind };

/// A value: any of its scalar forms, a list, a map; with none of them, the reader takes it as it stands.
struct Declaration {
    std::string path; ///< keys from the root, separated by '/'; "[]" is the element of a list, "*" any name
    std::vector<Form> forms;
    std::list<Declaration> element; ///< of a list: one entry; no entry: the value is no list
    bool is_map = false;
    bool is_closed = false;      ///< other keys are refused
    bool is_overlaid = false;    ///< other values are laid over the map before it is read: nothing is required
    std::list<DeclaredKey> keys; ///< of a map; one named "*" stands for names that the user chooses

    /// A map whose keys depend on one of its values: the cases replace `keys`.
    std::vector<std::string> selector; ///< keys from this map to the value
    Question question = Question::choice;
    std::list<DeclaredCase> cases;

    /// nullptr when there is no such key.
    [[nodiscard]] DeclaredKey* find(const std::string& key);
};

struct DeclaredKey {
    std::string name;
    bool is_required = false;
    bool is_guarded = false;             ///< asked for its presence before its value: it may be absent
    std::optional<std::string> fallback; ///< what the reader takes when it is absent
    Declaration value;
};

/// `names`: the choices of this case; "present" or "absent"; "scalar", "list" or "map".
struct DeclaredCase {
    std::vector<std::string> names;
    Declaration map;
};

[[nodiscard]] bool operator==(const Declaration& a, const Declaration& b);
[[nodiscard]] bool operator==(const DeclaredKey& a, const DeclaredKey& b);
[[nodiscard]] bool operator==(const DeclaredCase& a, const DeclaredCase& b);

/// The value at `path` below `root`, or nullptr; cases are not entered.
[[nodiscard]] Declaration* declared_at(Declaration& root, const std::string& path);
/// The path of the map or list that holds the value at `path`; "" for the root and its keys.
[[nodiscard]] std::string holder_of(const std::string& path);
/// Whether the value at `path` is the one at `ancestor` or lies below it.
[[nodiscard]] bool lies_below(const std::string& path, const std::string& ancestor);
/// Of a list within itself ("layers/[]/layers/[]"), the path of the outer one's element; else `path`.
[[nodiscard]] std::string outermost(const std::string& path);
/// Moves a declaration of a whole file to `path` within another one.
void move_to(Declaration& value, const std::string& path);
/// Adds to `into` what `other` knows about the same value: forms, list, map. A key that only one of two maps has, or
/// that only one requires, is not required.
void unite(Declaration& into, const Declaration& other);

/// Widens the limits of `into` to those of `other`, the same reader's declaration with other values. Throws
/// InternalError when they differ in anything else.
void widen(Declaration& into, const Declaration& other);

inline constexpr const char* any_name = "*";
inline constexpr const char* element_step = "[]";
inline constexpr const char* other_ways = "(other)"; ///< case of a value that is not the word asked for

} // namespace lodestone::config
