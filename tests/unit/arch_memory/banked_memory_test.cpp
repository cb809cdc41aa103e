// SPDX-License-Identifier: Apache-2.0
// Turns of transfers on the banks of a memory.
#include "arch/memory/banked_memory.hpp"

#include <catch2/catch.hpp>

namespace lodestone::memory {
namespace {

constexpr spec::CoreMemorySpec kMemory{
    .capacity = Bytes(4096), .width = Bytes(64), .banks = 4, .access_latency = Cycles(2)};
constexpr Bytes kLine(16);

} // namespace

TEST_CASE("a long transfer moves the full width per cycle", "[arch][memory]") {
    BankedMemory memory(kMemory);
    const Grant grant = memory.reserve(Bytes(0), Bytes(640), Cycles(5));
    CHECK(grant.begin == Cycles(5));
    CHECK(grant.end == Cycles(15));
    CHECK(memory.close_window(grant.end) == Cycles(10));
    CHECK(memory.conflict() == Cycles(0));
}

TEST_CASE("two transfers to different banks share a cycle, to the same bank they do not", "[arch][memory]") {
    BankedMemory memory(kMemory);
    CHECK(memory.reserve(Bytes(0), kLine, Cycles(0)).end == Cycles(1));
    CHECK(memory.reserve(Bytes(16), kLine, Cycles(0)).end == Cycles(1));
    CHECK(memory.conflict() == Cycles(0));
    CHECK(memory.reserve(Bytes(64), kLine, Cycles(0)).end == Cycles(2));
    CHECK(memory.conflict() == Cycles(1));
}

TEST_CASE("bytes that straddle a line take two lines", "[arch][memory]") {
    BankedMemory memory(kMemory);
    CHECK(memory.reserve(Bytes(15), Bytes(2), Cycles(0)).end == Cycles(1));
    CHECK(memory.reserve(Bytes(0), Bytes(1), Cycles(0)).end == Cycles(2));
    CHECK(memory.reserve(Bytes(16), Bytes(1), Cycles(0)).end == Cycles(2));
}

TEST_CASE("an empty transfer takes no turn", "[arch][memory]") {
    BankedMemory memory(kMemory);
    const Grant grant = memory.reserve(Bytes(8), Bytes(0), Cycles(7));
    CHECK(grant.begin == Cycles(7));
    CHECK(grant.end == Cycles(7));
    CHECK(memory.close_window(Cycles(100)) == Cycles(0));
}

TEST_CASE("a posted write takes its turns when it arrives, not when it is posted", "[arch][memory]") {
    BankedMemory memory(kMemory);
    memory.post_write(Bytes(0), Bytes(640), Cycles(100));
    CHECK(memory.reserve(Bytes(0), Bytes(64), Cycles(50)).end == Cycles(51));
    CHECK(memory.reserve(Bytes(0), Bytes(64), Cycles(100)).end == Cycles(111));
    CHECK(memory.settle(Cycles(100)) == Cycles(110));
}

TEST_CASE("settling serves what was posted and nobody met", "[arch][memory]") {
    BankedMemory memory(kMemory);
    memory.post_write(Bytes(0), Bytes(64), Cycles(20));
    memory.post_write(Bytes(0), Bytes(64), Cycles(20));
    CHECK(memory.settle(Cycles(3)) == Cycles(22));
    CHECK(memory.settle(Cycles(40)) == Cycles(40));
}

TEST_CASE("a background read uses the turns that others leave", "[arch][memory]") {
    BankedMemory memory(kMemory);
    const std::size_t ticket = memory.post_background_read(Bytes(640), Cycles(2));
    CHECK(memory.reserve(Bytes(0), Bytes(256), Cycles(0)).end == Cycles(4));
    CHECK(memory.reserve(Bytes(0), Bytes(256), Cycles(8)).begin == Cycles(8)); // 4 turns were used before it
    CHECK(memory.finish_background_read(ticket, Cycles(30)) == Cycles(18));    // and 6 behind it
    CHECK(memory.close_window(Cycles(40)) == Cycles(18));
}

TEST_CASE("a background read counts in the window whose turns it took", "[arch][memory]") {
    BankedMemory memory(kMemory);
    const std::size_t ticket = memory.post_background_read(Bytes(640), Cycles(0));
    const Cycles first = memory.close_window(Cycles(4)); // nobody else wanted anything until then
    CHECK(first == Cycles(4));
    const Cycles end = memory.finish_background_read(ticket, Cycles(4));
    CHECK(memory.close_window(end) == end - first);
}

TEST_CASE("a background read that is waited for gets all turns from then on", "[arch][memory]") {
    BankedMemory memory(kMemory);
    const std::size_t first = memory.post_background_read(Bytes(640), Cycles(0));
    const std::size_t second = memory.post_background_read(Bytes(64), Cycles(0));
    CHECK(memory.finish_background_read(second, Cycles(3)) == Cycles(11));
    CHECK(memory.finish_background_read(first, Cycles(3)) == Cycles(10));
    CHECK(memory.reserve(Bytes(0), Bytes(64), Cycles(3)).begin == Cycles(11));
}

TEST_CASE("turns granted beyond the end of a window count in the next one", "[arch][memory]") {
    BankedMemory memory(kMemory);
    memory.reserve(Bytes(0), Bytes(640), Cycles(0));
    CHECK(memory.close_window(Cycles(4)) == Cycles(4));
    CHECK(memory.close_window(Cycles(20)) == Cycles(6));
}

} // namespace lodestone::memory
