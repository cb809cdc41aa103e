// SPDX-License-Identifier: Apache-2.0
// YAML of a spiking array, and the check against what the model can hold.
#include "arch/spec/spiking_array.hpp"

#include <string>

namespace lodestone::spec {

namespace {

constexpr std::uint64_t max_core_side = 4096; // axons or neurons of a core
constexpr std::uint64_t max_grid_side = 1024; // cores along a side of a chip, or chips along a side of the array
constexpr std::uint64_t max_mesh_cores = 1U << 22;
constexpr std::uint64_t max_timing_cycles = 1U << 20;
constexpr std::uint64_t max_tick_cycles = 1U << 26;

struct Limits {
    std::uint64_t min;
    std::uint64_t max;
};
constexpr Limits core_side{1, max_core_side};
constexpr Limits grid_side{1, max_grid_side};
constexpr Limits number_bits{2, 16};
constexpr Limits potential_bits{4, 30};
constexpr Limits threshold_bits{1, 29};
constexpr Limits mask_bits{0, 29};
constexpr Limits delay_bits{1, 8};
constexpr Limits hop_bits{2, 15};
constexpr Limits any_cycles{0, max_timing_cycles};
constexpr Limits some_cycles{1, max_timing_cycles};

struct Field {
    const char* path;
    std::uint64_t value;
    Limits limits;
};

std::uint32_t read_count(config::MapReader& reader, const char* key, std::uint32_t fallback, Limits limits) {
    return static_cast<std::uint32_t>(reader.optional_uint(key, fallback, limits.min, limits.max));
}

Cycles read_cycles(config::MapReader& reader, const char* key, Cycles fallback, Limits limits) {
    return reader.optional<Cycles>(key, fallback, {.min = Cycles(limits.min), .max = Cycles(limits.max)});
}

GridShape read_grid(config::MapReader reader) {
    GridShape grid;
    grid.rows = static_cast<std::uint32_t>(reader.required_uint("rows", grid_side.min, grid_side.max));
    grid.cols = static_cast<std::uint32_t>(reader.required_uint("cols", grid_side.min, grid_side.max));
    reader.finish();
    return grid;
}

SpikingCoreTiming read_core_timing(config::MapReader reader) {
    const config::Choices<AxonVisits> visits{{"active", AxonVisits::active}, {"all", AxonVisits::all}};
    SpikingCoreTiming timing;
    timing.visits = reader.optional_choice("visits", timing.visits, visits);
    timing.per_axon = read_cycles(reader, "per_axon", timing.per_axon, any_cycles);
    timing.per_row = read_cycles(reader, "per_row", timing.per_row, some_cycles);
    timing.per_tick = read_cycles(reader, "per_tick", timing.per_tick, any_cycles);
    timing.spike_exit = read_cycles(reader, "spike_exit", timing.spike_exit, any_cycles);
    reader.finish();
    return timing;
}

void read_core(config::MapReader reader, SpikingArraySpec& spec) {
    spec.axons = static_cast<std::uint32_t>(reader.required_uint("axons", core_side.min, core_side.max));
    spec.neurons = static_cast<std::uint32_t>(reader.required_uint("neurons", core_side.min, core_side.max));
    spec.weight_bits = read_count(reader, "weight_bits", spec.weight_bits, number_bits);
    spec.leak_bits = read_count(reader, "leak_bits", spec.leak_bits, number_bits);
    spec.potential_bits = read_count(reader, "potential_bits", spec.potential_bits, potential_bits);
    spec.threshold_bits = read_count(reader, "threshold_bits", spec.threshold_bits, threshold_bits);
    spec.threshold_mask_bits = read_count(reader, "threshold_mask_bits", spec.threshold_mask_bits, mask_bits);
    spec.delay_bits = read_count(reader, "delay_bits", spec.delay_bits, delay_bits);
    if (auto timing = reader.optional_map("timing")) {
        spec.core_timing = read_core_timing(*timing);
    }
    reader.finish();
}

void read_mesh(config::MapReader reader, SpikingArraySpec& spec) {
    spec.hop_bits = read_count(reader, "hop_bits", spec.hop_bits, hop_bits);
    spec.router.port_occupancy = read_cycles(reader, "port_occupancy", spec.router.port_occupancy, some_cycles);
    spec.router.hop_latency = read_cycles(reader, "hop_latency", spec.router.hop_latency, some_cycles);
    spec.router.buffer_packets =
        read_count(reader, "buffer_packets", spec.router.buffer_packets, {1, max_timing_cycles});
    reader.finish();
}

void read_boundary(config::MapReader reader, ChipBoundaryTiming& boundary) {
    boundary.blocks_per_side = read_count(reader, "blocks_per_side", boundary.blocks_per_side, grid_side);
    boundary.packet_occupancy = read_cycles(reader, "packet_occupancy", boundary.packet_occupancy, some_cycles);
    boundary.latency = read_cycles(reader, "latency", boundary.latency, some_cycles);
    reader.finish();
}

/// What depends on several fields at once.
void verify_together(const SpikingArraySpec& spec, Problems& problems) {
    const std::uint64_t cores = std::uint64_t{spec.cores.rows} * spec.cores.cols * spec.chips.rows * spec.chips.cols;
    if (cores > max_mesh_cores) {
        problems.error({}, "chips",
                       "the array has " + std::to_string(cores) + " cores; the model holds at most " +
                           std::to_string(max_mesh_cores));
    }
    const std::uint64_t longest_row = spec.axons * spec.core_timing.per_axon.count() + spec.core_timing.per_row.count();
    if (longest_row * spec.neurons > max_tick_cycles) {
        problems.error({}, "core.timing",
                       "a core with all axons active needs " + std::to_string(longest_row * spec.neurons) +
                           " cycles for a tick; the model holds at most " + std::to_string(max_tick_cycles));
    }
    if (!(spec.tick_rate.count() > 0.0) || !(spec.clock.count() >= spec.tick_rate.count())) {
        problems.error({}, "clock", "must be at least the tick rate, and both must be positive");
    }
}

} // namespace

SpikingArraySpec read_spiking_array(config::MapReader& reader) {
    SpikingArraySpec spec;
    spec.clock = reader.required<Hertz>("clock", {.min = Hertz(1e3), .max = Hertz(1e10)});
    spec.tick_rate = reader.required<Hertz>("tick_rate", {.min = Hertz(1e-3), .max = Hertz(1e9)});
    spec.cores = read_grid(reader.required_map("cores"));
    if (auto chips = reader.optional_map("chips")) {
        spec.chips = read_grid(*chips);
    }
    read_core(reader.required_map("core"), spec);
    if (auto mesh = reader.optional_map("mesh")) {
        read_mesh(*mesh, spec);
    }
    if (auto boundary = reader.optional_map("boundary")) {
        read_boundary(*boundary, spec.boundary);
    }
    Problems together;
    verify_together(spec, together);
    for (const Diagnostic& problem : together.all()) {
        reader.problem(problem.path.substr(0, problem.path.find('.')), problem.message);
    }
    return spec;
}

Problems verify_spec(const SpikingArraySpec& spec) {
    const Field fields[] = {
        {"core.axons", spec.axons, core_side},
        {"core.neurons", spec.neurons, core_side},
        {"cores.rows", spec.cores.rows, grid_side},
        {"cores.cols", spec.cores.cols, grid_side},
        {"chips.rows", spec.chips.rows, grid_side},
        {"chips.cols", spec.chips.cols, grid_side},
        {"core.weight_bits", spec.weight_bits, number_bits},
        {"core.leak_bits", spec.leak_bits, number_bits},
        {"core.potential_bits", spec.potential_bits, potential_bits},
        {"core.threshold_bits", spec.threshold_bits, threshold_bits},
        {"core.threshold_mask_bits", spec.threshold_mask_bits, mask_bits},
        {"core.delay_bits", spec.delay_bits, delay_bits},
        {"core.timing.per_axon", spec.core_timing.per_axon.count(), any_cycles},
        {"core.timing.per_row", spec.core_timing.per_row.count(), some_cycles},
        {"core.timing.per_tick", spec.core_timing.per_tick.count(), any_cycles},
        {"core.timing.spike_exit", spec.core_timing.spike_exit.count(), any_cycles},
        {"mesh.hop_bits", spec.hop_bits, hop_bits},
        {"mesh.port_occupancy", spec.router.port_occupancy.count(), some_cycles},
        {"mesh.hop_latency", spec.router.hop_latency.count(), some_cycles},
        {"mesh.buffer_packets", spec.router.buffer_packets, some_cycles},
        {"boundary.blocks_per_side", spec.boundary.blocks_per_side, grid_side},
        {"boundary.packet_occupancy", spec.boundary.packet_occupancy.count(), some_cycles},
        {"boundary.latency", spec.boundary.latency.count(), some_cycles},
    };
    Problems problems;
    for (const Field& field : fields) {
        if (field.value < field.limits.min || field.value > field.limits.max) {
            problems.error({}, field.path,
                           "is " + std::to_string(field.value) + "; it must be between " +
                               std::to_string(field.limits.min) + " and " + std::to_string(field.limits.max));
        }
    }
    if (!problems.has_errors()) {
        verify_together(spec, problems);
    }
    return problems;
}

} // namespace lodestone::spec
