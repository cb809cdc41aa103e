// SPDX-License-Identifier: Apache-2.0
// What the user says about number formats: precision of the network, of layers, and how ranges are found.
#pragma once

#include "numerics/precision.hpp"
#include "sim/base/diagnostics.hpp"
#include "workloads/quantise/calibrate.hpp"

#include <optional>
#include <string>
#include <vector>

namespace lodestone::quantise {

/// One scale for all weights of a layer, or one per output channel.
enum class Granularity { per_tensor, per_channel };
/// The largest magnitude lands on the largest value of the format, or the scale with the smallest squared error.
enum class RangeMethod { min_max, mse };

/// Precision of the layers whose name matches: `*` is any text, `?` any character.
struct LayerOverride {
    std::string match;
    numerics::Precision precision;
    Location where; ///< of the pattern
};

struct QuantiseOptions {
    numerics::Precision precision{.name = "int8"};
    std::optional<numerics::Precision> first_layer; ///< of the first matrix layer
    std::optional<numerics::Precision> last_layer;  ///< of the last matrix layer
    std::vector<LayerOverride> layers;              ///< after first and last; a later one wins
    Granularity weight_granularity = Granularity::per_channel;
    RangeMethod weight_range = RangeMethod::mse;
    RangeMethod activation_range = RangeMethod::mse;
    ActivationRanges ranges;   ///< empty: activations get scale 1
    bool values_matter = true; ///< false: for timing alone, where scale 1 is no reason for a warning
};

} // namespace lodestone::quantise
