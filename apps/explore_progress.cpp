// SPDX-License-Identifier: Apache-2.0
// The bar and the lines of a sweep's progress.
#include "apps/explore_progress.hpp"

#include "analysis/report/table.hpp"

#include <algorithm>
#include <iostream>
#include <unistd.h>

namespace lodestone::apps {
namespace {

constexpr std::chrono::milliseconds between_bars{100};
constexpr std::uint64_t tenths = 10;
constexpr const char* clear_line = "\r\x1b[K";

} // namespace

std::string duration_text(double seconds) {
    constexpr double minute = 60;
    constexpr double hour = 3600;
    if (seconds < 2 * minute) {
        return report::fixed(seconds, 0) + " s";
    }
    return seconds < 2 * hour ? report::fixed(seconds / minute, 0) + " min" : report::fixed(seconds / hour, 1) + " h";
}

ExploreProgress::ExploreProgress(std::vector<explore::Sense> senses)
    : senses_(std::move(senses)), is_terminal_(::isatty(STDERR_FILENO) != 0) {}

void ExploreProgress::begin(const std::string& fidelity, std::uint64_t planned) {
    end();
    fidelity_ = fidelity;
    planned_ = planned;
    ended_ = failed_ = infeasible_ = shown_tenth_ = 0;
    front_.clear();
    begin_ = shown_ = std::chrono::steady_clock::now();
}

void ExploreProgress::add(explore::Status status, const explore::Objectives& objectives) {
    ++ended_;
    failed_ += status == explore::Status::failed || status == explore::Status::timed_out ? 1 : 0;
    infeasible_ += status == explore::Status::infeasible ? 1 : 0;
    if (status != explore::Status::done) {
        return;
    }
    const auto beats_it = [&](const explore::Objectives& other) {
        return explore::dominates(other, objectives, senses_);
    };
    if (std::ranges::none_of(front_, beats_it)) {
        std::erase_if(front_,
                      [&](const explore::Objectives& other) { return explore::dominates(objectives, other, senses_); });
        front_.push_back(objectives);
    }
}

std::string ExploreProgress::line() const {
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin_;
    const double rate = passed.count() > 0 ? static_cast<double>(ended_) / passed.count() : 0;
    std::string text = fidelity_ + " " + std::to_string(ended_) + "/" + std::to_string(planned_) + " points";
    text += ", " + std::to_string(failed_) + " failed, " + std::to_string(infeasible_) + " infeasible";
    text += ", " + report::significant(rate) + "/s";
    if (rate > 0 && ended_ < planned_) {
        text += ", " + duration_text(static_cast<double>(planned_ - ended_) / rate) + " left";
    }
    return text + ", front " + std::to_string(front_.size());
}

void ExploreProgress::show() {
    const auto now = std::chrono::steady_clock::now();
    if (is_terminal_) {
        if (now - shown_ < between_bars) {
            return;
        }
        shown_ = now;
        constexpr std::uint64_t width = 24;
        const std::uint64_t filled = planned_ == 0 ? width : std::min(width, width * ended_ / planned_);
        std::cerr << clear_line << '[' << std::string(filled, '#') << std::string(width - filled, '.') << "] " << line()
                  << std::flush;
        return;
    }
    const std::uint64_t tenth = planned_ == 0 ? 0 : tenths * ended_ / planned_;
    if (tenth > shown_tenth_) {
        shown_tenth_ = tenth;
        std::cerr << line() << '\n';
    }
}

void ExploreProgress::end() {
    if (fidelity_.empty()) {
        return;
    }
    if (is_terminal_) {
        std::cerr << clear_line;
    }
    if (is_terminal_ || shown_tenth_ < tenths) {
        std::cerr << line() << '\n';
    }
    fidelity_.clear();
}

} // namespace lodestone::apps
