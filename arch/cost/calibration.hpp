// SPDX-License-Identifier: Apache-2.0
// Finds the factors of a machine family that meet published power and area.
#pragma once

#include "sim/base/quantity.hpp"

#include <array>

namespace lodestone::cost {

/// A published operating point next to the model's power with neutral factors.
struct PowerAnchor {
    Watts static_and_clock{}; ///< leakage + clock of the model
    Watts dynamic{};          ///< everything else but I/O
    Watts io{};               ///< not scaled by any factor
    Watts published{};
};

struct PowerFactors {
    double static_and_clock = 1;
    double dynamic_energy = 1;
};

/// The two factors that meet both anchors exactly. Throws UserError when the anchors do not tell static from dynamic
/// power (they are proportional) or ask for a factor that is not positive.
[[nodiscard]] PowerFactors fit_power(const std::array<PowerAnchor, 2>& anchors);

/// The factor on the modelled area. It must be fitted first: clock and leakage grow with the area of logic.
[[nodiscard]] double fit_area(SquareMillimetres modelled, SquareMillimetres published);

} // namespace lodestone::cost
