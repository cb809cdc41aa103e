// SPDX-License-Identifier: Apache-2.0
// Every code of every tabulated format means what the published table says.
#include "tests/property/numerics/number_table.hpp"

#include "numerics/format.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace lodestone::numerics;

TEST_CASE("the table holds every code of fourteen formats", "[numerics]") {
    REQUIRE(number_table::tables().size() == 14);
    for (const auto& [name, id] : number_table::tables()) {
        INFO(name);
        CHECK(number_table::read(name).size() == std::size_t{1} << format(id).bits);
    }
}

TEST_CASE("decode agrees with the published table at every code", "[numerics]") {
    for (const auto& [name, id] : number_table::tables()) {
        for (const auto& entry : number_table::read(name)) {
            const double value = decode(format(id), entry.code);
            INFO(name << " code " << entry.code << " should be " << entry.text << ", is " << value);
            if (entry.is_nan()) {
                CHECK(std::isnan(value));
            } else if (entry.is_infinite()) {
                CHECK((std::isinf(value) && std::signbit(value) == (entry.text[0] == '-')));
            } else {
                CHECK((value == entry.value() && std::signbit(value) == (entry.text[0] == '-')));
            }
        }
    }
}

TEST_CASE("encode gives back every code that is not a NaN, and a NaN for a NaN", "[numerics]") {
    for (const auto& [name, id] : number_table::tables()) {
        const Format& f = format(id);
        for (const auto& entry : number_table::read(name)) {
            INFO(name << " code " << entry.code);
            const std::uint32_t again = encode(f, decode(f, entry.code), Overflow::ieee);
            CHECK((entry.is_nan() ? std::isnan(decode(f, again)) : again == entry.code));
        }
    }
}

TEST_CASE("the limits of a format are those of its table", "[numerics]") {
    for (const auto& [name, id] : number_table::tables()) {
        INFO(name);
        double largest = 0.0;
        double smallest = INFINITY;
        bool nan = false;
        bool infinity = false;
        for (const auto& entry : number_table::read(name)) {
            nan = nan || entry.is_nan();
            infinity = infinity || entry.is_infinite();
            if (entry.is_finite() && entry.value() > 0.0) {
                largest = std::max(largest, entry.value());
                smallest = std::min(smallest, entry.value());
            }
        }
        CHECK(max_finite(format(id)) == largest);
        CHECK(lowest(format(id)) == -largest);
        CHECK(min_positive(format(id)) == smallest);
        CHECK(has_nan(format(id)) == nan);
        CHECK(format(id).has_infinity == infinity);
    }
}
