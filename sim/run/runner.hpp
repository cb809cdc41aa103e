// SPDX-License-Identifier: Apache-2.0
// Runs one model in one fresh SystemC kernel until nothing is left to do, or says why it could not.
#pragma once

#include "sim/run/model.hpp"

#include <functional>
#include <memory>

namespace lodestone::run {

/// Watchdogs. Neither changes a result: a run that meets one ends in an error. Zero means no limit.
struct Limits {
    Cycles cycles{};
    Seconds wall_time{};
};

struct Summary {
    std::uint64_t kernel_events = 0;
    std::vector<std::string> warnings; ///< of the SystemC library
};

/// Ends in one of three ways: no event is left and the model is done (the normal one); no event is left and the model
/// still waits (deadlock); a limit is met. The last two are MachineErrors, as are SystemC's own errors. An exception
/// of a process arrives unchanged.
class Runner {
public:
    using Build = std::function<std::unique_ptr<Model>()>;
    using Harvest = std::function<void(Model&)>;

    Runner(Hertz clock, Limits limits) : clock_(clock), limits_(limits) {}

    /// Builds the model inside a fresh kernel, runs it, lets `harvest` read the results, deletes model and kernel.
    Summary run(const Build& build, const Harvest& harvest) const;

private:
    void simulate(Model& model) const;

    Hertz clock_;
    Limits limits_;
};

} // namespace lodestone::run
