// SPDX-License-Identifier: Apache-2.0
// A finished run without its prices, small enough to keep: it is priced again without running.
#pragma once

#include "analysis/explore/exploration.hpp"
#include "analysis/report/price.hpp"
#include "analysis/report/result.hpp"
#include "arch/cost/spiking_power.hpp"
#include "arch/isa/event_counts.hpp"
#include "arch/isa/execution.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lodestone::explore {

/// What the price of a spiking run needs besides its counts.
struct SpikingRecord {
    std::uint64_t cores_in_use = 0;
    std::uint64_t kernel_events = 0;
    Hertz fastest_tick_rate{};
    friend bool operator==(const SpikingRecord&, const SpikingRecord&) = default;
};

/// What a run gave that neither technology nor voltage changes.
struct ExecutionRecord {
    std::string infeasible; ///< why there was no run; then everything else is empty
    Figures figures;        ///< those without a price
    std::uint64_t batch = 1;
    Cycles period;
    std::vector<isa::EventCounts> phases; ///< as far as prices depend on them
    isa::EventCounts total;
    std::optional<SpikingRecord> spiking; ///< of a spiking array; there are no phases then
};

/// A record and the hash of everything that it depends on.
struct StoredExecution {
    std::string hash;
    std::string packed;
};

[[nodiscard]] ExecutionRecord record_of(const report::Result& result, const isa::Execution& execution);

/// Of a run on a spiking array. Its result keeps no phases, and every figure of it is priced again.
[[nodiscard]] ExecutionRecord record_of(const report::Result& result);

/// All figures of the run in this machine and technology, in the order of figure_keys(): the same doubles as
/// figures_of() gives for the result that the record was made of. Throws UserError with the record's `infeasible`.
[[nodiscard]] Figures price(const ExecutionRecord& record, const spec::MachineSpec& machine,
                            const cost::Technology& technology);
/// The same of a spiking run.
[[nodiscard]] Figures price(const ExecutionRecord& record, const spec::MachineSpec& machine,
                            const cost::SpikingEnergy& technology);

/// Compressed bytes, about 1 to 3 KB for 70 layers. unpack() throws UserError when they are damaged.
[[nodiscard]] std::string pack(const ExecutionRecord& record);
[[nodiscard]] ExecutionRecord unpack(std::string_view bytes);

} // namespace lodestone::explore
