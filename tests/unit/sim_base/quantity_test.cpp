// SPDX-License-Identifier: Apache-2.0
// Quantities of different kinds do not mix; conversions are named.
#include "sim/base/id.hpp"
#include "sim/base/quantity.hpp"

#include <catch2/catch.hpp>

#include <type_traits>

using namespace lodestone;

template <class A, class B>
concept Addable = requires(A a, B b) {
    a + b;
};

TEST_CASE("bytes do not add to cycles", "[sim][base]") {
    STATIC_REQUIRE(Addable<Bytes, Bytes>);
    STATIC_REQUIRE_FALSE(Addable<Bytes, Cycles>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<int, Macs>);
}

TEST_CASE("a transfer takes a whole number of cycles", "[sim][base]") {
    CHECK(transfer_cycles(Bytes(128), Bytes(128)) == Cycles(1));
    CHECK(transfer_cycles(Bytes(129), Bytes(128)) == Cycles(2));
    CHECK(transfer_cycles(Bytes(0), Bytes(128)) == Cycles(0));
}

TEST_CASE("bits fill bytes from below", "[sim][base]") {
    CHECK(bytes_for(Bits(9)) == Bytes(2));
    CHECK(bytes_for(Bits(8)) == Bytes(1));
}

TEST_CASE("a core id and a grid position name the same core", "[sim][base]") {
    const GridShape grid{.rows = 4, .cols = 3};
    for (std::uint32_t core = 0; core < grid.size(); ++core) {
        CHECK(grid.at(grid.position(CoreId(core))) == CoreId(core));
    }
}
