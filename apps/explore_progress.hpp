// SPDX-License-Identifier: Apache-2.0
// How far a sweep is, on stderr: a bar on a terminal, a line now and then elsewhere.
#pragma once

#include "analysis/explore/exploration.hpp"
#include "analysis/explore/search/dominance.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace lodestone::apps {

class ExploreProgress {
public:
    explicit ExploreProgress(std::vector<explore::Sense> senses);

    /// A pass over `planned` points at one fidelity begins.
    void begin(const std::string& fidelity, std::uint64_t planned);
    /// A point has ended; `objectives` of one that is done.
    void add(explore::Status status, const explore::Objectives& objectives);
    /// Draws the bar, or a line when enough has happened since the last.
    void show();
    void end();

private:
    [[nodiscard]] std::string line() const;

    std::vector<explore::Sense> senses_;
    bool is_terminal_;
    std::string fidelity_;
    std::uint64_t planned_ = 0;
    std::uint64_t ended_ = 0;
    std::uint64_t failed_ = 0;
    std::uint64_t infeasible_ = 0;
    std::vector<explore::Objectives> front_; ///< of the points so far
    std::chrono::steady_clock::time_point begin_;
    std::chrono::steady_clock::time_point shown_;
    std::uint64_t shown_tenth_ = 0;
};

/// "37 s", "12 min", "3.1 h"
[[nodiscard]] std::string duration_text(double seconds);

} // namespace lodestone::apps
