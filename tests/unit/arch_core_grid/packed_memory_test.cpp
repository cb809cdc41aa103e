// SPDX-License-Identifier: Apache-2.0
// Regions packed bit by bit into the bytes of a core memory.
#include "arch/core_grid/packed_memory.hpp"
#include "sim/base/error.hpp"

#include <catch2/catch.hpp>

namespace lodestone::core_grid {
namespace {

using Codes = std::vector<std::uint32_t>;

isa::Region box(isa::Interval rows, isa::Interval cols) {
    const isa::Interval axes[] = {rows, cols};
    return isa::Region(axes);
}

} // namespace

TEST_CASE("codes of four bits share bytes, the first in the low bits", "[arch][core_grid]") {
    PackedMemory memory(Bytes(16));
    const Placement nibbles{.address = Bytes(3), .held = box({0, 1}, {0, 4}), .bits = 4};
    memory.write(nibbles, nibbles.held, Codes{0x1, 0x2, 0x3, 0x4});
    const Placement bytes{.address = Bytes(3), .held = box({0, 1}, {0, 2}), .bits = 8};
    CHECK(memory.read(bytes, bytes.held) == Codes{0x21, 0x43});
}

TEST_CASE("writing a part of a region leaves its neighbours alone", "[arch][core_grid]") {
    for (const int bits : {2, 4, 6, 8, 16, 32}) {
        CAPTURE(bits);
        PackedMemory memory(Bytes(64));
        const Placement place{.address = Bytes(1), .held = box({10, 13}, {5, 8}), .bits = bits};
        memory.write(place, place.held, Codes(9, 1));
        memory.write(place, box({11, 13}, {6, 7}), Codes{2, 3});
        CHECK(memory.read(place, place.held) == Codes{1, 1, 1, 1, 2, 1, 1, 3, 1});
        CHECK(memory.read(place, box({12, 13}, {5, 7})) == Codes{1, 3});
    }
}

TEST_CASE("bytes that were never written are zero", "[arch][core_grid]") {
    PackedMemory memory(Bytes(64));
    const Placement place{.address = Bytes(40), .held = box({0, 1}, {0, 2}), .bits = 16};
    CHECK(memory.read(place, place.held) == Codes{0, 0});
}

TEST_CASE("the last byte of a memory can be used and the one behind it cannot", "[arch][core_grid]") {
    PackedMemory memory(Bytes(64));
    const isa::Region one = box({0, 1}, {0, 1});
    CHECK_NOTHROW(memory.write({.address = Bytes(63), .held = one, .bits = 8}, one, Codes{1}));
    CHECK_THROWS_AS(memory.write({.address = Bytes(64), .held = one, .bits = 8}, one, Codes{1}), MachineError);
}

} // namespace lodestone::core_grid
