// SPDX-License-Identifier: Apache-2.0
// Pairs that the quick model orders wrongly.
#include "analysis/explore/order_errors.hpp"

#include <catch2/catch.hpp>

using namespace lodestone::explore;

namespace {

/// Points with an analytic and an event latency.
Exploration exploration(const std::vector<std::pair<double, double>>& latencies) {
    Exploration made{.objectives = {{.key = "latency_s", .sense = Sense::minimise}}};
    for (std::size_t i = 0; i < latencies.size(); ++i) {
        made.rows.push_back({.id = i, .fidelity = "analytic", .figures = {{"latency_s", latencies[i].first}}});
        made.rows.push_back({.id = i, .fidelity = "event", .figures = {{"latency_s", latencies[i].second}}});
    }
    return made;
}

} // namespace

TEST_CASE("the same order has no errors", "[explore][order]") {
    const auto errors = order_errors(exploration({{1, 10}, {2, 30}, {3, 31}}));
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].key == "latency_s");
    CHECK(errors[0].pairs == 3);
    CHECK(errors[0].inverted == 0);
}

TEST_CASE("a pair in the other order, and one that the quick model cannot tell apart, are errors", "[explore][order]") {
    CHECK(order_errors(exploration({{1, 10}, {2, 30}, {3, 20}}))[0].inverted == 1);
    CHECK(order_errors(exploration({{1, 10}, {2, 30}, {3, 20}}))[0].share() == Approx(1.0 / 3));
    CHECK(order_errors(exploration({{2, 10}, {2, 30}}))[0].inverted == 1);
}

TEST_CASE("points that are equal by simulation have no order to miss", "[explore][order]") {
    CHECK(order_errors(exploration({{1, 10}, {2, 10}}))[0].pairs == 0);
}

TEST_CASE("points that are not done at both fidelities do not count", "[explore][order]") {
    Exploration some = exploration({{1, 10}, {2, 30}, {3, 20}});
    some.rows[5].status = Status::failed;
    CHECK(order_errors(some)[0].pairs == 1);
    some.rows[3].status = Status::infeasible;
    CHECK(order_errors(some).empty());
}
