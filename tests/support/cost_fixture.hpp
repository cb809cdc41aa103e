// SPDX-License-Identifier: Apache-2.0
// Technologies and machines for tests: those of configs/ and a tiny one with constants of 1, 10 and 100.
#pragma once

#include "arch/cost/chip.hpp"
#include "arch/cost/technology.hpp"
#include "arch/spec/machine.hpp"
#include "sim/base/error.hpp"
#include "sim/config/map_reader.hpp"
#include "tests/support/places.hpp"

#include <string>

namespace lodestone::test {

inline std::string source_path(const std::string& path) {
    return tests::source_folder() + "/" + path;
}

inline cost::Technology load_technology(const std::string& name) {
    Problems problems;
    const config::Node node = config::load_file(source_path("configs/tech/" + name), problems);
    config::MapReader reader(node, problems);
    cost::Technology technology = cost::read_technology(reader);
    reader.finish();
    problems.throw_if_errors();
    return technology;
}

inline spec::MachineSpec load_machine(const std::string& name) {
    Problems problems;
    const config::Node node = config::load_file(source_path("configs/arch/" + name), problems);
    config::MapReader reader(node, problems);
    spec::MachineSpec machine = spec::read_machine(reader);
    problems.throw_if_errors();
    return machine;
}

template <class T>
config::Sourced<T> plain(T value) {
    return {.value = value, .source = "test", .status = config::Status::estimated};
}

/// 45 nm at 1 V with round constants: 8-bit MAC 1 pJ (2 pJ with all glitches), SRAM read 1 pJ/B, write 2 pJ/B.
inline cost::Technology round_technology() {
    const Metres node(45e-9);
    const Volts volt(1);
    cost::Technology t;
    t.name = "round";
    t.node = plain(node);
    t.voltage = plain(volt);
    t.scaling = cost::NodeScaling({{.node = node, .delay = {0, 0, -1, 3}, .energy = {1, 0, 0}, .area = 1}}, {});
    const cost::SramNode array{.node = node,
                               .supply = volt,
                               .read = {{1024, 16e-12}},
                               .write = {{1024, 32e-12}},
                               .leakage = {{1024, 1e-3}},
                               .area = {{1024, 0.01}},
                               .cycle = {{1024, 1e-9}}};
    t.sram = {.access = Bytes(16),
              .cells = {{.name = "cell", .nodes = {array}}},
              .energy_cell = "cell",
              .leakage_cell = "cell",
              .buffer_bank = plain(Bytes(1024)),
              .bit_cell_area = {{45e-9, 1}}};
    t.mac.point = {.node = node, .voltage = volt};
    const auto gaussian = [](double quiet, double all) {
        return std::array<std::optional<cost::SwitchingJoules>, cost::operand_values.size()>{
            std::nullopt, cost::SwitchingJoules{.quiet = Joules(quiet), .with_glitches = Joules(all)}, std::nullopt};
    };
    using enum numerics::FormatId;
    t.mac.measured = {{.format = "int8",
                       .spec = {.a = int8, .b = int8},
                       .area = SquareMillimetres(0.001),
                       .delay = Seconds(2e-9),
                       .energies = gaussian(1e-12, 2e-12)},
                      {.format = "fp8_e4m3",
                       .spec = {.a = fp8_e4m3, .b = fp8_e4m3},
                       .area = SquareMillimetres(0.002),
                       .delay = Seconds(4e-9),
                       .energies = gaussian(2e-12, 2e-12)}};
    t.mac.glitch_share = plain(0.0);
    t.mac.library_energy_factor = plain(1.0);
    t.mac.library_area_factor = plain(1.0);
    t.mac.padding_energy_share = plain(0.1);
    t.logic = {.point = {.node = node, .voltage = volt},
               .vector_op = plain(Joules(10e-12)),
               .function_op = plain(Joules(100e-12)),
               .vector_step = plain(SquareMillimetres(0.01)),
               .function_lane = plain(SquareMillimetres(0.1)),
               .router_energy = plain(1e-12),
               .router_area = plain(0.0001)};
    t.wires = {.energy = plain(1e-9), .activity = plain(1.0), .delay = plain(1e-7)};
    t.io_energy = plain(10e-12);
    t.clock_energy = plain(1e-12);
    t.logic_leakage = plain(0.01);
    t.leakage_voltage_exponent = plain(3.0);
    return t;
}

/// 2 x 2 cores, 1 KiB everywhere, 1 GHz, 1 V, 8-bit unit of 10 x 10 with an FP8 variant.
inline spec::MachineSpec round_machine() {
    spec::CoreGridSpec grid;
    grid.grid = {.rows = 2, .cols = 2};
    grid.clock = Hertz(1e9);
    grid.memory = {.capacity = Bytes(1024), .width = Bytes(16), .banks = 1};
    grid.matrix.modes = {{.precision = "int8", .shape = {.inputs = 10, .outputs = 10}}};
    grid.matrix.extra_formats = {"fp8_e4m3"};
    grid.matrix.weight_buffer = Bytes(1024);
    grid.matrix.activation_buffer = Bytes(1024);
    grid.matrix.partial_sum_buffer = Bytes(1024);
    grid.instruction.memory = Bytes(1024);
    grid.vector = {.lanes = 10, .steps_per_pass = 1, .function_lanes = 1};
    const spec::NetworkSpec network{.link_width = Bytes(10), .hop_latency = Cycles(1)};
    grid.activation_network = network;
    grid.model_network = network;
    grid.partial_sum_network = network;
    grid.instruction_network = network;
    grid.frame_buffer = {.capacity = Bytes(1024), .width = Bytes(16)};
    return {.name = "round", .voltage = Volts(1), .family = grid};
}

} // namespace lodestone::test
