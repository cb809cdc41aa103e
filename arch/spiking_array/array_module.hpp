// SPDX-License-Identifier: Apache-2.0
// The SystemC model of the array: tick barrier, one module per core, the mesh; it carries time, the array the spikes.
#pragma once

#include "arch/spiking_array/array.hpp"
#include "arch/spiking_array/mesh_timing.hpp"
#include "arch/spiking_array/timed_run.hpp"
#include "sim/kernel/cycle_clock.hpp"
#include "sim/run/model.hpp"

#include <systemc>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace lodestone::spiking_array {

class ArrayModule;

/// A core works row by row. At the start of a tick it takes its axon bits and offers the spike of row n to the mesh
/// (n + 1) * (A * per_axon + per_row) + spike_exit cycles later, A being the axons it visits.
class CoreModule : public sc_core::sc_module {
public:
    CoreModule(sc_core::sc_module_name name, ArrayModule& array, std::uint32_t core);

private:
    void run_tick();

    ArrayModule& array_;
    std::uint32_t core_;
};

/// Carries the packets of a tick after the cores have offered them, and delivers them when the last one has arrived
/// or the tick is over.
class SpikeMeshModule : public sc_core::sc_module {
public:
    SpikeMeshModule(sc_core::sc_module_name name, ArrayModule& array);

private:
    void carry();
    void deliver();

    ArrayModule& array_;
};

/// The tick barrier and the modules under it. Every period it checks that all cores are done and all spikes have
/// arrived (else the tick has overrun; spikes too late for their slot are lost, as on the chip), and starts the next.
class ArrayModule final : public sc_core::sc_module, public run::Model {
public:
    ArrayModule(sc_core::sc_module_name name, SpikingArray& array, const spec::SpikingArraySpec& spec,
                const SimulationOptions& options);

    [[nodiscard]] const SpikingTiming& timing() const { return timing_; }
    [[nodiscard]] std::vector<std::string> unfinished() const override;

private:
    friend class CoreModule;
    friend class SpikeMeshModule;

    /// A packet and the neuron that sent it.
    struct Sender {
        std::uint32_t core;
        std::uint16_t neuron;
    };

    void pass_barrier();
    void begin_tick();
    void end_tick();

    SpikingArray& spikes_;
    spec::SpikingArraySpec spec_;
    SimulationOptions options_;
    kernel::CycleClock clock_;
    sc_core::sc_event tick_begins_;
    sc_core::sc_event cores_have_fired_;
    sc_core::sc_event all_arrived_;
    MeshTiming mesh_timing_;
    std::vector<SpikePacket> packets_; ///< of this tick
    std::vector<Sender> senders_;
    std::uint64_t core_end_ = 0; ///< cycle in which the last core of this tick ends
    std::uint64_t last_delivery_ = 0;
    bool in_tick_ = false;
    bool delivered_ = false; ///< the packets of this tick
    SpikingTiming timing_;
    std::vector<std::unique_ptr<CoreModule>> cores_;
    std::unique_ptr<SpikeMeshModule> mesh_;
};

} // namespace lodestone::spiking_array
