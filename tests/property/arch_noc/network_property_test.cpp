// SPDX-License-Identifier: Apache-2.0
// Random multicasts on a mesh: no link carries two flits in one cycle, and counts are conserved.
#include "arch/noc/network.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <random>

namespace lodestone::noc {

TEST_CASE("no two transfers are ever on one link in the same cycle", "[arch][noc]") {
    constexpr GridShape grid{.rows = 4, .cols = 5};
    constexpr spec::NetworkSpec spec{.link_width = Bytes(16), .hop_latency = Cycles(3)};
    Network network("activation", grid, spec);
    std::mt19937 random(7);
    std::map<std::pair<std::uint32_t, std::uint64_t>, int> use;
    std::uint64_t flit_hops = 0;
    std::uint64_t now = 0;
    for (int i = 0; i < 2000; ++i) {
        now += i % 50 == 0 ? random() % 3000 : random() % 3;
        network.advance(Cycles(now));
        const CoreId source(static_cast<std::uint32_t>(random()) % grid.size());
        std::vector<CoreId> destinations;
        for (std::uint32_t core = 0; core < grid.size(); ++core) {
            if (core != source.value && random() % 6 == 0) {
                destinations.emplace_back(core);
            }
        }
        const std::vector<isa::LinkUse> links = isa::multicast_tree(grid, source, destinations);
        const Passage passage = network.send({.links = links,
                                              .bytes = Bytes(i % 100 == 7 ? random() % 40000 : random() % 100),
                                              .destinations = static_cast<std::uint32_t>(destinations.size()),
                                              .earliest = Cycles(now),
                                              .source = source});
        REQUIRE(passage.departure >= Cycles(now));
        for (std::size_t hop = 0; hop < links.size(); ++hop) {
            const isa::LinkUse& link = links[hop];
            const Cycles enters(network.heads()[hop]);
            for (Cycles cycle = enters; cycle < enters + passage.duration; cycle += Cycles(1)) {
                ++flit_hops;
                REQUIRE(++use[{link.link.value, cycle.count()}] == 1);
            }
        }
    }
    CHECK(network.count().flit_hops == flit_hops);
}

} // namespace lodestone::noc
