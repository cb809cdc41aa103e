// SPDX-License-Identifier: Apache-2.0
// Times of the SystemC model: core rows, hops, merging, back-pressure, chip boundary, tick barrier and overrun.
#include "arch/spiking_array/mesh_timing.hpp"
#include "arch/spiking_array/simulate.hpp"
#include "sim/base/error.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <vector>

using namespace lodestone;
using namespace lodestone::spiking_array;

namespace {

spec::SpikingArraySpec machine_of(GridShape cores, GridShape chips = {1, 1}) {
    spec::SpikingArraySpec machine;
    machine.cores = cores;
    machine.chips = chips;
    return machine;
}

isa::SpikingCoreProgram relay_core(const isa::SpikingProgram& program, std::uint32_t x, std::uint32_t y) {
    isa::SpikingCoreProgram core;
    core.x = x;
    core.y = y;
    isa::SpikingNeuron neuron;
    neuron.weights = {1, 1, 1, 1};
    neuron.destination.connected = false;
    core.neurons.assign(256, neuron);
    core.synapses.assign(256 * program.words_per_row(), 0);
    return core;
}

/// A core at (0, 0) whose neuron `neuron` repeats axon 0 and sends to (dx, dy); `active` axons spike in tick 0.
isa::SpikingProgram one_spike(std::uint32_t neuron, std::int16_t dx, std::int16_t dy, std::uint16_t active) {
    isa::SpikingProgram program;
    program.columns = 8;
    program.rows = 8;
    isa::SpikingCoreProgram core = relay_core(program, 0, 0);
    isa::connect(program, core, 0, neuron);
    core.neurons[neuron].destination = {.dx = dx, .dy = dy, .axon = 3};
    program.cores.push_back(core);
    for (std::uint16_t axon = 0; axon < active; ++axon) {
        program.inputs.push_back({.tick = 0, .axon = axon});
    }
    return program;
}

SpikingTiming timing_of(const isa::SpikingProgram& program, const spec::SpikingArraySpec& machine,
                        std::uint64_t ticks = 2) {
    return *simulate(program, machine, {.fidelity = Fidelity::event, .ticks = ticks}).timing;
}

} // namespace

TEST_CASE("a core that visits A of its axons takes N (A + 2) + 5 cycles", "[system][spiking]") {
    CHECK(timing_of(one_spike(0, 1, 0, 7), machine_of({8, 8})).longest_core == Cycles(256 * (7 + 2) + 5));
    spec::SpikingArraySpec all = machine_of({8, 8});
    all.core_timing.visits = spec::AxonVisits::all;
    CHECK(timing_of(one_spike(0, 1, 0, 7), all).longest_core == Cycles(256 * (256 + 2) + 5));
}

TEST_CASE("the spike of row n leaves at (n + 1)(A + 2) + 10 and takes 2 cycles a hop", "[system][spiking]") {
    const std::uint64_t leaves = (200 + 1) * (4 + 2) + 10;
    const std::uint64_t routers = 3 + 2 + 1; // ports on the way, the one into the core included
    CHECK(timing_of(one_spike(200, 3, 2, 4), machine_of({8, 8})).last_delivery == Cycles(leaves + 2 * routers));
}

TEST_CASE("the longest tick is the fastest safe one", "[system][spiking]") {
    spec::SpikingArraySpec machine = machine_of({8, 8});
    const auto program = one_spike(255, 7, 7, 10);
    const SpikingTiming timing = timing_of(program, machine);
    REQUIRE(timing.longest_tick == std::max(timing.longest_core, timing.last_delivery));
    CHECK(timing.fastest_tick_rate.count() ==
          Approx(machine.clock.count() / static_cast<double>(timing.longest_tick.count())));

    machine.clock = Hertz(1e6);
    machine.tick_rate = Hertz(1e6 / static_cast<double>(timing.longest_tick.count()));
    CHECK_FALSE(timing_of(program, machine).has_overrun());
    machine.tick_rate = Hertz(1e6 / static_cast<double>(timing.longest_tick.count() - 1));
    CHECK(timing_of(program, machine).overrun_ticks == 1); // the tick with the inputs; the next one is short
}

TEST_CASE("a run lasts its ticks, whatever happens in them", "[system][spiking]") {
    const spec::SpikingArraySpec machine = machine_of({8, 8});
    const SpikingTiming timing = timing_of(one_spike(0, 1, 0, 1), machine, 10);
    CHECK(timing.tick_period == machine.tick_period());
    CHECK(timing.total == machine.tick_period() * 10);
}

TEST_CASE("a spike that arrives after its slot was read is lost and counted", "[system][spiking]") {
    spec::SpikingArraySpec machine = machine_of({8, 8});
    machine.clock = Hertz(1e6);
    auto program = one_spike(255, 7, 7, 200);
    const SpikingTiming safe = timing_of(program, machine);
    machine.tick_rate = Hertz(1e6 / static_cast<double>(safe.last_delivery.count() - 1));
    const SpikingResult late = simulate(program, machine, {.fidelity = Fidelity::event, .ticks = 3});
    CHECK(late.timing->has_overrun());
    CHECK(late.counts.lost == 1);
    CHECK(late.counts.sent == 1);
    CHECK(late.counts.delivered == late.counts.inputs);
    program.cores[0].neurons[255].destination.delay = 1; // one more tick to arrive
    const SpikingResult in_time = simulate(program, machine, {.fidelity = Fidelity::event, .ticks = 4});
    CHECK(in_time.timing->has_overrun());
    CHECK(in_time.counts.lost == 0);
    CHECK(in_time.counts.delivered == in_time.counts.inputs + 1);
}

TEST_CASE("two packets that meet at a port leave it two cycles apart, first come first", "[system][spiking]") {
    const spec::SpikingArraySpec machine = machine_of({3, 3});
    const auto node = [&](std::uint32_t row, std::uint32_t col) { return machine.mesh().at({row, col}).value; };
    MeshTiming mesh(machine);
    // From the west and from the north into the core in the middle, both at its local port in cycle 12.
    const std::vector<SpikePacket> packets = {{.source = node(0, 1), .destination = node(1, 1), .leaves = 11},
                                              {.source = node(1, 0), .destination = node(1, 1), .leaves = 10}};
    CHECK_FALSE(mesh.carry(packets).collided);
    CHECK(mesh.arrivals()[1] == 10 + 2 + 2);
    CHECK(mesh.arrivals()[0] == 10 + 2 + 2 + 2); // there in cycle 13, the port is free in cycle 14
}

TEST_CASE("a full buffer holds up the port before it and in the end the core", "[system][spiking]") {
    spec::SpikingArraySpec machine = machine_of({1, 3});
    machine.router.buffer_packets = 1;
    MeshTiming mesh(machine);
    std::vector<SpikePacket> packets;
    for (std::uint32_t source = 0; source < 2; ++source) { // both cores send to the third one, a packet a cycle each
        for (std::uint32_t i = 0; i < 20; ++i) {
            packets.push_back({.source = source, .destination = 2, .leaves = i});
        }
    }
    const TrafficTiming traffic = mesh.carry(packets);
    CHECK(traffic.collided);
    CHECK(traffic.source_stall > Cycles(0));
    // The port between core 1 and 2 is the bottleneck: 40 packets, 2 cycles each, after which two hops remain.
    CHECK(traffic.last_delivery == Cycles(39 * 2 + 2 + 2));
}

TEST_CASE("the ports of a chip side share merge blocks, a packet every four cycles each", "[system][spiking]") {
    spec::SpikingArraySpec machine = machine_of({4, 2}, {1, 2});
    machine.boundary.blocks_per_side = 2;
    MeshTiming mesh(machine);
    const auto cross = [&](std::uint32_t row) {
        return SpikePacket{.source = machine.mesh().at({row, 1}).value,
                           .destination = machine.mesh().at({row, 2}).value};
    };
    // Port 2 cycles, block 4 cycles, local port 2 cycles.
    const std::vector<SpikePacket> alone = {cross(0)};
    static_cast<void>(mesh.carry(alone));
    CHECK(mesh.arrivals()[0] == 2 + 4 + 2);
    const std::vector<SpikePacket> same_block = {cross(0), cross(1)};
    CHECK(mesh.carry(same_block).last_delivery == Cycles(2 + 4 + 4 + 2));
    const std::vector<SpikePacket> two_blocks = {cross(0), cross(2)};
    CHECK(mesh.carry(two_blocks).last_delivery == Cycles(2 + 4 + 2));
}

TEST_CASE("runs follow each other in one process and give the same times", "[system][spiking]") {
    const spec::SpikingArraySpec machine = machine_of({8, 8});
    const auto program = one_spike(100, 5, 1, 9);
    const SpikingTiming first = timing_of(program, machine);
    for (int run = 0; run < 20; ++run) {
        CHECK(timing_of(program, machine).last_delivery == first.last_delivery);
    }
}

TEST_CASE("the kernel runs one process per core and tick and three more", "[system][spiking]") {
    const SpikingTiming timing = timing_of(one_spike(0, 1, 0, 1), machine_of({8, 8}), 50);
    const std::uint64_t cores = 2; // the one with neurons and the one it reaches
    CHECK(timing.kernel_events == 50 * (cores + 3) + 1);
}
