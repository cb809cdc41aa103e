// SPDX-License-Identifier: Apache-2.0
// Two linear equations for power, one for area.
#include "arch/cost/calibration.hpp"

#include "sim/base/error.hpp"

#include <cmath>
#include <string>

namespace lodestone::cost {

PowerFactors fit_power(const std::array<PowerAnchor, 2>& anchors) {
    const auto& [a, b] = anchors;
    const double a_target = (a.published - a.io).count();
    const double b_target = (b.published - b.io).count();
    const double a_static = a.static_and_clock.count();
    const double b_static = b.static_and_clock.count();
    const double determinant = a_static * b.dynamic.count() - b_static * a.dynamic.count();
    const double scale = a_static * b.dynamic.count() + b_static * a.dynamic.count();
    constexpr double smallest_share = 1e-9; // below it the difference is rounding
    if (std::abs(determinant) <= smallest_share * scale) {
        throw UserError("the two anchors have the same ratio of dynamic to static power, so they cannot tell the two "
                        "factors apart; choose operating points of different utilisation");
    }
    const PowerFactors factors{.static_and_clock =
                                   (a_target * b.dynamic.count() - b_target * a.dynamic.count()) / determinant,
                               .dynamic_energy = (a_static * b_target - b_static * a_target) / determinant};
    if (factors.static_and_clock <= 0 || factors.dynamic_energy <= 0) {
        throw UserError("no positive factors meet both anchors: static and clock " +
                        std::to_string(factors.static_and_clock) + ", dynamic energy " +
                        std::to_string(factors.dynamic_energy) + "; check the operating points");
    }
    return factors;
}

double fit_area(SquareMillimetres modelled, SquareMillimetres published) {
    return published / modelled;
}

} // namespace lodestone::cost
