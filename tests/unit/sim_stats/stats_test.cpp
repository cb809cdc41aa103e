// SPDX-License-Identifier: Apache-2.0
// Counters have names, units and meanings; snapshots subtract; exports keep the order.
#include "sim/base/error.hpp"
#include "sim/stats/snapshot.hpp"

#include <catch2/catch.hpp>

#include <concepts>
#include <memory>

using namespace lodestone;
using namespace lodestone::stats;

namespace {

struct MacStats : StatGroup {
    using StatGroup::StatGroup;
    Counter<Cycles> busy{*this, "busy_cycles", "cycles in which at least one lane multiplied"};
    Counter<Macs> macs{*this, "macs", "multiply-accumulates retired, padding lanes excluded"};
};

struct CoreStats : StatGroup {
    CoreStats(StatGroup& chip, std::size_t row, std::size_t col) : StatGroup(chip, indexed("core", row, col)) {}
    MacStats mac{*this, "mac"};
    Counter<Events> stalls{*this, "stalls", "starts of a wait for a full buffer"};
};

template <class A, class B>
concept Adds = requires(A a, B b) {
    a += b;
};

} // namespace

TEST_CASE("a counter adds its own quantity and no other", "[stats]") {
    STATIC_REQUIRE(Adds<Counter<Cycles>&, Cycles>);
    STATIC_REQUIRE_FALSE(Adds<Counter<Cycles>&, Macs>);
    STATIC_REQUIRE_FALSE(Adds<Counter<Cycles>&, std::uint64_t>);
    MacStats stats;
    stats.busy += Cycles(3);
    ++stats.busy;
    CHECK(stats.busy.value() == Cycles(4));
    CHECK(stats.macs.value() == Macs(0));
}

TEST_CASE("names are hierarchical and indexed", "[stats]") {
    StatGroup chip("chip");
    const CoreStats core(chip, 3, 7);
    CHECK(core.mac.path() == "chip.core[3][7].mac");
    CHECK(take_snapshot(chip).at("chip.core[3][7].mac.busy_cycles") == 0);
}

TEST_CASE("a group without a name adds nothing to the names below it", "[stats]") {
    StatGroup all;
    const MacStats mac(all, "mac");
    CHECK(take_snapshot(all).samples().front().name == "mac.busy_cycles");
}

TEST_CASE("a snapshot of a part has the full names", "[stats]") {
    StatGroup chip("chip");
    const CoreStats core(chip, 0, 1);
    CHECK(take_snapshot(core.mac).samples().front() ==
          Sample{.name = "chip.core[0][1].mac.busy_cycles", .unit = "cycles", .count = 0});
}

TEST_CASE("a window is the difference of two snapshots", "[stats]") {
    MacStats stats("mac");
    stats.macs += Macs(10);
    const Snapshot before = take_snapshot(stats);
    stats.macs += Macs(32);
    const Snapshot window = take_snapshot(stats) - before;
    CHECK(window.at("mac.macs") == 32);
    CHECK(window.at("mac.busy_cycles") == 0);
}

TEST_CASE("a counter that is new counts from zero in a window", "[stats]") {
    StatGroup chip("chip");
    const Snapshot before = take_snapshot(chip);
    MacStats mac(chip, "mac");
    mac.macs += Macs(5);
    CHECK((take_snapshot(chip) - before).at("chip.mac.macs") == 5);
}

TEST_CASE("a window in which a counter vanished or went down is refused", "[stats]") {
    const Snapshot later({{.name = "a", .unit = "macs", .count = 1}});
    CHECK_THROWS_AS(later - Snapshot({{.name = "b", .unit = "macs", .count = 1}}), InternalError);
    CHECK_THROWS_WITH(later - Snapshot({{.name = "a", .unit = "macs", .count = 2}}),
                      "the statistic 'a' went down from 2 to 1");
}

TEST_CASE("totals add one statistic over all its owners", "[stats]") {
    StatGroup chip("chip");
    CoreStats left(chip, 0, 0);
    CoreStats right(chip, 0, 1);
    left.mac.macs += Macs(3);
    right.mac.macs += Macs(4);
    const Snapshot snapshot = take_snapshot(chip);
    CHECK(snapshot.total("mac.macs") == 7);
    CHECK(snapshot.total("macs") == 7);
    CHECK(snapshot.total("acs") == 0);
    CHECK(snapshot.total("chip.core[0][1].mac.macs") == 4);
}

TEST_CASE("a name that does not exist is our bug", "[stats]") {
    const MacStats stats("mac");
    CHECK_THROWS_WITH(take_snapshot(stats).at("mac.mac"), "no statistic is named 'mac.mac'");
}

TEST_CASE("two statistics of one name are refused", "[stats]") {
    StatGroup chip("chip");
    const MacStats first(chip, "mac");
    CHECK_THROWS_WITH(MacStats(chip, "mac"), "the statistic 'chip.mac' exists twice; names must be unique");
}

TEST_CASE("a name is free again when its group is gone", "[stats]") {
    StatGroup chip("chip");
    { const MacStats first(chip, "mac"); }
    const MacStats second(chip, "mac");
    CHECK(chip.groups().size() == 1);
}

TEST_CASE("a parent may be destroyed before its child", "[stats]") {
    auto chip = std::make_unique<StatGroup>("chip");
    const MacStats mac(*chip, "mac");
    chip.reset();
    CHECK(mac.path() == "mac");
}

TEST_CASE("the export keeps the order of construction", "[stats]") {
    StatGroup chip("chip");
    CoreStats core(chip, 0, 0);
    core.mac.busy += Cycles(2);
    core.stalls += Events(18446744073709551615ULL);
    CHECK(to_json(take_snapshot(chip)) == "{\n"
                                          " \"chip.core[0][0].stalls\": 18446744073709551615,\n"
                                          " \"chip.core[0][0].mac.busy_cycles\": 2,\n"
                                          " \"chip.core[0][0].mac.macs\": 0\n"
                                          "}");
}

TEST_CASE("the description gives unit and meaning of each statistic", "[stats]") {
    struct One : StatGroup {
        using StatGroup::StatGroup;
        Counter<Bytes> read{*this, "read", "bytes read"};
    };
    const One one("sram");
    CHECK(describe_json(one) == "[\n {\n  \"name\": \"sram.read\",\n  \"unit\": \"bytes\",\n"
                                "  \"description\": \"bytes read\"\n }\n]");
}
