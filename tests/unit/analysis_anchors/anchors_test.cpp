// SPDX-License-Identifier: Apache-2.0
// Power at a share of the peak, and the sign of an error.
#include "analysis/anchors/anchors.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;

namespace {

/// 100 frame/s; per frame 1 J of arithmetic, 2 J of memory, 0.5 J of I/O, 3 J of clock, 4 J of leakage; half used.
report::Result result() {
    report::Result result;
    result.throughput_per_s = 100;
    result.steady.utilization = 0.5;
    result.steady.energy_per_inference = {
        {"mac", Joules(1)}, {"sram", Joules(2)}, {"io", Joules(0.5)}, {"clock", Joules(3)}, {"leakage", Joules(4)}};
    return result;
}

} // namespace

TEST_CASE("power as run is energy times rate", "[anchors]") {
    const anchors::PowerParts parts = anchors::power_at(result(), std::nullopt);
    CHECK(parts.static_and_clock.count() == Approx(700));
    CHECK(parts.dynamic.count() == Approx(300));
    CHECK(parts.io.count() == Approx(50));
    CHECK(parts.total().count() == Approx(1050));
}

TEST_CASE("at a tenth of the peak a machine that was half used keeps its static power and a fifth of the rest",
          "[anchors]") {
    const anchors::PowerParts parts = anchors::power_at(result(), 0.1);
    CHECK(parts.static_and_clock.count() == Approx(700));
    CHECK(parts.dynamic.count() == Approx(60));
    CHECK(parts.io.count() == Approx(10));
}

TEST_CASE("an anchor agrees up to its tolerance on either side", "[anchors]") {
    anchors::Row row;
    row.anchor.tolerance = 0.1;
    for (const double error : {-0.1, 0.1}) {
        row.error = error;
        CHECK(row.agrees());
    }
    for (const double error : {-0.11, 0.11}) {
        row.error = error;
        CHECK_FALSE(row.agrees());
    }
}
