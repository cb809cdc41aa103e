// SPDX-License-Identifier: Apache-2.0
// Clock cycles of a machine and SystemC's time: every event lies on a clock edge.
#pragma once

#include "sim/base/error.hpp"
#include "sim/base/quantity.hpp"

#include <cmath>
#include <systemc>

namespace lodestone::kernel {

/// Cycle n begins at n clock periods, each rounded to SystemC's resolution of 1 ps.
class CycleClock {
public:
    explicit CycleClock(Hertz frequency)
        : period_(static_cast<std::uint64_t>(std::llround(picoseconds_per_second / frequency.count()))) {
        check_invariant(period_ > 0, "a clock faster than 1 THz is refused when the machine is read");
    }

    [[nodiscard]] Cycles now() const { return Cycles(sc_core::sc_time_stamp().value() / period_); }
    [[nodiscard]] sc_core::sc_time time(Cycles cycles) const {
        return sc_core::sc_time::from_value(cycles.count() * period_);
    }
    /// From now until `cycle`; zero when that is now or past.
    [[nodiscard]] sc_core::sc_time until(Cycles cycle) const {
        const Cycles current = now();
        return time(cycle > current ? cycle - current : Cycles(0));
    }

private:
    static constexpr double picoseconds_per_second = 1e12;
    std::uint64_t period_;
};

} // namespace lodestone::kernel
