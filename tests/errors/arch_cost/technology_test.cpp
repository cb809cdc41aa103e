// SPDX-License-Identifier: Apache-2.0
// Wrong technology files: located messages, all at once.
#include "arch/cost/technology.hpp"

#include "tests/support/cost_fixture.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

using namespace lodestone;

namespace {

/// Problems of 12nm.yaml with `assignments` applied as --set does.
std::vector<std::string> problems_with(const std::vector<std::string>& assignments) {
    Problems problems;
    config::Node node = config::load_file(test::source_path("configs/tech/12nm.yaml"), problems);
    for (const std::string& assignment : assignments) {
        config::apply_override(node, assignment, problems);
    }
    config::MapReader reader(node, problems);
    static_cast<void>(cost::read_technology(reader));
    reader.finish();
    std::vector<std::string> messages;
    for (const Diagnostic& diagnostic : problems.all()) {
        messages.push_back(to_string(diagnostic));
    }
    return messages;
}

bool mentions(const std::vector<std::string>& messages, const std::string& text) {
    return std::ranges::any_of(messages, [&](const std::string& m) { return m.find(text) != std::string::npos; });
}

} // namespace

TEST_CASE("every technology file loads, alone and without a problem", "[arch][cost]") {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(test::source_path("configs/tech"))) {
        Problems problems;
        const config::Node node = config::load_file(entry.path(), problems);
        if (node.find("kind") == nullptr) {
            continue; // belongs to another family
        }
        config::MapReader reader(node, problems);
        cost::check_technology_file(reader);
        INFO(entry.path());
        CHECK_NOTHROW(problems.throw_if_errors());
        ++files;
    }
    CHECK(files >= 8);
}

TEST_CASE("a constant without a source is refused", "[arch][cost]") {
    const auto found = problems_with({"io_energy={value: 5 pJ/bit, status: estimated}", "io_energy.source=~"});
    REQUIRE(found.size() == 1);
    CHECK(mentions(found, "io_energy"));
    CHECK(mentions(found, "source"));
}

TEST_CASE("a constant in the wrong unit is refused", "[arch][cost]") {
    CHECK(mentions(problems_with({"io_energy.value=5 pJ/mm"}), "io_energy.value"));
    CHECK(mentions(problems_with({"clock_energy.value=5"}), "clock_energy.value"));
}

TEST_CASE("a node outside the scaling table is refused with its range", "[arch][cost]") {
    const auto found = problems_with({"node.value=250 nm"});
    CHECK(mentions(found, "250 nm"));
    CHECK(mentions(found, "180 nm"));
    CHECK(problems_with({"node.value=180 nm"}).empty());
    CHECK(problems_with({"node.value=7 nm"}).empty());
    CHECK_FALSE(problems_with({"node.value=6.9 nm"}).empty());
}

TEST_CASE("an unknown cell type is refused with the known ones", "[arch][cost]") {
    const auto found = problems_with({"sram_table.energy_cell=low_power"});
    CHECK(mentions(found, "low_operating_power"));
}

TEST_CASE("a share above one, an unknown key and a missing table are reported together", "[arch][cost]") {
    const auto found = problems_with({"mac_table.glitch_share.value=1.1", "colour=red", "logic_table.router_area=~"});
    CHECK(found.size() == 3);
    CHECK(mentions(found, "mac_table.glitch_share.value"));
    CHECK(mentions(found, "colour"));
    CHECK(mentions(found, "router_area"));
}

TEST_CASE("polynomials take four and three coefficients", "[arch][cost]") {
    CHECK(mentions(problems_with({"node_scaling.nodes[0].delay=[1, 2, 3]"}), "takes 4"));
    CHECK(mentions(problems_with({"node_scaling.nodes[0].energy=[1, 2]"}), "takes 3"));
}

TEST_CASE("energy with glitches below the energy without is refused", "[arch][cost]") {
    CHECK(mentions(problems_with({"mac_table.units[0].energy_with_glitches=1 fJ"}), "energy_with_glitches"));
}

TEST_CASE("wrong units of the table of units are reported where they stand", "[arch][cost]") {
    CHECK(mentions(problems_with({"mac_table.units[0].format=int9"}), "mac_table.units[0].format"));
    CHECK(mentions(problems_with({"mac_table.units[0].accumulator=fp24"}), "known are kulisch, intN"));
    CHECK(mentions(problems_with({"mac_table.accumulator=fp24"}), "mac_table.accumulator"));
    CHECK(mentions(problems_with({"mac_table.basis=guess"}), "gate_model"));
}

TEST_CASE("operands for which a unit has no energies are refused", "[arch][cost]") {
    CHECK(mentions(problems_with({"mac_table.operands=relu"}), "for which unit 'int2 kulisch' has no energies"));
}

TEST_CASE("a table under the wrong key is refused by its kind", "[arch][cost]") {
    CHECK(mentions(problems_with({"mac_table.kind=sram_table"}), "mac_table.kind"));
}
