// SPDX-License-Identifier: Apache-2.0
// A trained network, mapped in every way that was asked for, computes what the reference interpreter computes.
#include "arch/isa/storage.hpp"
#include "arch/isa/verify.hpp"
#include "tests/support/fashion_resnet.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <set>

namespace lodestone {
namespace {

constexpr const char* kPrecisions[] = {"int8", "int4",  "int2",  "fp8_e4m3", "fp8_e5m2",
                                       "w4a8", "mxfp8", "mxfp4", "mxint8"};
constexpr GridShape kGrids[] = {{.rows = 2, .cols = 2}, {.rows = 4, .cols = 4}, {.rows = 16, .cols = 16}};

const test::FashionResnet& network() {
    static const test::FashionResnet network;
    return network;
}

std::string parts(std::uint32_t rows, std::uint32_t cols) {
    return std::to_string(rows) + "x" + std::to_string(cols);
}

struct Convolution {
    const char* name;
    std::uint32_t inputs;
    std::uint32_t outputs;
};

/// Every convolution cut as `cut(convolution)` says; pools and the classifier are left to the mapper.
template <class Cut>
std::string every_convolution(Cut cut) {
    static const std::vector<Convolution> convolutions{
        {"/0/0.0/Conv", 1, 16},    {"/1/a/a.0/Conv", 16, 16}, {"/1/b/b.0/Conv", 16, 16},
        {"/2/d/d.0/Conv", 16, 32}, {"/2/a/a.0/Conv", 16, 32}, {"/2/b/b.0/Conv", 32, 32},
        {"/3/d/d.0/Conv", 32, 64}, {"/3/a/a.0/Conv", 32, 64}, {"/3/b/b.0/Conv", 64, 64}};
    std::string text = "layers:\n";
    for (const Convolution& convolution : convolutions) {
        text += std::string("  - {name: \"") + convolution.name + "\", split: {" + cut(convolution) + "}}\n";
    }
    return text;
}

/// Mappings of a grid by the axis that they cut; `batch` frames are resident, and channels come in blocks of `block`.
std::map<std::string, std::string> forced_mappings(GridShape grid, std::uint32_t batch, std::uint32_t block) {
    const auto channel_parts = [block](std::uint32_t wanted, std::uint32_t channels) {
        return std::min(wanted, (channels + block - 1) / block);
    };
    const std::uint32_t rows = std::min(grid.rows, 7U); // the last images have 7 rows and columns
    const std::uint32_t cols = std::min(grid.cols, 7U);
    const auto everywhere = [](const std::string& cut) {
        return every_convolution([&](const Convolution&) { return cut; });
    };
    return {
        {"rows", everywhere("rows: " + parts(rows, 1))},
        {"columns", everywhere("cols: " + parts(1, cols))},
        {"rows and columns", everywhere("rows: " + parts(rows, 1) + ", cols: " + parts(1, cols))},
        {"output channels", every_convolution([&](const Convolution& layer) {
             const std::uint32_t down = channel_parts(std::min(grid.rows, 4U), layer.outputs);
             return "output_channels: " + parts(down, channel_parts(std::min(grid.cols, 4U), layer.outputs / down));
         })},
        {"input channels", every_convolution([&](const Convolution& layer) {
             return layer.inputs == 1 ? "rows: " + parts(rows, 1)
                                      : "input_channels: " + parts(1, channel_parts(grid.cols, layer.inputs));
         })},
        {"input channels along rows, output channels along columns", every_convolution([&](const Convolution& layer) {
             return (layer.inputs == 1 ? "rows: " + parts(rows, 1)
                                       : "input_channels: " + parts(channel_parts(grid.rows, layer.inputs), 1)) +
                    ", output_channels: " + parts(1, channel_parts(grid.cols, layer.outputs));
         })},
        {"batch", everywhere("batch: " + parts(std::min(grid.rows, batch), 1) + ", cols: " + parts(1, cols))},
    };
}

void check_bits(const test::Compiled& compiled) {
    for (const isa::Violation& broken : isa::verify(compiled.program, compiled.machine)) {
        FAIL_CHECK(broken.rule << " " << broken.layer << " " << broken.where << ": " << broken.message);
    }
    CHECK(test::same_bits(compiled.run(compiled.program), compiled.expected));
    CHECK(std::set<float>(compiled.expected.begin(), compiled.expected.end()).size() > 4);
}

} // namespace

TEST_CASE("fashion_resnet is bit-identical to the reference in every precision on 4, 16 and 256 cores",
          "[mapping][core_grid]") {
    for (const char* precision : kPrecisions) {
        const graph::QuantisedModel model = network().quantised(precision);
        for (const GridShape grid : kGrids) {
            INFO(precision << " on " << grid.rows << "x" << grid.cols);
            check_bits(network().compiled(model, grid, 2));
        }
    }
}

namespace {

template <class Precisions>
void check_forced_splits(GridShape grid, const Precisions& precisions) {
    constexpr std::uint32_t batch = 2;
    for (const char* precision : precisions) {
        const graph::QuantisedModel model = network().quantised(precision);
        const auto& blocks = numerics::format(model.layers.front().activation_format).block;
        for (const auto& [name, mapping] : forced_mappings(grid, batch, blocks ? blocks->size : 1)) {
            INFO(name << ", " << precision);
            check_bits(network().compiled(model, grid, batch, mapping));
        }
    }
}

} // namespace

TEST_CASE("blocks that several weight chunks compute get their scales from the last one", "[mapping][core_grid]") {
    const std::string mapping = "layers:\n"
                                "  - {name: /2/a/a.0/Conv, split: {rows: 2x1, cols: 1x2}, weights: {chunks: 5}}\n"
                                "  - {name: /3/a/a.0/Conv, split: {rows: 2x1}, weights: {chunks: 7}}\n"
                                "  - {name: /3/b/b.0/Conv, split: {input_channels: 1x2}, weights: {chunks: 6}}\n";
    for (const char* precision : {"mxfp8", "mxfp4", "mxint8"}) {
        INFO(precision);
        const test::Compiled compiled =
            network().compiled(network().quantised(precision), {.rows = 2, .cols = 2}, 2, mapping);
        const auto phase = std::ranges::find(compiled.program.phases, "/3/a/a.0/Conv", &isa::Phase::name);
        const isa::Tile tile = isa::tile_of(phase->split, isa::work_shape(compiled.program, *phase), {});
        REQUIRE_FALSE(isa::open_region(compiled.program, *phase, tile).empty());
        check_bits(compiled);
    }
}

TEST_CASE("fashion_resnet is bit-identical to the reference in every forced split on 4 cores", "[mapping][core_grid]") {
    check_forced_splits({.rows = 2, .cols = 2}, kPrecisions);
}

TEST_CASE("fashion_resnet is bit-identical to the reference in every forced split on 16 cores",
          "[mapping][core_grid]") {
    check_forced_splits({.rows = 4, .cols = 4}, kPrecisions);
}

TEST_CASE("fashion_resnet is bit-identical to the reference in every forced split on 256 cores",
          "[mapping][core_grid]") {
    check_forced_splits({.rows = 16, .cols = 16},
                        std::initializer_list<const char*>{"int4", "fp8_e5m2", "mxfp8", "mxfp4", "mxint8"});
}

} // namespace lodestone
