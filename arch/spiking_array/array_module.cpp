// SPDX-License-Identifier: Apache-2.0
// Processes of the SystemC model.
#include "arch/spiking_array/array_module.hpp"

#include "sim/run/runner.hpp"

#include <algorithm>
#include <string>

namespace lodestone::spiking_array {

namespace {

std::string core_name(GridPosition at) {
    return "core_" + std::to_string(at.row) + "_" + std::to_string(at.col);
}

} // namespace

CoreModule::CoreModule(sc_core::sc_module_name name, ArrayModule& array, std::uint32_t core)
    : sc_module(name), array_(array), core_(core) {
    SC_HAS_PROCESS(CoreModule);
    SC_METHOD(run_tick);
    sensitive << array_.tick_begins_;
    dont_initialize();
}

void CoreModule::run_tick() {
    array_.activate([this] {
        std::uint32_t axon_events = 0;
        const auto fired = array_.spikes_.tick_core(core_, axon_events);
        const spec::SpikingCoreTiming& timing = array_.spec_.core_timing;
        const std::uint64_t visited = timing.visits == spec::AxonVisits::all ? array_.spec_.axons : axon_events;
        const std::uint64_t row = visited * timing.per_axon.count() + timing.per_row.count();
        const std::uint64_t node = array_.spec_.mesh().at(array_.spikes_.position(core_)).index();
        for (const std::uint16_t neuron : fired) {
            if (!array_.spikes_.is_connected(core_, neuron)) {
                continue;
            }
            const std::uint64_t leaves = (std::uint64_t{neuron} + 1) * row + timing.spike_exit.count();
            const GridPosition to = array_.spikes_.destination(core_, neuron);
            array_.packets_.push_back({.source = static_cast<std::uint32_t>(node),
                                       .destination = array_.spec_.mesh().at(to).value,
                                       .leaves = static_cast<std::uint32_t>(leaves)});
            array_.senders_.push_back({.core = core_, .neuron = neuron});
        }
        const std::uint64_t work = array_.spec_.neurons * row + timing.per_tick.count();
        array_.timing_.longest_core = std::max(array_.timing_.longest_core, Cycles(work));
        array_.core_end_ = std::max(array_.core_end_, work);
        array_.cores_have_fired_.notify(sc_core::SC_ZERO_TIME);
    });
}

SpikeMeshModule::SpikeMeshModule(sc_core::sc_module_name name, ArrayModule& array) : sc_module(name), array_(array) {
    SC_HAS_PROCESS(SpikeMeshModule);
    SC_METHOD(carry);
    sensitive << array_.cores_have_fired_;
    dont_initialize();
    SC_METHOD(deliver);
    sensitive << array_.all_arrived_;
    dont_initialize();
}

void SpikeMeshModule::carry() {
    array_.activate([this] {
        const TrafficTiming traffic = array_.mesh_timing_.carry(array_.packets_);
        array_.last_delivery_ = traffic.last_delivery.count();
        array_.timing_.last_delivery = std::max(array_.timing_.last_delivery, traffic.last_delivery);
        array_.timing_.source_stall += traffic.source_stall;
        array_.timing_.colliding_ticks += traffic.collided ? 1U : 0U;
        const Cycles moment = std::min(traffic.last_delivery, array_.timing_.tick_period);
        array_.all_arrived_.notify(array_.clock_.time(moment));
    });
}

void SpikeMeshModule::deliver() {
    array_.activate([this] {
        const std::uint64_t period = array_.timing_.tick_period.count();
        const auto arrivals = array_.mesh_timing_.arrivals();
        for (std::size_t p = 0; p < arrivals.size(); ++p) {
            const auto [core, neuron] = array_.senders_[p];
            const std::uint64_t slot_is_read = period * (std::uint64_t{array_.spikes_.delay(core, neuron)} + 1);
            if (arrivals[p] > slot_is_read && !array_.spikes_.leaves_array(core, neuron)) {
                array_.spikes_.lose(core, neuron);
            } else {
                array_.spikes_.send(core, neuron);
            }
        }
        array_.delivered_ = true;
    });
}

ArrayModule::ArrayModule(sc_core::sc_module_name name, SpikingArray& array, const spec::SpikingArraySpec& spec,
                         const SimulationOptions& options)
    : sc_module(name), spikes_(array), spec_(spec), options_(options), clock_(spec.clock), mesh_timing_(spec) {
    timing_.tick_period = spec.tick_period();
    for (std::uint32_t core = 0; core < array.core_count(); ++core) {
        cores_.push_back(std::make_unique<CoreModule>(core_name(array.position(core)).c_str(), *this, core));
    }
    mesh_ = std::make_unique<SpikeMeshModule>("mesh", *this);
    SC_HAS_PROCESS(ArrayModule);
    SC_METHOD(pass_barrier);
}

void ArrayModule::pass_barrier() {
    activate([this] {
        if (in_tick_ && !delivered_) {
            next_trigger(sc_core::SC_ZERO_TIME); // the mesh delivers at this very moment
            return;
        }
        if (in_tick_) {
            end_tick();
        }
        if (run_is_over(spikes_, options_)) {
            return; // nothing is left to happen, so the kernel returns
        }
        begin_tick();
        next_trigger(clock_.time(timing_.tick_period));
    });
}

void ArrayModule::begin_tick() {
    spikes_.begin_tick();
    packets_.clear();
    senders_.clear();
    core_end_ = 0;
    delivered_ = false;
    in_tick_ = true;
    tick_begins_.notify(sc_core::SC_ZERO_TIME);
}

void ArrayModule::end_tick() {
    spikes_.end_tick();
    in_tick_ = false;
    const Cycles length(std::max(core_end_, last_delivery_));
    timing_.longest_tick = std::max(timing_.longest_tick, length);
    timing_.overrun_ticks += length > timing_.tick_period ? 1U : 0U;
    timing_.total += timing_.tick_period;
}

std::vector<std::string> ArrayModule::unfinished() const {
    if (!in_tick_) {
        return {};
    }
    return {"mesh waits for the spikes of tick " + std::to_string(spikes_.tick())};
}

SpikingTiming run_timed(SpikingArray& array, const spec::SpikingArraySpec& machine, const SimulationOptions& options) {
    SpikingTiming timing;
    const run::Runner runner(machine.clock, {});
    const run::Summary summary =
        runner.run([&] { return std::make_unique<ArrayModule>("chip", array, machine, options); },
                   [&](run::Model& model) { timing = dynamic_cast<ArrayModule&>(model).timing(); });
    timing.kernel_events = summary.kernel_events;
    if (timing.longest_tick > Cycles(0)) {
        timing.fastest_tick_rate = Hertz(machine.clock.count() / static_cast<double>(timing.longest_tick.count()));
    }
    return timing;
}

} // namespace lodestone::spiking_array
