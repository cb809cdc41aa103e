// SPDX-License-Identifier: Apache-2.0
// Stages of a run on a core grid.
#include "apps/pipeline.hpp"

#include "apps/commands.hpp"
#include "arch/cost/chip.hpp"
#include "arch/cost/event_prices.hpp"
#include "arch/cost/matrix_shape.hpp"
#include "arch/isa/verify.hpp"
#include "sim/base/error.hpp"
#include "workloads/quantise/quantise.hpp"

namespace lodestone::apps {

void require_legal(const isa::Program& program, const spec::CoreGridSpec& machine, const std::string& file) {
    Problems problems;
    for (const isa::Violation& broken : isa::verify(program, machine)) {
        problems.error({.file = file}, "", text_of(broken));
    }
    if (!problems.has_errors()) {
        return;
    }
    if (file.empty()) {
        throw InternalError("the mapper made a program that breaks rules:\n" + std::string(UserError(problems).what()));
    }
    throw UserError(problems);
}

const spec::CoreGridSpec& core_grid_of(const MachineInput& input) {
    const auto* grid = std::get_if<spec::CoreGridSpec>(&input.machine.family);
    if (grid == nullptr) {
        throw UserError("machine '" + input.machine.name + "' is no core grid; dense networks run on core grids");
    }
    return *grid;
}

const cost::Technology& technology_of(const MachineInput& input) {
    static_cast<void>(core_grid_of(input));
    return std::get<cost::Technology>(input.technology);
}

graph::QuantisedModel quantise_network(const Network& network, quantise::QuantiseOptions options,
                                       const quantise::ActivationRanges& ranges) {
    options.ranges = ranges;
    options.values_matter = !ranges.empty(); // functional runs always observe ranges first
    return quantise::quantise(network.prepared, options);
}

namespace {

/// Of the operand pairs that the network's products use.
cost::EventPrices event_prices(const RunRequest& request, const graph::QuantisedModel& model) {
    std::vector<cost::OperandPair> pairs;
    for (const graph::Layer& layer : model.layers) {
        const graph::OpKind kind = model.graph.at(layer.primary).kind;
        if (kind != graph::OpKind::conv && kind != graph::OpKind::gemm && kind != graph::OpKind::matmul) {
            continue;
        }
        pairs.push_back({.weights = layer.weight_format, .activations = layer.activation_format});
    }
    return cost::event_prices(cost::Chip(request.machine.machine, technology_of(request.machine), pairs), pairs);
}

} // namespace

isa::Program compile_program(const RunRequest& request, const graph::QuantisedModel& model, std::uint64_t batch,
                             emit::CompileReport* report) {
    const spec::CoreGridSpec& machine = core_grid_of(request.machine);
    emit::CompileOptions options;
    options.machine_name = request.machine.machine.name;
    options.batch = static_cast<std::int64_t>(batch);
    options.matrix_shape = [&](numerics::FormatId weights, numerics::FormatId activations) {
        return cost::matrix_shape(machine.matrix, technology_of(request.machine), weights, activations);
    };
    options.search.strategy = request.strategy;
    const auto usual = batch > 1 ? tile::Objective::throughput : tile::Objective::latency;
    options.search.objective = request.objective.value_or(usual);
    options.search.effort = request.effort;
    options.search.limit = request.search_limit;
    const tile::Objective objective = options.search.objective;
    if (objective == tile::Objective::energy || objective == tile::Objective::energy_delay) {
        options.search.prices = event_prices(request, model);
    }
    options.search.trial = [&machine](const isa::Program& program, isa::PhaseRange range) {
        return core_grid::run_core_grid(program, machine, {.only = range}).phases;
    };
    if (!request.mapping.empty()) {
        options.mapping = emit::read_mapping(request.mapping);
    }
    isa::Program program = emit::compile(model, machine, options, report);
    program.workload = request.workload.stem().string();
    return program;
}

isa::Program compile_network(const RunRequest& request, const graph::QuantisedModel& model, std::uint64_t batch,
                             emit::CompileReport* report) {
    isa::Program program = compile_program(request, model, batch, report);
    const spec::CoreGridSpec& machine = core_grid_of(request.machine);
    require_legal(program, machine, request.mapping.string());
    if (request.strict_network) {
        program = core_grid::scheduled(program, machine);
        require_legal(program, machine, ""); // the slots are ours
    }
    return program;
}

core_grid::FlowControl flow_control(const RunRequest& request) {
    return request.strict_network ? core_grid::FlowControl::strict : core_grid::FlowControl::elastic;
}

isa::Execution simulate(const RunRequest& request, const isa::Program& program, trace::TraceSink* trace, bool detail) {
    core_grid::RunOptions options;
    options.trace = trace;
    options.detail = detail;
    options.flow_control = flow_control(request);
    return core_grid::run_core_grid(program, core_grid_of(request.machine), options);
}

} // namespace lodestone::apps
