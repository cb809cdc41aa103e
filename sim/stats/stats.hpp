// SPDX-License-Identifier: Apache-2.0
// Counters that are the statistics: each has a name, a full meaning and a unit, and lives where it is counted.
#pragma once

#include "sim/base/quantity.hpp"

#include <concepts>
#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

namespace lodestone::stats {

/// Things counted that have no quantity of their own in sim/base: messages, row activations, stalls.
using Events = Quantity<struct EventsKind, std::uint64_t>;

/// The unit a counter is exported in; specialise it for a new kind of quantity.
template <class Q>
inline constexpr const char* unit_name = nullptr;
template <>
inline constexpr const char* unit_name<Events> = "events";
template <>
inline constexpr const char* unit_name<Cycles> = "cycles";
template <>
inline constexpr const char* unit_name<Ticks> = "ticks";
template <>
inline constexpr const char* unit_name<Bytes> = "bytes";
template <>
inline constexpr const char* unit_name<Bits> = "bits";
template <>
inline constexpr const char* unit_name<Macs> = "macs";
template <>
inline constexpr const char* unit_name<Flits> = "flits";

class StatGroup;

/// What groups know of a counter of any kind. Names and descriptions are string literals.
class CounterBase {
public:
    CounterBase(const CounterBase&) = delete;
    CounterBase& operator=(const CounterBase&) = delete;

    [[nodiscard]] const char* name() const { return name_; }
    [[nodiscard]] const char* description() const { return description_; }
    [[nodiscard]] const char* unit() const { return unit_; }
    [[nodiscard]] std::uint64_t count() const { return count_; }

protected:
    CounterBase(StatGroup& group, const char* name, const char* description, const char* unit);
    ~CounterBase() = default;

    std::uint64_t count_ = 0;

private:
    const char* name_;
    const char* description_;
    const char* unit_;
};

/// A member of a group struct: `Counter<Cycles> busy{*this, "busy_cycles", "cycles in which a lane multiplied"};`
/// Adding another quantity than Q does not compile. Counters never go down; windows are differences of snapshots.
template <class Q>
requires std::same_as<typename Q::rep, std::uint64_t>
class Counter : public CounterBase {
public:
    Counter(StatGroup& group, const char* name, const char* description)
        : CounterBase(group, name, description, unit_name<Q>) {
        static_assert(unit_name<Q> != nullptr, "give the quantity a unit_name");
    }
    Counter& operator+=(Q amount) {
        count_ += amount.count();
        return *this;
    }
    Counter& operator++() {
        ++count_;
        return *this;
    }
    [[nodiscard]] Q value() const { return Q(count_); }
};

/// A named set of counters and of groups below it. Derive a struct whose members are Counters. A group does not
/// own its children; either may be destroyed first.
class StatGroup {
public:
    /// A group without a parent; its name starts every name below it, "" adds nothing.
    explicit StatGroup(std::string name = "");
    /// A group below `parent`: "core[3][7]" below "chip" is "chip.core[3][7]".
    StatGroup(StatGroup& parent, std::string name);
    StatGroup(const StatGroup&) = delete;
    StatGroup& operator=(const StatGroup&) = delete;
    ~StatGroup();

    [[nodiscard]] const std::string& name() const { return name_; }
    /// "chip.core[3][7].mac"
    [[nodiscard]] std::string path() const;
    /// In order of construction.
    [[nodiscard]] const std::vector<const CounterBase*>& counters() const { return counters_; }
    [[nodiscard]] const std::vector<const StatGroup*>& groups() const { return groups_; }

private:
    friend class CounterBase;
    void add(const CounterBase& counter);
    void claim(const std::string& name);

    std::string name_;
    StatGroup* parent_ = nullptr;
    std::vector<const CounterBase*> counters_;
    std::vector<const StatGroup*> groups_;
    std::unordered_set<std::string> names_; ///< of counters and groups, which must differ
};

/// "core[3][7]"
[[nodiscard]] std::string indexed(const std::string& name, std::size_t row, std::size_t col);
/// "bank[3]"
[[nodiscard]] std::string indexed(const std::string& name, std::size_t index);

} // namespace lodestone::stats
