// SPDX-License-Identifier: Apache-2.0
// Values of a JSON text as whole numbers and lists within limits; each that is wrong is reported with its place.
#pragma once

#include "arch/spec/spiking_array.hpp"
#include "sim/base/diagnostics.hpp"
#include "workloads/import/spiking_text.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace lodestone::import {

/// Base of readers of JSON. After a problem every function returns the smallest legal value, so that reading goes on.
class JsonValues {
protected:
    using json = nlohmann::json;
    using Range = spec::IntegerRange;

    /// `text` outlives the reader; `file` names it in messages.
    JsonValues(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {}

    void problem(const JsonStep& at, const std::string& message);
    /// The member, or nullptr after reporting that it is missing.
    const json* member(const json& object, const JsonStep& key);
    std::int64_t whole(const json& value, const JsonStep& at, Range range);
    std::int64_t whole_member(const json& object, const JsonStep& key, Range range);
    /// The list under `key`, of at most `limit` items; an empty one after a problem.
    const json& list(const json& object, const JsonStep& key, std::size_t limit);
    /// UserError with what was found wrong so far; the problems past `max_located_problems` as their number.
    void throw_if_problems();

private:
    std::string_view text_;
    std::string file_;
    Problems problems_;
    std::size_t unlocated_ = 0;
    const json empty_list_ = json::array();
};

} // namespace lodestone::import
