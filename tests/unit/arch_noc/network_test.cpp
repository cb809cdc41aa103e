// SPDX-License-Identifier: Apache-2.0
// Departures, arrivals and counts of transfers on a mesh.
#include "arch/noc/network.hpp"
#include "sim/base/error.hpp"

#include <catch2/catch.hpp>

namespace lodestone::noc {
namespace {

constexpr GridShape kGrid{.rows = 3, .cols = 4};
constexpr spec::NetworkSpec kSpec{.link_width = Bytes(32), .hop_latency = Cycles(2)};

/// Links from `source` to `destinations` and a transfer over them.
struct Multicast {
    Multicast(CoreId from, std::vector<CoreId> destinations)
        : source(from), links(isa::multicast_tree(kGrid, from, destinations)), count(destinations.size()) {}

    [[nodiscard]] Transfer transfer(Bytes bytes, Cycles earliest) const {
        return {.links = links,
                .bytes = bytes,
                .destinations = static_cast<std::uint32_t>(count),
                .earliest = earliest,
                .source = source};
    }

    CoreId source;
    std::vector<isa::LinkUse> links;
    std::size_t count;
};

CoreId at(std::uint32_t row, std::uint32_t col) {
    return kGrid.at({.row = row, .col = col});
}

} // namespace

TEST_CASE("the head takes one hop latency per link and the tail follows flit by flit", "[arch][noc]") {
    Network network("activation", kGrid, kSpec);
    const Multicast one(at(0, 0), {at(0, 3)});
    const Passage passage = network.send(one.transfer(Bytes(100), Cycles(10)));
    CHECK(passage.departure == Cycles(10));
    CHECK(passage.duration == Cycles(4));
    CHECK(network.head_arrival(at(0, 3)) == Cycles(16));
    CHECK(network.tail_arrival(at(0, 3)) == Cycles(20));
}

TEST_CASE("a transfer waits for a link that another one holds", "[arch][noc]") {
    Network network("activation", kGrid, kSpec);
    const Multicast long_one(at(0, 0), {at(0, 2)});
    const Multicast second(at(0, 1), {at(0, 2)});
    network.send(long_one.transfer(Bytes(320), Cycles(0))); // holds [0][1].east in cycles 2 to 11
    CHECK(network.send(second.transfer(Bytes(32), Cycles(2))).departure == Cycles(12));
    CHECK(network.waited() == Cycles(10));
}

TEST_CASE("a blocked branch of a multicast does not hold up the others", "[arch][noc]") {
    Network network("activation", kGrid, kSpec);
    network.send(Multicast(at(0, 1), {at(0, 2)}).transfer(Bytes(320), Cycles(0)));
    network.send(Multicast(at(0, 1), {at(0, 2), at(2, 1)}).transfer(Bytes(32), Cycles(0)));
    CHECK(network.head_arrival(at(2, 1)) == Cycles(4));
    CHECK(network.head_arrival(at(0, 2)) == Cycles(12));
}

TEST_CASE("a transfer to the core it starts at takes no link", "[arch][noc]") {
    Network network("model", kGrid, kSpec);
    network.send(Multicast(at(1, 1), {at(1, 1)}).transfer(Bytes(64), Cycles(5)));
    CHECK(network.tail_arrival(at(1, 1)) == Cycles(7));
    CHECK(network.count().flit_hops == 0);
}

TEST_CASE("transfers on different links do not meet", "[arch][noc]") {
    Network network("activation", kGrid, kSpec);
    const Multicast there(at(0, 0), {at(0, 1)});
    const Multicast back(at(0, 1), {at(0, 0)});
    network.send(there.transfer(Bytes(320), Cycles(0)));
    CHECK(network.send(back.transfer(Bytes(320), Cycles(0))).departure == Cycles(0));
}

TEST_CASE("a multicast crosses each link of its tree once and counts every destination", "[arch][noc]") {
    Network network("activation", kGrid, kSpec);
    const Multicast all(at(1, 1), {at(0, 1), at(2, 1), at(1, 0), at(1, 3), at(0, 3)});
    CHECK(all.links.size() == 6);
    network.send(all.transfer(Bytes(64), Cycles(0)));
    CHECK(network.count().injected == Bytes(64));
    CHECK(network.count().sent == Bytes(320));
    CHECK(network.count().transfers == 1);
    CHECK(network.count().flit_hops == 12);
    CHECK(network.close_window(Cycles(100)) == Cycles(2));
}

TEST_CASE("a slow source holds its links longer without making them busier", "[arch][noc]") {
    Network network("activation", kGrid, kSpec);
    const Multicast one(at(0, 0), {at(0, 1)});
    Transfer slow = one.transfer(Bytes(64), Cycles(0));
    slow.source_cycles = Cycles(9);
    network.send(slow);
    CHECK(network.tail_arrival(at(0, 1)) == Cycles(11));
    CHECK(network.close_window(Cycles(100)) == Cycles(2));
}

TEST_CASE("a short transfer goes into a gap before a long one, and one that does not fit goes behind", "[arch][noc]") {
    Network network("activation", kGrid, kSpec);
    const Multicast one(at(0, 0), {at(0, 1)});
    network.send(one.transfer(Bytes(320), Cycles(0)));   // 0 to 9
    network.send(one.transfer(Bytes(320), Cycles(100))); // 100 to 109
    CHECK(network.send(one.transfer(Bytes(32 * 91), Cycles(0))).departure == Cycles(110));
    CHECK(network.send(one.transfer(Bytes(32 * 90), Cycles(0))).departure == Cycles(10));
    CHECK(network.send(one.transfer(Bytes(32), Cycles(0))).departure == Cycles(201));
}

TEST_CASE("a transfer longer than the window of known gaps is one, and others go before and behind", "[arch][noc]") {
    Network network("model", kGrid, kSpec);
    const Multicast one(at(0, 0), {at(0, 1)});
    CHECK(network.send(one.transfer(Bytes(32 * 10000), Cycles(5))).departure == Cycles(5));
    CHECK(network.send(one.transfer(Bytes(32), Cycles(7))).departure == Cycles(10005));
    CHECK(network.send(one.transfer(Bytes(32), Cycles(2))).departure == Cycles(2));
    network.advance(Cycles(9990));
    CHECK(network.send(one.transfer(Bytes(32 * 8), Cycles(9990))).departure == Cycles(10006));
    CHECK(network.close_window(Cycles(10000)) == Cycles(9996));
    CHECK(network.close_window(Cycles(20000)) == Cycles(14));
}

TEST_CASE("what is reserved beyond the end of a window counts in the next one", "[arch][noc]") {
    Network network("model", kGrid, kSpec);
    const Multicast one(at(0, 0), {at(0, 1)});
    network.send(one.transfer(Bytes(320), Cycles(0)));
    CHECK(network.close_window(Cycles(7)) == Cycles(7));
    CHECK(network.close_window(Cycles(50)) == Cycles(3));
}

TEST_CASE("bytes that did not arrive are found", "[arch][noc]") {
    Network network("activation", kGrid, kSpec);
    const Multicast two(at(0, 0), {at(0, 1), at(0, 2)});
    network.send(two.transfer(Bytes(64), Cycles(0)));
    network.receive(Bytes(64));
    CHECK_THROWS_AS(network.verify_conservation(Cycles(9)), MachineError);
    network.receive(Bytes(64));
    CHECK_NOTHROW(network.verify_conservation(Cycles(9)));
}

} // namespace lodestone::noc
