// SPDX-License-Identifier: Apache-2.0
// One probing reading: a reader runs without a file, every key seems to be there, and what it asks for is noted.
#pragma once

#include "sim/config/declaration.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace lodestone::config {

/// Where a reader's way depends on the file: which name was chosen, whether a key is there, what kind a value is.
struct Fork {
    Question question = Question::choice;
    std::string path; ///< of the value
    std::vector<std::string> ways;
    std::size_t taken = 0;
};

/// Texts that a probing reading answers with, by the path of the value ("layers/[]/inputs"); for readers that compute
/// with what they read. Several texts are the elements of a list.
using Answers = std::map<std::string, std::vector<std::string>>;

/// The numbers that a probing reading gives: the smallest legal ones, or the largest where there is a limit.
enum class Extreme : std::uint8_t { smallest, largest };

/// Give it to a reader through ReadLog::probe. Every key is there, numbers are extreme, and at each
/// fork the way is the decided one, else the first.
class Probe {
public:
    using Decisions = std::map<std::pair<Question, std::string>, std::size_t>;

    explicit Probe(Decisions decisions = {}, Answers answers = {}, Extreme extreme = Extreme::smallest);
    Probe(const Probe&) = delete; // readers point into the declaration
    Probe& operator=(const Probe&) = delete;

    /// The way to take at a fork; `otherwise` when nothing was decided.
    [[nodiscard]] std::size_t take(const Fork& fork, std::size_t otherwise = 0);
    /// The name of that way; the fork may have been met with other ways.
    [[nodiscard]] std::string way_at(const Fork& fork);
    /// Notes that `key` of `map` was asked for. The reference lives as long as the probe.
    [[nodiscard]] static DeclaredKey& ask(Declaration& map, const std::string& key);
    /// The kind of a value whose kind was asked for; "" when the reader did not ask.
    [[nodiscard]] std::string kind_of(const std::string& path) const;
    /// Texts prepared for the value at `path`; empty when there are none.
    [[nodiscard]] std::vector<std::string> answers(const std::string& path) const;
    /// Notes that the value was read as another kind than the fork decided: the reader refuses that kind.
    void contradict(const std::string& path) { contradicted_.insert(path); }

    [[nodiscard]] Extreme extreme() const { return extreme_; }
    [[nodiscard]] Declaration& root() { return root_; }
    [[nodiscard]] const std::vector<Fork>& forks() const { return forks_; }
    [[nodiscard]] bool is_contradicted(const std::string& path) const { return contradicted_.contains(path); }

private:
    Decisions decisions_;
    Answers answers_;
    Extreme extreme_;
    Declaration root_;
    std::vector<Fork> forks_; ///< in the order met, each once
    std::set<std::string> contradicted_;
};

inline const std::vector<std::string> kind_ways{"scalar", "list", "map"};
inline const std::vector<std::string> presence_ways{"present", "absent"};

} // namespace lodestone::config
