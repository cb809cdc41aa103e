// SPDX-License-Identifier: Apache-2.0
// Rows of a store as a user exports them.
#pragma once

#include "tests/support/command.hpp"
#include "tests/support/places.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace lodestone::tests {

/// Every row without the time that it took.
inline nlohmann::json rows_of(const std::filesystem::path& store) {
    const CommandResult result = lodestone_command("explore --export json --db " + store.string());
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    nlohmann::json rows = nlohmann::json::parse(result.out);
    for (nlohmann::json& row : rows) {
        row.erase("wall_s");
    }
    return rows;
}

} // namespace lodestone::tests
