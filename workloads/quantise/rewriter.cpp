// SPDX-License-Identifier: Apache-2.0
// Fresh names and new operators.
#include "workloads/quantise/rewriter.hpp"

#include <memory>
#include <utility>

namespace lodestone::quantise {

namespace {

using graph::ElementType;
using graph::Tensor;
using graph::TensorData;

std::string fresh(const std::string& wanted, std::set<std::string>& names) {
    std::string name = wanted;
    for (int i = 2; !names.insert(name).second; ++i) {
        name = wanted + "." + std::to_string(i);
    }
    return name;
}

} // namespace

Rewriter::Rewriter(graph::Graph& graph) : graph_(graph) {
    for (const Tensor& tensor : graph.tensors) {
        tensor_names_.insert(tensor.name);
    }
    for (const graph::Operator& op : graph.operators) {
        operator_names_.insert(op.name);
    }
}

std::vector<graph::Operator> Rewriter::take_operators() {
    return std::exchange(graph_.operators, {});
}

TensorId Rewriter::value(const std::string& name, graph::Shape shape) {
    return graph_.add(
        Tensor{.name = fresh(name, tensor_names_), .type = ElementType::float32, .shape = std::move(shape)});
}

TensorId Rewriter::value_like(const std::string& name, TensorId other) {
    const TensorId id = value(name, at(other).shape);
    graph_.at(id).type = at(other).type;
    return id;
}

TensorId Rewriter::parameter(const std::string& name, graph::Shape shape, std::vector<float> values) {
    Tensor tensor{.name = fresh(name, tensor_names_),
                  .type = ElementType::float32,
                  .shape = shape,
                  .role = graph::TensorRole::parameter};
    if (!values.empty()) {
        tensor.data = std::make_shared<TensorData>(TensorData::of_floats(std::move(shape), std::move(values)));
    }
    return graph_.add(std::move(tensor));
}

TensorId Rewriter::constant(const std::string& name, float number) {
    const TensorId id = parameter(name, {}, {number});
    graph_.at(id).role = graph::TensorRole::constant;
    return id;
}

TensorId Rewriter::integers(const std::string& name, std::vector<std::int64_t> values) {
    const auto data = std::make_shared<TensorData>(TensorData::vector_of(std::move(values)));
    return graph_.add(Tensor{.name = fresh(name, tensor_names_),
                             .type = data->type(),
                             .shape = data->shape(),
                             .role = graph::TensorRole::constant,
                             .data = data});
}

graph::Operator& Rewriter::emit(graph::OpKind kind, const graph::Operator& origin, const std::string& part,
                                const std::vector<TensorId>& inputs, TensorId output) {
    graph::Operator op{.name = part.empty() ? origin.name : fresh(origin.name + "." + part, operator_names_),
                       .kind = kind,
                       .outputs = {output},
                       .where = origin.where};
    op.inputs.assign(inputs.begin(), inputs.end());
    keep(std::move(op));
    return graph_.operators.back();
}

} // namespace lodestone::quantise
