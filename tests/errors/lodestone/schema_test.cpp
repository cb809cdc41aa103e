// SPDX-License-Identifier: Apache-2.0
// Wrong uses of `lodestone schema`.
#include "tests/support/command.hpp"

#include <catch2/catch.hpp>

using lodestone::tests::lodestone_command;

TEST_CASE("schema without a kind names the kinds", "[apps][schema]") {
    const auto result = lodestone_command("schema");
    CHECK(result.exit_code == 2);
    CHECK(result.err == "error: name a kind of YAML file: one of machine, technology, run, sweep, mac_unit, mapping, "
                        "anchors, trinary, spiking_cores, network\n");
}

TEST_CASE("schema of an unknown kind names the nearest and all known ones", "[apps][schema]") {
    const auto result = lodestone_command("schema machin");
    CHECK(result.exit_code == 2);
    CHECK(result.out.empty());
    CHECK_THAT(result.err, Catch::Contains("'machin' is no kind of YAML file; did you mean 'machine'?"));
    CHECK_THAT(result.err, Catch::Contains("trinary"));
}

TEST_CASE("schema into a folder that is a file names it", "[apps][schema]") {
    const auto result = lodestone_command("schema run -o README.md/run.json");
    CHECK(result.exit_code == 2);
    CHECK(result.out.empty());
    CHECK_THAT(result.err, Catch::Contains("README.md/run.json"));
}
