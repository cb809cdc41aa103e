// SPDX-License-Identifier: Apache-2.0
// YAML of a core grid: every key with its limits.
#include "arch/spec/core_grid.hpp"

#include "arch/spec/machine.hpp"
#include "numerics/precision.hpp"
#include "sim/base/error.hpp"

#include <algorithm>

namespace lodestone::spec {
namespace {

using config::MapReader;
using config::Range;

constexpr std::uint64_t max_side = 256;       ///< cores along one side of a grid
constexpr std::uint64_t max_unit_side = 4096; ///< inputs or outputs of a matrix unit
constexpr std::uint64_t max_banks = 1024;
constexpr std::uint64_t max_lanes = 65536;

std::uint32_t small(std::uint64_t value) {
    return static_cast<std::uint32_t>(value);
}

Range<Cycles> up_to(std::uint64_t cycles) {
    return {.min = Cycles(0), .max = Cycles(cycles)};
}

Range<Bytes> from_one_to(std::uint64_t bytes) {
    return {.min = Bytes(1), .max = Bytes(bytes)};
}

constexpr std::uint64_t kibi = 1024;
constexpr std::uint64_t mebi = 1024 * kibi;

CoreMemorySpec read_memory(MapReader reader) {
    CoreMemorySpec memory;
    memory.capacity = reader.required<Bytes>("capacity", {.min = Bytes(1 * kibi), .max = Bytes(1024 * mebi)});
    memory.width = reader.required<Bytes>("width", from_one_to(64 * kibi));
    memory.banks = small(reader.optional_uint("banks", memory.banks, 1, max_banks));
    memory.access_latency = reader.optional<Cycles>("access_latency", memory.access_latency, up_to(1000));
    if (memory.width.count() % memory.banks != 0) {
        reader.problem("banks", "is " + std::to_string(memory.banks) + ", which does not divide the width of " +
                                    std::to_string(memory.width.count()) +
                                    " B; every bank moves an equal part of a line");
    }
    reader.finish();
    return memory;
}

/// A mode must be a precision that the numerics know and that has an integer shape of its own.
void check_precision(MapReader& reader, const std::string& key, const std::string& name) {
    try {
        static_cast<void>(numerics::parse_precision(name));
    } catch (const UserError& unknown) {
        for (const Diagnostic& diagnostic : unknown.problems().all()) {
            reader.problem(key, diagnostic.message);
        }
    }
}

std::vector<MatrixMode> read_modes(MapReader reader) {
    std::vector<MatrixMode> modes;
    for (const std::string& name : reader.keys()) {
        check_precision(reader, name, name);
        MapReader shape = reader.required_map(name);
        modes.push_back({.precision = name,
                         .shape = {.inputs = small(shape.required_uint("inputs", 1, max_unit_side)),
                                   .outputs = small(shape.required_uint("outputs", 1, max_unit_side))}});
        shape.finish();
    }
    if (modes.empty()) {
        reader.problem("", "has no mode; name at least one precision with its inputs and outputs, as "
                           "int8: {inputs: 32, outputs: 32}");
    }
    reader.finish();
    return modes;
}

MatrixUnitSpec read_matrix_unit(MapReader reader) {
    MatrixUnitSpec unit;
    unit.modes = read_modes(reader.required_map("modes"));
    if (reader.has("extra_formats")) {
        unit.extra_formats = reader.required_strings("extra_formats");
        for (const std::string& name : unit.extra_formats) {
            check_precision(reader, "extra_formats", name);
        }
    }
    const config::Choices<Sizing> sizings{{"iso_lanes", Sizing::iso_lanes}, {"iso_area", Sizing::iso_area}};
    unit.sizing = reader.optional_choice("sizing", unit.sizing, sizings);
    unit.pipeline_depth = reader.optional<Cycles>("pipeline_depth", unit.pipeline_depth, up_to(1000));
    unit.weight_buffer = reader.optional<Bytes>("weight_buffer", unit.weight_buffer, from_one_to(64 * mebi));
    unit.activation_buffer =
        reader.optional<Bytes>("activation_buffer", unit.activation_buffer, from_one_to(64 * mebi));
    unit.partial_sum_buffer =
        reader.optional<Bytes>("partial_sum_buffer", unit.partial_sum_buffer, from_one_to(64 * mebi));
    unit.packs_window = reader.optional_bool("packs_window", unit.packs_window);
    reader.finish();
    return unit;
}

VectorUnitSpec read_vector_unit(MapReader reader) {
    VectorUnitSpec unit;
    unit.lanes = small(reader.required_uint("lanes", 1, max_lanes));
    unit.steps_per_pass = small(reader.optional_uint("steps_per_pass", unit.steps_per_pass, 1, 64));
    unit.function_lanes = small(reader.optional_uint("function_lanes", unit.function_lanes, 1, max_lanes));
    unit.pipeline_depth = reader.optional<Cycles>("pipeline_depth", unit.pipeline_depth, up_to(1000));
    reader.finish();
    return unit;
}

InstructionSpec read_instructions(MapReader reader) {
    InstructionSpec instruction;
    instruction.memory = reader.required<Bytes>("memory", from_one_to(64 * mebi));
    instruction.bytes_per_descriptor =
        reader.optional<Bytes>("descriptor", instruction.bytes_per_descriptor, from_one_to(4 * kibi));
    reader.finish();
    return instruction;
}

NetworkSpec read_network(MapReader reader) {
    NetworkSpec network;
    network.link_width = reader.required<Bytes>("link_width", from_one_to(64 * kibi));
    network.hop_latency =
        reader.optional<Cycles>("hop_latency", network.hop_latency, {.min = Cycles(1), .max = Cycles(1000)});
    reader.finish();
    return network;
}

FrameBufferSpec read_frame_buffer(MapReader reader) {
    FrameBufferSpec buffer;
    buffer.capacity = reader.required<Bytes>("capacity", from_one_to(1024 * 1024 * mebi));
    buffer.width = reader.required<Bytes>("width", from_one_to(1 * mebi));
    reader.finish();
    return buffer;
}

void read_core(MapReader reader, CoreGridSpec& machine) {
    machine.memory = read_memory(reader.required_map("memory"));
    machine.matrix = read_matrix_unit(reader.required_map("matrix_unit"));
    machine.vector = read_vector_unit(reader.required_map("vector_unit"));
    machine.instruction = read_instructions(reader.required_map("instructions"));
    reader.finish();
}

void read_networks(MapReader reader, CoreGridSpec& machine) {
    machine.activation_network = read_network(reader.required_map("activation"));
    machine.model_network = read_network(reader.required_map("model"));
    machine.partial_sum_network = read_network(reader.required_map("partial_sum"));
    machine.instruction_network = read_network(reader.required_map("instruction"));
    reader.finish();
}

} // namespace

CoreGridSpec read_core_grid(config::MapReader& reader) {
    CoreGridSpec machine;
    machine.clock = reader.required<Hertz>("clock", {.min = Hertz(1e3), .max = Hertz(1e10)});
    MapReader grid = reader.required_map("grid");
    machine.grid.rows = small(grid.required_uint("rows", 1, max_side));
    machine.grid.cols = small(grid.required_uint("cols", 1, max_side));
    grid.finish();
    read_core(reader.required_map("core"), machine);
    read_networks(reader.required_map("networks"), machine);
    machine.frame_buffer = read_frame_buffer(reader.required_map("frame_buffer"));
    MapReader io = reader.required_map("io");
    machine.io_bandwidth = io.required<BytesPerSecond>("bandwidth", config::positive<BytesPerSecond>());
    io.finish();
    machine.synchronisation = reader.optional<Cycles>("synchronisation", machine.synchronisation, up_to(100'000));
    return machine;
}

} // namespace lodestone::spec
