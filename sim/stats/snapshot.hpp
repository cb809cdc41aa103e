// SPDX-License-Identifier: Apache-2.0
// The counters of a group at one moment; the difference of two is what happened in between.
#pragma once

#include "sim/stats/stats.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace lodestone::stats {

struct Sample {
    std::string name; ///< "chip.core[3][7].mac.busy_cycles"
    std::string unit;
    std::uint64_t count = 0;
    friend bool operator==(const Sample&, const Sample&) = default;
};

/// Samples in a fixed order: counters of a group before its sub-groups, each in order of construction.
class Snapshot {
public:
    Snapshot() = default;
    explicit Snapshot(std::vector<Sample> samples) : samples_(std::move(samples)) {}

    [[nodiscard]] const std::vector<Sample>& samples() const { return samples_; }
    /// The count of one name; InternalError when there is none.
    [[nodiscard]] std::uint64_t at(std::string_view name) const;
    /// Sum over all names that are `suffix` or end in ".suffix": total("mac.busy_cycles") over all cores.
    [[nodiscard]] std::uint64_t total(std::string_view suffix) const;

private:
    std::vector<Sample> samples_;
};

[[nodiscard]] Snapshot take_snapshot(const StatGroup& group);

/// What was counted between the two. A counter that is new counts from zero; one that vanished or went down is an
/// InternalError, because counts would be lost silently.
[[nodiscard]] Snapshot operator-(const Snapshot& later, const Snapshot& earlier);

/// {"chip.core[0][0].mac.busy_cycles": 12, ...} in the order of the snapshot.
[[nodiscard]] std::string to_json(const Snapshot& snapshot);
/// [{"name", "unit", "description"}, ...]: what each statistic of the group means.
[[nodiscard]] std::string describe_json(const StatGroup& group);

} // namespace lodestone::stats
