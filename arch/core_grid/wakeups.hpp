// SPDX-License-Identifier: Apache-2.0
// How the plain state machines of this room ask to be called again; SystemC stands behind it.
#pragma once

#include "sim/base/id.hpp"
#include "sim/base/quantity.hpp"

namespace lodestone::core_grid {

class Wakeups {
public:
    virtual ~Wakeups() = default;
    /// Calls the core's `advance` at `cycle` or, when that is past, in this cycle.
    virtual void wake_core(CoreId core, Cycles cycle) = 0;
    virtual void wake_sequencer(Cycles cycle) = 0;
};

} // namespace lodestone::core_grid
