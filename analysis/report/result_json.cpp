// SPDX-License-Identifier: Apache-2.0
// Result to JSON.
#include "analysis/report/result_json.hpp"

#include "sim/base/file.hpp"

#include <nlohmann/json.hpp>

namespace lodestone::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr int indentation = 1;

template <class T>
Json object_of(const Named<T>& values) {
    Json object = Json::object();
    for (const auto& [name, value] : values) {
        object[name] = value.count();
    }
    return object;
}

template <class T>
Json with_total(const Named<T>& parts) {
    Json object = Json::object();
    object["total"] = sum(parts).count();
    for (const auto& [name, value] : parts) {
        object[name] = value.count();
    }
    return object;
}

Json json_of(const isa::MemoryCount& count) {
    return {{"read", count.read.count()}, {"written", count.written.count()}};
}

Json json_of(const isa::NetworkCount& count) {
    return {{"injected", count.injected.count()}, {"sent", count.sent.count()},   {"received", count.received.count()},
            {"transfers", count.transfers},       {"flit_hops", count.flit_hops}, {"stalls", count.stalls}};
}

Json json_of(const LayerResult& layer) {
    return {{"name", layer.name},
            {"op", layer.op},
            {"macs", layer.macs.count()},
            {"cycles", layer.cycles.count()},
            {"utilization", layer.utilization},
            {"energy_j", sum(layer.energy).count()},
            {"traffic_bytes", object_of(layer.traffic)},
            {"bound_by", layer.bound_by},
            {"bound_cycles", object_of(layer.bounds)},
            {"energy_parts_j", object_of(layer.energy)}};
}

Json json_of(const isa::EventCounts& events) {
    Json json = Json::object();
    json["elapsed_cycles"] = events.elapsed.count();
    if (!events.spiking.empty()) {
        json["spiking"] = events.spiking;
        return json;
    }
    json["macs"] = Json::object();
    for (const auto& [key, macs] : events.macs) {
        json["macs"][key] = macs.count();
    }
    json["matrix_slots"] = events.matrix_slots;
    json["vector_ops"] = events.vector_ops;
    json["function_ops"] = events.function_ops;
    json["memories"] = Json::object();
    for (const auto& [name, count] : events.memories) {
        json["memories"][name] = json_of(count);
    }
    json["networks"] = Json::object();
    for (const auto& [name, count] : events.networks) {
        json["networks"][name] = json_of(count);
    }
    json["core_cycles"] = events.core_cycles;
    return json;
}

Json json_of(const SteadyState& steady, const Result& result) {
    return {
        {"period_cycles", steady.period.count()}, {"io_cycles", steady.io_cycles.count()},
        {"utilization", steady.utilization},      {"throughput_per_s", result.throughput_per_s},
        {"power_w", result.power.count()},        {"energy_per_inference_j", with_total(steady.energy_per_inference)}};
}

Json json_of(const RunDetail& detail) {
    Json json = {{"grid", {{"rows", detail.grid.rows}, {"cols", detail.grid.cols}}},
                 {"memory_capacity_bytes", detail.memory_capacity.count()},
                 {"weight_bytes", detail.weights.count()},
                 {"layers", Json::array()}};
    for (const LayerDetail& layer : detail.layers) {
        Json entry = {{"home_bytes", layer.home.count()}, {"gathered_bytes", layer.gathered.count()}};
        if (!layer.matrix_busy.empty()) {
            entry["matrix_busy_cycles"] = to_text(layer.matrix_busy);
            entry["vector_busy_cycles"] = to_text(layer.vector_busy);
            entry["activation_flits"] = to_text(layer.activation_flits);
        }
        if (!layer.model_flits.empty()) {
            entry["model_flits"] = to_text(layer.model_flits);
        }
        if (!layer.partial_sum_flits.empty()) {
            entry["partial_sum_flits"] = to_text(layer.partial_sum_flits);
        }
        json["layers"].push_back(std::move(entry));
    }
    return json;
}

Json json_of(const SpikingDetail& detail) {
    Json json = {{"grid", {{"rows", detail.mesh.rows}, {"cols", detail.mesh.cols}}},
                 {"spikes", to_text(detail.spikes)},
                 {"link_packets", to_text(detail.link_packets)},
                 {"ticks", detail.ticks},
                 {"neurons_per_core", detail.neurons},
                 {"routers", to_text(steps_of(detail.routers))},
                 {"raster", Json::array()}};
    for (const Counts& tick : detail.raster) {
        json["raster"].push_back(tick.empty() ? kSilentTick : to_text(steps_of(tick)));
    }
    return json;
}

/// Keys that only spiking runs have.
void add_spiking(Json& json, const Result& result) {
    const SpikingFigures& figures = *result.spiking;
    for (const char* name : {"ticks", "spikes", "synaptic_events", "neuron_updates", "hops"}) {
        json[name] = result.events.spiking.at(name);
    }
    json["tick_rate_hz"] = figures.tick_rate.count();
    json["energy_per_frame_j"] = figures.energy_per_frame.count();
    json["cores_in_use"] = figures.cores_in_use;
    json["power_of_used_cores_w"] = figures.power_of_used_cores.count();
    if (figures.fastest_tick_rate.count() > 0) {
        json["fastest_tick_rate_hz"] = figures.fastest_tick_rate.count();
    }
}

/// Figures of the parts that only machines for dense networks have.
void add_dense_details(Json& json, const Result& result) {
    json["steady_state"] = json_of(result.steady, result);
    json["traffic_by_network"] = Json::object();
    for (const auto& [name, count] : result.networks) {
        json["traffic_by_network"][name] = json_of(count);
    }
    json["traffic_by_memory"] = Json::object();
    for (const auto& [name, count] : result.memories) {
        json["traffic_by_memory"][name] = json_of(count);
    }
    json["clock_limits_hz"] = object_of(result.clock_limits);
}

/// Figures that the format does not fix.
void add_details(Json& json, const Result& result) {
    if (!result.spiking) {
        json["technology"] = result.technology;
    }
    json["voltage_v"] = result.voltage.count();
    if (result.spiking) {
        add_spiking(json, result);
    } else {
        add_dense_details(json, result);
    }
    json["kernel_events"] = result.kernel_events;
    json["calibrated"] = Json::array();
    for (const cost::CalibratedConstant& constant : result.calibrated) {
        json["calibrated"].push_back({{"name", constant.name}, {"value", constant.value}, {"source", constant.source}});
    }
    if (!result.functional.empty()) {
        json["functional"] = Json::object();
        for (const auto& [name, value] : result.functional) {
            json["functional"][name] = value;
        }
    }
    if (result.detail) {
        json["detail"] = json_of(*result.detail);
    } else if (result.spiking_detail) {
        json["detail"] = json_of(*result.spiking_detail);
    }
}

Json json_of(const Result& result) {
    Json json = {{"schema", kResultSchema},
                 {"version", result.version},
                 {"machine", result.machine},
                 {"workload", result.workload},
                 {"precision", result.precision},
                 {"batch", result.batch},
                 {"seed", result.seed},
                 {"config_hash", result.config_hash},
                 {"fidelity", result.fidelity},
                 {"clock_hz", result.clock.count()},
                 {"cycles", result.cycles.count()},
                 {"latency_s", result.latency.count()},
                 {"throughput_per_s", result.throughput_per_s},
                 {"power_w", result.power.count()},
                 {"utilization", result.utilization},
                 {"energy_j", with_total(result.energy)},
                 {"area_mm2", with_total(result.area)},
                 {"traffic_bytes", object_of(result.traffic)}};
    json["layers"] = Json::array();
    for (const LayerResult& layer : result.layers) {
        json["layers"].push_back(json_of(layer));
    }
    json["events"] = json_of(result.events);
    json["warnings"] = result.warnings;
    add_details(json, result);
    return json;
}

/// Names that are not UTF-8 keep the file legal.
std::string text_of(const Json& json) {
    return json.dump(indentation, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace

std::string to_json(const Result& result) {
    return text_of(json_of(result));
}

std::string to_json(const std::vector<Result>& results) {
    Json list = Json::array();
    for (const Result& result : results) {
        list.push_back(json_of(result));
    }
    return text_of(list);
}

void write_result(const std::filesystem::path& path, const Result& result) {
    write_file(path, to_json(result));
}

} // namespace lodestone::report
