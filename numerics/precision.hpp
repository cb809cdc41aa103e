// SPDX-License-Identifier: Apache-2.0
// Precision names of the command line and of run files: the formats of weights, activations and KV cache.
#pragma once

#include "numerics/format.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lodestone::numerics {

struct Precision {
    FormatId weights = FormatId::int8;
    FormatId activations = FormatId::int8;
    std::optional<FormatId> cache; ///< format of the KV cache; activations' when absent
    std::string name;              ///< as the user wrote it

    [[nodiscard]] FormatId cache_or_activations() const { return cache.value_or(activations); }
    friend bool operator==(const Precision&, const Precision&) = default;
};

/// `int8`, `fp8_e4m3_fnuz`, `mxfp4` … : one format for everything; `w4a8`: integer weights and activations;
/// `a8c8w4`: activations, KV cache, weights. Throws UserError that lists the known names and the nearest.
[[nodiscard]] Precision parse_precision(std::string_view name);

/// Plain names that parse_precision accepts; accumulator and unsigned formats are not operands of a network.
[[nodiscard]] std::vector<std::string> precision_names();

} // namespace lodestone::numerics
