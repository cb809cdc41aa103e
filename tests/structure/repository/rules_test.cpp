// SPDX-License-Identifier: Apache-2.0
// Each rule refuses a made-up text that breaks it and accepts the nearest one that does not.
#include "tests/structure/repository/rules.hpp"

#include "tests/structure/repository/source_tree.hpp"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <fstream>

using namespace lodestone::structure;
using Catch::Contains;

namespace {

const std::string heading = "// SPDX-License-Identifier: Apache-2.0\n// What this file is for.\n";

} // namespace

TEST_CASE("SystemC outside the timed rooms is refused", "[structure]") {
    const std::string text = "#include <systemc>\n";
    CHECK_THAT(verify_libraries({"mapping/tile/tile.cpp", text}).at(0),
               Contains("mapping/tile/tile.cpp:1: SystemC (systemc) belongs only in"));
    CHECK(verify_libraries({"arch/noc/mesh.cpp", "#include <tlm_utils/simple_target_socket.h>\n"}).size() == 1);
    CHECK(verify_libraries({"tests/unit/arch_noc/mesh_test.cpp", "#include <systemc.h>\n"}).size() == 1);
}

TEST_CASE("SystemC in module files, the runner, commands and system tests is accepted", "[structure]") {
    for (const char* path : {"arch/noc/mesh_module.hpp", "sim/run/runner.cpp", "sim/kernel/clock.hpp",
                             "apps/lodestone/main.cpp", "tests/system/arch_noc/mesh_test.cpp"}) {
        INFO(path);
        CHECK(verify_libraries({path, "#include <systemc>\n"}).empty());
    }
}

TEST_CASE("yaml-cpp belongs in the sources of sim/config, not even in its headers", "[structure]") {
    const std::string text = "#include <yaml-cpp/yaml.h>\n";
    CHECK(verify_libraries({"sim/config/reader.cpp", text}).empty());
    CHECK(verify_libraries({"sim/config/reader.hpp", text}).size() == 1);
    CHECK(verify_libraries({"arch/spec/machine.cpp", text}).size() == 1);
}

TEST_CASE("ONNX and protobuf belong in the sources of workloads/import", "[structure]") {
    for (const char* target : {"onnx/onnx_pb.h", "google/protobuf/message.h", "nir.pb.h"}) {
        const std::string text = "#include <" + std::string(target) + ">\n";
        CHECK(verify_libraries({"workloads/import/onnx.cpp", text}).empty());
        CHECK(verify_libraries({"workloads/import/onnx.hpp", text}).size() == 1);
        CHECK(verify_libraries({"workloads/graph/graph.cpp", text}).size() == 1);
    }
}

TEST_CASE("the command line belongs in apps", "[structure]") {
    CHECK(verify_libraries({"apps/lodestone/main.cpp", "#include <CLI/CLI.hpp>\n"}).empty());
    CHECK(verify_libraries({"sim/run/runner.cpp", "#include <CLI/CLI.hpp>\n"}).size() == 1);
}

TEST_CASE("a library that prints, exits or reads the environment is refused", "[structure]") {
    for (const char* call : {"std::cout << 1;", "std::cerr << 1;", "std::clog << 1;", "printf(\"x\");", "puts(\"x\");",
                             "std::fprintf(stderr, \"x\");", "exit(1);", "std::exit (1);", "std::abort();",
                             "auto home = std::getenv(\"HOME\");"}) {
        INFO(call);
        CHECK(verify_silence({"sim/base/file.cpp", std::string("void f() { ") + call + " }\n"}).size() == 1);
        CHECK(verify_silence({"apps/lodestone/main.cpp", call}).empty());
        CHECK(verify_silence({"tests/unit/sim_base/file_test.cpp", call}).empty());
    }
}

TEST_CASE("formatting into memory, comments and literals do not count as printing", "[structure]") {
    CHECK(verify_silence({"sim/base/file.cpp", "std::snprintf(text, 8, \"x\"); // printf(\"x\") would print\n"
                                               "const char* help = \"exit(1) and std::cout\"; on_exit_(1);\n"
                                               "scoreboard.exit(lane); /* getenv */\n"})
              .empty());
}

TEST_CASE("a file without licence or purpose is refused", "[structure]") {
    CHECK(verify_heading({"a/b/c.hpp", heading + "#pragma once\n"}).empty());
    CHECK_THAT(verify_heading({"a/b/c.hpp", "#pragma once\n// What this file is for.\n"}).at(0), Contains("c.hpp:1"));
    CHECK_THAT(verify_heading({"a/b/c.hpp", "// SPDX-License-Identifier: Apache-2.0\n#pragma once\n"}).at(0),
               Contains("c.hpp:2"));
    CHECK(verify_heading({"a/b/c.hpp", ""}).size() == 2);
}

TEST_CASE("a test folder or bench that no CMake line lists is refused", "[structure]") {
    const SourceFile tests{"tests/CMakeLists.txt", "lodestone_tests(unit sim_base DEPENDS sim_base)\n"
                                                   "# lodestone_tests(unit forgotten)\n"};
    const SourceFile benches{"benches/CMakeLists.txt", "lodestone_bench(round DEPENDS numerics)\n"};
    CHECK(verify_listed({tests, benches, {"tests/unit/sim_base/a_test.cpp", ""}, {"benches/round_bench.cpp", ""}})
              .empty());
    CHECK_THAT(verify_listed({tests, {"tests/unit/forgotten/a_test.cpp", ""}}).at(0),
               Contains("no lodestone_tests(unit forgotten)"));
    CHECK(verify_listed({tests, {"tests/unit/a_test.cpp", ""}}).size() == 1);
    CHECK(verify_listed({tests, {"tests/unit/sim_base/deeper/a_test.cpp", ""}}).size() == 1);
    CHECK(verify_listed({benches, {"benches/noc_bench.cpp", ""}}).size() == 1);
    CHECK(verify_listed({benches, {"benches/round.cpp", ""}}).size() == 1);
}

TEST_CASE("a room without README or CMakeLists is refused", "[structure]") {
    const SourceFile source{"sim/stats/counter.cpp", heading};
    const SourceFile readme{"sim/stats/README.md", "# stats\n"};
    const SourceFile top{"sim/README.md", "# sim\n"};
    const SourceFile cmake{"sim/stats/CMakeLists.txt", "lodestone_room(sim_stats)\n"};
    CHECK(verify_room_files({source, readme, top, cmake}).empty());
    CHECK_THAT(verify_room_files({source, top, cmake}).at(0), Contains("sim/stats: has no README.md"));
    CHECK_THAT(verify_room_files({source, readme, cmake}).at(0), Contains("sim: has no README.md"));
    CHECK_THAT(verify_room_files({source, readme, top}).at(0), Contains("sim/stats: has sources but no CMakeLists"));
}

TEST_CASE("a README longer than its screens is refused", "[structure]") {
    const std::string page(60, '\n');
    const std::string two_screens(100, '\n');
    CHECK(verify_readme_length({"sim/README.md", page}).empty());
    CHECK(verify_readme_length({"sim/README.md", page + "\n"}).size() == 1);
    CHECK(verify_readme_length({"README.md", two_screens}).empty());
    CHECK(verify_readme_length({"README.md", two_screens + "\n"}).size() == 1);
}

TEST_CASE("an empty file or a .gitkeep is refused", "[structure]") {
    CHECK(verify_no_placeholder({"docs/README.md", "# Docs\n"}).empty());
    CHECK(verify_no_placeholder({"docs/later.md", " \n"}).size() == 1);
    CHECK(verify_no_placeholder({"mapping/.gitkeep", "x"}).size() == 1);
}

TEST_CASE("a path of one machine is refused, a path of Debian is not", "[structure]") {
    for (const char* folder : {"work", "root", "tmp", "home"}) {
        const std::string path = "/" + std::string(folder);
        INFO(path);
        CHECK(verify_no_machine_path({"a.md", "see " + path + "/x\n"}).size() == 1);
        CHECK(verify_no_machine_path({"a.hpp", "\"" + path + "\"\n"}).size() == 1);
        CHECK(verify_no_machine_path({"a.yaml", "sources" + path + "\n"}).empty());
        CHECK(verify_no_machine_path({"a.md", path + "loads\n"}).empty());
    }
    CHECK(verify_no_machine_path({"a.cpp", "/usr/share/libonnx-testdata\n"}).empty());
}

TEST_CASE("a link to a file that is not there is refused", "[structure]") {
    const std::vector<std::string> paths{"README.md", "docs/deviations.md", "sim/base/README.md"};
    CHECK(verify_links({"docs/README.md", "[a](deviations.md#x), [b](../sim/base/), [c](../README.md)\n"}, paths)
              .empty());
    CHECK(verify_links({"docs/README.md", "[site](https://example.org/x), [here](#here)\n"}, paths).empty());
    CHECK_THAT(verify_links({"docs/README.md", "\n[a](README2.md)\n"}, paths).at(0),
               Contains("docs/README.md:2: links to README2.md"));
}

TEST_CASE("the walk reports an empty folder and skips what is built", "[structure]") {
    namespace fs = std::filesystem;
    const fs::path root = fs::temp_directory_path() / ("lodestone_tree_" + std::to_string(::getpid()));
    fs::create_directories(root / "empty");
    fs::create_directories(root / "build" / "empty");
    fs::create_directories(root / ".ci");
    std::ofstream(root / "build" / "made.txt") << "x";
    std::ofstream(root / ".ci" / "run") << "x";
    const SourceTree tree = read_tree(root);
    fs::remove_all(root);
    CHECK(tree.empty_folders == std::vector<std::string>{"empty"});
    CHECK(tree.paths == std::vector<std::string>{".ci/run"});
}
