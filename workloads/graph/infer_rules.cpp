// SPDX-License-Identifier: Apache-2.0
// What inference rules ask of operands and attributes.
#include "workloads/graph/infer_rules.hpp"

#include "sim/base/error.hpp"

#include <algorithm>

namespace lodestone::graph {

const Tensor& Inference::in(std::size_t i) const {
    return graph_.required_input(op_, i);
}

std::string Inference::describe(std::size_t i) const {
    return "'" + in(i).name + "' " + to_string(in(i).shape);
}

void Inference::require(bool holds, int rule, const std::string& message) const {
    if (!holds) {
        throw RuleBroken(rule, message);
    }
}

void Inference::require_rank(std::size_t i, std::size_t lowest, std::size_t highest) const {
    const std::size_t rank = in(i).rank();
    if (rank < lowest || rank > highest) {
        const std::string range = lowest == highest       ? std::to_string(lowest)
                                  : highest == any_number ? std::to_string(lowest) + " or more"
                                                          : std::to_string(lowest) + " to " + std::to_string(highest);
        throw RuleBroken(rule_shapes,
                         describe(i) + " has rank " + std::to_string(rank) + ", it must have rank " + range);
    }
}

void Inference::require_floating(std::size_t i) const {
    if (!is_floating(type(i))) {
        throw RuleBroken(rule_types, "'" + in(i).name + "' is " + to_string(type(i)) + ", " + to_string(op_.kind) +
                                         " wants floating point");
    }
}

void Inference::require_type(std::size_t i, const std::vector<ElementType>& allowed) const {
    if (std::find(allowed.begin(), allowed.end(), type(i)) == allowed.end()) {
        std::vector<std::string> names;
        std::transform(allowed.begin(), allowed.end(), std::back_inserter(names),
                       [](ElementType t) { return to_string(t); });
        throw RuleBroken(rule_types, "'" + in(i).name + "' is " + to_string(type(i)) + ", " + to_string(op_.kind) +
                                         " wants " + join(names, " or "));
    }
}

void Inference::require_same_types(std::size_t first, std::size_t last) const {
    for (std::size_t i = first; i <= last; ++i) {
        if (has(i) && type(i) != type(first)) {
            throw RuleBroken(rule_types, "'" + in(first).name + "' is " + to_string(type(first)) + " and '" +
                                             in(i).name + "' is " + to_string(type(i)) + ", they must be the same");
        }
    }
}

void Inference::require_shape(std::size_t i, const Shape& shape, const std::string& why) const {
    if (has(i) && in(i).shape != shape) {
        throw RuleBroken(rule_shapes, describe(i) + " must be " + to_string(shape) + ", " + why);
    }
}

std::size_t Inference::resolve(std::int64_t axis, std::size_t rank) const {
    const auto resolved = resolve_axis(axis, rank);
    require(resolved.has_value(), rule_attributes,
            "axis " + std::to_string(axis) + " is outside a tensor of rank " + std::to_string(rank));
    return *resolved;
}

std::size_t Inference::axis(std::int64_t otherwise, std::size_t rank) const {
    return resolve(attributes().integer("axis", otherwise), rank);
}

bool Inference::has_integers(std::size_t i, const std::string& attribute) const {
    return has(i) || attributes().has(attribute);
}

const TensorData& Inference::known(std::size_t i) const {
    require(in(i).has_data(), rule_shapes,
            "'" + in(i).name + "' decides a shape, so its values must be known before the run: give it as a constant");
    return *in(i).data;
}

std::vector<std::int64_t> Inference::integers(std::size_t i, const std::string& attribute) const {
    if (!has(i)) {
        return attributes().integers(attribute);
    }
    require(in(i).rank() <= 1, rule_shapes, describe(i) + " must be a list of integers");
    require_type(i, {ElementType::int64, ElementType::int32});
    return known(i).as_ints();
}

} // namespace lodestone::graph
