// SPDX-License-Identifier: Apache-2.0
// Reports what is missing, of another type or out of its range.
#include "workloads/import/json_values.hpp"

#include "workloads/import/spiking_json.hpp"

#include <limits>

namespace lodestone::import {

void JsonValues::problem(const JsonStep& at, const std::string& message) {
    if (problems_.error_count() >= max_located_problems) {
        ++unlocated_;
        return;
    }
    const std::size_t offset = offset_of(text_, at);
    problems_.error(location_of(text_, offset, file_), path_of(at),
                    message + " (byte offset " + std::to_string(offset) + ")");
}

const nlohmann::json* JsonValues::member(const json& object, const JsonStep& key) {
    if (!object.is_object()) {
        problem(*key.parent, "must be an object");
        return nullptr;
    }
    const auto found = object.find(key.key);
    if (found == object.end()) {
        problem(key, "is missing");
        return nullptr;
    }
    return &*found;
}

std::int64_t JsonValues::whole(const json& value, const JsonStep& at, Range range) {
    if (!value.is_number_integer()) {
        problem(at, "must be a whole number");
        return range.min;
    }
    const bool is_huge = value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{1} << 62;
    const std::int64_t number = is_huge ? std::numeric_limits<std::int64_t>::max() : value.get<std::int64_t>();
    if (!range.contains(number)) {
        problem(at, "is " + value.dump() + "; the machine allows " + std::to_string(range.min) + " to " +
                        std::to_string(range.max));
        return range.min;
    }
    return number;
}

std::int64_t JsonValues::whole_member(const json& object, const JsonStep& key, Range range) {
    const json* value = member(object, key);
    return value == nullptr ? range.min : whole(*value, key, range);
}

const nlohmann::json& JsonValues::list(const json& object, const JsonStep& key, std::size_t limit) {
    const json* value = member(object, key);
    if (value == nullptr) {
        return empty_list_;
    }
    if (!value->is_array()) {
        problem(key, "must be a list");
        return empty_list_;
    }
    if (value->size() > limit) {
        problem(key, "has " + std::to_string(value->size()) + " items; the limit is " + std::to_string(limit));
        return empty_list_;
    }
    return *value;
}

void JsonValues::throw_if_problems() {
    if (unlocated_ != 0) {
        problems_.error({.file = file_}, "", "and " + std::to_string(unlocated_) + " more problems");
    }
    problems_.throw_if_errors();
}

} // namespace lodestone::import
