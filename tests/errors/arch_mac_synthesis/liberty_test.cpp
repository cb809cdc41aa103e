// SPDX-License-Identifier: Apache-2.0
// Malformed cell libraries, unknown cells and missing programs, and what is said about them.
#include "arch/mac/synthesis/netlist.hpp"
#include "arch/mac/synthesis/synthesis.hpp"
#include "arch/mac/synthesis/tool.hpp"
#include "sim/base/error.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using namespace lodestone::mac;

namespace {
std::string message_of(const std::string& text) {
    try {
        static_cast<void>(read_library(text, "cells.lib"));
    } catch (const UserError& error) {
        std::string all;
        for (const Diagnostic& d : error.problems().all()) {
            all += to_string(d) + "\n";
        }
        return all;
    }
    return "read";
}

const std::string inverter =
    "library (l) {\n  nom_voltage : 1.8;\n  cell (INV) {\n    area : 2;\n    pin (A) { direction : "
    "input; }\n    pin (Y) { direction : output; function : \"!A\"; }\n  }\n}\n";
} // namespace

TEST_CASE("a sound library is read", "[arch][mac]") {
    CHECK(message_of(inverter) == "read");
}

TEST_CASE("an open group is reported where it begins", "[arch][mac]") {
    CHECK(message_of("library (l) {\n  cell (INV) {\n    area : 2;\n") ==
          "cells.lib:2:3: group 'cell' has no closing '}'\n");
}

TEST_CASE("an open string and an open comment are located", "[arch][mac]") {
    CHECK(message_of("library (l) {\n  date : \"today;\n}\n") == "cells.lib:2:10: string without its closing quote\n");
    CHECK(message_of("library (l) {\n  /* never ends\n}\n") == "cells.lib:2:3: comment without its end\n");
}

TEST_CASE("a word without a value is located", "[arch][mac]") {
    CHECK(message_of("library (l) {\n  area 2;\n}\n") == "cells.lib:2:8: expected '(' after 'area', found '2'\n");
}

TEST_CASE("a number that is none and a function that is none are reported together", "[arch][mac]") {
    std::string text = inverter;
    text.replace(text.find("area : 2"), 8, "area : x");
    text.replace(text.find("!A"), 2, "!B");
    CHECK(message_of(text) == "cells.lib:4:5: area: is 'x', not a number\ncells.lib:3:3: INV: has no area\n"
                              "cells.lib:6:5: INV.Y: function \"!B\": pin 'B' at position 3 is not understood\n");
}

TEST_CASE("a library without supply or cells is refused", "[arch][mac]") {
    CHECK(message_of("library (l) { }") ==
          "cells.lib:1:1: nom_voltage: is missing or not positive; energies need the supply in V\n"
          "cells.lib:1:1: library: has no cells\n");
}

TEST_CASE("text that is not Liberty is refused", "[arch][mac]") {
    CHECK(message_of("{}") == "cells.lib:1:1: expected a name, found '{'\n");
    CHECK(message_of("module m (a) { }") == "cells.lib:1:8: expected '(' after 'module', found 'm'\n");
}

TEST_CASE("a cell that the library lacks is named", "[arch][mac]") {
    const Library library = read_library(inverter, "cells.lib");
    const char* netlist = R"({"modules": {"m": {"ports": {}, "cells": {"u1": {"type": "XOR9", "connections": {}}}}}})";
    CHECK_THROWS_WITH(Netlist(netlist, library), Catch::Contains("cell 'XOR9' (instance u1) is not in library 'l'"));
}

TEST_CASE("a missing program is reported with the package that has it", "[arch][mac]") {
    CHECK_THROWS_WITH(run_tool({.program = "no-such-program-here", .package = "yosys", .folder = "."}),
                      Catch::Contains("'no-such-program-here' is not installed; install the Debian package yosys"));
}

TEST_CASE("a program that fails is reported with what it said", "[arch][mac]") {
    CHECK_THROWS_WITH(
        run_tool({.program = "sh", .package = "dash", .arguments = {"-c", "echo broken; exit 3"}, .folder = "."}),
        Catch::Contains("'sh' failed:") && Catch::Contains("broken"));
}

TEST_CASE("a missing cell library is reported with the package that has one", "[arch][mac]") {
    CHECK_THROWS_WITH(synthesise({}, {.liberty = "nowhere.lib", .cache = "."}),
                      Catch::Contains("cell library nowhere.lib does not exist; install the Debian package "
                                      "qflow-tech-osu018 or give --liberty FILE"));
}
