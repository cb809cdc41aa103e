// SPDX-License-Identifier: Apache-2.0
// Networks of configs/workloads mapped to configs/arch/northpole.yaml as the command does it, and run.
#pragma once

#include "arch/core_grid/run.hpp"
#include "arch/isa/program.hpp"
#include "arch/spec/machine.hpp"
#include "mapping/emit/compile.hpp"
#include "tests/support/cost_fixture.hpp"

#include <string>

namespace lodestone::test {

struct Target {
    spec::MachineSpec machine;
    cost::Technology technology;
    [[nodiscard]] const spec::CoreGridSpec& grid() const { return std::get<spec::CoreGridSpec>(machine.family); }
};

[[nodiscard]] Target target();

/// At int8.
[[nodiscard]] graph::QuantisedModel quantised(const std::string& network);

struct Mapped {
    isa::Program program;
    isa::Execution execution;
    emit::CompileReport report;
};

/// With trials; `search` says the rest.
[[nodiscard]] Mapped map(const graph::QuantisedModel& model, const Target& target, tile::SearchOptions search);

/// Of the run, in joules.
[[nodiscard]] double energy(const Mapped& mapped, const Target& target);

} // namespace lodestone::test
