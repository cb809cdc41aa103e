// SPDX-License-Identifier: Apache-2.0
// Layers, energies and details of results as JSON.
#include "analysis/page/run_data.hpp"

#include "analysis/page/document.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace lodestone::page {
namespace {

using nlohmann::ordered_json;
using report::LayerDetail;
using report::LayerResult;
using report::Result;

ordered_json parts_of(const report::Named<Joules>& energy) {
    ordered_json parts = ordered_json::array();
    for (const auto& [name, joules] : energy) {
        parts.push_back({name, joules.count()});
    }
    return parts;
}

ordered_json layers_of(const Result& result) {
    ordered_json layers = ordered_json::array();
    const std::vector<Cycles> begins = layer_begins(result);
    for (std::size_t i = 0; i < result.layers.size(); ++i) {
        const LayerResult& layer = result.layers[i];
        layers.push_back({{"name", layer.name},
                          {"op", layer.op},
                          {"begin", begins[i].count()},
                          {"cycles", layer.cycles.count()},
                          {"utilization", layer.utilization},
                          {"bound_by", layer.bound_by},
                          {"energy", parts_of(layer.energy)}});
    }
    return layers;
}

/// One text per layer of one kind of count.
ordered_json texts_of(const report::RunDetail& detail, report::Counts LayerDetail::*kind) {
    ordered_json texts = ordered_json::array();
    for (const LayerDetail& layer : detail.layers) {
        texts.push_back(report::to_text(layer.*kind));
    }
    return texts;
}

ordered_json memory_of(const report::RunDetail& detail) {
    ordered_json memory{{"capacity", detail.memory_capacity.count()},
                        {"weights", detail.weights.count()},
                        {"home", ordered_json::array()},
                        {"gathered", ordered_json::array()}};
    for (const LayerDetail& layer : detail.layers) {
        memory["home"].push_back(layer.home.count());
        memory["gathered"].push_back(layer.gathered.count());
    }
    return memory;
}

bool has_traffic(const report::Counts& flits) {
    return std::ranges::any_of(flits, [](std::uint64_t count) { return count > 0; });
}

/// Units of the cores and links of the networks; a network that carried nothing, or nobody counted, is absent.
ordered_json maps_of(const report::RunDetail& detail) {
    ordered_json maps{{"rows", detail.grid.rows}, {"cols", detail.grid.cols}, {"units", ordered_json::object()}};
    maps["units"]["matrix"] = texts_of(detail, &LayerDetail::matrix_busy);
    maps["units"]["vector"] = texts_of(detail, &LayerDetail::vector_busy);
    maps["networks"]["activation"] = texts_of(detail, &LayerDetail::activation_flits);
    const std::pair<const char*, report::Counts LayerDetail::*> others[] = {
        {"model", &LayerDetail::model_flits}, {"partial_sum", &LayerDetail::partial_sum_flits}};
    for (const auto& [name, flits] : others) {
        if (std::ranges::any_of(detail.layers, [&](const LayerDetail& layer) { return has_traffic(layer.*flits); })) {
            maps["networks"][name] = texts_of(detail, flits);
        }
    }
    return maps;
}

ordered_json spiking_of(const report::SpikingDetail& detail, const report::SpikingFigures& figures) {
    ordered_json json{{"rows", detail.mesh.rows},
                      {"cols", detail.mesh.cols},
                      {"ticks", detail.ticks},
                      {"tick_rate_hz", figures.tick_rate.count()},
                      {"neurons", detail.neurons},
                      {"spikes", report::to_text(detail.spikes)},
                      {"packets", report::to_text(detail.link_packets)},
                      {"routers", report::to_text(report::steps_of(detail.routers))},
                      {"raster", ordered_json::array()}};
    for (const report::Counts& tick : detail.raster) {
        json["raster"].push_back(report::to_text(report::steps_of(tick)));
    }
    return json;
}

ordered_json json_of(const Result& result) {
    ordered_json json{{"precision", result.precision},
                      {"clock_hz", result.clock.count()},
                      {"cycles", result.cycles.count()},
                      {"energy", parts_of(result.energy)},
                      {"inference", parts_of(result.steady.energy_per_inference)},
                      {"layers", layers_of(result)}};
    if (result.detail) {
        json["memory"] = memory_of(*result.detail);
    }
    if (result.spiking && result.spiking_detail) {
        json["spiking"] = spiking_of(*result.spiking_detail, *result.spiking);
    }
    if (has_maps(result)) {
        json["maps"] = maps_of(*result.detail);
    }
    return json;
}

} // namespace

std::vector<Cycles> layer_begins(const Result& result) {
    std::vector<Cycles> begins{Cycles(0)};
    for (const LayerResult& layer : result.layers) {
        begins.push_back(begins.back() + layer.cycles);
    }
    return begins;
}

bool has_maps(const Result& result) {
    return result.detail && std::ranges::any_of(result.detail->layers, [](const LayerDetail& layer) {
               return !layer.matrix_busy.empty() && !layer.activation_flits.empty();
           });
}

std::string run_data(const std::vector<compare::NamedResult>& results) {
    ordered_json list = ordered_json::array();
    for (const compare::NamedResult& entry : results) {
        list.push_back(json_of(entry.result));
    }
    return script_json(list);
}

} // namespace lodestone::page
