// SPDX-License-Identifier: Apache-2.0
// The named settings of an operator, typed as in ONNX.
#pragma once

#include "workloads/graph/tensor.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace lodestone::graph {

using Attribute = std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>, std::vector<float>,
                               std::shared_ptr<const TensorData>>;

/// "integer", "number", "text", "list of integers", "list of numbers", "tensor".
[[nodiscard]] std::string kind_name(const Attribute& attribute);

/// Attributes by name. A getter with a default returns it when the attribute is missing, and throws UserError that
/// names the attribute when it is there with another type.
class Attributes {
public:
    void set(std::string name, Attribute value) { values_[std::move(name)] = std::move(value); }
    void erase(const std::string& name) { values_.erase(name); }
    [[nodiscard]] bool has(const std::string& name) const { return values_.contains(name); }

    [[nodiscard]] std::int64_t integer(const std::string& name, std::int64_t otherwise) const;
    [[nodiscard]] float number(const std::string& name, float otherwise) const;
    [[nodiscard]] std::string text(const std::string& name, std::string otherwise) const;
    [[nodiscard]] std::vector<std::int64_t> integers(const std::string& name,
                                                     std::vector<std::int64_t> otherwise = {}) const;
    [[nodiscard]] std::vector<float> numbers(const std::string& name, std::vector<float> otherwise = {}) const;
    /// Null when missing.
    [[nodiscard]] std::shared_ptr<const TensorData> tensor(const std::string& name) const;

    [[nodiscard]] const std::map<std::string, Attribute>& all() const { return values_; }

private:
    template <class T>
    [[nodiscard]] T get(const std::string& name, T otherwise) const;

    std::map<std::string, Attribute> values_;
};

} // namespace lodestone::graph
