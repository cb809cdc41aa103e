// SPDX-License-Identifier: Apache-2.0
// Runs operators in graph order and keeps each value until its last reader has run.
#include "workloads/reference/interpreter.hpp"

#include "sim/base/error.hpp"
#include "workloads/reference/kernels.hpp"

#include <memory>

namespace lodestone::reference {
namespace {

using graph::Tensor;
using graph::TensorData;
using Slots = std::vector<std::shared_ptr<const TensorData>>;

std::string expected(const Tensor& tensor) {
    return graph::to_string(tensor.type) + " " + graph::to_string(tensor.shape);
}

void check_given(const graph::Graph& graph, const Values& given, Problems& problems) {
    for (const auto& [name, data] : given) {
        const auto id = graph.find_tensor(name);
        const bool takes_values = id && graph.at(*id).role != graph::TensorRole::activation;
        if (!takes_values) {
            problems.error({.file = graph.source}, name,
                           "is given a value, but the network takes no value of this name");
        } else if (graph.at(*id).type != data.type() || graph.at(*id).shape != data.shape()) {
            problems.error({.file = graph.source}, name,
                           "is given as " + graph::to_string(data.type()) + " " + graph::to_string(data.shape()) +
                               ", the network wants " + expected(graph.at(*id)));
        }
    }
}

Slots initial_values(const graph::Graph& graph, const graph::Links& links, const Values& given) {
    Problems problems;
    check_given(graph, given, problems);
    Slots slots(graph.tensors.size());
    for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
        const Tensor& tensor = graph.tensors[i];
        if (links.producer[i]) {
            continue;
        }
        if (const auto found = given.find(tensor.name); found != given.end()) {
            slots[i] = std::make_shared<const TensorData>(found->second);
        } else if (tensor.has_data()) {
            slots[i] = tensor.data;
        } else if (!links.consumers[i].empty() || graph.is_output(TensorId(static_cast<std::uint32_t>(i)))) {
            problems.error({.file = graph.source}, tensor.name,
                           "has no value; a run needs one (" + graph::to_string(tensor.role) + ", " + expected(tensor) +
                               ")");
        }
    }
    problems.throw_if_errors();
    return slots;
}

} // namespace

std::vector<double> doubles(const TensorData& data) {
    return std::visit([](const auto& values) { return std::vector<double>(values.begin(), values.end()); }, data.any());
}

TensorData rounded(const std::vector<double>& values, graph::ElementType type, const graph::Shape& shape) {
    return TensorData(graph::ElementType::float64, shape, values).cast_to(type);
}

Outputs run_operator(const graph::Graph& graph, const graph::Operator& op,
                     const std::vector<const TensorData*>& operands) {
    const graph::Call call{.graph = graph, .op = op, .operands = operands};
    if (const graph::Kernel simple = graph::kernel(op.kind)) {
        return simple(call);
    }
    for (const auto& family : {product_kernel, integer_kernel, window_kernel, normalisation_kernel, resize_kernel}) {
        if (const graph::Kernel kernel = family(op.kind)) {
            return kernel(call);
        }
    }
    throw InternalError("every operator kind has a kernel");
}

Interpreter::Interpreter(const graph::Graph& graph) : graph_(graph), links_(graph::links(graph)) {}

Values Interpreter::run(const Values& given) const {
    Slots slots = initial_values(graph_, links_, given);
    for (std::size_t i = 0; i < graph_.operators.size(); ++i) {
        const graph::Operator& op = graph_.operators[i];
        std::vector<const TensorData*> operands;
        for (const auto& id : op.inputs) {
            operands.push_back(id ? slots[id->index()].get() : nullptr);
        }
        Outputs outputs = run_operator(graph_, op, operands);
        if (observer_) {
            observer_(op, outputs);
        }
        for (std::size_t o = 0; o < op.outputs.size(); ++o) {
            slots[op.outputs[o].index()] = std::make_shared<const TensorData>(std::move(outputs.at(o)));
        }
        for (const auto& id : op.inputs) {
            if (id && links_.consumers[id->index()].back().index() == i && !graph_.is_output(*id)) {
                slots[id->index()] = nullptr;
            }
        }
    }
    Values results;
    for (const TensorId id : graph_.outputs) {
        results.emplace(graph_.at(id).name, *slots[id.index()]);
    }
    return results;
}

} // namespace lodestone::reference
