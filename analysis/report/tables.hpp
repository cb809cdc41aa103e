// SPDX-License-Identifier: Apache-2.0
// Tables for people: one row per precision, and one row per layer.
#pragma once

#include "analysis/report/result.hpp"

#include <string>
#include <vector>

namespace lodestone::report {

/// One precision: `frame` is a run of one frame (its latency), `resident` of a batch that stays on the chip (its rate,
/// energy, power). Both may be the same result.
struct PrecisionRow {
    const Result* frame = nullptr;
    const Result* resident = nullptr;
};

/// Latency of one frame, frames/s, utilisation, energy per frame by component, power, area, on-chip traffic; then each
/// figure's ratio to the first row's, and notes: batch, calibrated constants, warnings. At least one row.
[[nodiscard]] std::string totals_table(const std::vector<PrecisionRow>& rows);

/// Cycles, utilisation, MACs, energy, traffic and the binding resource of each layer, with the sum at the end.
[[nodiscard]] std::string layer_table(const Result& result);

/// Lines about what was calibrated and what to be careful with; empty when there is nothing to say.
[[nodiscard]] std::string notes(const std::vector<const Result*>& results);

} // namespace lodestone::report
