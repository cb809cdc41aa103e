// SPDX-License-Identifier: Apache-2.0
// Elaboration, simulation, watchdogs and the three ways a run ends.
#include "sim/run/runner.hpp"

#include "sim/base/diagnostics.hpp"
#include "sim/base/error.hpp"
#include "sim/kernel/context.hpp"
#include "sim/kernel/cycle_clock.hpp"

#include <systemc>

namespace lodestone::run {
namespace {

constexpr std::size_t kWaitersNamed = 20;

std::string deadlock_message(std::vector<std::string> waiters) {
    const std::size_t count = waiters.size();
    if (count > kWaitersNamed) {
        waiters.resize(kWaitersNamed);
        waiters.push_back("and " + std::to_string(count - kWaitersNamed) + " more");
    }
    return "deadlock: no event is left, but " + join(waiters, "; ");
}

} // namespace

void Model::check_deadline() const {
    if (deadline_ && WallClock::now() > *deadline_) {
        throw MachineError(Cycles(0), "simulation",
                           "wall-time limit of " + std::to_string(wall_limit_.count()) + " s reached after " +
                               std::to_string(events_) + " kernel events; raise the limit or simulate less");
    }
}

void Model::fail(std::exception_ptr failure) {
    if (!failure_) {
        failure_ = std::move(failure);
        sc_core::sc_stop();
    }
}

void Runner::simulate(Model& model) const {
    const kernel::CycleClock clock(clock_);
    if (limits_.wall_time.count() > 0) {
        model.wall_limit_ = limits_.wall_time;
        model.deadline_ = Model::WallClock::now() + std::chrono::duration_cast<Model::WallClock::duration>(
                                                        std::chrono::duration<double>(limits_.wall_time.count()));
    }
    if (limits_.cycles.count() > 0) {
        // SystemC stops before the events of the end time itself.
        sc_core::sc_start(clock.time(limits_.cycles + Cycles(1)), sc_core::SC_EXIT_ON_STARVATION);
    } else {
        sc_core::sc_start();
    }
    if (model.failure_) {
        std::rethrow_exception(model.failure_);
    }
    if (sc_core::sc_pending_activity()) {
        throw MachineError(clock.now(), "simulation",
                           "limit of " + std::to_string(limits_.cycles.count()) +
                               " simulated cycles reached with work left; raise the limit if the run is this long");
    }
    std::vector<std::string> waiters = model.unfinished();
    if (!waiters.empty()) {
        throw MachineError(clock.now(), "simulation", deadlock_message(std::move(waiters)));
    }
}

Summary Runner::run(const Build& build, const Harvest& harvest) const {
    const kernel::Context context;
    Summary summary;
    try {
        const std::unique_ptr<Model> model = build();
        simulate(*model);
        harvest(*model);
        summary.kernel_events = model->kernel_events();
    } catch (const sc_core::sc_report& report) {
        throw MachineError(Cycles(0), "SystemC", std::string(report.get_msg_type()) + ": " + report.get_msg());
    }
    summary.warnings = context.warnings();
    return summary;
}

} // namespace lodestone::run
