// SPDX-License-Identifier: Apache-2.0
// Problems are collected, located and thrown together.
#include "sim/base/diagnostics.hpp"
#include "sim/base/error.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;

TEST_CASE("a located problem reads file, line, column, path, message", "[sim][base]") {
    const Diagnostic d{.where = {.file = "m.yaml", .line = 3, .column = 7}, .path = "grid.rows", .message = "is 0"};
    CHECK(to_string(d) == "m.yaml:3:7: grid.rows: is 0");
}

TEST_CASE("a problem of a whole file has no line", "[sim][base]") {
    CHECK(to_string(Diagnostic{.where = {.file = "m.yaml"}, .message = "is empty"}) == "m.yaml: is empty");
}

TEST_CASE("a user error carries every problem", "[sim][base]") {
    Problems problems;
    problems.error({}, "a", "first");
    problems.warn({}, "b", "second");
    problems.error({}, "c", "third");
    CHECK(problems.error_count() == 2);
    CHECK_THROWS_WITH(problems.throw_if_errors(), "a: first\nwarning: b: second\nc: third");
}

TEST_CASE("warnings alone do not throw", "[sim][base]") {
    Problems problems;
    problems.warn({}, "b", "second");
    CHECK_NOTHROW(problems.throw_if_errors());
}

TEST_CASE("the nearest known name is offered, a far one is not", "[sim][base]") {
    CHECK(nearest_name("colums", {"rows", "columns"}) == "columns");
    CHECK(nearest_name("frequency", {"rows", "columns"}).empty());
}
