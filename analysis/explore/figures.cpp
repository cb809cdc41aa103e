// SPDX-License-Identifier: Apache-2.0
// Results to flat lists of numbers.
#include "analysis/explore/figures.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <array>

namespace lodestone::explore {
namespace {

/// Parts of an object of the result file, "total" first.
std::vector<std::string> parts(const std::string& object, const std::vector<std::string>& names) {
    std::vector<std::string> keys{object + ".total"};
    for (const std::string& name : names) {
        keys.push_back(object + "." + name);
    }
    return keys;
}

std::vector<std::string> make_keys() {
    const std::vector<std::string> energies{"mac",  "vector", "neuron", "synapse", "sram",   "noc",
                                            "dram", "flash",  "io",     "clock",   "leakage"};
    std::vector<std::string> keys{"clock_hz", "cycles", "latency_s", "throughput_per_s", "power_w", "utilization"};
    const auto add = [&keys](const std::vector<std::string>& more) {
        keys.insert(keys.end(), more.begin(), more.end());
    };
    add(parts("energy_j", energies));
    add(parts("area_mm2", {"core_memory", "core_buffers", "matrix_unit", "vector_unit", "networks", "frame_buffer",
                           "cores", "periphery", "unmodelled"}));
    for (const char* name : {"sram_read", "sram_write", "noc", "dram_read", "dram_write", "flash_read", "io"}) {
        keys.push_back("traffic_bytes." + std::string(name));
    }
    add({"voltage_v",
         "steady_state.period_cycles",
         "steady_state.utilization",
         "steady_state.energy_per_inference_j.total",
         "clock_limits_hz.matrix_unit",
         "clock_limits_hz.core_memory",
         "clock_limits_hz.wires",
         "clock_headroom",
         "ticks",
         "spikes",
         "synaptic_events",
         "neuron_updates",
         "hops",
         "tick_rate_hz",
         "energy_per_frame_j",
         "cores_in_use",
         "power_of_used_cores_w",
         "area_of_used_cores_mm2",
         "fastest_tick_rate_hz",
         "kernel_events"});
    // of multiply-accumulate units, as in the JSON of `lodestone mac`
    add({"gates", "area_um2", "delay_ns", "energy_fj", "accumulator_bits", "latency_cycles", "sqnr_db.uniform",
         "sqnr_db.normal", "sqnr_db.laplace", "sqnr_db.student_t", "dot_sqnr_db"});
    return keys;
}

template <class T>
void add_parts(Figures& figures, const std::string& object, const report::Named<T>& values, bool with_total) {
    if (with_total) {
        figures.emplace_back(object + ".total", static_cast<double>(report::sum(values).count()));
    }
    for (const auto& [name, value] : values) {
        figures.emplace_back(object + "." + name, static_cast<double>(value.count()));
    }
}

void add_dense(Figures& figures, const report::Result& result) {
    figures.emplace_back("steady_state.period_cycles", static_cast<double>(result.steady.period.count()));
    figures.emplace_back("steady_state.utilization", result.steady.utilization);
    figures.emplace_back("steady_state.energy_per_inference_j.total",
                         report::sum(result.steady.energy_per_inference).count());
    add_parts(figures, "clock_limits_hz", result.clock_limits, false);
    if (!result.clock_limits.empty()) {
        const auto lowest =
            std::ranges::min_element(result.clock_limits, {}, [](const auto& limit) { return limit.second; });
        figures.emplace_back("clock_headroom", lowest->second / result.clock);
    }
}

void add_spiking(Figures& figures, const report::Result& result) {
    const report::SpikingFigures& spiking = *result.spiking;
    for (const char* name : {"ticks", "spikes", "synaptic_events", "neuron_updates", "hops"}) {
        figures.emplace_back(name, static_cast<double>(result.events.spiking.at(name)));
    }
    figures.emplace_back("tick_rate_hz", spiking.tick_rate.count());
    figures.emplace_back("energy_per_frame_j", spiking.energy_per_frame.count());
    figures.emplace_back("cores_in_use", static_cast<double>(spiking.cores_in_use));
    figures.emplace_back("power_of_used_cores_w", spiking.power_of_used_cores.count());
    if (spiking.fastest_tick_rate.count() > 0) {
        figures.emplace_back("fastest_tick_rate_hz", spiking.fastest_tick_rate.count());
    }
}

} // namespace

const std::vector<std::string>& figure_keys() {
    static const std::vector<std::string> keys = make_keys();
    return keys;
}

std::string unit_of_figure(const std::string& key) {
    const std::string object = key.substr(0, key.find('.'));
    const std::string name = object == "steady_state" ? key.substr(object.size() + 1) : object;
    const std::string stem = name.substr(0, name.find('.'));
    constexpr std::array<std::pair<const char*, const char*>, 10> endings{{{"_per_s", "Hz"},
                                                                           {"_mm2", "mm2"},
                                                                           {"_um2", "um2"},
                                                                           {"_hz", "Hz"},
                                                                           {"_bytes", "B"},
                                                                           {"_j", "J"},
                                                                           {"_fj", "fJ"},
                                                                           {"_w", "W"},
                                                                           {"_v", "V"},
                                                                           {"_ns", "ns"}}};
    for (const auto& [ending, unit] : endings) {
        if (stem.ends_with(ending)) {
            return unit;
        }
    }
    return stem.ends_with("_s") ? "s" : "";
}

Figures figures_of(const report::Result& result) {
    Figures figures{{"clock_hz", result.clock.count()},    {"cycles", static_cast<double>(result.cycles.count())},
                    {"latency_s", result.latency.count()}, {"throughput_per_s", result.throughput_per_s},
                    {"power_w", result.power.count()},     {"utilization", result.utilization}};
    add_parts(figures, "energy_j", result.energy, true);
    add_parts(figures, "area_mm2", result.area, true);
    add_parts(figures, "traffic_bytes", result.traffic, false);
    figures.emplace_back("voltage_v", result.voltage.count());
    if (result.spiking) {
        add_spiking(figures, result);
    } else {
        add_dense(figures, result);
    }
    figures.emplace_back("kernel_events", static_cast<double>(result.kernel_events));
    return figures;
}

void sort_by_keys(Figures& figures) {
    const std::vector<std::string>& keys = figure_keys();
    const auto position = [&keys](const auto& figure) { return std::ranges::find(keys, figure.first) - keys.begin(); };
    std::ranges::stable_sort(figures, {}, position);
}

std::optional<double> find_figure(const Figures& figures, const std::string& key) {
    const auto found = std::ranges::find(figures, key, &std::pair<std::string, double>::first);
    return found == figures.end() ? std::nullopt : std::optional(found->second);
}

Figures weighted_mean(const std::vector<Figures>& runs, const std::vector<double>& weights) {
    check_invariant(!runs.empty() && runs.size() == weights.size(), "every run of a point has a weight");
    if (runs.size() == 1) {
        return runs.front();
    }
    double total = 0;
    for (const double weight : weights) {
        total += weight;
    }
    Figures mean;
    for (const auto& [key, first] : runs.front()) {
        double sum = first * weights.front();
        bool is_everywhere = true;
        for (std::size_t i = 1; i < runs.size(); ++i) {
            const auto value = find_figure(runs[i], key);
            is_everywhere = is_everywhere && value.has_value();
            sum += value.value_or(0) * weights[i];
        }
        if (is_everywhere) {
            mean.emplace_back(key, sum / total);
        }
    }
    return mean;
}

} // namespace lodestone::explore
