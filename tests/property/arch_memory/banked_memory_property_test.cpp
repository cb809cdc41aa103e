// SPDX-License-Identifier: Apache-2.0
// Conservation of turns on the banks of a memory under random requests.
#include "arch/memory/banked_memory.hpp"

#include <catch2/catch.hpp>
#include <random>

namespace lodestone::memory {

TEST_CASE("no bank is ever busy longer than time has passed, and every byte gets its turn", "[arch][memory]") {
    std::mt19937 random(1);
    for (const std::uint32_t banks : {1U, 3U, 8U}) {
        const spec::CoreMemorySpec spec{.width = Bytes(banks * 16), .banks = banks};
        BankedMemory memory(spec);
        std::uint64_t now = 0;
        std::uint64_t lines = 0;
        std::uint64_t background = 0;
        std::size_t last_ticket = 0;
        Cycles end;
        for (int i = 0; i < 2000; ++i) {
            now += random() % 8;
            const std::uint64_t address = random() % 4096;
            const std::uint64_t amount = random() % 300;
            const std::uint64_t touched = amount == 0 ? 0 : (address + amount - 1) / 16 - address / 16 + 1;
            if (random() % 3 == 0) {
                lines += touched;
                memory.post_write(Bytes(address), Bytes(amount), Cycles(now + random() % 50));
                continue;
            }
            if (random() % 5 == 0) {
                background += ceil_div(amount, banks * 16);
                last_ticket = memory.post_background_read(Bytes(amount), Cycles(now));
                continue;
            }
            const Grant grant = memory.reserve(Bytes(address), Bytes(amount), Cycles(now));
            lines += touched;
            REQUIRE(grant.begin >= Cycles(now));
            REQUIRE((grant.end - grant.begin).count() * banks * 16 >= amount);
            end = std::max(end, grant.end);
        }
        end = std::max(end, memory.settle(Cycles(now)));
        end = std::max(end, memory.finish_background_read(last_ticket, end));
        const Cycles busy = memory.close_window(end);
        CHECK(busy <= end);
        CHECK(busy.count() * banks >= lines + background * banks);
    }
}

} // namespace lodestone::memory
