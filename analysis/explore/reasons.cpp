// SPDX-License-Identifier: Apache-2.0
// Messages without their numbers.
#include "analysis/explore/reasons.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

namespace lodestone::explore {
namespace {

std::string first_line(const std::string& message) {
    return message.substr(0, message.find('\n'));
}

/// What stays when every number, with its point, becomes one mark.
std::string without_numbers(const std::string& text) {
    std::string kept;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_digit = text[i] >= '0' && text[i] <= '9';
        const bool goes_on = !kept.empty() && kept.back() == '#' && (text[i] == '.' || is_digit);
        if (!goes_on) {
            kept += is_digit ? '#' : text[i];
        }
    }
    return kept;
}

} // namespace

std::vector<Reason> reasons(const Exploration& exploration) {
    std::map<std::uint64_t, const Row*> last; // "event" sorts after "analytic"
    for (const Row& row : exploration.rows) {
        last[row.id] = &row;
    }
    std::map<std::pair<Status, std::string>, Reason> found;
    for (const auto& [id, row] : last) {
        if (row->status == Status::done) {
            continue;
        }
        const std::string message = first_line(row->message);
        const auto [reason, is_new] = found.try_emplace({row->status, without_numbers(message)});
        if (is_new) {
            reason->second = {.status = row->status, .first = id, .message = message};
        }
        ++reason->second.points;
    }
    std::vector<Reason> list;
    for (auto& [key, reason] : found) {
        list.push_back(std::move(reason));
    }
    std::ranges::sort(list, {}, &Reason::first);
    std::ranges::stable_sort(list, std::greater{}, &Reason::points);
    return list;
}

} // namespace lodestone::explore
