// SPDX-License-Identifier: Apache-2.0
// Random networks on random grids in random precisions: legal, bit-identical, no faster than any resource allows.
#include "analysis/bounds/bounds.hpp"
#include "arch/isa/program_file.hpp"
#include "arch/isa/verify.hpp"
#include "arch/isa/work.hpp"
#include "tests/property/networks/random_network.hpp"
#include "tests/support/fashion_resnet.hpp"

#include <bit>
#include <catch2/catch.hpp>

namespace lodestone {
namespace {

using test::Dice;

void require_legal(const test::Compiled& compiled) {
    for (const isa::Violation& broken : isa::verify(compiled.program, compiled.machine)) {
        FAIL(broken.rule << " " << broken.layer << " " << broken.where << ": " << broken.value << ", limit "
                         << broken.limit << ": " << broken.message);
    }
}

void require_same(const std::vector<float>& ours, const std::vector<float>& expected) {
    REQUIRE(ours.size() == expected.size());
    for (std::size_t i = 0; i < ours.size(); ++i) {
        if (std::bit_cast<std::uint32_t>(ours[i]) != std::bit_cast<std::uint32_t>(expected[i])) {
            FAIL("value " << i << " is " << ours[i] << ", the reference says " << expected[i]);
        }
    }
}

void require_conservation(const isa::Program& program, const isa::Execution& execution) {
    Macs wanted;
    for (const isa::Phase& phase : program.phases) {
        wanted += isa::phase_macs(program, phase);
    }
    REQUIRE(isa::total_macs(execution.events) == wanted);
    for (const auto& [name, network] : execution.events.networks) {
        CAPTURE(name);
        REQUIRE(network.sent == network.received);
    }
}

void require_bounds(const test::Compiled& compiled, const isa::Execution& execution) {
    const std::vector<bounds::PhaseBound> least = bounds::phase_bounds(compiled.program, compiled.machine);
    REQUIRE(least.size() == execution.phases.size());
    for (std::size_t i = 0; i < least.size(); ++i) {
        CAPTURE(execution.phases[i].name, least[i].bound_by);
        REQUIRE(least[i].cycles <= execution.phases[i].end - execution.phases[i].begin);
    }
}

void require_same_file(const isa::Program& program) {
    Problems problems;
    const std::string text = isa::program_text(program);
    const isa::Program read = isa::parse_program(text, "program", problems);
    REQUIRE_FALSE(problems.has_errors());
    REQUIRE(isa::program_text(read) == text);
}

const std::vector<std::string>& with_blocks() {
    static const std::vector<std::string> precisions{"mxfp8", "mxfp4", "mxint8"};
    return precisions;
}

const std::vector<std::string>& all_kinds() {
    static const std::vector<std::string> precisions{"int8",     "int4",     "int2",  "w4a8",  "fp8_e4m3", "fp8_e5m2",
                                                     "fp8_e3m4", "fp4_e2m1", "mxfp8", "mxfp4", "mxint8"};
    return precisions;
}

void check(std::uint64_t seed, const std::vector<std::string>& precisions, std::int64_t channels) {
    Dice dice(seed);
    const test::FashionResnet network(test::RandomNetwork(seed, channels).draw());
    const std::string precision = dice.one_of(precisions);
    const GridShape grid{.rows = static_cast<std::uint32_t>(dice.between(1, 5)),
                         .cols = static_cast<std::uint32_t>(dice.between(1, 5))};
    const std::int64_t batch = dice.between(1, 3);
    INFO("seed " << seed << ": " << precision << ", " << grid.rows << "x" << grid.cols << ", batch " << batch << "\n"
                 << graph::to_text(network.graph()));
    const test::Compiled compiled = network.compiled(network.quantised(precision), grid, batch);
    require_legal(compiled);
    require_same_file(compiled.program);
    const isa::Execution execution =
        core_grid::run_core_grid(compiled.program, compiled.machine, {.functional = true, .inputs = compiled.inputs});
    require_same(test::outputs_of(execution), compiled.expected);
    require_conservation(compiled.program, execution);
    require_bounds(compiled, execution);
    if (dice.one_in(4)) { // with every transfer at its slot
        test::Compiled strict = compiled;
        strict.program = core_grid::scheduled(compiled.program, compiled.machine);
        require_legal(strict);
        require_same(strict.run(strict.program), compiled.expected);
    }
}

} // namespace

TEST_CASE("random networks are mapped legally, computed bit for bit and no faster than their bounds", "[mapping]") {
    constexpr std::uint64_t kNetworks = 300;
    for (std::uint64_t seed = 1; seed <= kNetworks; ++seed) {
        check(seed, all_kinds(), test::RandomNetwork::few_channels);
    }
}

TEST_CASE("random networks whose channels fill several blocks are computed bit for bit with a scale for each block",
          "[mapping]") {
    constexpr std::uint64_t kNetworks = 90;
    constexpr std::int64_t kChannels = 100;
    for (std::uint64_t seed = 1; seed <= kNetworks; ++seed) {
        check(seed, with_blocks(), kChannels);
    }
}

} // namespace lodestone
