// SPDX-License-Identifier: Apache-2.0
// What the objectives, the efforts and the limit of the search promise, on networks as they are used.
#include "tests/system/mapping_choices/mapped.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace lodestone;
using test::Mapped;
using tile::Effort;
using tile::Objective;

namespace {

/// Without loading inputs and storing outputs, which overlap with other frames in steady state.
double steady_cycles(const Mapped& mapped) {
    double cycles = 0;
    for (std::size_t phase = 1; phase + 1 < mapped.execution.phases.size(); ++phase) {
        cycles += static_cast<double>(mapped.execution.phases[phase].events.elapsed.count());
    }
    return cycles;
}

double cycles(const Mapped& mapped) {
    return static_cast<double>(mapped.execution.cycles.count());
}

} // namespace

TEST_CASE("each objective is as good in its own figure as the others are, within a tenth", "[system]") {
    constexpr double kTolerance = 1.1; // searches are not exhaustive: another objective may be lucky
    const test::Target target = test::target();
    const graph::QuantisedModel model = test::quantised("resnet18.onnx");
    std::map<Objective, Mapped> mapped;
    for (const Objective objective :
         {Objective::latency, Objective::throughput, Objective::energy, Objective::energy_delay}) {
        mapped[objective] = test::map(model, target, {.objective = objective});
    }
    for (const auto& [objective, other] : mapped) {
        CAPTURE(static_cast<int>(objective));
        CHECK(cycles(mapped[Objective::latency]) <= cycles(other) * kTolerance);
        CHECK(steady_cycles(mapped[Objective::throughput]) <= steady_cycles(other) * kTolerance);
        CHECK(energy(mapped[Objective::energy], target) <= energy(other, target) * kTolerance);
        CHECK(energy(mapped[Objective::energy_delay], target) * cycles(mapped[Objective::energy_delay]) <=
              energy(other, target) * cycles(other) * kTolerance);
    }
    // Both search through the same mappings, and choose differently at most.
    CHECK(energy(mapped[Objective::energy], target) <= energy(mapped[Objective::energy_delay], target));
}

TEST_CASE("more effort never ends worse", "[system]") {
    const test::Target target = test::target();
    for (const char* network : {"resnet18.onnx", "mobilenet_v2.onnx"}) {
        CAPTURE(network);
        const graph::QuantisedModel model = test::quantised(network);
        const double normal = cycles(test::map(model, target, {.effort = Effort::normal}));
        CHECK(normal <= cycles(test::map(model, target, {.effort = Effort::quick})));
        CHECK(cycles(test::map(model, target, {.effort = Effort::thorough})) <= normal);
    }
}

TEST_CASE("a limited search says so, weighs less and still finds a mapping, always the same", "[system]") {
    const test::Target target = test::target();
    const graph::QuantisedModel model = test::quantised("resnet18.onnx");
    const Mapped free = test::map(model, target, {});
    CHECK_FALSE(free.report.search.limit_reached);
    const std::uint64_t limit = free.report.search.weighed / 4;
    const Mapped limited = test::map(model, target, {.limit = limit});
    CHECK(limited.report.search.limit_reached);
    CHECK(limited.report.search.weighed < free.report.search.weighed);
    CHECK(limited.report.search.weighed >= limit);
    CHECK(test::map(model, target, {.limit = limit}).execution.cycles == limited.execution.cycles);
    CHECK_FALSE(test::map(model, target, {.limit = free.report.search.weighed + 1}).report.search.limit_reached);
    CHECK(test::map(model, target, {.limit = 1}).execution.cycles >= limited.execution.cycles);
}
