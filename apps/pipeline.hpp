// SPDX-License-Identifier: Apache-2.0
// The stages of a run for one precision, on a core grid: quantise, compile, simulate, compare.
#pragma once

#include "apps/network.hpp"
#include "apps/run_request.hpp"
#include "arch/core_grid/run.hpp"
#include "arch/isa/execution.hpp"
#include "arch/isa/program.hpp"
#include "mapping/emit/compile.hpp"
#include "sim/trace/trace_sink.hpp"
#include "workloads/graph/quantised.hpp"

#include <cstdint>
#include <optional>

namespace lodestone::apps {

/// The core grid of the request; UserError when its machine is of another family.
[[nodiscard]] const spec::CoreGridSpec& core_grid_of(const MachineInput& input);

/// Its technology.
[[nodiscard]] const cost::Technology& technology_of(const MachineInput& input);

/// Formats, scales and codes for one precision.
[[nodiscard]] graph::QuantisedModel quantise_network(const Network& network, quantise::QuantiseOptions options,
                                                     const quantise::ActivationRanges& ranges);

/// A program for `batch` resident frames, not verified.
[[nodiscard]] isa::Program compile_program(const RunRequest& request, const graph::QuantisedModel& model,
                                           std::uint64_t batch, emit::CompileReport* report = nullptr);
/// A verified program for `batch` resident frames, with start slots when the request is for a strict network; a
/// violation of a rule is our bug, because the mapper made it, unless the user wrote the mapping.
[[nodiscard]] isa::Program compile_network(const RunRequest& request, const graph::QuantisedModel& model,
                                           std::uint64_t batch, emit::CompileReport* report = nullptr);

/// UserError with every broken rule when `file`, which the user wrote, is not empty; else it is our bug.
void require_legal(const isa::Program& program, const spec::CoreGridSpec& machine, const std::string& file);

/// How transfers of a program of compile_network leave.
[[nodiscard]] core_grid::FlowControl flow_control(const RunRequest& request);

/// With `detail`, also what each core and link did in each phase.
[[nodiscard]] isa::Execution simulate(const RunRequest& request, const isa::Program& program,
                                      trace::TraceSink* trace = nullptr, bool detail = false);

/// What a functional run found.
struct FunctionalReport {
    std::uint64_t samples = 0;
    std::uint64_t values = 0;                ///< output values compared
    std::uint64_t differing_values = 0;      ///< from the reference interpreter; 0 = bit-identical
    std::optional<double> accuracy;          ///< share of samples whose largest output is the label
    std::optional<double> against_largest;   ///< largest difference from the outside reference
    std::optional<double> against_agreement; ///< share of samples with the same largest output

    [[nodiscard]] bool is_bit_identical() const { return differing_values == 0; }
};

/// Runs every sample through the simulated grid, `program.batch` at a time, and through the reference interpreter.
[[nodiscard]] FunctionalReport run_functionally(const RunRequest& request, const graph::QuantisedModel& model,
                                                const isa::Program& program, const Samples& samples);

} // namespace lodestone::apps
