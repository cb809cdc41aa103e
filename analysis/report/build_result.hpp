// SPDX-License-Identifier: Apache-2.0
// Prices a run and puts it into the terms of the result file.
#pragma once

#include "analysis/report/price.hpp"
#include "analysis/report/result.hpp"
#include "arch/cost/technology.hpp"
#include "arch/isa/execution.hpp"
#include "arch/isa/program.hpp"
#include "arch/spec/machine.hpp"

namespace lodestone::report {

/// What names a run; the rest of a Result is computed. Machine, workload, precision and batch come from the program.
struct RunIdentity {
    std::string version;
    std::uint64_t seed = 0;
    std::string config_hash;
    std::string fidelity = "event";
};

struct RunFacts {
    const isa::Program& program;
    const isa::Execution& execution;
    const spec::MachineSpec& machine;
    const cost::Technology& technology;
    bool with_bounds = true; ///< of the layers, which take as long as the analytic model; `bound_by` is empty without
};

/// Energy of a layer is the price of its own counts; the run's energy is the sum over layers, component by component.
/// A clock above a delay limit is a warning of the result. Throws InternalError when phases do not sum to the run.
[[nodiscard]] Result build_result(const RunFacts& facts, const RunIdentity& identity);

/// Cycles from batch to batch when batches follow each other: every phase's cycles without those in which only chip I/O
/// was under way, or chip I/O's if these are more. `io_cycles`: of one batch, the busier direction.
struct Period {
    Cycles cycles;
    Cycles io_cycles;
};
[[nodiscard]] Period steady_period(const isa::Execution& execution, const spec::CoreGridSpec& machine);

/// The counts of an execution, which must outlive them; period and batch are not filled in.
[[nodiscard]] RunCounts counts_of(const isa::Execution& execution);

} // namespace lodestone::report
