// SPDX-License-Identifier: Apache-2.0
// Decisions, answers and the noting of keys.
#include "sim/config/probe.hpp"

#include <algorithm>

namespace lodestone::config {

Probe::Probe(Decisions decisions, Answers answers, Extreme extreme)
    : decisions_(std::move(decisions)), answers_(std::move(answers)), extreme_(extreme) {}

std::size_t Probe::take(const Fork& fork, std::size_t otherwise) {
    const auto met = std::ranges::find_if(
        forks_, [&](const Fork& known) { return known.question == fork.question && known.path == fork.path; });
    if (met != forks_.end()) {
        return met->taken;
    }
    const auto decided = decisions_.find({fork.question, fork.path});
    forks_.push_back(fork);
    forks_.back().taken = decided == decisions_.end() ? otherwise : decided->second;
    return forks_.back().taken;
}

std::string Probe::way_at(const Fork& fork) {
    const std::size_t way = take(fork);
    const auto met = std::ranges::find_if(
        forks_, [&](const Fork& known) { return known.question == fork.question && known.path == fork.path; });
    return met->ways[way];
}

DeclaredKey& Probe::ask(Declaration& map, const std::string& key) {
    if (DeclaredKey* known = map.find(key)) {
        return *known;
    }
    map.keys.push_back({.name = key});
    map.keys.back().value.path = map.path.empty() ? key : map.path + "/" + key;
    return map.keys.back();
}

std::string Probe::kind_of(const std::string& path) const {
    const auto met = std::ranges::find_if(
        forks_, [&](const Fork& known) { return known.question == Question::kind && known.path == path; });
    return met == forks_.end() ? "" : met->ways[met->taken];
}

std::vector<std::string> Probe::answers(const std::string& path) const {
    const auto found = answers_.find(path);
    return found == answers_.end() ? std::vector<std::string>{} : found->second;
}

} // namespace lodestone::config
