// SPDX-License-Identifier: Apache-2.0
// The table of prices is the chip's own, event by event.
#include "arch/cost/event_prices.hpp"

#include "tests/support/cost_fixture.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using namespace lodestone::cost;

TEST_CASE("prices of events add up to the chip's energy of a run", "[arch][cost]") {
    const Chip chip(test::round_machine(), test::round_technology());
    const EventPrices prices = event_prices(chip, {OperandPair{}});
    isa::EventCounts counts;
    counts.macs["int8*int8"] = Macs(100);
    counts.matrix_slots["int8*int8"] = 250;
    for (const char* memory : {"core_memory", "weight_buffer", "activation_buffer", "partial_sum_buffer",
                               "instruction_memory", "frame_buffer", "io"}) {
        counts.memories[memory] = {.read = Bytes(30), .written = Bytes(7)};
    }
    for (const char* network : {"activation", "model", "partial_sum", "instruction"}) {
        counts.networks[network].flit_hops = 11;
    }
    counts.vector_ops = 13;
    counts.function_ops = 5;
    counts.elapsed = Cycles(1000);
    double joules = 0;
    for (const auto& [part, energy] : chip.energy(counts)) {
        joules += energy.count();
    }
    CHECK(prices.cycle > 0);
    CHECK(prices.dynamic(counts) > 0);
    CHECK(prices.dynamic(counts) + prices.cycle * 1000 == Approx(joules).epsilon(1e-9));
}

TEST_CASE("time alone has no dynamic energy", "[arch][cost]") {
    const EventPrices prices = event_prices(Chip(test::round_machine(), test::round_technology()), {OperandPair{}});
    CHECK(prices.dynamic({.elapsed = Cycles(1000)}) == 0);
}
