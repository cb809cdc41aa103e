// SPDX-License-Identifier: Apache-2.0
// One colour class for each name of a kind, the same in every drawing of a page.
#pragma once

#include <string>
#include <vector>

namespace lodestone::page {

class Palette {
public:
    /// `known` names take the first colours, whether they occur or not.
    explicit Palette(std::vector<std::string> known) : names_(std::move(known)) {}

    /// "c0" to "c9"; a name that is not known yet takes the next colour. Colours repeat after the tenth name.
    [[nodiscard]] std::string colour(const std::string& name);

private:
    std::vector<std::string> names_;
};

/// Parts of the energy, in the order of the result file.
[[nodiscard]] Palette energy_palette();
/// Resources that can bind a layer.
[[nodiscard]] Palette resource_palette();

struct LegendEntry {
    std::string colour; ///< class
    std::string name;
    std::string value;
};
/// A list of colours with what they mean, as HTML.
[[nodiscard]] std::string legend(const std::vector<LegendEntry>& entries);

} // namespace lodestone::page
