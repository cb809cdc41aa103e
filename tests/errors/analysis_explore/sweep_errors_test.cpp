// SPDX-License-Identifier: Apache-2.0
// Sweep files that cannot be explored: what is said, and where.
#include "analysis/explore/sweep.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <string>

using namespace lodestone;

namespace {

/// The problems of a sweep whose sections are replaced, one a line.
std::string problems_of(const std::map<std::string, std::string>& sections) {
    std::map<std::string, std::string> all{{"axes", "[{name: rows, path: r, values: [2, 4]}, {name: cols, path: c, "
                                                    "values: [2, 4]}, {name: fmt, path: p, values: [int8, 16]}]"},
                                           {"name", "s"},
                                           {"objectives", "[{key: latency_s, goal: minimise}]"},
                                           {"run", "{r: 1}"}};
    for (const auto& [key, value] : sections) {
        all[key] = value;
    }
    std::string text;
    for (const auto& [key, value] : all) {
        text += value.empty() ? "" : key + ": " + value + "\n";
    }
    Problems problems;
    const config::Node root = config::load_text(text, "sweep.yaml", problems);
    static_cast<void>(explore::read_sweep(root, problems));
    std::string found;
    for (const Diagnostic& diagnostic : problems.all()) {
        found += to_string(diagnostic) + "\n";
    }
    return found;
}

std::string axis_problems(const std::string& axis) {
    return problems_of({{"axes", "[{name: rows, path: r, " + axis + "}]"}});
}

} // namespace

TEST_CASE("the sweep that the cases below change is right itself", "[explore][errors]") {
    CHECK(problems_of({}) == "");
}

TEST_CASE("an axis without values is refused", "[explore][errors]") {
    CHECK(axis_problems("values: []") ==
          "sweep.yaml:1:38: axes[0].values: is empty; an axis needs at least one value\n");
    CHECK_THAT(axis_problems("range: {from: 4, to: 2, steps: 2}"),
               Catch::Contains("is below 'from'; the range is empty"));
    CHECK_THAT(axis_problems("range: {from: 4, to: 8, steps: 0}"), Catch::Contains("axes[0].range.steps"));
    CHECK_THAT(problems_of({{"axes", "[]"}}), Catch::Contains("axes: is empty; a sweep needs at least one axis"));
}

TEST_CASE("an axis has one source of values", "[explore][errors]") {
    const std::string expected = "an axis has exactly one of 'values', 'range' and 'log_range'";
    CHECK_THAT(problems_of({{"axes", "[{name: rows, path: r}]"}}), Catch::Contains(expected));
    CHECK_THAT(axis_problems("values: [1], range: {from: 1, to: 2, steps: 2}"), Catch::Contains(expected));
}

TEST_CASE("ranges say what is wrong with their ends", "[explore][errors]") {
    CHECK_THAT(axis_problems("range: {from: 4 MHz, to: 8 KiB, steps: 2}"),
               Catch::Contains("axes[0].range.to: has another unit than 'from'"));
    CHECK_THAT(axis_problems("range: {from: four, to: 8, steps: 2}"), Catch::Contains("is 'four'; a number"));
    CHECK_THAT(axis_problems("log_range: {from: 0, to: 8, steps: 2}"),
               Catch::Contains("is 0; a logarithmic range begins above 0"));
}

TEST_CASE("a value comes once, and linked fields get one each", "[explore][errors]") {
    CHECK_THAT(axis_problems("values: [4, 4]"),
               Catch::Contains("axes[0].values[1]: is '4', which the axis has already"));
    CHECK_THAT(problems_of({{"axes", "[{name: rows, paths: [r, c], values: [[1, 2, 3]]}]"}}),
               Catch::Contains("has 3 values; the axis has 2 fields"));
}

TEST_CASE("axes have names of their own that expressions can use", "[explore][errors]") {
    CHECK_THAT(problems_of({{"axes", "[{name: a, path: r, values: [1]}, {name: a, path: c, values: [1]}]"}}),
               Catch::Contains("has two axes called 'a'"));
    CHECK_THAT(problems_of({{"axes", "[{name: a b, path: r, values: [1]}]"}}),
               Catch::Contains("is 'a b'; use letters"));
}

TEST_CASE("an unknown objective is refused with the known ones", "[explore][errors]") {
    const std::string found = problems_of({{"objectives", "[{key: latency, goal: minimise}]"}});
    CHECK_THAT(found,
               Catch::StartsWith("sweep.yaml:3:20: objectives[0].key: is 'latency', which no result has; did you "
                                 "mean 'latency_s'?"));
    CHECK_THAT(found, Catch::Contains("energy_j.total"));
    CHECK_THAT(problems_of({{"objectives", "[]"}}), Catch::Contains("name at least one result key"));
    CHECK_THAT(problems_of({{"objectives", ""}}), Catch::Contains("objectives: is missing"));
    CHECK_THAT(problems_of({{"objectives", "[{key: cycles, goal: least}]"}}), Catch::Contains("minimise"));
}

TEST_CASE("contradictory limits are refused", "[explore][errors]") {
    CHECK_THAT(problems_of({{"constraints", "[{key: power_w, min: 3 W, max: 2 W}]"}}),
               Catch::Contains("power_w must be at least 3 W and at most 2 W; no point can meet both"));
    CHECK_THAT(problems_of({{"constraints", "[{key: power_w, min: 3}, {key: power_w, max: 2}]"}}),
               Catch::Contains("contradict each other"));
    CHECK(problems_of({{"constraints", "[{key: power_w, min: 2, max: 2}]"}}) == "");
}

TEST_CASE("limits on axes that exclude every value are refused", "[explore][errors]") {
    CHECK_THAT(problems_of({{"constraints", "[{expression: rows * cols, min: 17}]"}}),
               Catch::Contains("no values of the axes make rows * cols keep to its limits"));
    CHECK(problems_of({{"constraints", "[{expression: rows * cols, min: 16}]"}}) == "");
    CHECK_THAT(problems_of({{"constraints", "[{expression: rows, max: 2}, {expression: rows * cols, min: 9}]"}}),
               Catch::Contains("exclude every point together, though each can be met alone"));
}

TEST_CASE("expressions name axes with numbers", "[explore][errors]") {
    CHECK_THAT(problems_of({{"derived", "{x: row * 2}"}}),
               Catch::Contains("sweep.yaml:2:14: derived.x: names 'row', which is no axis; did you mean 'rows'?"));
    CHECK_THAT(problems_of({{"derived", "{x: fmt * 2}"}}),
               Catch::Contains("computes with axis 'fmt', whose values are not all numbers"));
    CHECK_THAT(problems_of({{"derived", "{x: rows *}"}}), Catch::Contains("ends where a number"));
    CHECK_THAT(problems_of({{"constraints", "[{expression: rows, max: 2 W}]"}}),
               Catch::Contains("cannot be compared with 2 W"));
}

TEST_CASE("a limit has the unit of its figure", "[explore][errors]") {
    CHECK_THAT(problems_of({{"constraints", "[{key: area_mm2.total, max: 3 W}]"}}),
               Catch::Contains("is '3 W'; a value in mm2 is needed"));
    CHECK_THAT(problems_of({{"constraints", "[{key: area_mm2.total}]"}}),
               Catch::Contains("needs at least one of them"));
    CHECK_THAT(problems_of({{"constraints", "[{key: area, max: 3}]"}}), Catch::Contains("which no result has"));
}

TEST_CASE("strategies and fidelities say what they need", "[explore][errors]") {
    CHECK_THAT(problems_of({{"strategy", "{kind: random}"}}), Catch::Contains("strategy.points: is missing"));
    CHECK_THAT(problems_of({{"strategy", "{kind: grid, points: 5}"}}),
               Catch::Contains("strategy.points: is not a known key"));
    CHECK_THAT(problems_of({{"strategy", "{kind: simplex}"}}), Catch::Contains("latin_hypercube"));
    CHECK_THAT(problems_of({{"fidelity", "exact"}}), Catch::Contains("analytic"));
    CHECK_THAT(problems_of({{"fidelity", "{first: event, then: event, keep: 0.5}"}}), Catch::Contains("as 'first' is"));
    CHECK_THAT(problems_of({{"fidelity", "{first: analytic, then: event, keep: 0}"}}),
               Catch::Contains("fidelity.keep"));
}

TEST_CASE("everything that is wrong is reported at once", "[explore][errors]") {
    const std::string found = problems_of({{"axes", "[{name: a, path: r, values: []}]"},
                                           {"objectives", "[{key: speed, goal: maximise}]"},
                                           {"fidelity", "exact"},
                                           {"colour", "red"}});
    CHECK_THAT(found, Catch::Contains("axes[0].values: is empty"));
    CHECK_THAT(found, Catch::Contains("is 'speed', which no result has"));
    CHECK_THAT(found, Catch::Contains("fidelity"));
    CHECK_THAT(found, Catch::Contains("colour: is not a known key"));
}

TEST_CASE("a grid of too many points is refused", "[explore][errors]") {
    std::string axes = "[";
    for (const char name : {'a', 'b', 'c', 'd'}) {
        axes += std::string(axes.size() > 1 ? ", " : "") + "{name: " + name +
                ", path: r, range: {from: 1, to: 100, steps: 100}}";
    }
    CHECK_THAT(problems_of({{"axes", axes + "]"}}),
               Catch::Contains("span 100000000 points; at most 10000000 on a grid"));
    CHECK(problems_of({{"axes", axes + "]"}, {"strategy", "{kind: random, points: 5}"}}) == "");
}
