// SPDX-License-Identifier: Apache-2.0
// The tables reproduce the figures that their sources print.
#include "arch/cost/gate_model.hpp"
#include "arch/cost/mac_table.hpp"
#include "tests/support/cost_fixture.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using namespace lodestone::cost;
using numerics::FormatId;

namespace {

OperatingPoint at(double nanometres, double volts) {
    return {.node = Metres(nanometres * 1e-9), .voltage = Volts(volts)};
}

double gates(const Technology& technology, FormatId id) {
    return gates_per_mac(technology.mac.gates.costs, {.a = id, .b = id});
}

MacCost cost_at(const Technology& technology, FormatId id, std::uint32_t lanes = 1) {
    return mac_cost(technology.mac, {.weights = id, .activations = id, .lanes = lanes});
}

SramPrice sram(const Technology& technology, double nanometres, double volts, std::uint64_t kib,
               std::uint32_t banks = 1) {
    const SramContext context{
        .table = technology.sram, .scaling = technology.scaling, .leakage_exponent = 3, .point = at(nanometres, volts)};
    return price(context, {.capacity = Bytes(kib * 1024), .banks = banks});
}

constexpr double picojoule = 1e-12;

} // namespace

TEST_CASE("energy factors relative to 45 nm at 1 V are those of the scaling paper", "[arch][cost]") {
    const Technology t = test::load_technology("45nm.yaml");
    const auto ratio = [&](double node, double volts) { return t.scaling.energy_ratio(at(45, 1.0), at(node, volts)); };
    CHECK(ratio(45, 0.9) == Approx(0.81).margin(0.005));
    CHECK(ratio(32, 0.9) == Approx(0.53).margin(0.005));
    CHECK(ratio(20, 0.8) == Approx(0.178).margin(0.0005));
    CHECK(ratio(16, 0.8) == Approx(0.140).margin(0.0005));
    CHECK(ratio(14, 0.8) == Approx(0.112).margin(0.0005));
    CHECK(ratio(10, 0.75) == Approx(0.082).margin(0.0005));
    CHECK(ratio(7, 0.7) == Approx(0.056).margin(0.0005));
}

TEST_CASE("a node between two of the table is their geometric mean by distance", "[arch][cost]") {
    const Technology t = test::load_technology("12nm.yaml");
    CHECK(t.scaling.area_factor(Metres(12e-9)) == Approx(std::sqrt(0.17 * 0.10)));
    CHECK(t.scaling.energy_factor(at(12, 0.8)) ==
          Approx(std::sqrt(t.scaling.energy_factor(at(14, 0.8)) * t.scaling.energy_factor(at(10, 0.8)))));
}

TEST_CASE("delay never grows with the voltage", "[arch][cost]") {
    const Technology t = test::load_technology("12nm.yaml");
    for (const double node : {65.0, 45.0, 32.0, 28.0, 22.0, 20.0, 16.0, 14.0, 12.0, 10.0, 7.0}) {
        for (double volts = 0.6; volts < 1.3; volts += 0.02) {
            INFO(node << " nm " << volts << " V");
            CHECK(t.scaling.delay_factor(at(node, volts + 0.02)) <= t.scaling.delay_factor(at(node, volts)));
        }
    }
}

TEST_CASE("SRAM prices at the table's own points are the table's", "[arch][cost]") {
    const Technology t = test::load_technology("45nm.yaml");
    CHECK(sram(t, 45, 0.7, 8).read_per_byte * 16 == Approx(2.516 * picojoule));
    CHECK(sram(t, 45, 0.7, 8).write_per_byte * 16 == Approx(8.795 * picojoule));
    CHECK(sram(t, 32, 0.6, 256).read_per_byte * 16 == Approx(13.89 * picojoule));
    CHECK(sram(t, 22, 0.6, 1024).area.count() == Approx(0.9577));
    CHECK(sram(t, 22, 0.8, 64).leakage.count() == Approx(0.03389e-3)); // low standby power
}

TEST_CASE("capacities between two of the table follow the power law between them", "[arch][cost]") {
    const Technology t = test::load_technology("45nm.yaml");
    const double low = sram(t, 45, 0.7, 512).read_per_byte;
    const double high = sram(t, 45, 0.7, 1024).read_per_byte;
    const double between = sram(t, 45, 0.7, 724).read_per_byte; // 512 x sqrt(2)
    CHECK(between == Approx(std::sqrt(low * high)).epsilon(1e-3));
}

TEST_CASE("a memory larger than the largest array is built from several", "[arch][cost]") {
    const Technology t = test::load_technology("45nm.yaml");
    const SramPrice one = sram(t, 45, 0.7, 1024);
    const SramPrice four = sram(t, 45, 0.7, 4096);
    CHECK(four.read_per_byte == Approx(one.read_per_byte));
    CHECK(four.area.count() == Approx(4 * one.area.count()));
    CHECK(four.leakage.count() == Approx(4 * one.leakage.count()));
}

TEST_CASE("banks make accesses cheaper: each is a smaller array", "[arch][cost]") {
    const Technology t = test::load_technology("45nm.yaml");
    CHECK(sram(t, 22, 0.6, 512, 8).read_per_byte == Approx(sram(t, 22, 0.6, 64).read_per_byte));
}

TEST_CASE("below 22 nm SRAM energy follows the node scaling and area the published bit cells", "[arch][cost]") {
    const Technology t = test::load_technology("12nm.yaml");
    const double scale = t.scaling.energy_ratio(at(22, 0.8), at(12, 0.8));
    CHECK(sram(t, 12, 0.8, 64).read_per_byte == Approx(sram(t, 22, 0.8, 64).read_per_byte * scale));
    CHECK(sram(t, 16, 0.8, 64).area.count() == Approx(sram(t, 22, 0.8, 64).area.count() * 0.070 / 0.0707));
}

TEST_CASE("the gate model's closed form gives the published gate counts", "[arch][cost]") {
    const Technology t = test::load_technology("45nm.yaml");
    CHECK(gates(t, FormatId::int2) == 157);
    CHECK(gates(t, FormatId::int4) == 283);
    CHECK(gates(t, FormatId::int8) == 727);
    CHECK(gates(t, FormatId::int16) == 2383);
    CHECK(gates(t, FormatId::fp4_e2m1) == 365);
    CHECK(gates(t, FormatId::fp8_e2m5) == 865);
    CHECK(gates(t, FormatId::fp8_e3m4) == 892);
    CHECK(gates(t, FormatId::fp8_e4m3) == 1059);
    CHECK(gates(t, FormatId::fp8_e5m2) == 1502);
}

TEST_CASE("the closed form meets the paper's bars within 2.5 %", "[arch][cost]") {
    const Technology t = test::load_technology("45nm.yaml");
    CHECK(gates(t, FormatId::int8) == Approx(719).epsilon(0.025));
    CHECK(gates(t, FormatId::fp8_e2m5) == Approx(872).epsilon(0.025));
    CHECK(gates(t, FormatId::fp8_e3m4) == Approx(896).epsilon(0.025));
    CHECK(gates(t, FormatId::fp8_e4m3) == Approx(1067).epsilon(0.025));
    CHECK(gates(t, FormatId::fp8_e5m2) == Approx(1506).epsilon(0.025));
}

TEST_CASE("with exact accumulators INT8 < E2M5 < E3M4 < E4M3 < E5M2 in area, delay and energy", "[arch][cost]") {
    Technology t = test::load_technology("45nm.yaml");
    t.mac.glitch_share.value = 0;
    MacCost last;
    for (const FormatId id :
         {FormatId::int8, FormatId::fp8_e2m5, FormatId::fp8_e3m4, FormatId::fp8_e4m3, FormatId::fp8_e5m2}) {
        const MacCost cost = cost_at(t, id);
        INFO(numerics::name_of(id));
        CHECK(cost.area > last.area);
        CHECK(cost.delay > last.delay);
        CHECK(cost.energy > last.energy);
        last = cost;
    }
}

TEST_CASE("synthesised units are given as measured, with the chosen share of glitches", "[arch][cost]") {
    Technology t = test::load_technology("45nm.yaml");
    t.mac.library_energy_factor.value = 1;
    t.mac.glitch_share.value = 0.5;
    const MacCost int8 = cost_at(t, FormatId::int8);
    CHECK(int8.area.count() == Approx(647.4e-6));
    CHECK(int8.delay.count() == Approx(3.0e-9));
    CHECK(int8.energy.count() == Approx((1064 + 2132) / 2 * 1e-15));
    CHECK(int8.status == config::Status::measured);
    CHECK(cost_at(t, FormatId::fp8_e4m3_fnuz).area == cost_at(t, FormatId::fp8_e4m3).area); // same datapath
    CHECK(cost_at(t, FormatId::fp8_e3m4).status == config::Status::derived);
}

TEST_CASE("a floating accumulator that was not synthesised follows the format that was", "[arch][cost]") {
    Technology t = test::load_technology("45nm.yaml");
    t.mac.accumulator = parse_accumulator("fp16");
    const MacCost e4m3 = cost_at(t, FormatId::fp8_e4m3);
    const MacCost e5m2 = cost_at(t, FormatId::fp8_e5m2);
    CHECK(e4m3.area.count() == Approx(1068e-6));
    CHECK(e4m3.status == config::Status::measured);
    CHECK(e5m2.status == config::Status::derived);
    CHECK(e5m2.area / e4m3.area == Approx(e5m2.gates / e4m3.gates).epsilon(0.05));
}

TEST_CASE("on the basis of the gate model every unit is int8 times the ratio of its gates", "[arch][cost]") {
    Technology t = test::load_technology("45nm.yaml");
    t.mac.basis = MacBasis::gate_model;
    const MacCost int8 = cost_at(t, FormatId::int8);
    const MacCost e4m3 = cost_at(t, FormatId::fp8_e4m3);
    CHECK(int8.area.count() == Approx(647.4e-6));
    CHECK(e4m3.area / int8.area == Approx(1059.0 / 727));
    CHECK(e4m3.energy / int8.energy == Approx(1059.0 / 727));
    CHECK(e4m3.status == config::Status::derived);
}

TEST_CASE("in a 32-lane fused dot product FP8 costs little more than INT8", "[arch][cost]") {
    Technology t = test::load_technology("45nm.yaml");
    t.mac.unit = UnitKind::fused_dot;
    const auto lane = [&](FormatId id) {
        return gates_per_mac(t.mac.gates.costs, unit_of(t.mac, {.weights = id, .activations = id, .lanes = 32}));
    };
    // Published synthesis at 130 nm: 1.126, 1.11 and 1.27.
    CHECK(lane(FormatId::fp8_e4m3) / lane(FormatId::int8) == Approx(1.126).epsilon(0.1));
    CHECK(lane(FormatId::mxint8) / lane(FormatId::int8) == Approx(1.11).epsilon(0.1));
    CHECK(lane(FormatId::mxfp4) / lane(FormatId::int4) == Approx(1.27).epsilon(0.1));
    CHECK(cost_at(t, FormatId::int8, 32).area < cost_at(t, FormatId::int8, 1).area);
}

TEST_CASE("an operand pair of two widths costs between the two uniform units", "[arch][cost]") {
    const Technology t = test::load_technology("45nm.yaml");
    const MacCost pair = mac_cost(t.mac, {.weights = FormatId::int4, .activations = FormatId::int8});
    CHECK(pair.area > cost_at(t, FormatId::int4).area);
    CHECK(pair.area < cost_at(t, FormatId::int8).area);
}
