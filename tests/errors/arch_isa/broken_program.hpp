// SPDX-License-Identifier: Apache-2.0
// A legal program with its machine, to break one rule of.
#pragma once

#include "arch/isa/verify.hpp"
#include "tests/support/core_grid_layers.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

namespace lodestone::test {

struct Subject {
    isa::Program program;
    spec::CoreGridSpec machine;

    isa::Phase& phase(const std::string& name) { return *std::ranges::find(program.phases, name, &isa::Phase::name); }
    isa::Buffer& buffer(const std::string& name) {
        return *std::ranges::find(program.buffers, name, &isa::Buffer::name);
    }
    std::uint32_t phase_index(const std::string& name) {
        return static_cast<std::uint32_t>(&phase(name) - program.phases.data());
    }
    isa::ProgramTensor& output(const std::string& name) { return program.tensors[phase(name).output]; }
    [[nodiscard]] std::vector<isa::Violation> verify() const { return isa::verify(program, machine); }
};

inline Subject on_small_machine(isa::Program program) {
    Subject subject{.program = std::move(program), .machine = {}};
    subject.machine = small_machine(subject.program.grid);
    subject.machine.matrix.modes = {{.precision = "int8", .shape = {.inputs = 8, .outputs = 8}}};
    return subject;
}

/// Phases of every_split_program: Input, conv_rows, conv_cols_batch, conv_channels, conv_reduction, residual, pool,
/// flatten, classes, Output; their buffers are "<phase>.home" and "<phase>.input<n>".
inline Subject every_split() {
    return on_small_machine(every_split_program({.rows = 2, .cols = 2}));
}

/// The program breaks `rule`, in `layer`, and no other rule; each violation says all there is to say.
inline void check_breaks(const Subject& subject, const std::string& rule, const std::string& layer) {
    const std::vector<isa::Violation> found = subject.verify();
    std::set<std::string> rules;
    std::set<std::string> layers;
    for (const isa::Violation& broken : found) {
        INFO(broken.rule << " " << broken.layer << ", " << broken.where << ": " << broken.value << " (" << broken.limit
                         << ") " << broken.message);
        rules.insert(broken.rule);
        layers.insert(broken.layer);
        CHECK_FALSE(broken.where.empty());
        CHECK_FALSE(broken.value.empty());
        CHECK_FALSE(broken.limit.empty());
        CHECK_FALSE(broken.message.empty());
        CHECK(broken.rule == rule);
    }
    CHECK(rules == std::set<std::string>{rule});
    CHECK(layers.contains(layer));
}

} // namespace lodestone::test
