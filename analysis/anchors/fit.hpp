// SPDX-License-Identifier: Apache-2.0
// The calibrated constants that meet the anchors marked `fits`.
#pragma once

#include "analysis/anchors/anchors.hpp"
#include "analysis/report/build_result.hpp"
#include "arch/cost/calibration.hpp"

namespace lodestone::anchors {

struct Factors {
    double area = 1;
    cost::PowerFactors power;
};

/// First the area, because clock and leakage grow with it, then both power factors, from a run priced with neutral
/// factors. Throws UserError unless exactly one anchor of figure area and two of figure power are marked `fits`.
[[nodiscard]] Factors fit(const AnchorFile& file, const report::RunFacts& run);

/// The lines of configs/tech/calibration.yaml.
[[nodiscard]] std::string to_yaml(const AnchorFile& file, const Factors& factors);

} // namespace lodestone::anchors
