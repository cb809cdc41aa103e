// SPDX-License-Identifier: Apache-2.0
// Typed access to the settings of an operator.
#include "workloads/graph/attributes.hpp"

#include "sim/base/error.hpp"

#include <array>

namespace lodestone::graph {

std::string kind_name(const Attribute& attribute) {
    static constexpr std::array<const char*, 6> names{"integer",          "number",          "text",
                                                      "list of integers", "list of numbers", "tensor"};
    return names.at(attribute.index());
}

template <class T>
T Attributes::get(const std::string& name, T otherwise) const {
    const auto found = values_.find(name);
    if (found == values_.end()) {
        return otherwise;
    }
    if (const T* value = std::get_if<T>(&found->second)) {
        return *value;
    }
    throw UserError("attribute '" + name + "' is a " + kind_name(found->second) + ", it must be a " +
                    kind_name(Attribute(T())));
}

std::int64_t Attributes::integer(const std::string& name, std::int64_t otherwise) const {
    return get<std::int64_t>(name, otherwise);
}

float Attributes::number(const std::string& name, float otherwise) const {
    return get<float>(name, otherwise);
}

std::string Attributes::text(const std::string& name, std::string otherwise) const {
    return get<std::string>(name, std::move(otherwise));
}

std::vector<std::int64_t> Attributes::integers(const std::string& name, std::vector<std::int64_t> otherwise) const {
    return get<std::vector<std::int64_t>>(name, std::move(otherwise));
}

std::vector<float> Attributes::numbers(const std::string& name, std::vector<float> otherwise) const {
    return get<std::vector<float>>(name, std::move(otherwise));
}

std::shared_ptr<const TensorData> Attributes::tensor(const std::string& name) const {
    return get<std::shared_ptr<const TensorData>>(name, nullptr);
}

} // namespace lodestone::graph
