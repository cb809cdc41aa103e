// SPDX-License-Identifier: Apache-2.0
// A table of synthesised units, written and read again.
#include "arch/mac/synthesis/technology_file.hpp"

#include "arch/mac/unit.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using namespace lodestone::mac;
using numerics::FormatId;

namespace {

cost::SwitchingJoules femtojoules(double quiet, double all) {
    return {.quiet = Joules(quiet * 1e-15), .with_glitches = Joules(all * 1e-15)};
}

cost::MacTable small_table() {
    const config::Sourced<double> one{.value = 1, .source = "a \"quoted\" choice", .status = config::Status::estimated};
    cost::MacTable table;
    table.source = {.source = "two units by hand", .status = config::Status::measured};
    table.point = {.node = Metres(180e-9), .voltage = Volts(1.8)};
    table.gates.source = {.source = "a paper", .status = config::Status::derived};
    table.glitch_share = table.library_energy_factor = table.library_area_factor = table.padding_energy_share = one;
    table.measured.push_back({.format = "int8",
                              .area = SquareMillimetres(18675e-6),
                              .gate_equivalents = 778,
                              .delay = Seconds(6.6e-9),
                              .energies = {femtojoules(40, 50), femtojoules(38, 49), femtojoules(30, 35)}});
    table.measured.push_back({.format = "mxfp8",
                              .spec = {.a = FormatId::mxfp8,
                                       .b = FormatId::mxfp8,
                                       .accumulator = parse_accumulator("fp32"),
                                       .kind = UnitKind::fused_dot,
                                       .lanes = 32},
                              .area = SquareMillimetres(20000e-6),
                              .delay = Seconds(20e-9),
                              .energies = {std::nullopt, femtojoules(44, 66), std::nullopt}});
    return table;
}

cost::MacTable read_again(const std::string& text) {
    Problems problems;
    const config::Node root = config::load_text(text, "table.yaml", problems);
    config::MapReader reader(root, problems);
    static_cast<void>(reader.required_string("kind"));
    cost::MacTable table = cost::read_mac_table(reader);
    reader.finish();
    problems.throw_if_errors();
    return table;
}

} // namespace

TEST_CASE("a technology file holds the units it was written from", "[arch][mac]") {
    const cost::MacTable table = small_table();
    const cost::MacTable again = read_again(technology_file(table, "by hand"));
    REQUIRE(again.measured.size() == table.measured.size());
    for (std::size_t i = 0; i < table.measured.size(); ++i) {
        const cost::MeasuredMac& one = table.measured[i];
        const cost::MeasuredMac& two = again.measured[i];
        INFO(one.format);
        CHECK(name_of(two.spec) == name_of(one.spec));
        CHECK(two.area.count() == Approx(one.area.count()));
        CHECK(two.delay.count() == Approx(one.delay.count()));
        CHECK(two.gate_equivalents == one.gate_equivalents);
        for (const cost::OperandValues values : cost::operand_values) {
            REQUIRE(two.energy(values).has_value() == one.energy(values).has_value());
            if (one.energy(values)) {
                CHECK(two.energy(values)->quiet.count() == Approx(one.energy(values)->quiet.count()));
                CHECK(two.energy(values)->with_glitches.count() == Approx(one.energy(values)->with_glitches.count()));
            }
        }
    }
    CHECK(again.glitch_share.source == table.glitch_share.source);
    CHECK(again.point.node.count() == Approx(180e-9));
}
