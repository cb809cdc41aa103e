// SPDX-License-Identifier: Apache-2.0
// Which precision each layer gets.
#pragma once

#include "workloads/graph/quantised.hpp"
#include "workloads/quantise/options.hpp"

#include <string_view>
#include <vector>

namespace lodestone::quantise {

/// `*` matches any text, also none and with any separator in it; `?` one character; everything else itself.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view name);

/// One per layer: the default, then first_layer and last_layer, then `layers` in order. Throws UserError that names
/// each pattern that matches no layer and the names near it, and first_layer or last_layer without a matrix layer.
[[nodiscard]] std::vector<numerics::Precision>
layer_precisions(const graph::Graph& graph, const std::vector<graph::Layer>& layers, const QuantiseOptions& options);

} // namespace lodestone::quantise
