// SPDX-License-Identifier: Apache-2.0
// Random networks: nothing is lost, routes are x first, the timing model gives the spikes of the functional one.
#include "arch/spiking_array/mesh_timing.hpp"
#include "arch/spiking_array/simulate.hpp"
#include "sim/base/error.hpp"
#include "workloads/import/spiking_recurrent.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <tuple>

using namespace lodestone;
using namespace lodestone::spiking_array;

namespace {

spec::SpikingArraySpec small_machine(GridShape cores, GridShape chips) {
    spec::SpikingArraySpec machine;
    machine.axons = 64;
    machine.neurons = 64;
    machine.cores = cores;
    machine.chips = chips;
    return machine;
}

SpikingResult run(const isa::SpikingProgram& program, const spec::SpikingArraySpec& machine, Fidelity fidelity,
                  std::uint64_t ticks) {
    SpikingResult result = simulate(program, machine, {.fidelity = fidelity, .ticks = ticks, .record_spikes = true});
    std::sort(result.spikes.begin(), result.spikes.end());
    return result;
}

std::vector<SpikePacket> random_packets(GridShape mesh, std::size_t per_node, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<SpikePacket> packets;
    for (std::uint32_t node = 0; node < mesh.size(); ++node) {
        std::uint32_t leaves = 0;
        for (std::size_t i = 0; i < per_node; ++i) {
            leaves += 1 + static_cast<std::uint32_t>(random() % 3);
            packets.push_back(
                {.source = node, .destination = static_cast<std::uint32_t>(random() % mesh.size()), .leaves = leaves});
        }
    }
    return packets;
}

} // namespace

TEST_CASE("both fidelities give the same spikes and counts on random networks", "[property][spiking]") {
    struct Setting {
        GridShape cores;
        GridShape chips;
        double rate;
        std::uint32_t buffer;
    };
    const Setting settings[] = {
        {{8, 8}, {1, 1}, 50, 8}, {{8, 8}, {1, 1}, 200, 1}, {{4, 4}, {2, 2}, 100, 2}, {{1, 7}, {1, 1}, 100, 8}};
    for (const Setting& setting : settings) {
        spec::SpikingArraySpec machine = small_machine(setting.cores, setting.chips);
        machine.router.buffer_packets = setting.buffer;
        const auto program = import::generate(
            {.cores = machine.mesh(), .rate = Hertz(setting.rate), .synapses = 32, .seed = 5}, machine);
        const SpikingResult functional = run(program, machine, Fidelity::functional, 200);
        const SpikingResult timed = run(program, machine, Fidelity::event, 200);
        REQUIRE(functional.counts.spikes > 1000);
        CHECK(timed.counts == functional.counts);
        CHECK(timed.spikes == functional.spikes);
        CHECK(timed.timing->overrun_ticks == 0);
    }
}

TEST_CASE("spikes sent are delivered, in flight or off chip in every tick", "[property][spiking]") {
    const spec::SpikingArraySpec machine = small_machine({6, 6}, {1, 1});
    auto program = import::generate({.cores = {6, 6}, .rate = Hertz(120), .synapses = 16}, machine);
    program.output_bus = isa::OutputBus{.x = 5, .y = 5, .outputs = 64};
    program.cores.pop_back(); // the core where the bus now is
    SpikingArray array(program, machine, 1);
    for (int tick = 0; tick < 300; ++tick) {
        array.run_tick();
        const SpikingCounts c = array.counts();
        REQUIRE(c.sent + c.inputs == c.delivered + c.in_flight + c.off_chip);
        REQUIRE(c.delivered == c.axon_events + c.merged);
    }
    CHECK(array.counts().off_chip > 0);
    CHECK(array.counts().in_flight > 0);
    CHECK(array.outputs().size() == array.counts().off_chip);
}

TEST_CASE("the load of every link is that of routes along x, then y", "[property][spiking]") {
    const spec::SpikingArraySpec machine = small_machine({5, 7}, {2, 1});
    const GridShape mesh = machine.mesh();
    std::mt19937_64 random(3);
    LinkLoads loads(mesh);
    std::map<std::tuple<std::uint32_t, std::uint32_t, Port>, std::uint64_t> walked;
    std::uint64_t hops = 0;
    std::uint64_t crossings = 0;
    std::uint64_t summed_hops = 0;
    std::uint64_t summed_crossings = 0;
    for (int route = 0; route < 500; ++route) {
        const GridPosition from = mesh.position(CoreId(static_cast<std::uint32_t>(random() % mesh.size())));
        const GridPosition to = mesh.position(CoreId(static_cast<std::uint32_t>(random() % mesh.size())));
        loads.add(from, to, 3);
        summed_hops += route_length(machine, from, to).hops;
        summed_crossings += route_length(machine, from, to).chip_crossings;
        GridPosition at = from;
        while (at != to) {
            Port port = Port::local;
            GridPosition next = at;
            if (at.col != to.col) {
                port = to.col > at.col ? Port::east : Port::west;
                next.col = to.col > at.col ? at.col + 1 : at.col - 1;
            } else {
                port = to.row > at.row ? Port::south : Port::north;
                next.row = to.row > at.row ? at.row + 1 : at.row - 1;
            }
            walked[{at.row, at.col, port}] += 3;
            ++hops;
            crossings += at.row / 5 != next.row / 5 ? 1U : 0U;
            at = next;
        }
    }
    loads.finish();
    CHECK(summed_hops == hops);
    CHECK(summed_crossings == crossings);
    CHECK(loads.total() == 3 * hops);
    for (std::uint32_t node = 0; node < mesh.size(); ++node) {
        const GridPosition at = mesh.position(CoreId(node));
        for (const Port port : {Port::east, Port::west, Port::north, Port::south}) {
            CHECK(loads.at(at, port) == walked[{at.row, at.col, port}]);
        }
    }
}

TEST_CASE("the hops of a run are the loads of its links", "[property][spiking]") {
    const spec::SpikingArraySpec machine = small_machine({4, 4}, {2, 2});
    const auto program = import::generate({.cores = machine.mesh(), .rate = Hertz(50), .synapses = 8}, machine);
    const SpikingResult result = run(program, machine, Fidelity::functional, 100);
    CHECK(result.counts.hops == result.link_loads.total());
    CHECK(result.counts.chip_crossings > 0);
}

TEST_CASE("full-load random traffic reaches its cores whatever the buffers hold", "[property][spiking]") {
    for (const std::uint32_t buffer : {1U, 2U, 8U}) {
        for (const GridShape chips : {GridShape{1, 1}, GridShape{2, 3}}) {
            spec::SpikingArraySpec machine = small_machine({6, 4}, chips);
            machine.router.buffer_packets = buffer;
            MeshTiming mesh(machine);
            const auto packets = random_packets(machine.mesh(), 64, buffer);
            const TrafficTiming traffic = mesh.carry(packets); // a deadlock is a MachineError
            CHECK(traffic.collided);
            for (std::size_t p = 0; p < packets.size(); ++p) {
                const RouteLength route = route_length(machine, machine.mesh().position(CoreId(packets[p].source)),
                                                       machine.mesh().position(CoreId(packets[p].destination)));
                const std::uint64_t shortest = packets[p].leaves +
                                               (route.hops + 1) * machine.router.hop_latency.count() +
                                               route.chip_crossings * machine.boundary.latency.count();
                REQUIRE(mesh.arrivals()[p] >= shortest);
            }
        }
    }
}

TEST_CASE("flits and queues agree on every arrival when packets never meet", "[property][spiking]") {
    const spec::SpikingArraySpec machine = small_machine({4, 4}, {2, 2});
    MeshTiming mesh(machine);
    std::vector<SpikePacket> packets = random_packets(machine.mesh(), 4, 8);
    std::uint32_t quiet = 0;
    for (SpikePacket& packet : packets) {
        packet.leaves = quiet; // each waits until the one before has arrived
        quiet += 100;
    }
    CHECK_FALSE(mesh.carry(packets).collided);
    const std::vector<std::uint32_t> queues(mesh.arrivals().begin(), mesh.arrivals().end());
    CHECK(mesh.carry_by_flits(packets).source_stall == Cycles(0));
    CHECK(std::equal(queues.begin(), queues.end(), mesh.arrivals().begin(), mesh.arrivals().end()));
}

TEST_CASE("with large buffers flits carry the same work as queues", "[property][spiking]") {
    spec::SpikingArraySpec machine = small_machine({8, 8}, {1, 1});
    machine.router.buffer_packets = 1000;
    MeshTiming mesh(machine);
    const auto packets = random_packets(machine.mesh(), 40, 2);
    REQUIRE_FALSE(mesh.carry(packets).collided);
    double queues = 0;
    for (const std::uint32_t arrival : mesh.arrivals()) {
        queues += arrival;
    }
    const TrafficTiming flits = mesh.carry_by_flits(packets);
    double sum = 0;
    for (const std::uint32_t arrival : mesh.arrivals()) {
        sum += arrival;
    }
    CHECK(flits.source_stall == Cycles(0));
    CHECK(sum == Approx(queues).epsilon(0.002)); // ties between ports may be broken the other way
}
