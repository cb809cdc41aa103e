// SPDX-License-Identifier: Apache-2.0
// Liberty, functions and netlists on a library small enough to compute by hand.
#include "arch/mac/synthesis/netlist.hpp"
#include "arch/mac/synthesis/synthesis.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using namespace lodestone::mac;

namespace {

/// One volt, inverters and NANDs of 1 pF inputs without internal energy: every toggle of a loaded net costs 0.5 pJ.
const char* const small_library = R"(
library (small) { /* by hand */
  nom_voltage : 1.0;
  cell (INV) { area : 2; pin (A) { direction : input; capacitance : 1.0; }
               pin (Y) { direction : output; function : "!A"; } }
  cell (NAND2) { area : 4;
    pin (A) { direction : input; capacitance : 1.0; } pin (B) { direction : input; capacitance : 1.0; }
    pin (Y) { direction : output; function : "(A B)'"; } }
  cell (DFF) { area : 10; ff (IQ, IQN) { next_state : "D"; clocked_on : "CK"; }
    pin (CK) { direction : input; clock : true; capacitance : 0.5; }
    pin (D) { direction : input; capacitance : 1.0; }
    pin (Q) { direction : output; function : "IQ"; } pin (QN) { direction : output; function : "IQN"; } }
}
)";

/// a -> INV -> x, NAND(a, x) -> y, y -> DFF -> q. Statically y is 1; with unit delays a rising `a` makes y glitch.
const char* const glitching = R"({"modules": {"m": {"ports": {
  "clk": {"bits": [2]}, "a": {"bits": [3]}, "q": {"bits": [6]}, "n": {"bits": [7]}},
  "cells": {
  "i": {"type": "INV", "connections": {"A": [3], "Y": [4]}},
  "g": {"type": "NAND2", "connections": {"A": [3], "B": [4], "Y": [5]}},
  "r": {"type": "DFF", "connections": {"CK": [2], "D": [5], "Q": [6], "QN": [7]}}}}}})";

} // namespace

TEST_CASE("functions are read with Liberty's precedence", "[arch][mac]") {
    const std::vector<std::string> abc{"A", "B", "C"};
    CHECK(Logic("A B + C", abc).truth_table() == 0b11111000);
    CHECK(Logic("A*(B|C)", abc).truth_table() == 0b10101000);
    CHECK(Logic("A ^ B ^ C", abc).truth_table() == 0b10010110);
    CHECK(Logic("!A B", abc).truth_table() == 0b01000100);
    CHECK(Logic("(A B)'", abc).truth_table() == 0b01110111);
    CHECK(Logic("A + B ^ C", abc).truth_table() == 0b10111110);
    CHECK(Logic("1", abc).truth_table() == 0xFF);
}

TEST_CASE("a library gives areas, pins, flip-flops and the gate equivalent", "[arch][mac]") {
    const Library library = read_library(std::string(small_library), "small.lib");
    CHECK(library.name == "small");
    CHECK(library.voltage == 1.0);
    CHECK(library.cells.size() == 3);
    CHECK(library.nand2_area() == 4);
    CHECK(library.cells.at("DFF").is_flip_flop);
    CHECK(library.cells.at("DFF").pin("CK")->is_clock);
    CHECK(library.cells.at("NAND2").pin("B")->capacitance == 1.0);
}

TEST_CASE("internal energies are read off the load axis", "[arch][mac]") {
    const InternalEnergy energy{.load = {1, 3}, .energy = {10, 20}};
    CHECK(energy.at(0) == 10);
    CHECK(energy.at(2) == 15);
    CHECK(energy.at(9) == 20);
}

TEST_CASE("a flip-flop shows its input after the edge, and the complement beside it", "[arch][mac]") {
    const Library library = read_library(std::string(small_library), "small.lib");
    Netlist netlist(glitching, library);
    CHECK(netlist.area() == 16);
    netlist.set("a", 0, 0);
    netlist.settle(GateDelay::zero);
    netlist.clock(GateDelay::zero);
    CHECK(netlist.get("q", 0) == ~std::uint64_t{0});
    CHECK(netlist.get("n", 0) == 0);
}

TEST_CASE("a glitch costs energy with unit delays only", "[arch][mac]") {
    const Library library = read_library(std::string(small_library), "small.lib");
    Netlist netlist(glitching, library);
    netlist.clock(GateDelay::zero);
    netlist.clear_energy();
    netlist.set("a", 0, ~std::uint64_t{0});
    netlist.settle(GateDelay::zero);
    netlist.clock(GateDelay::zero);
    // `a` drives 2 pF (1 pJ), x 1 pF (0.5 pJ); the clock pin charges 0.5 pF once: 0.5 pJ.
    CHECK(netlist.energy_per_cycle() == Approx(1 + 0.5 + 0.5));
    netlist.set("a", 0, 0);
    netlist.settle(GateDelay::zero);
    netlist.clear_energy();
    netlist.set("a", 0, ~std::uint64_t{0});
    netlist.settle(GateDelay::unit);
    netlist.clock(GateDelay::unit);
    // y falls and rises again on 1 pF: another 2 x 0.5 pJ.
    CHECK(netlist.energy_per_cycle() == Approx(1 + 0.5 + 0.5 + 1));
}
