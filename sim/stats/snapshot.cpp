// SPDX-License-Identifier: Apache-2.0
// Collecting, subtracting, adding up and exporting counters.
#include "sim/stats/snapshot.hpp"

#include "sim/base/error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <unordered_map>

namespace lodestone::stats {
namespace {

using Visit = std::function<void(const std::string& name, const CounterBase& counter)>;

/// Every counter below `group`, whose own path is `path`.
void visit_all(const StatGroup& group, const std::string& path, const Visit& visit) {
    const std::string prefix = path.empty() ? "" : path + ".";
    for (const CounterBase* counter : group.counters()) {
        visit(prefix + counter->name(), *counter);
    }
    for (const StatGroup* child : group.groups()) {
        visit_all(*child, prefix + child->name(), visit);
    }
}

} // namespace

std::uint64_t Snapshot::at(std::string_view name) const {
    const auto found =
        std::find_if(samples_.begin(), samples_.end(), [&](const Sample& sample) { return sample.name == name; });
    if (found == samples_.end()) {
        throw InternalError("no statistic is named '" + std::string(name) + "'");
    }
    return found->count;
}

std::uint64_t Snapshot::total(std::string_view suffix) const {
    std::uint64_t sum = 0;
    for (const Sample& sample : samples_) {
        const std::string_view name = sample.name;
        const bool ends = name.ends_with(suffix);
        if (ends && (name.size() == suffix.size() || name[name.size() - suffix.size() - 1] == '.')) {
            sum += sample.count;
        }
    }
    return sum;
}

Snapshot take_snapshot(const StatGroup& group) {
    std::vector<Sample> samples;
    visit_all(group, group.path(), [&](const std::string& name, const CounterBase& counter) {
        samples.push_back({.name = name, .unit = counter.unit(), .count = counter.count()});
    });
    return Snapshot(std::move(samples));
}

Snapshot operator-(const Snapshot& later, const Snapshot& earlier) {
    std::unordered_map<std::string_view, std::uint64_t> before;
    for (const Sample& sample : earlier.samples()) {
        before.emplace(sample.name, sample.count);
    }
    std::vector<Sample> difference = later.samples();
    std::size_t matched = 0;
    for (Sample& sample : difference) {
        const auto found = before.find(sample.name);
        if (found == before.end()) {
            continue;
        }
        ++matched;
        if (found->second > sample.count) {
            throw InternalError("the statistic '" + sample.name + "' went down from " + std::to_string(found->second) +
                                " to " + std::to_string(sample.count));
        }
        sample.count -= found->second;
    }
    check_invariant(matched == before.size(), "counters live as long as the snapshots that are compared");
    return Snapshot(std::move(difference));
}

std::string to_json(const Snapshot& snapshot) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    auto& members = json.get_ref<nlohmann::ordered_json::object_t&>();
    members.reserve(snapshot.samples().size());
    for (const Sample& sample : snapshot.samples()) {
        members.push_back({sample.name, sample.count}); // names are unique; a look-up for each would be quadratic
    }
    return json.dump(1);
}

std::string describe_json(const StatGroup& group) {
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    visit_all(group, group.path(), [&](const std::string& name, const CounterBase& counter) {
        json.push_back({{"name", name}, {"unit", counter.unit()}, {"description", counter.description()}});
    });
    return json.dump(1);
}

} // namespace lodestone::stats
