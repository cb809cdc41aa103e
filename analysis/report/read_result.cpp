// SPDX-License-Identifier: Apache-2.0
// JSON to result, through the located reader: JSON is YAML too, so every problem has its line and column.
#include "analysis/report/result_json.hpp"

#include "arch/isa/flow.hpp"
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"
#include "sim/config/map_reader.hpp"

#include <algorithm>

namespace lodestone::report {
namespace {

using config::MapReader;

constexpr std::uint64_t any = 1'000'000'000'000'000'000;

/// Every entry of the map under `key`, but "total".
template <class T>
Named<T> read_named(MapReader& reader, const std::string& key) {
    Named<T> values;
    MapReader map = reader.required_map(key);
    for (const std::string& name : map.keys()) {
        if (name == "total") {
            continue;
        }
        if constexpr (std::is_integral_v<typename T::rep>) {
            values.emplace_back(name, T(map.required_uint(name, 0, any)));
        } else {
            values.emplace_back(name, T(map.required_double(name)));
        }
    }
    return values;
}

LayerResult read_layer(MapReader& reader) {
    LayerResult layer;
    layer.name = reader.required_string("name");
    layer.op = reader.required_string("op");
    layer.macs = Macs(reader.required_uint("macs", 0, any));
    layer.cycles = Cycles(reader.required_uint("cycles", 0, any));
    layer.utilization = reader.required_double("utilization");
    layer.traffic = read_named<Bytes>(reader, "traffic_bytes");
    layer.bound_by = reader.required_string("bound_by");
    if (reader.has("energy_parts_j")) {
        layer.energy = read_named<Joules>(reader, "energy_parts_j");
    } else {
        layer.energy = {{"total", Joules(reader.required_double("energy_j"))}};
    }
    if (reader.has("bound_cycles")) {
        layer.bounds = read_named<Cycles>(reader, "bound_cycles");
    }
    return layer;
}

void read_identity(MapReader& reader, Result& result) {
    static_cast<void>(reader.required_choice("schema", std::vector<std::string>{kResultSchema}));
    result.version = reader.required_string("version");
    result.machine = reader.required_string("machine");
    result.workload = reader.required_string("workload");
    result.precision = reader.required_string("precision");
    result.batch = reader.required_uint("batch", 1, any);
    result.seed = reader.required_uint("seed", 0, any);
    result.config_hash = reader.required_string("config_hash");
    result.fidelity = reader.required_string("fidelity");
}

/// A list of counts in the form of detail.hpp: `expected` numbers, or none.
Counts read_counts(MapReader& reader, const std::string& key, std::size_t expected) {
    if (!reader.has(key)) {
        return {};
    }
    const std::string text = reader.required_string(key);
    const std::optional<Counts> counts = counts_of(text, expected);
    if (!counts || counts->size() != expected) {
        reader.problem(key, "is no list of " + std::to_string(expected) + " counts such as \"120*3 0 7\"");
        return {};
    }
    return *counts;
}

RunDetail read_detail(MapReader& reader, std::size_t layers) {
    constexpr std::uint64_t most = 4096;
    RunDetail detail;
    MapReader grid = reader.required_map("grid");
    detail.grid.rows = static_cast<std::uint32_t>(grid.required_uint("rows", 1, most));
    detail.grid.cols = static_cast<std::uint32_t>(grid.required_uint("cols", 1, most));
    detail.memory_capacity = Bytes(reader.required_uint("memory_capacity_bytes", 0, any));
    detail.weights = Bytes(reader.required_uint("weight_bytes", 0, any));
    for (MapReader& layer : reader.required_maps("layers")) {
        detail.layers.push_back(
            {.matrix_busy = read_counts(layer, "matrix_busy_cycles", detail.grid.size()),
             .vector_busy = read_counts(layer, "vector_busy_cycles", detail.grid.size()),
             .activation_flits = read_counts(layer, "activation_flits", isa::link_count(detail.grid)),
             .model_flits = read_counts(layer, "model_flits", isa::link_count(detail.grid)),
             .partial_sum_flits = read_counts(layer, "partial_sum_flits", isa::link_count(detail.grid)),
             .home = Bytes(layer.required_uint("home_bytes", 0, any)),
             .gathered = Bytes(layer.required_uint("gathered_bytes", 0, any))});
    }
    if (detail.layers.size() != layers) {
        reader.problem("layers", "has " + std::to_string(detail.layers.size()) + " entries; the run has " +
                                     std::to_string(layers) + " layers");
    }
    return detail;
}

/// The figures of a spiking array; the counts at the top of the file are those of the events.
SpikingFigures read_spiking(MapReader& reader, Result& result) {
    for (const char* name : {"ticks", "spikes", "synaptic_events", "neuron_updates", "hops"}) {
        result.events.spiking[name] = reader.required_uint(name, 0, any);
    }
    return {.tick_rate = Hertz(reader.required_double("tick_rate_hz", {.min = 0})),
            .energy_per_frame = Joules(reader.required_double("energy_per_frame_j", {.min = 0})),
            .cores_in_use = reader.required_uint("cores_in_use", 0, any),
            .power_of_used_cores = Watts(reader.required_double("power_of_used_cores_w", {.min = 0})),
            .fastest_tick_rate = Hertz(reader.optional_double("fastest_tick_rate_hz", 0))};
}

/// Rising numbers below `end`, written as steps.
Counts read_rising(MapReader& reader, const std::string& key, const std::string& text, std::uint64_t end) {
    const std::optional<Counts> steps = counts_of(text, end);
    Counts rising = steps ? from_steps(*steps) : Counts{};
    const bool is_rising = std::ranges::is_sorted(rising, std::ranges::less_equal{});
    if (!steps || !is_rising || (!rising.empty() && rising.back() >= end)) {
        reader.problem(key, "is no list of rising numbers below " + std::to_string(end) +
                                ", written as the first and the steps to the next, such as \"5 1*3 7\"");
        return {};
    }
    return rising;
}

SpikingDetail read_spiking_detail(MapReader& reader) {
    constexpr std::uint64_t most = 4096;
    constexpr std::uint64_t most_neurons = 65536;
    SpikingDetail detail;
    MapReader grid = reader.required_map("grid");
    detail.mesh.rows = static_cast<std::uint32_t>(grid.required_uint("rows", 1, most));
    detail.mesh.cols = static_cast<std::uint32_t>(grid.required_uint("cols", 1, most));
    constexpr std::size_t links_of_router = 4;
    detail.spikes = read_counts(reader, "spikes", detail.mesh.size());
    detail.link_packets = read_counts(reader, "link_packets", detail.mesh.size() * links_of_router);
    detail.ticks = reader.required_uint("ticks", 0, any);
    detail.neurons = static_cast<std::uint32_t>(reader.required_uint("neurons_per_core", 1, most_neurons));
    detail.routers = read_rising(reader, "routers", reader.required_string("routers"), detail.mesh.size());
    const std::uint64_t neurons = std::uint64_t{detail.neurons} * detail.mesh.size();
    for (const std::string& tick : reader.required_strings("raster")) {
        detail.raster.push_back(tick == kSilentTick ? Counts{} : read_rising(reader, "raster", tick, neurons));
    }
    if (detail.raster.size() > detail.ticks) {
        reader.problem("raster", "has " + std::to_string(detail.raster.size()) + " ticks; the run has " +
                                     std::to_string(detail.ticks));
    }
    return detail;
}

/// Further keys, which files of other versions may lack.
void read_details(MapReader& reader, Result& result) {
    result.technology = reader.optional_string("technology", "");
    result.voltage = Volts(reader.optional_double("voltage_v", 0));
    result.kernel_events = reader.optional_uint("kernel_events", 0, 0, any);
    if (reader.has("clock_limits_hz")) {
        result.clock_limits = read_named<Hertz>(reader, "clock_limits_hz");
    }
    if (auto steady = reader.optional_map("steady_state")) {
        result.steady.period = Cycles(steady->required_uint("period_cycles", 0, any));
        result.steady.io_cycles = Cycles(steady->required_uint("io_cycles", 0, any));
        result.steady.utilization = steady->required_double("utilization");
        result.steady.energy_per_inference = read_named<Joules>(*steady, "energy_per_inference_j");
    }
    for (MapReader& constant : reader.maps_in("calibrated")) {
        result.calibrated.push_back({.name = constant.required_string("name"),
                                     .value = constant.required_double("value"),
                                     .source = constant.required_string("source")});
    }
    if (reader.has("tick_rate_hz")) {
        result.spiking = read_spiking(reader, result);
    }
    if (auto detail = reader.optional_map("detail")) {
        if (result.spiking) {
            result.spiking_detail = read_spiking_detail(*detail);
        } else {
            result.detail = read_detail(*detail, result.layers.size());
        }
    }
}

Result read_result(MapReader reader) {
    Result result;
    read_identity(reader, result);
    result.clock = Hertz(reader.required_double("clock_hz", {.min = 0}));
    result.cycles = Cycles(reader.required_uint("cycles", 0, any));
    result.latency = Seconds(reader.required_double("latency_s", {.min = 0}));
    result.throughput_per_s = reader.required_double("throughput_per_s", {.min = 0});
    result.power = Watts(reader.required_double("power_w", {.min = 0}));
    result.utilization = reader.required_double("utilization", {.min = 0});
    result.energy = read_named<Joules>(reader, "energy_j");
    result.area = read_named<SquareMillimetres>(reader, "area_mm2");
    result.traffic = read_named<Bytes>(reader, "traffic_bytes");
    for (MapReader& layer : reader.required_maps("layers")) {
        result.layers.push_back(read_layer(layer));
    }
    for (const std::string& warning : reader.required_strings("warnings")) {
        result.warnings.push_back(warning);
    }
    read_details(reader, result);
    return result;
}

} // namespace

std::vector<Result> results_from_json(std::string_view text, const std::string& file_name, Problems& problems) {
    const config::Node root = config::load_text(text, file_name, problems);
    std::vector<Result> results;
    if (root.kind == config::Kind::sequence) {
        if (root.items.empty()) {
            problems.error(root.place.location(), "", "is an empty list; expected at least one result");
        }
        for (std::size_t i = 0; i < root.items.size(); ++i) {
            const config::Value item(&root.items[i], config::item_path("", i), {.problems = &problems, .log = nullptr});
            results.push_back(read_result(item.as_map()));
        }
        return results;
    }
    results.push_back(read_result(MapReader(root, problems)));
    return results;
}

std::vector<Result> load_results(const std::filesystem::path& path) {
    Problems problems;
    std::vector<Result> results = results_from_json(read_file(path), path.string(), problems);
    problems.throw_if_errors();
    return results;
}

} // namespace lodestone::report
