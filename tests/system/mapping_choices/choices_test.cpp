// SPDX-License-Identifier: Apache-2.0
// What the search gains over the fixed rule, layer by layer; writes the table of docs/mapping_choices.md.
#include "tests/support/places.hpp"
#include "tests/system/mapping_choices/mapped.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

using namespace lodestone;
using test::Mapped;

namespace {

constexpr const char* kNetworks[] = {"resnet50.onnx", "resnet18.onnx", "mobilenet_v2.onnx", "vit_tiny.yaml"};

constexpr const char* kHeading = R"(# What the search chooses, and what it gains
Simulated cycles of every layer on `configs/arch/northpole.yaml`, int8, one frame: the fixed rule of the first version
(image rows down the grid, image columns across, then output channels; weights streamed) against the search at normal
effort. A split reads "axis1 8x2": output axis 1 (channels of an image) in 8 parts down the rows times 2 across the
columns of the grid; `reduction`: input channels, summed over neighbours.

The search runs what it proposes, and the fixed rule itself, on the model. It takes the mapping with the fewest cycles of
those whole runs in which no layer takes longer than under the fixed rule
([decision 007](decisions/007-the-mapper-borrows-the-model.md)). A layer's cycles include handing its output to the next
layer, so that keeping every layer within the fixed rule's time costs the network some of the gain. Layers of a few dozen
cycles are the time in which the next layer's program arrives.

The test `system_mapping_choices` writes this page to `mapping_choices.md` in the build folder.
)";

/// Parts by row and column of the grid for every axis that is cut: "axis1 8x2, reduction 2x1".
std::string text_of(const isa::Split& split) {
    std::vector<std::string> words;
    const auto add = [&words](const std::string& name, const isa::AxisSplit& axis) {
        if (axis.parts() > 1) {
            words.push_back(name + " " + std::to_string(axis.rows) + "x" + std::to_string(axis.cols));
        }
    };
    for (std::size_t axis = 0; axis < split.axes.size(); ++axis) {
        add("axis" + std::to_string(axis), split.axes[axis]);
    }
    add("reduction", split.reduction);
    return words.empty() ? "whole" : join(words);
}

struct Gain {
    std::uint64_t fixed = 0;
    std::uint64_t searched = 0;
    std::size_t slower_layers = 0;
    std::size_t layers = 0;
    std::uint64_t lost = 0; ///< cycles in slower layers
};

/// Rows of one network; a layer's cycles include the transfers to the next one.
Gain write_table(std::ostream& out, const std::string& network, const Mapped& fixed, const Mapped& searched) {
    Gain gain;
    out << "\n## " << network << "\n| layer | fixed rule | searched | ratio | split of the search |\n"
        << "|---|---:|---:|---:|---|\n";
    for (std::size_t index = 0; index < fixed.execution.phases.size(); ++index) {
        const std::uint64_t before = fixed.execution.phases[index].events.elapsed.count();
        const std::uint64_t after = searched.execution.phases[index].events.elapsed.count();
        gain.fixed += before;
        gain.searched += after;
        ++gain.layers;
        gain.slower_layers += after > before ? 1U : 0U;
        gain.lost += after > before ? after - before : 0;
        char ratio[16];
        std::snprintf(ratio, sizeof ratio, "%.2f", static_cast<double>(after) / static_cast<double>(before));
        out << "| " << fixed.execution.phases[index].name << " | " << before << " | " << after << " | " << ratio
            << (after > before ? " slower" : "") << " | " << text_of(searched.program.phases[index].split) << " |\n";
    }
    char ratio[16];
    std::snprintf(ratio, sizeof ratio, "%.2f", static_cast<double>(gain.searched) / static_cast<double>(gain.fixed));
    out << "| **network** | " << gain.fixed << " | " << gain.searched << " | " << ratio << " | " << gain.slower_layers
        << " of " << gain.layers << " layers slower, by " << gain.lost << " cycles together |\n";
    return gain;
}

} // namespace

TEST_CASE("the search is faster than the fixed rule on every network, and slower on no layer", "[system]") {
    const test::Target grid = test::target();
    const std::string file = tests::binary_folder() + "/mapping_choices.md";
    std::ofstream out(file);
    out << kHeading;
    for (const std::string network : kNetworks) {
        INFO(network);
        const graph::QuantisedModel model = test::quantised(network);
        const Mapped fixed = test::map(model, grid, {.strategy = tile::Strategy::fixed});
        const Mapped searched = test::map(model, grid, {});
        REQUIRE(fixed.execution.phases.size() == searched.execution.phases.size());
        const Gain gain = write_table(out, network, fixed, searched);
        CHECK(gain.searched < gain.fixed);
        CHECK(gain.slower_layers == 0);
        const Mapped quick = test::map(model, grid, {.effort = tile::Effort::quick});
        CHECK(searched.execution.cycles <= quick.execution.cycles);
    }
    out.close();
    CHECK(out.good());
    WARN("table in " << file);
}
