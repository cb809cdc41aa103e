// SPDX-License-Identifier: Apache-2.0
// Units that cannot be built, and what is said about them.
#include "arch/mac/mac_unit.hpp"
#include "sim/base/error.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using namespace lodestone::mac;
using numerics::FormatId;

namespace {
std::string message_of(const MacUnitSpec& spec) {
    try {
        const MacUnit unit(spec);
    } catch (const UserError& error) {
        std::string text;
        for (const Diagnostic& d : error.problems().all()) {
            text += to_string(d) + "\n";
        }
        return text;
    }
    return "built";
}
} // namespace

TEST_CASE("an unknown accumulator lists the known ones", "[arch][mac]") {
    CHECK_THROWS_WITH(parse_accumulator("fp24"), Catch::Contains("accumulator 'fp24' is not known; known are kulisch, "
                                                                 "intN with N from 2 to 600, fp16, bf16, fp32"));
}

TEST_CASE("a single MAC has one lane and no window", "[arch][mac]") {
    CHECK(message_of({.lanes = 2}) == "lanes: is 2; it must lie between 1 and 1\n");
    CHECK(message_of({.window = 8}) ==
          "window: is 8 for a single_mac, which aligns nothing; use fused_dot with one lane\n");
}

TEST_CASE("lanes and windows outside their limits are reported together", "[arch][mac]") {
    CHECK(message_of({.kind = UnitKind::fused_dot, .lanes = 0, .window = 1}) ==
          "lanes: is 0; it must lie between 1 and 1024\nwindow: is 1; it must lie between 2 and 15\n");
    CHECK(message_of({.kind = UnitKind::fused_dot, .lanes = 1024, .window = 2}) == "built");
}

TEST_CASE("a fixed register holds one block", "[arch][mac]") {
    MacUnitSpec spec{.a = FormatId::mxfp4, .b = FormatId::mxfp4, .kind = UnitKind::fused_dot, .lanes = 32};
    CHECK(message_of(spec) == "built");
    spec.lanes = 33;
    CHECK(message_of(spec) == "lanes: is 33; a fixed register holds the sum of one block, which has 32 elements; use "
                              "no more lanes, or a floating accumulator\n");
    spec.accumulator = parse_accumulator("fp32");
    CHECK(message_of(spec) == "built");
}

TEST_CASE("operands wider than 16 bits are refused", "[arch][mac]") {
    CHECK(message_of({.a = FormatId::fp32}) == "formats: fp32 has 32 bits; operands have at most 16\n");
}

TEST_CASE("floating accumulators are the three that units have", "[arch][mac]") {
    CHECK(message_of({.accumulator = {.kind = AccumulatorKind::floating, .format = FormatId::fp8_e4m3}}) ==
          "accumulator: is fp8_e4m3; floating accumulators are fp16, bf16, fp32\n");
}
