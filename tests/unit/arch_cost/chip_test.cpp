// SPDX-License-Identifier: Apache-2.0
// Energy, area and clock limits of a machine whose constants are 1, 10 and 100.
#include "arch/cost/chip.hpp"

#include "arch/cost/calibration.hpp"
#include "tests/support/cost_fixture.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using namespace lodestone::cost;

namespace {

constexpr double pico = 1e-12;

isa::EventCounts one_kind_each() {
    isa::EventCounts counts;
    counts.macs["int8*int8"] = Macs(100);
    counts.matrix_slots["int8*int8"] = 200;
    counts.memories["core_memory"] = {.read = Bytes(10), .written = Bytes(1)};
    counts.memories["io"] = {.read = Bytes(1), .written = Bytes(0)};
    counts.networks["activation"].flit_hops = 10;
    counts.vector_ops = 10;
    counts.function_ops = 1;
    counts.elapsed = Cycles(1000);
    return counts;
}

Joules sum(const std::map<std::string, Joules>& parts) {
    Joules total;
    for (const auto& [name, value] : parts) {
        total += value;
    }
    return total;
}

} // namespace

TEST_CASE("each event costs its constant", "[arch][cost]") {
    const auto parts = energy(one_kind_each(), test::round_machine(), test::round_technology());
    CHECK(parts.at("mac").count() == Approx((100 + 100 * 0.1) * pico)); // 100 useful slots, 100 padded ones
    CHECK(parts.at("sram").count() == Approx((10 * 1 + 1 * 2) * pico));
    CHECK(parts.at("vector").count() == Approx((10 * 10 + 100) * pico));
    CHECK(parts.at("io").count() == Approx(8 * 10 * pico));
}

TEST_CASE("glitches and the library factor change the energy of a MAC", "[arch][cost]") {
    Technology technology = test::round_technology();
    technology.mac.glitch_share.value = 1;
    technology.mac.library_energy_factor.value = 10;
    const auto parts = energy(one_kind_each(), test::round_machine(), technology);
    CHECK(parts.at("mac").count() == Approx(110 * 2 * 10 * pico));
}

TEST_CASE("a flit-hop pays the router and one core pitch of wire for every bit", "[arch][cost]") {
    const Chip chip(test::round_machine(), test::round_technology());
    const double metres = chip.core_pitch().count();
    // 80 bits; router 1 pJ/bit, wire 1 nJ/bit/m
    CHECK(chip.energy(one_kind_each()).at("noc").count() == Approx(10 * 80 * (1 * pico + 1e-9 * metres)));
}

TEST_CASE("a core's pitch is the side of the area per core, frame buffer left out", "[arch][cost]") {
    const Chip chip(test::round_machine(), test::round_technology());
    const double per_core = (chip.area().total() - chip.area().of("frame_buffer")).count() / 4;
    CHECK(chip.core_pitch().count() == Approx(std::sqrt(per_core) * 1e-3));
}

TEST_CASE("areas add up from the constants", "[arch][cost]") {
    const AreaReport report = area(test::round_machine(), test::round_technology());
    CHECK(report.of("core_memory").count() == Approx(4 * 0.01));
    CHECK(report.of("core_buffers").count() == Approx(4 * 4 * 0.01));
    CHECK(report.of("matrix_unit").count() == Approx(4 * 100 * 0.001));
    CHECK(report.of("vector_unit").count() == Approx(4 * (10 * 0.01 + 0.1)));
    CHECK(report.of("networks").count() == Approx(4 * 4 * 80 * 0.0001));
    CHECK(report.of("frame_buffer").count() == Approx(0.01));
    CHECK(report.components.size() == 6);
}

TEST_CASE("a unit built for a larger format is larger at equal lanes", "[arch][cost]") {
    const OperandPair e4m3{.weights = numerics::FormatId::fp8_e4m3, .activations = numerics::FormatId::fp8_e4m3};
    const AreaReport report = area(test::round_machine(), test::round_technology(), {e4m3});
    CHECK(report.of("matrix_unit").count() == Approx(4 * 100 * 0.002));
}

TEST_CASE("the area factor adds logic that the blocks do not show", "[arch][cost]") {
    Technology technology = test::round_technology();
    const double modelled = area(test::round_machine(), technology).total().count();
    technology.calibration["core_grid"] = {
        .static_and_clock = test::plain(1.0), .dynamic_energy = test::plain(1.0), .area = test::plain(10.0)};
    const AreaReport report = area(test::round_machine(), technology);
    CHECK(report.total().count() == Approx(10 * modelled));
    CHECK(report.of("unmodelled").count() == Approx(9 * modelled));
}

TEST_CASE("dynamic energy goes with the square of the voltage, leakage with its exponent", "[arch][cost]") {
    spec::MachineSpec machine = test::round_machine();
    const auto nominal = energy(one_kind_each(), machine, test::round_technology());
    machine.voltage = Volts(0.5);
    const auto low = energy(one_kind_each(), machine, test::round_technology());
    for (const char* dynamic : {"mac", "vector", "sram", "noc", "clock"}) {
        INFO(dynamic);
        CHECK(low.at(dynamic).count() == Approx(nominal.at(dynamic).count() / 4));
    }
    CHECK(low.at("leakage").count() == Approx(nominal.at("leakage").count() / 8));
    CHECK(low.at("io").count() == Approx(nominal.at("io").count()));
}

TEST_CASE("leakage is drawn for as long as the run lasts", "[arch][cost]") {
    const Chip chip(test::round_machine(), test::round_technology());
    const double logic = chip.area().total().count() - chip.area().of("core_memory").count() -
                         chip.area().of("core_buffers").count() - chip.area().of("frame_buffer").count();
    const double watts = 21 * 1e-3 + 0.01 * logic; // 21 arrays of 1 mW
    CHECK(chip.leakage().count() == Approx(watts));
    CHECK(chip.energy(one_kind_each()).at("leakage").count() == Approx(watts * 1000 * 1e-9));
}

TEST_CASE("the factors of a family scale static and dynamic energy apart, I/O not at all", "[arch][cost]") {
    Technology technology = test::round_technology();
    const auto neutral = energy(one_kind_each(), test::round_machine(), technology);
    technology.calibration["core_grid"] = {
        .static_and_clock = test::plain(10.0), .dynamic_energy = test::plain(100.0), .area = test::plain(1.0)};
    const auto scaled = energy(one_kind_each(), test::round_machine(), technology);
    CHECK(scaled.at("clock").count() == Approx(10 * neutral.at("clock").count()));
    CHECK(scaled.at("leakage").count() == Approx(10 * neutral.at("leakage").count()));
    CHECK(scaled.at("mac").count() == Approx(100 * neutral.at("mac").count()));
    CHECK(scaled.at("noc").count() == Approx(100 * neutral.at("noc").count()));
    CHECK(scaled.at("io").count() == Approx(neutral.at("io").count()));
}

TEST_CASE("only the constants marked calibrated are named in a report", "[arch][cost]") {
    Technology technology = test::round_technology();
    CHECK(calibrated_constants(technology, "core_grid").empty());
    technology.calibration["core_grid"] = {
        .static_and_clock = test::plain(1.0), .dynamic_energy = test::plain(1.0), .area = test::plain(2.0)};
    technology.calibration["core_grid"].area.status = config::Status::calibrated;
    const auto list = calibrated_constants(technology, "core_grid");
    REQUIRE(list.size() == 1);
    CHECK(list[0].name == "area");
    CHECK(list[0].value == 2.0);
}

TEST_CASE("the energy of two parts of a run is the energy of the run", "[arch][cost]") {
    const Chip chip(test::round_machine(), test::round_technology());
    isa::EventCounts both = one_kind_each();
    both += one_kind_each();
    CHECK(sum(chip.energy(both)).count() == Approx(2 * sum(chip.energy(one_kind_each())).count()).epsilon(1e-14));
}

TEST_CASE("the clock is limited by the slowest of multiplier, memory and wires", "[arch][cost]") {
    const Chip chip(test::round_machine(), test::round_technology());
    const ClockLimits& limits = chip.clock_limits();
    CHECK(limits.clock().count() == Approx(0.5e9)); // MAC of 2 ns
    CHECK(limits.bound_by() == "matrix_unit");
    const OperandPair e4m3{.weights = numerics::FormatId::fp8_e4m3, .activations = numerics::FormatId::fp8_e4m3};
    CHECK(max_clock(test::round_machine(), test::round_technology(), {e4m3}).clock().count() == Approx(0.25e9));
}

TEST_CASE("a lower voltage lowers the clock limit by the delay polynomial", "[arch][cost]") {
    spec::MachineSpec machine = test::round_machine();
    machine.voltage = Volts(0.5); // delay 3 - V: 2 at 1 V, 2.5 at 0.5 V
    CHECK(max_clock(machine, test::round_technology()).clock().count() == Approx(0.4e9));
}

TEST_CASE("two anchors give the two power factors back", "[arch][cost]") {
    // 10 x 1 + 100 x 2 + 4 = 214, 10 x 1 + 10 x 2 + 4 = 34
    const PowerFactors factors = fit_power(
        {PowerAnchor{Watts(10), Watts(100), Watts(4), Watts(214)}, {Watts(10), Watts(10), Watts(4), Watts(34)}});
    CHECK(factors.static_and_clock == Approx(1));
    CHECK(factors.dynamic_energy == Approx(2));
    CHECK(fit_area(SquareMillimetres(200), SquareMillimetres(800)) == Approx(4));
}

TEST_CASE("anchors that do not tell static from dynamic power are refused", "[arch][cost]") {
    const PowerAnchor anchor{Watts(10), Watts(100), Watts(0), Watts(200)};
    CHECK_THROWS_AS(fit_power({anchor, anchor}), UserError);
    CHECK_THROWS_AS(fit_power({PowerAnchor{Watts(10), Watts(100), Watts(0), Watts(200)},
                               {Watts(10), Watts(1), Watts(0), Watts(1)}}),
                    UserError);
}
