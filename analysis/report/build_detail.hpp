// SPDX-License-Identifier: Apache-2.0
// Puts what a run recorded of its cores and links, and what its program keeps in memory, into the result.
#pragma once

#include "analysis/report/detail.hpp"
#include "arch/isa/execution.hpp"
#include "arch/isa/program.hpp"
#include "arch/spec/core_grid.hpp"

namespace lodestone::report {

/// One entry per phase. Cores and links are empty when the execution has no details (analytic runs).
[[nodiscard]] RunDetail build_detail(const isa::Program& program, const isa::Execution& execution,
                                     const spec::CoreGridSpec& machine);

} // namespace lodestone::report
