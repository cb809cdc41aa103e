// SPDX-License-Identifier: Apache-2.0
// Reads ONNX protobuf messages into a graph.
#include "workloads/import/onnx_format.hpp"

#include "sim/base/error.hpp"
#include "workloads/import/onnx_opset.hpp"
#include "workloads/import/onnx_tensor.hpp"

#include <google/protobuf/stubs/logging.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <limits>
#include <set>

namespace lodestone::import {
namespace {

using graph::ElementType;
using graph::Graph;
using graph::Operator;
using graph::Shape;
using graph::Tensor;
using graph::TensorData;

/// Builds one graph from one model.
class OnnxReader {
public:
    OnnxReader(const Source& source, const ImportOptions& options, Problems& problems)
        : options_(options), problems_(problems), file_(source.path.string()) {
        graph_.source = file_;
    }

    Graph read(const onnx::ModelProto& model) {
        graph_.name = model.graph().name();
        if (!read_opset(model)) {
            return std::move(graph_);
        }
        read_initializers(model.graph());
        read_inputs(model.graph());
        read_stated_types(model.graph());
        declare_results(model.graph());
        read_nodes(model.graph());
        read_outputs(model.graph());
        move_parameters();
        return std::move(graph_);
    }

private:
    void error(const std::string& name, const std::string& message) { problems_.error({.file = file_}, name, message); }

    bool read_opset(const onnx::ModelProto& model) {
        for (const auto& import : model.opset_import()) {
            if (import.domain().empty() || import.domain() == "ai.onnx") {
                opset_ = import.version();
            }
        }
        if (opset_ < lowest_opset || opset_ > highest_opset) {
            std::vector<std::string> domains;
            std::transform(model.opset_import().begin(), model.opset_import().end(), std::back_inserter(domains),
                           [](const auto& import) { return import.domain(); });
            error("", opset_ == 0 ? (domains.empty() ? "the model does not say which ONNX opset it uses"
                                                     : "the model uses the operator sets " + join(domains) +
                                                           ", which are not supported")
                                  : "the model uses ONNX opset " + std::to_string(opset_) + ", supported are " +
                                        std::to_string(lowest_opset) + " to " + std::to_string(highest_opset) +
                                        "; convert it with ONNX's version converter");
            return false;
        }
        return true;
    }

    /// The tensor of this name, made when it is new.
    TensorId tensor(const std::string& name) {
        const auto [place, is_new] = ids_.try_emplace(name, TensorId());
        if (is_new) {
            Tensor fresh;
            fresh.name = name;
            place->second = graph_.add(std::move(fresh));
        }
        return place->second;
    }

    void give_values(const std::string& name, TensorData data) {
        Tensor& target = graph_.at(tensor(name));
        target.type = data.type();
        target.shape = data.shape();
        target.role = graph::TensorRole::constant;
        target.data = std::make_shared<const TensorData>(std::move(data));
        defined_.insert(name);
    }

    void read_initializers(const onnx::GraphProto& proto) {
        for (const auto& initializer : proto.initializer()) {
            try {
                if (defined_.contains(initializer.name())) {
                    throw UserError("GRF-3 two initializers have this name");
                }
                give_values(initializer.name(), tensor_data(initializer));
            } catch (const UserError& problem) {
                error("initializer '" + initializer.name() + "'", problem.problems().all().front().message);
                defined_.insert(initializer.name());
            }
        }
        for (const auto& sparse : proto.sparse_initializer()) {
            error("initializer '" + sparse.values().name() + "'",
                  "is sparse, which is not supported; save it as a dense tensor");
            defined_.insert(sparse.values().name());
        }
    }

    /// Resolves one dimension of an input; nothing when it stays open.
    std::optional<std::int64_t> dimension(const onnx::TensorShapeProto::Dimension& proto, bool may_be_batch) {
        if (proto.has_dim_value()) {
            return proto.dim_value();
        }
        const std::string& name = proto.dim_param();
        if (const auto given = options_.dimensions.find(name); !name.empty() && given != options_.dimensions.end()) {
            return given->second;
        }
        if (!name.empty() && batch_names_.contains(name)) {
            return 1;
        }
        if (may_be_batch) {
            batch_names_.insert(name);
            return 1;
        }
        return std::nullopt;
    }

    void read_input_type(const onnx::ValueInfoProto& info) {
        if (!info.type().has_tensor_type()) {
            throw UserError("is not a tensor (a sequence, map or optional), which is not supported");
        }
        const auto& type = info.type().tensor_type();
        Tensor& input = graph_.at(tensor(info.name()));
        const ElementType found = required_element_type(type.elem_type());
        if (!type.has_shape()) {
            throw UserError("has no shape; export the model with fixed input shapes");
        }
        Shape shape;
        for (int d = 0; d < type.shape().dim_size(); ++d) {
            const auto extent = dimension(type.shape().dim(d), d == 0);
            if (!extent) {
                const std::string& name = type.shape().dim(d).dim_param();
                throw UserError("dimension " + std::to_string(d) + " is symbolic" +
                                (name.empty() ? "" : " ('" + name + "')") +
                                "; only the first may be (a batch of 1): export the model with a fixed size");
            }
            shape.push_back(*extent);
        }
        if (!graph::checked_element_count(shape)) {
            throw UserError("has shape " + graph::to_string(shape) +
                            "; dimensions must be 0 or more and the product at most " +
                            std::to_string(graph::max_elements));
        }
        input.type = found;
        input.shape = std::move(shape);
    }

    void read_inputs(const onnx::GraphProto& proto) {
        for (const auto& info : proto.input()) {
            if (defined_.contains(info.name())) {
                continue; // an initializer that is listed as an input too, as before IR 4
            }
            defined_.insert(info.name());
            if (const auto fixed = options_.values.find(info.name()); fixed != options_.values.end()) {
                give_values(info.name(), fixed->second);
                continue;
            }
            try {
                graph_.inputs.push_back(tensor(info.name()));
                read_input_type(info);
            } catch (const UserError& problem) {
                error("input '" + info.name() + "'", problem.problems().all().front().message);
            }
        }
    }

    /// Types and shapes the file states for results; those that stay open are left to inference.
    void state(const onnx::ValueInfoProto& info) {
        const auto& type = info.type().tensor_type();
        const auto element = element_type(type.elem_type());
        if (defined_.contains(info.name()) || !info.type().has_tensor_type() || !element || !type.has_shape()) {
            return;
        }
        Shape shape;
        for (const auto& dim : type.shape().dim()) {
            const auto extent = dimension(dim, false);
            if (!extent) {
                return;
            }
            shape.push_back(*extent);
        }
        if (graph::checked_element_count(shape)) {
            Tensor& result = graph_.at(tensor(info.name()));
            result.type = *element;
            result.shape = std::move(shape);
        }
    }

    void read_stated_types(const onnx::GraphProto& proto) {
        std::for_each(proto.value_info().begin(), proto.value_info().end(), [this](const auto& info) { state(info); });
        std::for_each(proto.output().begin(), proto.output().end(), [this](const auto& info) { state(info); });
    }

    std::string node_name(const onnx::NodeProto& node) {
        std::string base = node.name().empty() ? node.op_type() + "_" + std::to_string(next_node_) : node.name();
        ++next_node_;
        std::string name = base;
        for (int copy = 2; !names_.insert(name).second; ++copy) {
            name = base + "#" + std::to_string(copy);
        }
        return name;
    }

    void declare_results(const onnx::GraphProto& proto) {
        for (const auto& node : proto.node()) {
            for (const auto& output : node.output()) {
                if (!output.empty() && !defined_.insert(output).second) {
                    error(node.name(), "GRF-3 makes '" + output + "', which exists already");
                    twice_.insert(output);
                }
            }
        }
    }

    graph::Attribute attribute(const onnx::AttributeProto& proto) {
        switch (proto.type()) {
        case onnx::AttributeProto::INT:
            return proto.i();
        case onnx::AttributeProto::FLOAT:
            return proto.f();
        case onnx::AttributeProto::STRING:
            return proto.s();
        case onnx::AttributeProto::INTS:
            return std::vector<std::int64_t>(proto.ints().begin(), proto.ints().end());
        case onnx::AttributeProto::FLOATS:
            return std::vector<float>(proto.floats().begin(), proto.floats().end());
        case onnx::AttributeProto::TENSOR:
            return std::make_shared<const TensorData>(tensor_data(proto.t()));
        default:
            throw UserError("attribute '" + proto.name() + "' is of a kind that is not supported");
        }
    }

    Operator read_operator(const onnx::NodeProto& node, const std::string& name, graph::OpKind kind) {
        Operator op{
            .name = name, .kind = kind, .inputs = {}, .outputs = {}, .attributes = {}, .where = {.file = file_}};
        for (const auto& proto : node.attribute()) {
            if (!proto.ref_attr_name().empty()) {
                throw UserError("attribute '" + proto.name() +
                                "' refers to a function's attribute, which is not supported");
            }
            if (kind == graph::OpKind::cast && proto.name() == "to") {
                op.attributes.set("to", graph::to_string(required_element_type(static_cast<std::int32_t>(proto.i()))));
            } else {
                op.attributes.set(proto.name(), attribute(proto));
            }
        }
        for (const auto& input : node.input()) {
            if (!input.empty() && !defined_.contains(input)) {
                throw UserError("GRF-1 reads '" + input +
                                "', which is no input, initializer or result of another operator");
            }
            op.inputs.push_back(input.empty() ? std::nullopt : std::optional(tensor(input)));
        }
        while (!op.inputs.empty() && !op.inputs.back()) {
            op.inputs.pop_back();
        }
        int named = node.output_size();
        while (named > 0 && node.output(named - 1).empty()) {
            --named;
        }
        for (int o = 0; o < named; ++o) {
            op.outputs.push_back(
                tensor(node.output(o).empty() ? name + ".unused" + std::to_string(o) : node.output(o)));
        }
        return op;
    }

    void read_nodes(const onnx::GraphProto& proto) {
        bool all_supported = true;
        for (const auto& node : proto.node()) {
            const std::string name = node_name(node);
            const bool is_standard = node.domain().empty() || node.domain() == "ai.onnx";
            const auto kind = is_standard ? modern_kind(node.op_type()) : std::nullopt;
            if (!kind) {
                const std::string full = (is_standard ? "" : node.domain() + ".") + node.op_type();
                const std::string reason = is_standard ? reason_against(node.op_type()) : "";
                const std::string near = reason.empty() ? nearest_name(node.op_type(), graph::op_names()) : "";
                error(name, "operator '" + full + "' is not supported" + (reason.empty() ? "" : ": " + reason) +
                                (near.empty() ? "" : "; did you mean '" + near + "'?"));
                all_supported = false;
                continue;
            }
            try {
                const bool makes_known_twice = std::any_of(node.output().begin(), node.output().end(),
                                                           [&](const auto& output) { return twice_.contains(output); });
                if (!makes_known_twice) {
                    add_modern(graph_, read_operator(node, name, *kind), node.op_type(), opset_);
                }
            } catch (const UserError& problem) {
                error(name, problem.problems().all().front().message);
            }
        }
        if (!all_supported) {
            problems_.warn({.file = file_}, "", "supported operators are " + join(graph::op_names()));
        }
    }

    void read_outputs(const onnx::GraphProto& proto) {
        for (const auto& info : proto.output()) {
            if (defined_.contains(info.name())) {
                graph_.outputs.push_back(tensor(info.name()));
            } else {
                error("output '" + info.name() + "'", "GRF-9 is an output of the network but nothing makes it");
            }
        }
        if (proto.output().empty()) {
            error("", "the network has no outputs");
        }
    }

    /// True when every reader takes the tensor where learnt values belong, directly or behind an Identity. The second
    /// factor of a MatMul may be data: for the first input of the network it is.
    bool is_read_as_parameter(const graph::Links& link, TensorId id, bool is_first) const {
        const auto& readers = link.consumers[id.index()];
        return !readers.empty() && std::all_of(readers.begin(), readers.end(), [&](OperatorId reader) {
            const Operator& op = graph_.at(reader);
            if (op.kind == graph::OpKind::identity && !op.outputs.empty()) {
                return is_read_as_parameter(link, op.outputs.front(), is_first);
            }
            for (std::size_t i = 0; i < op.inputs.size(); ++i) {
                const bool ambiguous = op.kind == graph::OpKind::matmul && is_first;
                if (op.inputs[i] == id && (ambiguous || !graph::is_parameter_operand(op.kind, i))) {
                    return false;
                }
            }
            return true;
        });
    }

    void move_parameters() {
        if (problems_.has_errors()) {
            return; // links and cycles are not known to be sound
        }
        const graph::Links link = graph::links(graph_);
        Problems cycles;
        Graph sorted = graph_;
        graph::sort_operators(sorted, cycles);
        if (cycles.has_errors()) {
            return; // reported by the caller
        }
        const std::vector<TensorId> all = graph_.inputs;
        std::erase_if(graph_.inputs, [&](TensorId id) {
            const bool is_parameter = is_read_as_parameter(link, id, id == all.front());
            graph_.at(id).role = is_parameter ? graph::TensorRole::parameter : graph::TensorRole::input;
            return is_parameter;
        });
    }

    const ImportOptions& options_;
    Problems& problems_;
    std::string file_;
    Graph graph_;
    std::int64_t opset_ = 0;
    std::size_t next_node_ = 0;
    std::map<std::string, TensorId> ids_;
    std::set<std::string> defined_;     ///< inputs, initializers and results
    std::set<std::string> twice_;       ///< results that two nodes make
    std::set<std::string> names_;       ///< of operators
    std::set<std::string> batch_names_; ///< symbols that stand for the batch
};

} // namespace

bool looks_like_onnx(std::string_view content) {
    return std::any_of(content.begin(), content.end(), [](char c) {
        return static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\r' && c != '\t';
    });
}

Graph read_onnx(const Source& source, const ImportOptions& options, Problems& problems) {
    const google::protobuf::LogSilencer silence; // the damage is reported below, once and with the file
    onnx::ModelProto model;
    const bool fits = source.content.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max());
    if (!fits || !model.ParseFromArray(source.content.data(), static_cast<int>(source.content.size()))) {
        problems.error({.file = source.path.string()}, "",
                       fits ? "is not a whole ONNX model: the file is damaged, cut off, or of another format"
                            : "is larger than 2 GiB, the limit of an ONNX file");
        return {};
    }
    if (!model.has_graph()) {
        problems.error({.file = source.path.string()}, "", "is not an ONNX model: it has no graph");
        return {};
    }
    return OnnxReader(source, options, problems).read(model);
}

} // namespace lodestone::import
