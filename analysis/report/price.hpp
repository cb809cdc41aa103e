// SPDX-License-Identifier: Apache-2.0
// Puts prices on the counts of a finished run: everything of a result that technology and voltage decide.
#pragma once

#include "analysis/report/result.hpp"
#include "arch/cost/technology.hpp"
#include "arch/isa/event_counts.hpp"
#include "arch/spec/machine.hpp"

#include <cstdint>
#include <vector>

namespace lodestone::report {

/// What a run counted, as far as prices depend on it.
struct RunCounts {
    std::vector<const isa::EventCounts*> phases; ///< in the order of the run
    const isa::EventCounts* total = nullptr;     ///< of the whole run
    Cycles period;                               ///< from batch to batch in steady state
    std::uint64_t batch = 1;
};

struct PricedRun {
    std::vector<Named<Joules>> layers;  ///< by component, one per phase
    Named<Joules> energy;               ///< the sum over the layers
    Named<Joules> energy_per_inference; ///< in steady state
    Watts power{};                      ///< in steady state
    Named<SquareMillimetres> area;
    Named<Hertz> clock_limits;
    Volts voltage{};
};

/// The same counts, machine and technology give the same doubles, whether they come from a run or from a store. Throws
/// UserError when the machine does not take a format of the counts.
[[nodiscard]] PricedRun price_run(const RunCounts& counts, const spec::MachineSpec& machine,
                                  const cost::Technology& technology);

} // namespace lodestone::report
