// SPDX-License-Identifier: Apache-2.0
// What goes into a store comes out of it, once.
#include "analysis/explore/store.hpp"
#include "sim/base/error.hpp"
#include "tests/support/command.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace lodestone;
using namespace lodestone::explore;
using lodestone::tests::ScratchFolder;

namespace {

SweepRecord sweep(const std::string& name) {
    return {.hash = "hash of " + name,
            .name = name,
            .axes = {{.name = "rows", .values = {"2", "4"}}, {.name = "precision", .values = {"int8"}}},
            .objectives = {{.key = "latency_s", .sense = Sense::minimise},
                           {.key = "throughput_per_s", .sense = Sense::maximise}},
            .planned = 2,
            .text = "name: " + name};
}

Row row(std::uint64_t id, const std::string& hash) {
    return {.id = id, .hash = hash, .values = {id == 0 ? "2" : "4", "int8"}, .fidelity = "event"};
}

Evaluation evaluation(const std::string& hash, double latency, double throughput) {
    return {.hash = hash,
            .fidelity = "event",
            .figures = {{"latency_s", latency}, {"throughput_per_s", throughput}},
            .wall_s = 0.5,
            .version = "1"};
}

std::string opening_error(const std::filesystem::path& file) {
    try {
        const Store store(file);
    } catch (const UserError& error) {
        return error.what();
    }
    return "";
}

} // namespace

TEST_CASE("a store gives back what was added, with the same doubles", "[explore][store]") {
    const ScratchFolder scratch;
    const auto file = scratch.path() / "a.db";
    const double odd = 1.0 / 3 * 1e-7;
    {
        Store store(file);
        CHECK_FALSE(store.open_sweep(sweep("one")));
        store.add(row(1, "b"), evaluation("b", odd, 2));
        store.add(row(0, "a"), evaluation("a", 2, std::numeric_limits<double>::max()));
    }
    const Exploration read = load_exploration(file);
    CHECK(read.name == "one");
    CHECK(read.planned == 2);
    REQUIRE(read.axes.size() == 2);
    CHECK(read.axes[0].values == std::vector<std::string>{"2", "4"});
    CHECK(read.objectives[1].sense == Sense::maximise);
    REQUIRE(read.rows.size() == 2);
    CHECK(read.rows[0].id == 0);
    CHECK(read.rows[0].figures[1].second == std::numeric_limits<double>::max());
    CHECK(read.rows[1].figures[0].second == odd);
    CHECK(read.rows[1].values == std::vector<std::string>{"4", "int8"});
    CHECK(read.rows[1].wall_s == 0.5);
    CHECK(read.front == std::vector<std::uint64_t>{0, 1});
}

TEST_CASE("a point that is added twice is there once", "[explore][store]") {
    const ScratchFolder scratch;
    const auto file = scratch.path() / "a.db";
    Store store(file);
    static_cast<void>(store.open_sweep(sweep("one")));
    store.add(row(0, "a"), evaluation("a", 2, 1));
    store.add(row(0, "a"), evaluation("a", 3, 1));
    REQUIRE(store.rows().size() == 1);
    CHECK(store.rows().front().figures.front().second == 3);
}

TEST_CASE("another sweep finds the evaluations and keeps the points apart", "[explore][store]") {
    const ScratchFolder scratch;
    const auto file = scratch.path() / "a.db";
    Store store(file);
    static_cast<void>(store.open_sweep(sweep("one")));
    store.add(row(0, "a"), evaluation("a", 2, 1));
    CHECK_FALSE(store.open_sweep(sweep("two")));
    CHECK(store.rows().empty());
    REQUIRE(store.find("a"));
    CHECK(store.find("a")->figures.front().second == 2);
    CHECK_FALSE(store.find("b"));
    CHECK(store.open_sweep(sweep("one")));
    CHECK(store.rows().size() == 1);
    CHECK(sweep_names(file) == std::vector<std::string>{"one", "two"});
    CHECK(load_exploration(file, "two").rows.empty());
}

TEST_CASE("a second explorer of a store is refused while the first lives", "[explore][store]") {
    const ScratchFolder scratch;
    const auto file = scratch.path() / "a.db";
    {
        const Store first(file);
        CHECK_THAT(opening_error(file), Catch::Contains("is in use by another 'lodestone explore'"));
    }
    CHECK(opening_error(file).empty());
}

TEST_CASE("a store can be read while it is being filled", "[explore][store]") {
    const ScratchFolder scratch;
    const auto file = scratch.path() / "a.db";
    Store store(file);
    static_cast<void>(store.open_sweep(sweep("one")));
    store.add(row(0, "a"), evaluation("a", 2, 1));
    CHECK(load_exploration(file).rows.size() == 1);
}

TEST_CASE("a store of a later schema is refused, for writing and for reading, and left alone", "[explore][store]") {
    const ScratchFolder scratch;
    const auto file = scratch.path() / "a.db";
    { const Store store(file); }
    { Database(file, Database::Access::write).execute("PRAGMA user_version=2"); }
    const std::string expected = "is a store of schema 2; this version of lodestone reads up to 1";
    CHECK_THAT(opening_error(file), Catch::Contains(expected));
    CHECK_THROWS_WITH(load_exploration(file), Catch::Contains(expected));
    CHECK(Database(file, Database::Access::read).integer("PRAGMA user_version") == 2);
}

TEST_CASE("a file of another kind is refused and left alone", "[explore][store]") {
    const ScratchFolder scratch;
    const std::string text = scratch.write("notes.txt", std::string(2000, 'x'));
    CHECK_THAT(opening_error(text), Catch::Contains("file is not a database"));
    const auto other = scratch.path() / "other.db";
    { Database(other, Database::Access::write).execute("CREATE TABLE mine(x)"); }
    CHECK_THAT(opening_error(other), Catch::Contains("is no store of 'lodestone explore'"));
    CHECK(Database(other, Database::Access::read).integer("SELECT count(*) FROM sqlite_schema") == 1);
}

TEST_CASE("a place that cannot be written is an error that names it", "[explore][store]") {
    CHECK_THAT(opening_error("/proc/sweep.db"), Catch::Contains("/proc/sweep.db: cannot be written"));
    const ScratchFolder scratch;
    CHECK_THAT(opening_error(scratch.path()), Catch::Contains("cannot be written: Is a directory"));
    CHECK_THAT(opening_error(scratch.path() / "no" / "a.db"), Catch::Contains("its folder must exist"));
}

TEST_CASE("reading asks for a store that is there and for a sweep that it holds", "[explore][store]") {
    const ScratchFolder scratch;
    const auto file = scratch.path() / "a.db";
    CHECK_THROWS_WITH(load_exploration(file), Catch::Contains("no such file"));
    {
        Store store(file);
        CHECK_THROWS_WITH(load_exploration(file), Catch::Contains("holds no sweep yet"));
        static_cast<void>(store.open_sweep(sweep("one")));
    }
    CHECK_THROWS_WITH(load_exploration(file, "two"), Catch::Contains("holds no sweep 'two' (known: one)"));
    CHECK_FALSE(std::filesystem::exists(file.string() + "-wal"));
}

TEST_CASE("the front is made of the done rows of the highest fidelity", "[explore][store]") {
    Exploration exploration{.objectives = {{.key = "latency_s", .sense = Sense::minimise}}};
    const auto add = [&exploration](std::uint64_t id, const std::string& fidelity, Status status, double latency) {
        exploration.rows.push_back(
            {.id = id, .fidelity = fidelity, .status = status, .figures = {{"latency_s", latency}}});
    };
    add(0, "analytic", Status::done, 1);
    find_front(exploration);
    CHECK(exploration.front == std::vector<std::uint64_t>{0});
    add(1, "analytic", Status::done, 2);
    add(1, "event", Status::done, 3);
    add(2, "event", Status::infeasible, 2);
    add(3, "event", Status::done, 3);
    add(4, "event", Status::done, 4);
    find_front(exploration);
    CHECK(exploration.front == std::vector<std::uint64_t>{1, 3});
}
