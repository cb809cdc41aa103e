// SPDX-License-Identifier: Apache-2.0
// Runs without prices come out of their bytes as they went in.
#include "analysis/explore/execution_record.hpp"
#include "sim/base/error.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using namespace lodestone::explore;

namespace {

isa::EventCounts counts(std::uint64_t seed) {
    isa::EventCounts made;
    made.macs["int8*int8"] = Macs(seed * 1'000'003);
    made.matrix_slots["int8*int8"] = seed * 1'000'033;
    made.memories["core_memory"] = {.read = Bytes(seed << 40U), .written = Bytes(127)};
    made.memories["io"] = {.read = Bytes(128), .written = Bytes(0)};
    made.networks["activation"].flit_hops = ~std::uint64_t{0} - seed;
    made.vector_ops = seed;
    made.function_ops = 0;
    made.elapsed = Cycles(16'384 * seed);
    return made;
}

ExecutionRecord record() {
    return {.figures = {{"cycles", 1e15}, {"utilization", 1.0 / 3}},
            .batch = 8,
            .period = Cycles(77),
            .phases = {counts(1), counts(2), counts(2)},
            .total = counts(5)};
}

void check_equal(const isa::EventCounts& a, const isa::EventCounts& b) {
    CHECK(a.macs == b.macs);
    CHECK(a.matrix_slots == b.matrix_slots);
    for (const auto& [name, memory] : a.memories) {
        CHECK(b.memories.at(name).read == memory.read);
        CHECK(b.memories.at(name).written == memory.written);
    }
    CHECK(a.networks.at("activation").flit_hops == b.networks.at("activation").flit_hops);
    CHECK(a.vector_ops == b.vector_ops);
    CHECK(a.function_ops == b.function_ops);
    CHECK(a.elapsed == b.elapsed);
}

} // namespace

TEST_CASE("a record survives packing to the last bit", "[explore][record]") {
    const ExecutionRecord read = unpack(pack(record()));
    CHECK(read.figures == record().figures);
    CHECK(read.batch == 8);
    CHECK(read.period == Cycles(77));
    REQUIRE(read.phases.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        check_equal(record().phases[i], read.phases[i]);
    }
    check_equal(record().total, read.total);
}

TEST_CASE("a record of a spiking run survives packing", "[explore][record]") {
    ExecutionRecord spiking{.batch = 3};
    spiking.total.spiking = {{"hops", 1'000'000'007}, {"ticks", 0}};
    spiking.total.elapsed = Cycles(12);
    spiking.spiking = SpikingRecord{.cores_in_use = 7, .kernel_events = 300, .fastest_tick_rate = Hertz(1e4 / 3)};
    const ExecutionRecord read = unpack(pack(spiking));
    CHECK(read.batch == 3);
    CHECK(read.total.spiking == spiking.total.spiking);
    CHECK(read.total.elapsed == Cycles(12));
    CHECK(read.spiking == spiking.spiking);
}

TEST_CASE("a record of a network that does not fit keeps the reason", "[explore][record]") {
    CHECK(unpack(pack({.infeasible = "too small"})).infeasible == "too small");
}

TEST_CASE("a damaged record is refused, wherever it is cut or changed", "[explore][record]") {
    const std::string packed = pack(record());
    for (std::size_t length = 0; length < packed.size(); ++length) {
        CHECK_THROWS_AS(unpack(packed.substr(0, length)), UserError);
    }
    std::string changed = packed;
    changed[0] = 3;
    CHECK_THROWS_WITH(unpack(changed), Catch::Contains("a stored run is damaged"));
    changed = packed;
    changed[packed.size() / 2] = static_cast<char>(changed[packed.size() / 2] ^ 0x55);
    CHECK_THROWS_AS(unpack(changed), UserError);
}
