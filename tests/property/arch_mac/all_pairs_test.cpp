// SPDX-License-Identifier: Apache-2.0
// All operand pairs of all formats of up to 8 bits, through the datapath and through the number formats' own values.
#include "arch/mac/mac_unit.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

using namespace lodestone;
using namespace lodestone::mac;
using numerics::Format;
using numerics::FormatId;

namespace {

std::vector<FormatId> formats_of_bits(int low, int high) {
    std::vector<FormatId> found;
    for (const std::string& name : numerics::format_names()) {
        const FormatId id = *numerics::find_format(name);
        const Format& f = numerics::format(id);
        if (f.bits >= low && f.bits <= high && !f.block) {
            found.push_back(id);
        }
    }
    return found;
}

std::vector<double> values_of(const Format& f) {
    std::vector<double> values;
    for (std::uint32_t code = 0; code <= f.code_mask(); ++code) {
        values.push_back(numerics::decode(f, code));
    }
    return values;
}

/// Products that the unit gets wrong. Every product of these formats is exact in binary64.
std::uint64_t wrong_products(FormatId a, FormatId b, const char* accumulator) {
    MacUnit unit({.a = a, .b = b, .accumulator = parse_accumulator(accumulator)});
    const std::vector<double> values_a = values_of(numerics::format(a));
    const std::vector<double> values_b = values_of(numerics::format(b));
    std::uint64_t wrong = 0;
    for (std::uint32_t i = 0; i < values_a.size(); ++i) {
        for (std::uint32_t j = 0; j < values_b.size(); ++j) {
            unit.clear();
            unit.accumulate(i, j);
            const double expected = values_a[i] * values_b[j];
            const double got = unit.value();
            wrong += got == expected || (std::isnan(got) && std::isnan(expected)) ? 0U : 1U;
        }
    }
    return wrong + unit.events().overflows;
}

} // namespace

TEST_CASE("every product of every pair of 8-bit formats is exact in its Kulisch register", "[arch][mac]") {
    const std::vector<FormatId> formats = formats_of_bits(8, 8);
    CHECK(formats.size() >= 12);
    for (const FormatId a : formats) {
        for (const FormatId b : formats) {
            INFO(numerics::name_of(a) << " x " << numerics::name_of(b));
            CHECK(wrong_products(a, b, "kulisch") == 0);
        }
    }
}

TEST_CASE("every product of narrower and mixed pairs is exact in its Kulisch register", "[arch][mac]") {
    for (const FormatId a : formats_of_bits(2, 8)) {
        for (const FormatId b : formats_of_bits(2, 6)) {
            INFO(numerics::name_of(a) << " x " << numerics::name_of(b));
            CHECK(wrong_products(a, b, "kulisch") == 0);
            CHECK(wrong_products(b, a, "kulisch") == 0);
        }
    }
}

TEST_CASE("every product of a pair of 8-bit formats is exact in fp32 until it overflows", "[arch][mac]") {
    for (const FormatId a : formats_of_bits(8, 8)) {
        INFO(numerics::name_of(a));
        CHECK(wrong_products(a, a, "fp32") == 0);
        CHECK(wrong_products(a, FormatId::int8, "fp32") == 0);
    }
}
