// SPDX-License-Identifier: Apache-2.0
// Why points are not done, counted.
#include "analysis/explore/reasons.hpp"

#include <catch2/catch.hpp>

using namespace lodestone::explore;

namespace {

Row row_of(std::uint64_t id, Status status, const std::string& message, const std::string& fidelity = "analytic") {
    Row row{.id = id, .fidelity = fidelity};
    row.status = status;
    row.message = message;
    return row;
}

} // namespace

TEST_CASE("reasons that differ in numbers alone are one, and the one of most points is first", "[explore]") {
    Exploration exploration;
    exploration.rows = {row_of(0, Status::failed, "its process was ended by signal 9 (Killed)"),
                        row_of(1, Status::infeasible, "area_mm2.total is 812.5; at most 800 mm2\nand more"),
                        row_of(2, Status::done, ""),
                        row_of(3, Status::infeasible, "area_mm2.total is 1203.25; at most 800 mm2"),
                        row_of(4, Status::infeasible, "layer conv2 needs 70 bytes"),
                        row_of(5, Status::infeasible, "area_mm2.total is 900; at most 800 mm2")};
    const std::vector<Reason> all = reasons(exploration);
    REQUIRE(all.size() == 3);
    CHECK(all[0].points == 3);
    CHECK(all[0].first == 1);
    CHECK(all[0].message == "area_mm2.total is 812.5; at most 800 mm2");
    CHECK(all[1].status == Status::failed);
    CHECK(all[1].points == 1);
    CHECK(all[2].message == "layer conv2 needs 70 bytes");
}

TEST_CASE("the same message of another status is another reason", "[explore]") {
    Exploration exploration;
    exploration.rows = {row_of(0, Status::failed, "no"), row_of(1, Status::infeasible, "no")};
    CHECK(reasons(exploration).size() == 2);
}

TEST_CASE("a point counts by its highest fidelity", "[explore]") {
    Exploration exploration;
    exploration.rows = {row_of(0, Status::done, ""), row_of(0, Status::timed_out, "too long", "event"),
                        row_of(1, Status::infeasible, "no"), row_of(1, Status::done, "", "event")};
    const std::vector<Reason> all = reasons(exploration);
    REQUIRE(all.size() == 1);
    CHECK(all[0].status == Status::timed_out);
}
