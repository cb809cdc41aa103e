// SPDX-License-Identifier: Apache-2.0
// Small networks for tests, one line per operator.
#pragma once

#include "workloads/graph/graph.hpp"
#include "workloads/graph/infer.hpp"

#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace lodestone::testing {

/// Operators are named by the caller; each makes the tensor "<name>.out".
class NetworkBuilder {
public:
    explicit NetworkBuilder(std::uint32_t seed = 1) : random_(seed) { graph_.name = "test"; }

    TensorId input(const std::string& name, graph::Shape shape) {
        const TensorId id = graph_.add(graph::Tensor{.name = name,
                                                     .type = graph::ElementType::float32,
                                                     .shape = std::move(shape),
                                                     .role = graph::TensorRole::input});
        graph_.inputs.push_back(id);
        return id;
    }

    TensorId given(const std::string& name, graph::TensorData data,
                   graph::TensorRole role = graph::TensorRole::parameter) {
        return graph_.add(graph::Tensor{.name = name,
                                        .type = data.type(),
                                        .shape = data.shape(),
                                        .role = role,
                                        .data = std::make_shared<graph::TensorData>(data)});
    }

    TensorId without_values(const std::string& name, graph::Shape shape) {
        return graph_.add(graph::Tensor{.name = name,
                                        .type = graph::ElementType::float32,
                                        .shape = std::move(shape),
                                        .role = graph::TensorRole::parameter});
    }

    /// Normal values of standard deviation `deviation`.
    TensorId random(const std::string& name, const graph::Shape& shape, float deviation = 0.5F) {
        return given(name, random_values(shape, deviation));
    }

    graph::TensorData random_values(const graph::Shape& shape, float deviation = 1.0F) {
        std::normal_distribution<float> normal(0.0F, deviation);
        std::vector<float> values(graph::element_count(shape));
        for (float& v : values) {
            v = normal(random_);
        }
        return graph::TensorData::of_floats(shape, std::move(values));
    }

    TensorId op(graph::OpKind kind, const std::string& name, const std::vector<TensorId>& inputs,
                const std::vector<std::pair<std::string, graph::Attribute>>& attributes = {}) {
        return ops(kind, name, inputs, 1, attributes).front();
    }

    std::vector<TensorId> ops(graph::OpKind kind, const std::string& name, const std::vector<TensorId>& inputs,
                              std::size_t outputs,
                              const std::vector<std::pair<std::string, graph::Attribute>>& attributes = {}) {
        graph::Operator op{.name = name, .kind = kind};
        op.inputs.assign(inputs.begin(), inputs.end());
        for (const auto& [key, value] : attributes) {
            op.attributes.set(key, value);
        }
        for (std::size_t i = 0; i < outputs; ++i) {
            op.outputs.push_back(graph_.add(graph::Tensor{.name = name + ".out" + (i == 0 ? "" : std::to_string(i))}));
        }
        const std::vector<TensorId> made = op.outputs;
        graph_.add(std::move(op));
        return made;
    }

    /// The network with shapes inferred; throws UserError when it breaks a rule.
    graph::Graph finish(const std::vector<TensorId>& outputs) {
        graph_.outputs = outputs;
        Problems problems;
        graph::infer_shapes(graph_, problems);
        problems.append(graph::verify(graph_));
        problems.throw_if_errors();
        return graph_;
    }

private:
    graph::Graph graph_;
    std::mt19937 random_;
};

} // namespace lodestone::testing
