// SPDX-License-Identifier: Apache-2.0
// Rows, ratios, fronts and the plot of the comparison.
#include "arch/mac/comparison.hpp"
#include "sim/base/error.hpp"
#include "sim/config/map_reader.hpp"
#include "tests/support/places.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using namespace lodestone::mac;

namespace {

cost::MacTable table() {
    Problems problems;
    const config::Node root = config::load_file(tests::source_folder() + "/configs/tech/mac_45nm.yaml", problems);
    config::MapReader reader(root, problems);
    cost::MacTable made = cost::read_mac_table(reader);
    problems.throw_if_errors();
    return made;
}

const ComparisonRow& row_of(const Comparison& c, const std::string& format, const std::string& accumulator,
                            UnitKind kind) {
    for (const ComparisonRow& row : c.rows) {
        if (row.format == format && name_of(row.spec.accumulator) == accumulator && row.spec.kind == kind) {
            return row;
        }
    }
    throw InternalError("no such row");
}

} // namespace

TEST_CASE("every format meets every accumulator as single MAC and as fused dot product", "[arch][mac]") {
    const Comparison c =
        compare({.formats = {"int8", "fp8_e4m3", "w4a8"}, .accumulators = {"kulisch", "fp16"}, .lanes = 16}, table());
    CHECK(c.rows.size() == 3 * 2 * 2);
    const ComparisonRow& int8 = row_of(c, "int8", "kulisch", UnitKind::single_mac);
    CHECK(int8.gate_ratio == 1);
    CHECK(int8.area_ratio == 1);
    CHECK(int8.energy_ratio == 1);
    CHECK(row_of(c, "int8", "kulisch", UnitKind::fused_dot).gate_ratio == 1);
    CHECK(row_of(c, "fp8_e4m3", "kulisch", UnitKind::single_mac).gate_ratio == Approx(1059.0 / 727));
    CHECK(row_of(c, "fp8_e4m3", "fp16", UnitKind::fused_dot).spec.lanes == 16);
}

TEST_CASE("a synthesised unit is taken from the table, at the asked share of glitches", "[arch][mac]") {
    const auto at = [](double share) {
        return compare({.formats = {"int8"}, .accumulators = {"kulisch"}, .glitch_share = share}, table()).rows[0].cost;
    };
    CHECK(at(0).energy_fj == Approx(1064));
    CHECK(at(1).energy_fj == Approx(2132));
    CHECK(at(0).area_um2 == Approx(647.4));
    CHECK(at(0).source.starts_with("measured: "));
}

TEST_CASE("a unit that was not synthesised lies between its neighbours by gates", "[arch][mac]") {
    const MacUnitSpec e3m4{.a = numerics::FormatId::fp8_e3m4, .b = numerics::FormatId::fp8_e3m4};
    const PhysicalCost cost = physical_cost(table(), e3m4);
    CHECK(cost.area_um2 > 647.4); // int8
    CHECK(cost.area_um2 < 855.5); // fp8_e4m3
    CHECK(cost.source.starts_with("derived by gates and depth from: "));
}

TEST_CASE("a fixed register of a block format has at most the lanes of a block", "[arch][mac]") {
    const Comparison c = compare({.formats = {"mxfp4"}, .accumulators = {"kulisch", "fp32"}, .lanes = 64}, table());
    CHECK(row_of(c, "mxfp4", "kulisch", UnitKind::fused_dot).spec.lanes == 32);
    CHECK(row_of(c, "mxfp4", "fp32", UnitKind::fused_dot).spec.lanes == 64);
}

TEST_CASE("the Pareto front rises in accuracy with its cost and nothing beats it", "[arch][mac]") {
    const Comparison c = compare(
        {.formats = {"int2", "int4", "int8", "fp8_e2m5", "fp8_e5m2", "fp4_e2m1"}, .accumulators = {"kulisch", "fp32"}},
        table());
    const std::vector<std::size_t> front = pareto_front(c, Price::area);
    REQUIRE(front.size() >= 3);
    for (const ComparisonRow& row : c.rows) {
        bool beaten = false;
        bool on_front = false;
        for (const std::size_t i : front) {
            const ComparisonRow& best = c.rows[i];
            on_front = on_front || &best == &row;
            beaten = beaten || (best.cost.area_um2 <= row.cost.area_um2 && best.sqnr[1].bits >= row.sqnr[1].bits);
        }
        CHECK((beaten || on_front));
    }
    for (std::size_t i = 1; i < front.size(); ++i) {
        CHECK(c.rows[front[i]].cost.area_um2 > c.rows[front[i - 1]].cost.area_um2);
        CHECK(c.rows[front[i]].sqnr[1].bits > c.rows[front[i - 1]].sqnr[1].bits);
    }
}

TEST_CASE("the accuracy of a mixed pair is below that of both its formats", "[arch][mac]") {
    const Comparison c = compare({.formats = {"int8", "int4", "w4a8"}, .accumulators = {"kulisch"}}, table());
    const double mixed = row_of(c, "w4a8", "kulisch", UnitKind::single_mac).sqnr[1].bits;
    CHECK(mixed < row_of(c, "int4", "kulisch", UnitKind::single_mac).sqnr[1].bits);
    CHECK(mixed > row_of(c, "int4", "kulisch", UnitKind::single_mac).sqnr[1].bits - 0.1);
}

TEST_CASE("the plot names every row and refers to nothing outside", "[arch][mac]") {
    const Comparison c = compare({.formats = {"int8", "fp8_e4m3"}, .accumulators = {"kulisch"}}, table());
    const std::string svg = plot_svg(c);
    CHECK(svg.starts_with("<svg "));
    CHECK(svg.find("fp8_e4m3, kulisch, dot32") != std::string::npos);
    CHECK(svg.find("href") == std::string::npos);
}

TEST_CASE("all mistakes of a request are reported together", "[arch][mac]") {
    try {
        static_cast<void>(compare({.formats = {"int9"}, .accumulators = {"fp24"}, .glitch_share = 2.0}, table()));
        FAIL("accepted");
    } catch (const UserError& error) {
        CHECK(error.problems().error_count() == 3);
    }
}
