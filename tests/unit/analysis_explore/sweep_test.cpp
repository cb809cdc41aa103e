// SPDX-License-Identifier: Apache-2.0
// What a sweep file means: axis values, derived fields, points and their constraints.
#include "analysis/explore/constraints.hpp"
#include "analysis/explore/run_at.hpp"
#include "sim/config/explain.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using namespace lodestone::explore;

namespace {

/// A sweep over the given axes; the run needs no machine here.
SweepSpec sweep_of(const std::string& axes, const std::string& more = "") {
    Problems problems;
    const std::string text = "name: s\nrun: {a: {x: 1, y: 2}, list: [1, 2]}\naxes:\n" + axes +
                             "objectives: [{key: latency_s, goal: minimise}]\n" + more;
    const config::Node root = config::load_text(text, "sweep.yaml", problems);
    SweepSpec sweep = read_sweep(root, problems);
    for (const Diagnostic& diagnostic : problems.all()) {
        UNSCOPED_INFO(to_string(diagnostic));
    }
    REQUIRE_FALSE(problems.has_errors());
    return sweep;
}

std::vector<std::string> values_of(const std::string& axis) {
    std::vector<std::string> texts;
    const SweepSpec sweep = sweep_of("  - {name: x, path: a.x, " + axis + "}\n");
    for (const AxisValue& value : sweep.axes.front().values) {
        texts.push_back(value.text);
    }
    return texts;
}

std::string canonical(const std::string& text) {
    Problems problems;
    return config::canonical_text(config::load_text(text, "expected.yaml", problems));
}

using Texts = std::vector<std::string>;

} // namespace

TEST_CASE("a range has its ends and equal steps between them", "[explore][sweep]") {
    CHECK(values_of("range: {from: 200 MHz, to: 800 MHz, steps: 4}") ==
          Texts{"200 MHz", "400 MHz", "600 MHz", "800 MHz"});
    CHECK(values_of("range: {from: 0.6 V, to: 0.9 V, steps: 4}") == Texts{"0.6 V", "0.7 V", "0.8 V", "0.9 V"});
    CHECK(values_of("range: {from: 3, to: 3, steps: 1}") == Texts{"3"});
}

TEST_CASE("the ends of a range may be in different units of one kind", "[explore][sweep]") {
    CHECK(values_of("range: {from: 500 MHz, to: 1 GHz, steps: 3}") == Texts{"500 MHz", "750 MHz", "1000 MHz"});
}

TEST_CASE("a logarithmic range has equal ratios", "[explore][sweep]") {
    CHECK(values_of("log_range: {from: 64 KiB, to: 512 KiB, steps: 4}") ==
          Texts{"64 KiB", "128 KiB", "256 KiB", "512 KiB"});
}

TEST_CASE("whole numbers of a range stay whole and come once", "[explore][sweep]") {
    CHECK(values_of("range: {from: 1, to: 3, steps: 5}") == Texts{"1", "2", "3"});
    CHECK(values_of("range: {from: 1.0, to: 2, steps: 3}") == Texts{"1", "2"});
    CHECK(values_of("range: {from: 0.5, to: 2, steps: 3}") == Texts{"0.5", "1.25", "2"});
}

TEST_CASE("linked fields share a value, or get one each", "[explore][sweep]") {
    const SweepSpec sweep = sweep_of("  - {name: pair, paths: [a.x, a.y], values: [7, [8, 9]]}\n");
    Problems problems;
    CHECK(config::canonical_text(run_at(sweep, {0}, problems)) == canonical("{a: {x: 7, y: 7}, list: [1, 2]}"));
    CHECK(config::canonical_text(run_at(sweep, {1}, problems)) == canonical("{a: {x: 8, y: 9}, list: [1, 2]}"));
    CHECK(values_at(sweep, {1}) == Texts{"8 / 9"});
    CHECK_FALSE(problems.has_errors());
}

TEST_CASE("a map as a value replaces what was there", "[explore][sweep]") {
    const SweepSpec sweep = sweep_of("  - {name: map, path: a, values: [{name: other, z: 3}]}\n");
    Problems problems;
    CHECK(config::canonical_text(*run_at(sweep, {0}, problems).find("a")) == canonical("{name: other, z: 3}"));
    CHECK(values_at(sweep, {0}) == Texts{"other"});
}

TEST_CASE("a derived field follows the axes", "[explore][sweep]") {
    const SweepSpec sweep = sweep_of("  - {name: x, path: a.x, values: [2, 3]}\n", "derived: {a.y: 10 B * x * x}\n");
    Problems problems;
    CHECK(run_at(sweep, {1}, problems).find("a")->find("y")->text == "90 B");
}

TEST_CASE("ids count the points with the last axis fastest", "[explore][sweep]") {
    const SweepSpec sweep =
        sweep_of("  - {name: x, path: a.x, values: [1, 2]}\n  - {name: y, path: a.y, values: [1, 2, 3]}\n");
    CHECK(space_of(sweep).points() == 6);
    CHECK(values_at(sweep, space_of(sweep).point(4)) == Texts{"2", "2"});
}

TEST_CASE("an axis of names is not ordered", "[explore][sweep]") {
    CHECK_FALSE(sweep_of("  - {name: x, path: a.x, values: [int8, 4]}\n").axes.front().is_ordered());
    CHECK(sweep_of("  - {name: x, path: a.x, values: [1 KiB, 4 B]}\n").axes.front().is_ordered());
}

TEST_CASE("a limit on axes holds at its value and not beyond", "[explore][constraints]") {
    const SweepSpec sweep = sweep_of("  - {name: x, path: a.x, values: [2, 3, 4]}\n",
                                     "constraints: [{expression: x * x, min: 5, max: 9}]\n");
    CHECK(axis_violation(sweep, {0}).message == "x * x is 4; at least 5 is allowed");
    CHECK(axis_violation(sweep, {1}).holds());
    CHECK(axis_violation(sweep, {2}).message == "x * x is 16; at most 9 is allowed");
    CHECK(axis_violation(sweep, {2}).amount == Approx(7.0 / 9));
}

TEST_CASE("a limit on a figure counts in the figure's unit", "[explore][constraints]") {
    const SweepSpec sweep = sweep_of("  - {name: x, path: a.x, values: [2]}\n",
                                     "constraints: [{key: area_mm2.total, max: 8e8 um2}, {key: power_w, min: 2}]\n");
    CHECK(figure_violation(sweep, {{"area_mm2.total", 800}, {"power_w", 2}}).holds());
    CHECK(figure_violation(sweep, {{"area_mm2.total", 801}, {"power_w", 2}}).message ==
          "area_mm2.total is 801 mm2; at most 800 mm2 is allowed");
    CHECK(figure_violation(sweep, {{"area_mm2.total", 800}, {"power_w", 1.5}}).message ==
          "power_w is 1.5 W; at least 2 W is allowed");
    CHECK(figure_violation(sweep, {{"area_mm2.total", 800}}).message ==
          "the result has no power_w, which a constraint limits");
}

TEST_CASE("a field varies when an axis changes it, a part of it or what holds it", "[explore][sweep]") {
    const SweepSpec sweep = sweep_of("  - {name: x, path: a.x, values: [2]}\n");
    CHECK(varies(sweep, "a"));
    CHECK(varies(sweep, "a.x"));
    CHECK(varies(sweep, "a.x.deep"));
    CHECK_FALSE(varies(sweep, "a.xy"));
    CHECK_FALSE(varies(sweep, "a.y"));
}
