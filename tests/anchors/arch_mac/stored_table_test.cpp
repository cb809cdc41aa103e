// SPDX-License-Identifier: Apache-2.0
// The stored synthesis of configs/tech/mac_osu018.yaml beside the paper and beside the closed forms of gates and depth.
#include "arch/cost/mac_table.hpp"
#include "arch/mac/comparison.hpp"
#include "tests/support/places.hpp"

#include <catch2/catch.hpp>
#include <cstdio>

using namespace lodestone;
using namespace lodestone::mac;
using numerics::FormatId;

namespace {

cost::MacTable stored() {
    Problems problems;
    const config::Node root = config::load_file(tests::source_folder() + "/configs/tech/mac_osu018.yaml", problems);
    config::MapReader reader(root, problems);
    cost::MacTable table = cost::read_mac_table(reader);
    problems.throw_if_errors();
    return table;
}

double area(const cost::MacTable& table, const MacUnitSpec& spec) {
    const cost::MeasuredMac* unit = cost::find_measured(table, spec);
    REQUIRE(unit != nullptr);
    return unit->area.count();
}

MacUnitSpec single(FormatId format, const char* accumulator) {
    return {.a = format, .b = format, .accumulator = parse_accumulator(accumulator)};
}

MacUnitSpec dot(FormatId format) {
    return {.a = format, .b = format, .kind = UnitKind::fused_dot, .lanes = 32};
}

double percent(double ours, double theirs) {
    return 100 * (ours / theirs - 1);
}

} // namespace

TEST_CASE("stored area ratios to INT8 lie within 15 % of every published bar", "[arch][mac]") {
    const cost::MacTable table = stored();
    const double int8 = area(table, {});
    int bars = 0;
    for (const cost::MeasuredMac& unit : table.measured) {
        if (const auto paper = published_ratio(unit.spec)) {
            const double ours = unit.area.count() / int8;
            std::printf("%-18s paper %.2f  synthesised %.2f  %+5.1f %%\n", name_of(unit.spec).c_str(), *paper, ours,
                        percent(ours, *paper));
            INFO(name_of(unit.spec));
            CHECK(ours == Approx(*paper).epsilon(0.15));
            ++bars;
        }
    }
    CHECK(bars == 7);
}

TEST_CASE("synthesised areas keep both orders of the paper", "[arch][mac]") {
    const cost::MacTable table = stored();
    constexpr std::array order{FormatId::int8, FormatId::fp8_e2m5, FormatId::fp8_e3m4, FormatId::fp8_e4m3,
                               FormatId::fp8_e5m2};
    for (std::size_t i = 1; i < order.size(); ++i) {
        INFO(numerics::name_of(order[i]));
        CHECK(area(table, single(order[i - 1], "kulisch")) < area(table, single(order[i], "kulisch")));
        CHECK(area(table, single(order[i - 1], "fp16")) > area(table, single(order[i], "fp16")));
        CHECK(area(table, single(order[i - 1], "fp32")) > area(table, single(order[i], "fp32")));
    }
}

TEST_CASE("in a synthesised dot product of 32 lanes E4M3 has the published ratio to INT8", "[arch][mac]") {
    const cost::MacTable table = stored();
    // Synthesis at 130 nm: 1.126.
    const double ours = area(table, dot(FormatId::fp8_e4m3)) / area(table, dot(FormatId::int8));
    std::printf("fused dot 32, E4M3 to INT8: published 1.13  synthesised %.2f\n", ours);
    CHECK(ours == Approx(1.126).epsilon(0.1));
}

TEST_CASE("gates and depth predict area and delay of every synthesised unit within 30 %", "[arch][mac]") {
    const cost::MacTable table = stored();
    cost::MacTable model = table;
    model.basis = cost::MacBasis::gate_model;
    for (const cost::MeasuredMac& unit : table.measured) {
        const cost::MacCost predicted = cost::library_cost(model, unit.spec);
        INFO(name_of(unit.spec));
        CHECK(predicted.area.count() == Approx(unit.area.count()).epsilon(0.3));
        CHECK(predicted.delay.count() == Approx(unit.delay.count()).epsilon(0.3));
    }
}
