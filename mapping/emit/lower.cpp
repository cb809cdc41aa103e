// SPDX-License-Identifier: Apache-2.0
// The walk over the layers, and what all phases have in common.
#include "mapping/emit/lower.hpp"

#include "mapping/emit/phase_builder.hpp"
#include "numerics/accumulate.hpp"
#include "sim/base/error.hpp"

#include <algorithm>
#include <bit>
#include <set>

namespace lodestone::emit {

using graph::OpKind;

std::size_t axis_of(const graph::Tensor& tensor, std::int64_t axis) {
    const auto resolved = graph::resolve_axis(axis, tensor.rank());
    if (!resolved) {
        throw UserError("axis " + std::to_string(axis) + " is outside a tensor of " + std::to_string(tensor.rank()) +
                        " axes");
    }
    return *resolved;
}

ProgramBuilder::ProgramBuilder(const graph::QuantisedModel& quantised, const LowerOptions& lower_options)
    : model(quantised), graph(quantised.graph), options(lower_options) {
    program.workload = graph.name;
    program.precision = model.precision;
    program.grid = options.grid;
    program.batch = options.batch;
}

std::uint32_t ProgramBuilder::tensor(TensorId id) {
    const auto [entry, is_new] = tensors_.try_emplace(id, static_cast<std::uint32_t>(program.tensors.size()));
    if (is_new) {
        const graph::Tensor& tensor = graph.at(id);
        if (tensor.rank() > isa::kMaxRank) {
            throw UserError("tensor '" + tensor.name + "' has " + std::to_string(tensor.rank()) +
                            " axes, the core grid handles " + std::to_string(isa::kMaxRank));
        }
        if (tensor.rank() == 0) {
            throw UserError("tensor '" + tensor.name +
                            "' has no axes, the core grid needs 1 at least; keep the axes that are reduced (keepdims) "
                            "or unsqueeze it");
        }
        const graph::TensorFormat& format = model.formats.at(id.index());
        program.tensors.push_back({.name = tensor.name,
                                   .shape = tensor.shape,
                                   .format = format.format,
                                   .scale = format.scale,
                                   .producer = {},
                                   .is_network_output = graph.is_output(id),
                                   .block_axis = numerics::format(format.format).block ? format.block_axis : 0});
    }
    return entry->second;
}

std::uint32_t ProgramBuilder::constant(TensorId id) {
    const auto found = constants_.find(id);
    if (found != constants_.end()) {
        return found->second;
    }
    const graph::Tensor& tensor = graph.at(id);
    isa::Constant constant{.name = tensor.name, .shape = tensor.shape};
    if (tensor.has_data()) {
        constant.values = tensor.data->as_floats();
    }
    const std::uint32_t index = add_constant(std::move(constant));
    constants_.emplace(id, index);
    return index;
}

std::uint32_t ProgramBuilder::add_constant(isa::Constant constant) {
    program.constants.push_back(std::move(constant));
    return static_cast<std::uint32_t>(program.constants.size() - 1);
}

std::uint32_t ProgramBuilder::add_scalar(const std::string& name, float value) {
    isa::Constant constant{.name = name, .shape = {}};
    constant.values = {value};
    return add_constant(std::move(constant));
}

void ProgramBuilder::add_phase(isa::Phase phase) {
    program.phases.push_back(std::move(phase));
}

PhaseBuilder::PhaseBuilder(ProgramBuilder& builder, const graph::Layer& of_layer, TensorId output)
    : builder_(builder), layer_(of_layer), op_(builder.graph.at(of_layer.primary)), output_(output) {
    phase_.name = layer_.name;
    phase_.op = to_string(op_.kind);
    phase_.weight_format = layer_.weight_format;
    phase_.activation_format = layer_.activation_format;
}

PhaseBuilder::Lower PhaseBuilder::lowering_of(OpKind kind) {
    static const std::map<OpKind, Lower> table{
        {OpKind::conv, &PhaseBuilder::lower_conv},
        {OpKind::gemm, &PhaseBuilder::lower_gemm},
        {OpKind::matmul, &PhaseBuilder::lower_matmul},
        {OpKind::max_pool, &PhaseBuilder::lower_pool},
        {OpKind::average_pool, &PhaseBuilder::lower_pool},
        {OpKind::global_max_pool, &PhaseBuilder::lower_pool},
        {OpKind::global_average_pool, &PhaseBuilder::lower_pool},
        {OpKind::reduce_mean, &PhaseBuilder::lower_reduce},
        {OpKind::reduce_sum, &PhaseBuilder::lower_reduce},
        {OpKind::reduce_max, &PhaseBuilder::lower_reduce},
        {OpKind::softmax, &PhaseBuilder::lower_softmax},
        {OpKind::log_softmax, &PhaseBuilder::lower_softmax},
        {OpKind::layer_normalization, &PhaseBuilder::lower_layer_norm},
        {OpKind::concat, &PhaseBuilder::lower_concat},
        {OpKind::split, &PhaseBuilder::lower_split},
        {OpKind::slice, &PhaseBuilder::lower_slice},
        {OpKind::gather, &PhaseBuilder::lower_gather},
        {OpKind::reshape, &PhaseBuilder::lower_reshape},
        {OpKind::flatten, &PhaseBuilder::lower_reshape},
        {OpKind::squeeze, &PhaseBuilder::lower_reshape},
        {OpKind::unsqueeze, &PhaseBuilder::lower_reshape},
        {OpKind::transpose, &PhaseBuilder::lower_transpose},
        {OpKind::pad, &PhaseBuilder::lower_pad},
        {OpKind::resize, &PhaseBuilder::lower_resize},
        {OpKind::expand, &PhaseBuilder::lower_expand},
    };
    const auto found = table.find(kind);
    if (found != table.end()) {
        return found->second;
    }
    const std::vector<OpKind>& steps = elementwise_kinds();
    return std::ranges::find(steps, kind) != steps.end() ? &PhaseBuilder::lower_elementwise : nullptr;
}

namespace {

/// Why an operator has no lowering and what to do instead; empty when it simply has none.
std::string reason_against(OpKind kind) {
    switch (kind) {
    case OpKind::arg_max:
    case OpKind::arg_min:
        return "it gives positions, which the host finds; make its operand the output of the network";
    case OpKind::where:
        return "its condition is computed while the network runs; a condition that is known before would be applied";
    case OpKind::conv_transpose:
        return "its weights are computed by the network; they must be parameters";
    case OpKind::dynamic_quantize_linear:
    case OpKind::conv_integer:
    case OpKind::matmul_integer:
        return "its scales are found while the network runs; export the network statically quantised or in floats";
    default:
        return {};
    }
}

} // namespace

void PhaseBuilder::build() {
    const Lower lowering = lowering_of(op_.kind);
    if (lowering == nullptr) {
        const std::string reason = reason_against(op_.kind);
        throw UserError("operator " + phase_.op + " cannot be mapped to a core grid" +
                        (reason.empty() ? known_names(phase_.op, supported_operators()) : ": " + reason));
    }
    value_ = op_.outputs.front();
    (this->*lowering)();
    kernel_inputs_ = phase_.inputs.size();
    for (const OperatorId id : layer_.fused) {
        append(builder_.graph.at(id));
    }
    check_invariant(value_ == output_, "the fused operators of a layer end at its output");
    phase_.output = builder_.tensor(output_);
    isa::Program& program = builder_.program;
    program.tensors[phase_.output].producer = static_cast<std::uint32_t>(program.phases.size());
    phase_.split = isa::whole(program.tensors[phase_.output].shape.size());
    builder_.add_phase(std::move(phase_));
}

std::uint32_t PhaseBuilder::input(TensorId id) {
    phase_.inputs.push_back({.tensor = builder_.tensor(id)});
    return static_cast<std::uint32_t>(phase_.inputs.size() - 1);
}

std::uint32_t PhaseBuilder::epilogue_input(TensorId id) {
    const std::uint32_t tensor = builder_.tensor(id);
    const bool passes_on = std::holds_alternative<isa::ElementwiseKernel>(phase_.kernel);
    for (std::size_t i = passes_on ? 0 : kernel_inputs_; i < phase_.inputs.size(); ++i) {
        if (phase_.inputs[i].tensor == tensor) {
            return static_cast<std::uint32_t>(i);
        }
    }
    return input(id);
}

bool PhaseBuilder::is_activation(TensorId id) const {
    const graph::TensorRole role = at(id).role;
    return role == graph::TensorRole::activation || role == graph::TensorRole::input;
}

TensorId PhaseBuilder::operand(const graph::Operator& op, std::size_t index) const {
    if (!op.has_input(index)) {
        throw UserError("operand " + std::to_string(index) + " is missing");
    }
    return *op.inputs[index];
}

std::vector<std::int64_t> PhaseBuilder::constant_integers(const graph::Operator& op, std::size_t index) const {
    if (!op.has_input(index)) {
        return {};
    }
    const graph::Tensor& tensor = at(*op.inputs[index]);
    if (!tensor.has_data()) {
        throw UserError("operand '" + tensor.name + "' is computed at run time; it must be a constant");
    }
    return tensor.data->as_ints();
}

std::vector<std::int64_t> PhaseBuilder::integers(const graph::Operator& op, const std::string& name,
                                                 std::size_t index) const {
    return op.attributes.has(name) ? op.attributes.integers(name) : constant_integers(op, index);
}

std::optional<float> PhaseBuilder::constant_scalar(const graph::Operator& op, std::size_t index) const {
    if (!op.has_input(index) || !at(*op.inputs[index]).has_data() || at(*op.inputs[index]).size() != 1) {
        return std::nullopt;
    }
    return at(*op.inputs[index]).data->as_float(0);
}

namespace {

/// The outputs of a layer's operator that need a phase each: one, or every part of a Split that is not another
/// layer's own.
std::vector<TensorId> phase_outputs(const graph::QuantisedModel& model, const graph::Layer& layer,
                                    const graph::Links& links) {
    std::vector<TensorId> outputs{layer.output};
    const graph::Operator& op = model.graph.at(layer.primary);
    if (op.kind != OpKind::split) {
        return outputs;
    }
    for (const TensorId part : op.outputs) {
        const bool is_used = !links.consumers[part.index()].empty() || model.graph.is_output(part);
        const bool has_layer = std::ranges::any_of(model.layers, [&](const graph::Layer& other) {
            return other.primary == layer.primary && other.output == part;
        });
        const bool is_first = &*std::ranges::find(model.layers, layer.primary, &graph::Layer::primary) == &layer;
        if (is_used && !has_layer && is_first && layer.fused.empty()) {
            outputs.push_back(part);
        }
    }
    return outputs;
}

void add_load_phase(ProgramBuilder& builder) {
    for (const TensorId id : builder.graph.inputs) {
        builder.program.network_inputs.push_back(builder.tensor(id));
    }
    if (builder.program.network_inputs.empty()) {
        throw UserError("network '" + builder.graph.name + "' has no inputs");
    }
    isa::Phase load{.name = "Input", .op = "Input", .kernel = isa::LoadKernel{}};
    load.output = builder.program.network_inputs.front();
    load.split = isa::whole(builder.program.tensors[load.output].shape.size());
    builder.add_phase(std::move(load));
}

void add_store_phase(ProgramBuilder& builder) {
    isa::Phase store{.name = "Output", .op = "Output", .kernel = isa::StoreKernel{}};
    for (const TensorId id : builder.graph.outputs) {
        const std::uint32_t tensor = builder.tensor(id);
        if (!builder.program.tensors[tensor].producer) {
            throw UserError({.file = builder.graph.source}, "output '" + builder.graph.at(id).name + "'",
                            "is an input of the network that no layer changes; leave it out of the outputs");
        }
        builder.program.network_outputs.push_back(tensor);
        store.inputs.push_back({.tensor = tensor});
    }
    if (store.inputs.empty()) {
        throw UserError("network '" + builder.graph.name + "' has no outputs");
    }
    store.output = builder.program.network_outputs.front();
    store.split = isa::whole(builder.program.tensors[store.output].shape.size());
    builder.add_phase(std::move(store));
}

} // namespace

isa::Program lower(const graph::QuantisedModel& model, const LowerOptions& options) {
    check_invariant(static_cast<bool>(options.matrix_shape), "the shape of the matrix unit must be given");
    ProgramBuilder builder(model, options);
    Problems problems;
    add_load_phase(builder);
    const graph::Links links = graph::links(model.graph);
    for (const graph::Layer& layer : model.layers) {
        const graph::Operator& op = model.graph.at(layer.primary);
        const Location where = op.where.file.empty() ? Location{.file = model.graph.source} : op.where;
        try {
            for (const TensorId output : phase_outputs(model, layer, links)) {
                PhaseBuilder(builder, layer, output).build();
            }
        } catch (const UserError& error) {
            for (const Diagnostic& problem : error.problems().all()) {
                problems.error(where, layer.name + ": " + to_string(op.kind), problem.message);
            }
        }
    }
    problems.throw_if_errors();
    add_store_phase(builder);
    return std::move(builder.program);
}

std::vector<std::string> supported_operators() {
    std::vector<std::string> names;
    for (const graph::OpInfo& info : graph::op_table()) {
        if (PhaseBuilder::lowering_of(info.kind) != nullptr) {
            names.emplace_back(info.name);
        }
    }
    std::ranges::sort(names);
    return names;
}

std::uint32_t accumulator_bits(numerics::FormatId weights, numerics::FormatId activations, std::uint64_t length) {
    const numerics::Format& w = numerics::format(weights);
    const numerics::Format& a = numerics::format(activations);
    if (w.block || a.block) {
        return isa::kBlockSumBits;
    }
    const bool integers = w.is_integer() && a.is_integer();
    const int product = integers
                            ? w.bits + a.bits
                            : numerics::value_grid(w).magnitude_bits() + numerics::value_grid(a).magnitude_bits() + 1;
    const int carries = length > 1 ? static_cast<int>(std::bit_width(length - 1)) : 0;
    constexpr std::uint64_t kByte = 8;
    return static_cast<std::uint32_t>(ceil_div(static_cast<std::uint64_t>(product + carries), kByte) * kByte);
}

} // namespace lodestone::emit
