// SPDX-License-Identifier: Apache-2.0
// Dynamic energy of candidates and moves, roughly: which of two takes more, before trials show how much.
#pragma once

#include "arch/cost/event_prices.hpp"
#include "mapping/route/estimate.hpp"
#include "mapping/tile/candidate.hpp"

#include <optional>

namespace lodestone::tile {

/// Energies are in cycles of the chip's clock and leakage, so that they add up with times; all 0 without prices.
class EnergyEstimate {
public:
    EnergyEstimate(const std::optional<cost::EventPrices>& prices, const spec::CoreGridSpec& machine);

    /// Steps and weights of all cores; `phase` has the candidate's split, steps and chunks.
    [[nodiscard]] double of(const isa::Program& program, const isa::Phase& phase, const Candidate& candidate) const;
    [[nodiscard]] double of(const route::Transfer& transfer) const;

private:
    const cost::EventPrices* prices_; ///< null: none
    const spec::CoreGridSpec& machine_;
};

} // namespace lodestone::tile
