// SPDX-License-Identifier: Apache-2.0
// The tree of groups.
#include "sim/stats/stats.hpp"

#include "sim/base/error.hpp"

#include <utility>

namespace lodestone::stats {

CounterBase::CounterBase(StatGroup& group, const char* name, const char* description, const char* unit)
    : name_(name), description_(description), unit_(unit) {
    group.add(*this);
}

StatGroup::StatGroup(std::string name) : name_(std::move(name)) {}

StatGroup::StatGroup(StatGroup& parent, std::string name) : name_(std::move(name)), parent_(&parent) {
    check_invariant(!name_.empty(), "a group below another has a name");
    parent.claim(name_);
    parent.groups_.push_back(this);
}

StatGroup::~StatGroup() {
    if (parent_ != nullptr) {
        std::erase(parent_->groups_, this);
        parent_->names_.erase(name_);
    }
    for (const StatGroup* child : groups_) {
        const_cast<StatGroup*>(child)->parent_ = nullptr;
    }
}

std::string StatGroup::path() const {
    const std::string above = parent_ == nullptr ? "" : parent_->path();
    return above.empty() ? name_ : above + "." + name_;
}

void StatGroup::add(const CounterBase& counter) {
    claim(counter.name());
    counters_.push_back(&counter);
}

void StatGroup::claim(const std::string& name) {
    if (!names_.insert(name).second) {
        throw InternalError("the statistic '" + (name_.empty() ? "" : path() + ".") + name +
                            "' exists twice; names must be unique");
    }
}

std::string indexed(const std::string& name, std::size_t row, std::size_t col) {
    return indexed(indexed(name, row), col);
}

std::string indexed(const std::string& name, std::size_t index) {
    return name + "[" + std::to_string(index) + "]";
}

} // namespace lodestone::stats
