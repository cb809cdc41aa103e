// SPDX-License-Identifier: Apache-2.0
// A trained network, mapped in every way that was asked for, computes what the reference interpreter computes.
#include "arch/isa/verify.hpp"
#include "tests/support/fashion_resnet.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <set>

namespace lodestone {
namespace {

constexpr const char* kPrecisions[] = {"int8", "int4", "int2", "fp8_e4m3", "fp8_e5m2", "w4a8"};
constexpr GridShape kGrids[] = {{.rows = 2, .cols = 2}, {.rows = 4, .cols = 4}, {.rows = 16, .cols = 16}};

const test::FashionResnet& network() {
    static const test::FashionResnet network;
    return network;
}

std::string parts(std::uint32_t rows, std::uint32_t cols) {
    return std::to_string(rows) + "x" + std::to_string(cols);
}

/// Every convolution cut as `cut(layer index)` says; pools and the classifier are left to the mapper.
template <class Cut>
std::string every_convolution(Cut cut) {
    static const std::vector<std::string> names{"/0/0.0/Conv",   "/1/a/a.0/Conv", "/1/b/b.0/Conv",
                                                "/2/d/d.0/Conv", "/2/a/a.0/Conv", "/2/b/b.0/Conv",
                                                "/3/d/d.0/Conv", "/3/a/a.0/Conv", "/3/b/b.0/Conv"};
    std::string text = "layers:\n";
    for (std::size_t i = 0; i < names.size(); ++i) {
        text += "  - {name: \"" + names[i] + "\", split: {" + cut(i) + "}}\n";
    }
    return text;
}

/// Mappings of a grid by the axis that they cut; `batch` frames are resident.
std::map<std::string, std::string> forced_mappings(GridShape grid, std::uint32_t batch) {
    const std::uint32_t rows = std::min(grid.rows, 7U); // the last images have 7 rows and columns
    const std::uint32_t cols = std::min(grid.cols, 7U);
    const auto everywhere = [](const std::string& cut) { return every_convolution([&](std::size_t) { return cut; }); };
    return {
        {"rows", everywhere("rows: " + parts(rows, 1))},
        {"columns", everywhere("cols: " + parts(1, cols))},
        {"rows and columns", everywhere("rows: " + parts(rows, 1) + ", cols: " + parts(1, cols))},
        {"output channels", everywhere("output_channels: " + parts(std::min(grid.rows, 4U), std::min(grid.cols, 4U)))},
        {"input channels", every_convolution([&](std::size_t layer) {
             return layer == 0 ? "rows: " + parts(rows, 1) : "input_channels: " + parts(1, grid.cols);
         })},
        {"input channels along rows, output channels along columns", every_convolution([&](std::size_t layer) {
             return (layer == 0 ? "rows: " + parts(rows, 1) : "input_channels: " + parts(grid.rows, 1)) +
                    ", output_channels: " + parts(1, grid.cols);
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
        for (const auto& [name, mapping] : forced_mappings(grid, batch)) {
            INFO(name << ", " << precision);
            check_bits(network().compiled(model, grid, batch, mapping));
        }
    }
}

} // namespace

TEST_CASE("fashion_resnet is bit-identical to the reference in every forced split on 4 cores", "[mapping][core_grid]") {
    check_forced_splits({.rows = 2, .cols = 2}, kPrecisions);
}

TEST_CASE("fashion_resnet is bit-identical to the reference in every forced split on 16 cores",
          "[mapping][core_grid]") {
    check_forced_splits({.rows = 4, .cols = 4}, kPrecisions);
}

TEST_CASE("fashion_resnet is bit-identical to the reference in every forced split on 256 cores",
          "[mapping][core_grid]") {
    check_forced_splits({.rows = 16, .cols = 16}, std::initializer_list<const char*>{"int4", "fp8_e5m2"});
}

} // namespace lodestone
