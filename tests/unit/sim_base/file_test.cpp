// SPDX-License-Identifier: Apache-2.0
// Files appear whole or not at all; hashes name contents.
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"

#include <catch2/catch.hpp>

#include <unistd.h>

using namespace lodestone;
namespace fs = std::filesystem;

TEST_CASE("a written file reads back and leaves nothing beside it", "[sim][base]") {
    const fs::path folder = fs::temp_directory_path() / ("lodestone_file_test_" + std::to_string(::getpid()));
    write_file(folder / "deep" / "a.txt", "hello");
    CHECK(read_file(folder / "deep" / "a.txt") == "hello");
    CHECK(std::distance(fs::directory_iterator(folder / "deep"), fs::directory_iterator()) == 1);
    fs::remove_all(folder);
}

TEST_CASE("a missing file is a user error that names it", "[sim][base]") {
    CHECK_THROWS_WITH((void)read_file("no/such.yaml"), Catch::StartsWith("no/such.yaml: no such file"));
}

TEST_CASE("a content hash is the published SHA-1 of abc", "[sim][base]") {
    CHECK(content_hash("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d"); // FIPS 180-2, appendix A.1
}
