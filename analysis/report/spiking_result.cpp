// SPDX-License-Identifier: Apache-2.0
// Sums, ratios and prices of a spiking run.
#include "analysis/report/spiking_result.hpp"

#include "analysis/report/table.hpp"
#include "sim/base/error.hpp"

namespace lodestone::report {
namespace {

std::uint64_t count(const isa::EventCounts& events, const char* name) {
    const auto found = events.spiking.find(name);
    return found == events.spiking.end() ? 0 : found->second;
}

double ratio_of(double part, double whole) {
    return whole == 0 ? 0 : part / whole;
}

void add_power(Result& result, const SpikingRunFacts& facts, Hertz tick_rate) {
    const auto& array = std::get<spec::SpikingArraySpec>(facts.machine.family);
    cost::SpikingOperatingPoint point{.voltage = facts.machine.voltage, .tick_rate = tick_rate};
    const cost::SpikingPower power = cost::average_power(facts.events, array, facts.technology, point);
    result.power = power.total();
    for (const auto& [name, drawn] : Named<Watts>{{"sram", power.memory},
                                                  {"neuron", power.neurons},
                                                  {"synapse", power.synapses},
                                                  {"noc", power.hops},
                                                  {"leakage", power.leakage}}) {
        result.energy.emplace_back(name, energy(drawn, result.latency));
    }
    point.powered_cores = facts.cores_in_use;
    result.spiking->power_of_used_cores = cost::average_power(facts.events, array, facts.technology, point).total();
}

void add_warnings(Result& result) {
    const std::uint64_t overrun = count(result.events, "overrun_ticks");
    if (overrun != 0) {
        result.warnings.push_back(
            "tick_overrun: " + std::to_string(overrun) + " ticks did not end within their period, " +
            std::to_string(count(result.events, "lost")) + " spikes were lost; the fastest safe tick rate is " +
            significant(result.spiking->fastest_tick_rate.count()) + " Hz");
    }
}

} // namespace

Result build_spiking_result(const SpikingRunFacts& facts, const RunIdentity& identity) {
    const auto& array = std::get<spec::SpikingArraySpec>(facts.machine.family);
    const auto ticks = static_cast<double>(count(facts.events, "ticks"));
    check_invariant(ticks > 0, "a result describes a run of at least one tick");
    Result result;
    result.version = identity.version;
    result.machine = facts.machine.name;
    result.workload = facts.workload;
    result.precision = "w" + std::to_string(array.weight_bits) + "a1";
    result.batch = facts.frames;
    result.seed = identity.seed;
    result.config_hash = identity.config_hash;
    result.fidelity = identity.fidelity;
    result.clock = array.clock;
    result.voltage = facts.machine.voltage;
    result.events = facts.events;
    result.cycles = facts.events.elapsed;
    const bool has_overrun = count(facts.events, "overrun_ticks") != 0;
    result.latency =
        has_overrun ? duration(facts.events.elapsed, array.clock) : Seconds(ticks / array.tick_rate.count());
    const Hertz tick_rate(ticks / result.latency.count());
    result.throughput_per_s = static_cast<double>(facts.frames) / result.latency.count();
    const double synapses = static_cast<double>(array.axons) * array.neurons * array.mesh().size();
    result.utilization = static_cast<double>(count(facts.events, "synaptic_events")) / (synapses * ticks);
    result.spiking = SpikingFigures{
        .tick_rate = tick_rate, .cores_in_use = facts.cores_in_use, .fastest_tick_rate = facts.fastest_tick_rate};
    add_power(result, facts, tick_rate);
    result.spiking->energy_per_frame = sum(result.energy) / static_cast<double>(facts.frames);
    const cost::SpikingArea area = cost::area(array, facts.technology);
    result.area = {{"cores", area.cores}, {"periphery", area.periphery}};
    add_warnings(result);
    return result;
}

std::string spiking_table(const Result& result) {
    check_invariant(result.spiking.has_value(), "the table is one of a spiking run");
    const SpikingFigures& figures = *result.spiking;
    const auto events = [&result](const char* name) { return static_cast<double>(count(result.events, name)); };
    Table table({{.title = "figure", .unit = "", .align = Align::left},
                 {.title = "value", .unit = ""},
                 {.title = "unit", .unit = "", .align = Align::left}});
    const auto number = [&](const char* name) {
        table.add_row({name, std::to_string(count(result.events, name)), ""});
    };
    table.add_row({"cores in use", std::to_string(figures.cores_in_use), ""});
    for (const char* name : {"ticks", "neuron_updates", "spikes", "synaptic_events", "hops"}) {
        number(name);
    }
    table.add_row({"tick rate", significant(figures.tick_rate.count()), "Hz"});
    if (figures.fastest_tick_rate.count() > 0) {
        table.add_row({"fastest safe tick rate", significant(figures.fastest_tick_rate.count()), "Hz"});
    }
    const double mean_rate = ratio_of(events("spikes"), events("neuron_updates")) * figures.tick_rate.count();
    table.add_row({"mean rate of a neuron", significant(mean_rate), "Hz"});
    table.add_row({"hops of a spike", significant(ratio_of(events("hops"), events("sent"))), ""});
    table.add_rule();
    constexpr double milli = 1e-3;
    for (const auto& [name, part] : result.energy) {
        table.add_row({"power, " + name, significant(part.count() / result.latency.count() / milli), "mW"});
    }
    table.add_row({"power of the array", significant(result.power.count() / milli), "mW"});
    table.add_row({"power of the cores in use", significant(figures.power_of_used_cores.count() / milli), "mW"});
    table.add_row({"energy per frame", significant(figures.energy_per_frame.count() / milli), "mJ"});
    table.add_row({"frames", std::to_string(result.batch), ""});
    table.add_row({"frame rate", significant(result.throughput_per_s), "1/s"});
    table.add_row({"area", significant(sum(result.area).count()), "mm2"});
    std::string text = result.workload + " on " + result.machine + ", " + result.fidelity + "\n" + table.to_text();
    for (const std::string& warning : result.warnings) {
        text += "warning: " + warning + "\n";
    }
    return text;
}

} // namespace lodestone::report
