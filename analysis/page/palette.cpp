// SPDX-License-Identifier: Apache-2.0
// Names to colour classes, and legends.
#include "analysis/page/palette.hpp"

#include "analysis/page/markup.hpp"

#include <algorithm>

namespace lodestone::page {

std::string Palette::colour(const std::string& name) {
    constexpr std::ptrdiff_t colours = 10;
    auto found = std::ranges::find(names_, name);
    if (found == names_.end()) {
        found = names_.insert(names_.end(), name);
    }
    return "c" + std::to_string((found - names_.begin()) % colours);
}

Palette energy_palette() {
    return Palette({"mac", "vector", "sram", "noc", "dram", "flash", "io", "clock", "leakage"});
}

Palette resource_palette() {
    return Palette({"matrix", "vector", "memory", "activation_link", "model_link", "partial_sum_link", "io",
                    "instruction_link", "frame_buffer"});
}

std::string legend(const std::vector<LegendEntry>& entries) {
    std::string html = "<ul class=\"legend\">";
    for (const LegendEntry& entry : entries) {
        html += "<li><span class=\"swatch " + entry.colour + "\"></span>" + escaped(entry.name) + " <b>" +
                escaped(entry.value) + "</b></li>";
    }
    return html + "</ul>";
}

} // namespace lodestone::page
