// SPDX-License-Identifier: Apache-2.0
// The stages of the command, without the command.
#include "tests/system/mapping_choices/mapped.hpp"

#include "arch/cost/event_prices.hpp"
#include "workloads/import/import.hpp"
#include "workloads/quantise/quantise.hpp"

namespace lodestone::test {

Target target() {
    Problems problems;
    const config::Node root = config::load_file(source_path("configs/arch/northpole.yaml"), problems);
    config::MapReader reader(root, problems);
    Target read{.machine = spec::read_machine(reader), .technology = {}};
    config::MapReader technology = reader.required_map("technology");
    read.technology = cost::read_technology(technology);
    problems.throw_if_errors();
    return read;
}

graph::QuantisedModel quantised(const std::string& network) {
    return quantise::quantise(import::import_network(source_path("configs/workloads/" + network)), {});
}

Mapped map(const graph::QuantisedModel& model, const Target& target, tile::SearchOptions search) {
    const spec::CoreGridSpec& grid = target.grid();
    emit::CompileOptions options;
    options.matrix_shape = [&](numerics::FormatId weights, numerics::FormatId activations) {
        return cost::matrix_shape(grid.matrix, target.technology, weights, activations);
    };
    options.search = std::move(search);
    options.search.trial = [&grid](const isa::Program& program, isa::PhaseRange range) {
        return core_grid::run_core_grid(program, grid, {.only = range}).phases;
    };
    if (options.search.objective == tile::Objective::energy ||
        options.search.objective == tile::Objective::energy_delay) {
        const std::vector<cost::OperandPair> pairs{{}};
        options.search.prices = cost::event_prices(cost::Chip(target.machine, target.technology, pairs), pairs);
    }
    Mapped mapped;
    mapped.program = emit::compile(model, grid, options, &mapped.report);
    mapped.execution = core_grid::run_core_grid(mapped.program, grid);
    return mapped;
}

double energy(const Mapped& mapped, const Target& target) {
    double joules = 0;
    for (const auto& [part, energy] : cost::energy(mapped.execution.events, target.machine, target.technology)) {
        joules += energy.count();
    }
    return joules;
}

} // namespace lodestone::test
