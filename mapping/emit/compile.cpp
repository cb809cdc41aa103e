// SPDX-License-Identifier: Apache-2.0
// Lowering, then mapping.
#include "mapping/emit/compile.hpp"

#include "sim/base/error.hpp"

namespace lodestone::emit {

isa::Program compile(const graph::QuantisedModel& model, const spec::CoreGridSpec& machine,
                     const CompileOptions& options, CompileReport* report) {
    if (options.batch < 1) {
        throw UserError({}, "batch", "is " + std::to_string(options.batch) + ", it must be at least 1");
    }
    isa::Program program =
        lower(model, {.grid = machine.grid, .batch = options.batch, .matrix_shape = options.matrix_shape});
    program.machine = options.machine_name;
    tile::SearchOptions search = options.search;
    for (auto& [name, forced] : resolve_mapping(program, machine, options.mapping)) {
        search.forced.insert_or_assign(name, std::move(forced));
    }
    map_program(program, machine, search, report);
    return program;
}

} // namespace lodestone::emit
