// SPDX-License-Identifier: Apache-2.0
// The include table refuses what it should, and the scanner under it is not fooled by comments and literals.
#include "tests/structure/repository/include_table.hpp"

#include <catch2/catch.hpp>

using namespace lodestone::structure;
using Catch::Contains;

namespace {

/// A file that includes one path; the directive is put together so that it is none of this file's own.
SourceFile file_with(const std::string& path, const std::string& include) {
    return {path, "#include \"" + include + "\"\n"};
}

std::size_t violations(const std::string& path, const std::string& include) {
    return verify_includes(file_with(path, include)).size();
}

} // namespace

TEST_CASE("a line of the include table uses the lines above it", "[structure]") {
    CHECK(violations("sim/config/a.cpp", "sim/base/b.hpp") == 0);
    CHECK(violations("workloads/reference/a.cpp", "numerics/b.hpp") == 0);
    CHECK(violations("mapping/emit/a.cpp", "workloads/quantise/b.hpp") == 0);
    CHECK(violations("arch/core_grid/a.cpp", "sim/kernel/b.hpp") == 0);
    CHECK(violations("apps/lodestone/a.cpp", "arch/core_grid/b.hpp") == 0);
    CHECK(violations("tests/unit/a_room/a.cpp", "mapping/tile/b.hpp") == 0);
    CHECK(violations("benches/a_bench.cpp", "sim/run/b.hpp") == 0);
}

TEST_CASE("a line of the include table does not use the lines below it", "[structure]") {
    CHECK_THAT(verify_includes(file_with("sim/base/a.cpp", "sim/config/b.hpp")).at(0),
               Contains("sim/base/a.cpp:1: sim/base may not include sim/config"));
    CHECK(violations("numerics/a.cpp", "workloads/graph/b.hpp") == 1);
    CHECK(violations("arch/isa/a.cpp", "mapping/emit/b.hpp") == 1);
    CHECK(violations("sim/run/a.cpp", "arch/core_grid/b.hpp") == 1);
    CHECK(violations("sim/base/a.cpp", "apps/lodestone/b.hpp") == 1);
    CHECK(violations("sim/base/a.cpp", "tests/support/b.hpp") == 1);
    CHECK(violations("apps/lodestone/a.cpp", "tests/support/b.hpp") == 1);
}

TEST_CASE("the mapping and the models never include each other", "[structure]") {
    CHECK(violations("mapping/tile/a.cpp", "arch/core_grid/b.hpp") == 1);
    CHECK(violations("arch/core_grid/a.cpp", "mapping/tile/b.hpp") == 1);
}

TEST_CASE("only the models and what is above them use the SystemC rooms", "[structure]") {
    CHECK(violations("mapping/tile/a.cpp", "sim/kernel/b.hpp") == 1);
    CHECK(violations("workloads/reference/a.cpp", "sim/run/b.hpp") == 1);
}

TEST_CASE("the analysis uses no models, no SystemC and no workloads beyond the graph", "[structure]") {
    CHECK(violations("analysis/report/a.cpp", "arch/cost/b.hpp") == 0);
    CHECK(violations("analysis/report/a.cpp", "analysis/bounds/b.hpp") == 0);
    CHECK(violations("analysis/report/a.cpp", "workloads/import/b.hpp") == 1);
    CHECK(violations("analysis/report/a.cpp", "arch/core_grid/b.hpp") == 1);
    CHECK(violations("analysis/report/a.cpp", "sim/run/b.hpp") == 1);
    CHECK(violations("analysis/report/a.cpp", "mapping/tile/b.hpp") == 1);
}

TEST_CASE("neighbours of one line use each other inside their folder only", "[structure]") {
    CHECK(violations("arch/cost/a.cpp", "arch/spec/b.hpp") == 0);
    CHECK(violations("arch/core_grid/a.cpp", "arch/noc/b.hpp") == 0);
    CHECK(violations("numerics/a.cpp", "sim/config/b.hpp") == 1);
    CHECK(violations("arch/spec/a.cpp", "workloads/graph/b.hpp") == 1);
}

TEST_CASE("rooms that include each other in a circle are refused", "[structure]") {
    const SourceFile cost = file_with("arch/cost/a.hpp", "arch/spec/b.hpp");
    CHECK(verify_no_circles({cost, file_with("arch/spec/b.hpp", "arch/spec/c.hpp")}).empty());
    CHECK(verify_no_circles({cost, file_with("arch/spec/b.hpp", "arch/cost/c.hpp")}) ==
          std::vector<std::string>{"rooms include each other in a circle: arch/cost -> arch/spec -> arch/cost"});
}

TEST_CASE("an include that does not start at the root, or of an unknown room, is refused", "[structure]") {
    CHECK(violations("sim/base/a.cpp", "error.hpp") == 1);
    CHECK(violations("sim/base/a.cpp", "../config/b.hpp") == 1);
    CHECK(violations("sim/base/a.cpp", "sim/gadgets/b.hpp") == 1);
    CHECK_THAT(verify_includes({"gadgets/spin/a.cpp", ""}).at(0), Contains("not a room of the include table"));
}

TEST_CASE("includes in comments and literals are none", "[structure]") {
    const std::string directive = "#include \"sim/run/b.hpp\"\n";
    CHECK(includes_of("// " + directive).empty());
    CHECK(includes_of("/*\n" + directive + "*/\n").empty());
    CHECK(includes_of("auto a = R\"x(\n" + directive + ")x\";\n").empty());
    CHECK(includes_of("int a = 1'000; /* ' */\n" + directive).size() == 1);
    CHECK(includes_of("char a = '\"';\n" + directive).size() == 1);
    CHECK(includes_of("char a = '\\'';\n" + directive).size() == 1);
    CHECK(includes_of("  #  include <vector>\n").at(0).target == "vector");
}

TEST_CASE("blanking comments and literals keeps every line in its place", "[structure]") {
    CHECK(code_only("int a; // b\n\"c\" d 'e'\n") == "int a;     \n    d    \n");
}
