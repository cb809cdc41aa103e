// SPDX-License-Identifier: Apache-2.0
// The shape of the matrix unit at each pair of formats.
#include "arch/cost/matrix_shape.hpp"

#include "tests/support/cost_fixture.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using namespace lodestone::cost;
using numerics::FormatId;
using spec::MatrixShape;

namespace {

spec::MatrixUnitSpec unit_with(std::vector<spec::MatrixMode> modes, std::vector<std::string> extra = {}) {
    spec::MatrixUnitSpec unit;
    unit.modes = std::move(modes);
    unit.extra_formats = std::move(extra);
    return unit;
}

const spec::MatrixMode int8{.precision = "int8", .shape = {.inputs = 10, .outputs = 10}};
const spec::MatrixMode int4{.precision = "int4", .shape = {.inputs = 10, .outputs = 20}};
const spec::MatrixMode w4a8{.precision = "w4a8", .shape = {.inputs = 10, .outputs = 15}};

} // namespace

TEST_CASE("integers of different widths use the mode of the wider one", "[arch][cost]") {
    const auto unit = unit_with({int8, int4});
    const Technology technology = test::round_technology();
    CHECK(matrix_shape(unit, technology, FormatId::int4, FormatId::int4) == MatrixShape{10, 20});
    CHECK(matrix_shape(unit, technology, FormatId::int4, FormatId::int8) == MatrixShape{10, 10});
    CHECK(matrix_shape(unit, technology, FormatId::int8, FormatId::int4) == MatrixShape{10, 10});
}

TEST_CASE("a mode named after the pair is used for exactly that pair", "[arch][cost]") {
    const auto unit = unit_with({int8, int4, w4a8});
    const Technology technology = test::round_technology();
    CHECK(matrix_shape(unit, technology, FormatId::int4, FormatId::int8) == MatrixShape{10, 15});
    CHECK(matrix_shape(unit, technology, FormatId::int8, FormatId::int4) == MatrixShape{10, 10});
}

TEST_CASE("iso_lanes keeps the lanes of the integer mode of the same width", "[arch][cost]") {
    auto unit = unit_with({int8, int4}, {"fp8_e4m3", "fp4_e2m1"});
    const Technology technology = test::round_technology();
    CHECK(matrix_shape(unit, technology, FormatId::fp8_e4m3, FormatId::fp8_e4m3) == MatrixShape{10, 10});
    CHECK(matrix_shape(unit, technology, FormatId::fp4_e2m1, FormatId::fp4_e2m1) == MatrixShape{10, 20});
}

TEST_CASE("iso_area trades outputs for the larger unit", "[arch][cost]") {
    auto unit = unit_with({int8}, {"fp8_e4m3"});
    unit.sizing = spec::Sizing::iso_area;
    // 0.001 mm2 against 0.002 mm2
    CHECK(matrix_shape(unit, test::round_technology(), FormatId::fp8_e4m3, FormatId::fp8_e4m3) == MatrixShape{10, 5});
}

TEST_CASE("iso_area leaves at least one output", "[arch][cost]") {
    auto unit = unit_with({{.precision = "int8", .shape = {.inputs = 10, .outputs = 1}}}, {"fp8_e4m3"});
    unit.sizing = spec::Sizing::iso_area;
    CHECK(matrix_shape(unit, test::round_technology(), FormatId::fp8_e4m3, FormatId::fp8_e4m3) == MatrixShape{10, 1});
}

TEST_CASE("a format of six bits takes the next wider integer mode", "[arch][cost]") {
    const auto unit = unit_with({int8, int4}, {"fp6_e2m3"});
    CHECK(matrix_shape(unit, test::round_technology(), FormatId::fp6_e2m3, FormatId::fp6_e2m3) == MatrixShape{10, 10});
}

TEST_CASE("an integer may meet a floating format that the unit has", "[arch][cost]") {
    const auto unit = unit_with({int8, int4}, {"fp8_e4m3"});
    CHECK(matrix_shape(unit, test::round_technology(), FormatId::int4, FormatId::fp8_e4m3) == MatrixShape{10, 10});
}

TEST_CASE("a precision the unit lacks is refused with the list of those it has", "[arch][cost]") {
    const auto unit = unit_with({int8, int4}, {"fp8_e4m3"});
    const Technology technology = test::round_technology();
    CHECK_THROWS_WITH(matrix_shape(unit, technology, FormatId::fp8_e5m2, FormatId::fp8_e5m2),
                      "the matrix unit does not take fp8_e5m2; it takes int8, int4, fp8_e4m3; add a mode (integers) "
                      "or an entry of extra_formats to the machine's matrix_unit");
    CHECK_THROWS_AS(matrix_shape(unit, technology, FormatId::int2, FormatId::int2), UserError);
    CHECK_THROWS_AS(matrix_shape(unit, technology, FormatId::int16, FormatId::int8), UserError);
}

TEST_CASE("the NorthPole-like machine multiplies 1024, 2048 and 4096 times per cycle and core", "[arch][cost]") {
    const auto machine = test::load_machine("northpole.yaml");
    const auto& unit = std::get<spec::CoreGridSpec>(machine.family).matrix;
    const Technology technology = test::load_technology("12nm.yaml");
    CHECK(matrix_shape(unit, technology, FormatId::int8, FormatId::int8).macs_per_cycle() == Macs(1024));
    CHECK(matrix_shape(unit, technology, FormatId::int4, FormatId::int4).macs_per_cycle() == Macs(2048));
    CHECK(matrix_shape(unit, technology, FormatId::int2, FormatId::int2).macs_per_cycle() == Macs(4096));
}

TEST_CASE("the NorthPole-like machine has a shape for every extra format in both sizings", "[arch][cost]") {
    const auto machine = test::load_machine("northpole.yaml");
    auto unit = std::get<spec::CoreGridSpec>(machine.family).matrix;
    const Technology technology = test::load_technology("12nm.yaml");
    for (const std::string& name : unit.extra_formats) {
        const FormatId id = *numerics::find_format(name);
        INFO(name);
        unit.sizing = spec::Sizing::iso_lanes;
        const MatrixShape lanes = matrix_shape(unit, technology, id, id);
        unit.sizing = spec::Sizing::iso_area;
        const MatrixShape area = matrix_shape(unit, technology, id, id);
        CHECK(area.inputs == lanes.inputs);
        CHECK(area.outputs < lanes.outputs); // every one of them is larger than the integer of its width
    }
}
