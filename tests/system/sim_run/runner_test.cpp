// SPDX-License-Identifier: Apache-2.0
// The Runner: endings, watchdogs, messages, and that it leaves nothing behind.
#include "sim/base/error.hpp"
#include "sim/kernel/cycle_clock.hpp"
#include "sim/run/runner.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <systemc>
#include <unistd.h>

namespace lodestone::run {
namespace {

using Catch::Matchers::Contains;

constexpr Hertz kClock(400e6);

/// Counts down once every `period` cycles, then is done; `stuck` leaves one step undone.
class Countdown : public sc_core::sc_module, public Model {
public:
    SC_HAS_PROCESS(Countdown);
    explicit Countdown(std::uint64_t steps) : sc_module(sc_core::sc_module_name("countdown")), left_(steps) {
        SC_METHOD(step);
    }
    std::vector<std::string> unfinished() const override {
        return stuck ? std::vector<std::string>{"countdown waits for a credit"} : std::vector<std::string>{};
    }

    bool stuck = false;
    Cycles period{4};
    Cycles finished_at{};
    std::function<void()> at_the_end;

private:
    void step() {
        activate([this] {
            if (left_ == 0) {
                finished_at = clock_.now();
                if (at_the_end) {
                    at_the_end();
                }
                return;
            }
            --left_;
            next_trigger(clock_.time(period));
        });
    }

    kernel::CycleClock clock_{kClock};
    std::uint64_t left_;
};

Summary run_countdown(std::uint64_t steps, Limits limits, const std::function<void(Countdown&)>& prepare,
                      const std::function<void(Countdown&)>& look = {}) {
    return Runner(kClock, limits)
        .run(
            [&] {
                auto model = std::make_unique<Countdown>(steps);
                prepare(*model);
                return model;
            },
            [&](Model& model) {
                if (look) {
                    look(dynamic_cast<Countdown&>(model));
                }
            });
}

long resident_pages() {
    std::ifstream statm("/proc/self/statm");
    long total = 0;
    long resident = 0;
    statm >> total >> resident;
    return resident;
}

} // namespace

TEST_CASE("a run ends by itself when no event is left", "[sim][run]") {
    Cycles end;
    const Summary summary = run_countdown(
        10, {}, [](Countdown&) {}, [&](Countdown& model) { end = model.finished_at; });
    CHECK(end == Cycles(40));
    CHECK(summary.kernel_events == 11);
    CHECK(summary.warnings.empty());
}

TEST_CASE("a run that ends with work left is a deadlock that names who waits for what", "[sim][run]") {
    CHECK_THROWS_WITH(run_countdown(3, {}, [](Countdown& model) { model.stuck = true; }),
                      Contains("deadlock") && Contains("countdown waits for a credit"));
}

TEST_CASE("the watchdog on simulated time stops a run that is too long, and not one that just fits", "[sim][run]") {
    CHECK_NOTHROW(run_countdown(10, {.cycles = Cycles(40), .wall_time = {}}, [](Countdown&) {}));
    CHECK_THROWS_WITH(run_countdown(10, {.cycles = Cycles(39), .wall_time = {}}, [](Countdown&) {}),
                      Contains("39 simulated cycles"));
}

TEST_CASE("the watchdog on wall time stops a run that never advances", "[sim][run]") {
    CHECK_THROWS_WITH(run_countdown(1ULL << 62U, {.cycles = {}, .wall_time = Seconds(0.05)},
                                    [](Countdown& model) { model.period = Cycles(0); }),
                      Contains("wall-time limit"));
}

TEST_CASE("an exception of a process arrives unchanged", "[sim][run]") {
    CHECK_THROWS_AS(
        run_countdown(3, {}, [](Countdown& model) { model.at_the_end = [] { throw InternalError("kept as it is"); }; }),
        InternalError);
}

TEST_CASE("an error of SystemC becomes a machine error", "[sim][run]") {
    CHECK_THROWS_AS(run_countdown(3, {},
                                  [](Countdown& model) {
                                      model.at_the_end = [] { SC_REPORT_ERROR("test", "reported inside a process"); };
                                  }),
                    MachineError);
}

TEST_CASE("a warning of SystemC is kept, not printed", "[sim][run]") {
    const Summary summary = run_countdown(
        3, {}, [](Countdown& model) { model.at_the_end = [] { SC_REPORT_WARNING("test", "something odd"); }; });
    REQUIRE(summary.warnings.size() == 1);
    CHECK_THAT(summary.warnings.front(), Contains("something odd"));
}

TEST_CASE("five hundred runs in sequence have flat memory", "[sim][run]") {
    const auto many = [](int runs) {
        for (int i = 0; i < runs; ++i) {
            run_countdown(20, {}, [](Countdown&) {});
        }
    };
    many(50);
    const long before = resident_pages();
    many(500);
#ifdef __SANITIZE_ADDRESS__
    constexpr long allowed_pages = 4096; // freed memory stays in quarantine; leaks are reported at the end
#else
    constexpr long allowed_pages = 64;
#endif
    CHECK(resident_pages() - before <= allowed_pages);
}

} // namespace lodestone::run
