// SPDX-License-Identifier: Apache-2.0
// The array without time: cores, their schedulers, and spikes that travel from tick to tick; nothing is ever lost here.
#pragma once

#include "arch/isa/spiking_program.hpp"
#include "arch/spec/spiking_array.hpp"
#include "arch/spiking_array/core.hpp"
#include "arch/spiking_array/mesh.hpp"

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace lodestone::spiking_array {

/// What happened in a run; the inputs of the energy model and of the conservation check.
struct SpikingCounts {
    std::uint64_t ticks = 0;
    std::uint64_t neuron_updates = 0;   ///< neurons that exist x ticks
    std::uint64_t axon_events = 0;      ///< axons with a spike when their tick began
    std::uint64_t synaptic_events = 0;  ///< synapses on those axons
    std::uint64_t spikes = 0;           ///< neurons that crossed their threshold, connected or not
    std::uint64_t inputs = 0;           ///< spikes from outside that reached their axon's slot
    std::uint64_t sent = 0;             ///< spikes of connected neurons
    std::uint64_t delivered = 0;        ///< spikes, inputs included, whose axon's tick has come
    std::uint64_t merged = 0;           ///< of those, the ones that found their axon already active
    std::uint64_t in_flight = 0;        ///< spikes whose axon's tick is still to come
    std::uint64_t in_flight_before = 0; ///< the same when the counting began: behind the warm-up
    std::uint64_t off_chip = 0;         ///< spikes that left at the output bus
    std::uint64_t lost = 0;             ///< spikes too late for their slot after a tick overrun (timing model only)
    std::uint64_t hops = 0;             ///< links passed by the sent spikes
    std::uint64_t chip_crossings = 0;   ///< of those, links between chips

    friend bool operator==(const SpikingCounts&, const SpikingCounts&) = default;
};

/// What happened between two moments of a run; `in_flight` is that of the later one, `in_flight_before` that of the
/// earlier. So in_flight_before + sent + inputs = delivered + in_flight + off_chip + lost.
[[nodiscard]] SpikingCounts counts_between(const SpikingCounts& earlier, const SpikingCounts& later);

/// One entry of the output bus: it shows in row t what was sent during tick t - 1.
struct OutputSpike {
    std::uint64_t row = 0;
    std::uint32_t output = 0;
    friend auto operator<=>(const OutputSpike&, const OutputSpike&) = default;
};

/// One spike of the raster.
struct SpikeRecord {
    std::uint64_t tick = 0;
    std::uint32_t core = 0; ///< index in the array's order: the program's cores, then cores that are only reached
    std::uint16_t neuron = 0;
    friend auto operator<=>(const SpikeRecord&, const SpikeRecord&) = default;
};

/// A tick is begin_tick(), then tick_core() for every core in any order, then send() for every spike of a connected
/// neuron (or lose(), by a model in which time ran out), then end_tick(), which checks conservation. run_tick() does
/// all of it. A program must have passed verify_program().
///
/// Threads divide() the cores among themselves. In each tick they run_part(), one part each; when all have,
/// take_mail(), which brings the spikes from other parts; when all have, one of them end_tick(). Results are the same
/// bytes whatever the parts: a core belongs to one part, an axon that is set twice is set, and what a tick puts out is
/// sorted.
class SpikingArray {
public:
    SpikingArray(const isa::SpikingProgram& program, const spec::SpikingArraySpec& spec, std::uint64_t seed);

    /// Before the first tick. Cores go chip by chip to `parts` parts of about as many neurons; the parts that no core
    /// is left for stay empty. One part when not called, which tick_core() and send() ask for.
    void divide(std::size_t parts);
    [[nodiscard]] std::size_t parts() const { return parts_.size(); }
    void run_part(std::size_t part);
    void take_mail(std::size_t part);

    [[nodiscard]] std::size_t core_count() const { return cores_.size(); }
    [[nodiscard]] GridPosition position(std::size_t core) const { return positions_[core]; }
    [[nodiscard]] std::uint64_t tick() const { return counts_.ticks; }

    void begin_tick();
    /// The neurons that spike in this tick, ascending; valid until the next call.
    std::span<const std::uint16_t> tick_core(std::size_t core, std::uint32_t& axon_events);
    [[nodiscard]] bool is_connected(std::size_t core, std::size_t neuron) const;
    [[nodiscard]] GridPosition destination(std::size_t core, std::size_t neuron) const;
    /// Whole ticks between a spike and the start of the tick that reads it, besides the one it was sent in.
    [[nodiscard]] std::uint32_t delay(std::size_t core, std::size_t neuron) const;
    [[nodiscard]] bool leaves_array(std::size_t core, std::size_t neuron) const;
    void send(std::size_t core, std::size_t neuron);
    void lose(std::size_t core, std::size_t neuron);
    void end_tick();

    void run_tick();

    /// True when no spike is under way, no input is to come, and no core would change by itself.
    [[nodiscard]] bool is_silent() const;
    /// `hops` and `chip_crossings` are summed here, from the spikes of each neuron and its route.
    [[nodiscard]] SpikingCounts counts() const;
    /// What happens before the end of tick `ticks` - 1 is left out of counts_after_warm_up().
    void warm_up(std::uint64_t ticks) { warm_up_ticks_ = ticks; }
    [[nodiscard]] SpikingCounts counts_after_warm_up() const { return counts_between(warm_, counts()); }
    [[nodiscard]] LinkLoads link_loads() const;
    /// Ordered by row, then output.
    [[nodiscard]] const std::vector<OutputSpike>& outputs() const { return outputs_; }
    [[nodiscard]] std::vector<std::uint32_t> spike_counts(std::size_t core) const; ///< by neuron
    [[nodiscard]] std::span<const std::int32_t> potentials(std::size_t core) const { return cores_[core].potentials(); }
    /// From now on, tick by tick until more than `most` are kept or `last_tick` has passed.
    void record_spikes(std::uint64_t most, std::uint64_t last_tick);
    /// Rising.
    [[nodiscard]] const std::vector<SpikeRecord>& spikes() const { return spikes_; }

private:
    /// Where the spikes of a neuron go, and how many went.
    struct Target {
        std::uint32_t core = 0; ///< index, or one of the two below
        std::uint16_t axon = 0;
        std::uint16_t delay = 0;
        std::uint32_t spikes = 0;
    };
    static constexpr std::size_t cache_line = 64;
    static constexpr std::uint32_t to_bus = 0xFFFFFFFFU;
    static constexpr std::uint32_t to_nowhere = 0xFFFFFFFEU;

    struct PendingInput {
        std::uint64_t tick;
        std::uint32_t core;
        std::uint16_t axon;
    };

    /// Cores that one thread advances, and what it alone writes; on cache lines of its own.
    struct alignas(cache_line) Part {
        std::vector<std::uint32_t> cores;   ///< in the order in which they run
        SpikingCounts counts;               ///< of its cores: spikes in flight are the receiver's; no ticks, no hops
        std::vector<std::uint64_t> pending; ///< spikes by slot
        std::vector<std::uint64_t> pending_merged;
        std::uint64_t read_bits = 0;     ///< axon bits read in this tick
        std::vector<std::size_t> inputs; ///< to its cores, in inputs_
        std::size_t next_input = 0;
        std::vector<OutputSpike> outputs; ///< of this tick
        std::vector<SpikeRecord> spikes;  ///< of this tick, when recording
        std::vector<std::uint16_t> fired;
        std::vector<std::size_t>
            fired_before;           ///< neurons of the core before; their targets are on the way into the cache
        std::vector<Target> outbox; ///< targets of the core before that; their axon words are on the way
        std::vector<std::vector<Target>> mail; ///< of this tick to each part
    };

    [[nodiscard]] std::uint32_t core_at(std::uint32_t x, std::uint32_t y);
    void add_cores(const isa::SpikingProgram& program, std::uint64_t seed);
    void add_targets(const isa::SpikingProgram& program);
    void add_inputs(const isa::SpikingProgram& program);
    [[nodiscard]] std::vector<std::uint32_t> cores_by_chip() const;
    [[nodiscard]] bool is_of(const Part& part, std::uint32_t core) const {
        return parts_.size() == 1 || &parts_[part_of_[core]] == &part;
    }
    void begin_part(Part& part);
    void activate(Part& part, std::size_t slot, std::uint32_t core, std::uint32_t axon);
    std::span<std::uint64_t> axon_bits(std::size_t core);
    /// tick_core() without counting the spikes of each neuron.
    CoreActivity fire(Part& part, std::size_t core);
    /// The axon word that a spike to `target` sets, on its way into the cache.
    void prefetch(const Target& target) const;
    void deliver(Part& part, const Target& target);
    void pass_outboxes(Part& part);
    void end_part(Part& part);
    [[nodiscard]] std::size_t slot_after(std::uint64_t ticks) const { return (counts_.ticks + ticks) % slots_; }

    spec::SpikingArraySpec spec_;
    NeuronContext context_;
    ParameterPool pool_;
    std::vector<SpikingCore> cores_;
    std::vector<GridPosition> positions_;
    std::unordered_map<std::uint64_t, std::uint32_t> index_of_; ///< by position; never iterated
    std::vector<std::size_t> first_neuron_;                     ///< by core, into targets_; one entry more
    std::vector<Target> targets_;
    GridPosition bus_;
    std::size_t words_;     ///< of 64 axon bits
    std::size_t slots_ = 0; ///< ring of axon bits: one per tick a spike can be under way, one being read
    AlignedVector<std::uint64_t> axon_bits_; ///< [slot][core][word]
    std::uint64_t neuron_total_ = 0;
    std::vector<PendingInput> inputs_; ///< by tick
    std::vector<Part> parts_;
    std::vector<std::uint32_t> part_of_; ///< by core
    SpikingCounts counts_;               ///< of all parts; no hops
    std::uint64_t warm_up_ticks_ = 0;
    SpikingCounts warm_; ///< counts at the end of the warm-up
    std::vector<OutputSpike> outputs_;
    bool recording_ = false;
    std::uint64_t most_records_ = 0;
    std::uint64_t last_recorded_tick_ = 0;
    std::vector<SpikeRecord> spikes_;
};

} // namespace lodestone::spiking_array
