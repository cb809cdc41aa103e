// SPDX-License-Identifier: Apache-2.0
// The compiler of the core grid: a quantised network and a machine in, a program out.
#pragma once

#include "mapping/emit/lower.hpp"
#include "mapping/emit/map.hpp"
#include "mapping/emit/mapping_file.hpp"

#include <string>

namespace lodestone::emit {

struct CompileOptions {
    std::string machine_name = "core_grid";
    std::int64_t batch = 1;            ///< resident frames
    MatrixShapeOf matrix_shape;        ///< must be given (arch/cost has the machine's)
    tile::SearchOptions search;        ///< strategy, objective, effort, and splits fixed by layer name
    std::vector<LayerMapping> mapping; ///< layers fixed in a mapping file
};

/// Maps `model` to `machine`. The result depends on the arguments alone.
/// Throws UserError: an operator that cannot be lowered, a forced split that is illegal, a batch below 1, a network
/// that does not fit the core memory, the frame buffer or the instruction memory.
[[nodiscard]] isa::Program compile(const graph::QuantisedModel& model, const spec::CoreGridSpec& machine,
                                   const CompileOptions& options, CompileReport* report = nullptr);

} // namespace lodestone::emit
