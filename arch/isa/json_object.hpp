// SPDX-License-Identifier: Apache-2.0
// A JSON object read key by key: what is missing, of the wrong kind or unknown becomes a problem with its path.
#pragma once

#include "sim/base/diagnostics.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace lodestone::isa {

class JsonObject {
public:
    JsonObject(const nlohmann::ordered_json& json, std::string path, std::string file, Problems& problems)
        : json_(json), path_(std::move(path)), file_(std::move(file)), problems_(problems) {
        if (!json_.is_object()) {
            problem("", std::string("is a ") + json_.type_name() + "; an object is needed");
        }
    }

    /// The value under `key`, or `otherwise`-constructed T after a problem.
    template <class T>
    [[nodiscard]] T required(const std::string& key) {
        const nlohmann::ordered_json* value = find(key);
        if (value == nullptr) {
            problem(key, "is missing");
            return T{};
        }
        return convert<T>(key, *value);
    }
    template <class T>
    [[nodiscard]] T optional(const std::string& key, T otherwise) {
        const nlohmann::ordered_json* value = find(key);
        return value == nullptr ? otherwise : convert<T>(key, *value);
    }
    [[nodiscard]] bool has(const std::string& key) { return find(key) != nullptr; }
    [[nodiscard]] JsonObject object(const std::string& key) {
        static const nlohmann::ordered_json nothing = nlohmann::ordered_json::object();
        const nlohmann::ordered_json* value = find(key);
        if (value == nullptr) {
            problem(key, "is missing");
        }
        return {value == nullptr ? nothing : *value, child(key), file_, problems_};
    }
    [[nodiscard]] std::vector<JsonObject> objects(const std::string& key) {
        std::vector<JsonObject> list;
        const nlohmann::ordered_json* value = find(key);
        if (value == nullptr || !value->is_array()) {
            problem(key, "is missing or no list");
            return list;
        }
        for (std::size_t i = 0; i < value->size(); ++i) {
            list.emplace_back((*value)[i], child(key) + "[" + std::to_string(i) + "]", file_, problems_);
        }
        return list;
    }
    void problem(const std::string& key, const std::string& message) {
        problems_.error({.file = file_}, key.empty() ? path_ : child(key), message);
    }
    /// Every key that nobody asked for is a problem.
    void finish() {
        if (!json_.is_object()) {
            return;
        }
        for (const auto& [key, value] : json_.items()) {
            if (!known_.contains(key)) {
                problem(key, "is not a known key" + known_names(key, {known_.begin(), known_.end()}));
            }
        }
    }

private:
    const nlohmann::ordered_json* find(const std::string& key) {
        known_.insert(key);
        if (!json_.is_object()) {
            return nullptr;
        }
        const auto found = json_.find(key);
        return found == json_.end() ? nullptr : &*found;
    }
    [[nodiscard]] std::string child(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }

    template <class T>
    [[nodiscard]] static bool fits(const nlohmann::ordered_json& value) {
        if constexpr (std::is_same_v<T, bool>) {
            return value.is_boolean();
        } else if constexpr (std::is_unsigned_v<T>) {
            return value.is_number_unsigned() && value.template get<std::uint64_t>() <= std::numeric_limits<T>::max();
        } else if constexpr (std::is_integral_v<T>) {
            return value.is_number_integer();
        } else if constexpr (std::is_floating_point_v<T>) {
            return value.is_number();
        } else if constexpr (std::is_same_v<T, std::string>) {
            return value.is_string();
        } else {
            bool good = value.is_array();
            for (const auto& item : value) {
                good = good && fits<typename T::value_type>(item);
            }
            return good;
        }
    }

    template <class T>
    [[nodiscard]] T convert(const std::string& key, const nlohmann::ordered_json& value) {
        if (!fits<T>(value)) {
            problem(key, "is " + value.dump().substr(0, 40) + ", which is not of the kind or range needed here");
            return T{};
        }
        return value.template get<T>();
    }

    const nlohmann::ordered_json& json_;
    std::string path_;
    std::string file_;
    Problems& problems_;
    std::set<std::string> known_;
};

} // namespace lodestone::isa
