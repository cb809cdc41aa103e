// SPDX-License-Identifier: Apache-2.0
// Whatever is mapped to whatever grid: the program breaks no rule, computes every element once, loses no weight.
#include "arch/isa/flow.hpp"
#include "arch/isa/flow_counts.hpp"
#include "arch/isa/storage.hpp"
#include "arch/isa/verify.hpp"
#include "mapping/emit/map.hpp"
#include "mapping/tile/dimensions.hpp"
#include "sim/base/error.hpp"
#include "tests/support/lowered_networks.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace lodestone;

namespace {

/// A small network of random shape: convolutions with windows, strides, groups and a residual, pools, a classifier.
isa::Program random_network(std::mt19937& random, GridShape grid) {
    const auto pick = [&](std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>(low, high)(random);
    };
    test::LoweredNetwork net(grid, pick(1, 5), pick(0, 1) == 0 ? numerics::FormatId::int8 : numerics::FormatId::int4);
    net.matrix = {.inputs = static_cast<std::uint32_t>(pick(4, 32)),
                  .outputs = static_cast<std::uint32_t>(pick(4, 32))};
    std::uint32_t x = net.input({1, pick(1, 12), pick(5, 24), pick(5, 24)});
    x = net.conv("first", x, {.channels = 2 * pick(1, 20), .size = 3, .stride = pick(1, 2)});
    const std::int64_t width = net.program.tensors[x].shape[1];
    const std::uint32_t y = net.conv("depthwise", x, {.channels = width, .size = 3, .groups = width});
    const std::uint32_t z = net.conv("halves", y, {.channels = width, .groups = 2});
    x = net.conv("sum", z, {.channels = width, .size = pick(0, 1) * 2 + 1, .residual = x});
    x = net.max_pool("pool", x, 3, 2);
    x = net.flatten("flat", net.global_average("mean", x));
    x = net.matmul("fc", x, pick(1, 30));
    return net.finish(net.add_kernel("soft", isa::SoftmaxKernel{.axis = 1}, {x}, net.program.tensors[x].shape));
}

spec::CoreGridSpec machine_of(GridShape grid) {
    spec::CoreGridSpec machine{.grid = grid};
    machine.matrix.modes = {{.precision = "int8", .shape = {}}, {.precision = "int4", .shape = {}}};
    return machine;
}

GridShape random_grid(std::mt19937& random) {
    std::uniform_int_distribution<std::uint32_t> side(1, 7);
    return {.rows = side(random), .cols = side(random)};
}

/// Counts how often each element of each frame of a phase's output is finished, and how often each of its partial
/// sums is made, in parts of the reduction.
void require_coverage(const isa::Program& program, const isa::Phase& phase) {
    const isa::WorkShape work = isa::work_shape(program, phase);
    const std::int64_t per_frame = isa::Region(work.output).elements();
    std::int64_t finished = 0;
    std::int64_t products = 0;
    std::vector<isa::Tile> owners;
    for (std::uint32_t core = 0; core < program.grid.size(); ++core) {
        const isa::Tile tile = isa::tile_of(phase.split, work, program.grid.position(CoreId(core)));
        if (tile.idle) {
            continue;
        }
        products += tile.output.elements() * tile.frames.size() * tile.reduction.size();
        if (tile.owns_output) {
            finished += tile.output.elements() * tile.frames.size();
            for (const isa::Tile& other : owners) {
                const bool frames_meet = !isa::intersect(tile.frames, other.frames).empty();
                REQUIRE((!frames_meet || isa::intersect(tile.output, other.output).empty()));
            }
            owners.push_back(tile);
        }
        std::int64_t in_steps = 0;
        for (std::uint32_t step = 0; step < isa::step_count(phase, tile); ++step) {
            const isa::Tile piece = isa::step_of(program, phase, tile, step).tile;
            in_steps += piece.output.elements() * piece.frames.size();
        }
        REQUIRE(in_steps == tile.output.elements() * tile.frames.size());
    }
    REQUIRE(finished == per_frame * work.batch);
    REQUIRE(products == per_frame * work.batch * work.reduction);
}

void require_all_weights(const isa::Program& program, const isa::Phase& phase) {
    std::uint64_t bits = 0;
    for (std::uint32_t group = 0; group < isa::weight_groups(program, phase); ++group) {
        for (std::uint32_t chunk = 0; chunk < phase.weights->chunks; ++chunk) {
            bits += isa::chunk_bytes(program, phase, group, chunk).count() * 8;
        }
    }
    const isa::Constant& weights = program.constants[phase.weights->constant];
    const std::uint64_t wanted =
        isa::packed_bytes(isa::Region(weights.shape), phase.weight_format, isa::weight_block_axis(phase.kernel))
            .count() *
        8;
    const std::uint64_t pieces = isa::weight_groups(program, phase) * phase.weights->chunks;
    REQUIRE(bits >= wanted);
    REQUIRE(bits <= wanted + 8 * pieces); // each piece is rounded up to bytes
}

void require_sound(const isa::Program& program, const spec::CoreGridSpec& machine) {
    for (const isa::Violation& broken : isa::verify(program, machine)) {
        FAIL(broken.rule << " " << broken.layer << " " << broken.where << ": " << broken.message);
    }
    for (std::size_t index = 1; index + 1 < program.phases.size(); ++index) {
        const isa::Phase& phase = program.phases[index];
        INFO("phase " << phase.name);
        REQUIRE(tile::reason_against(program, phase, phase.split).empty());
        require_coverage(program, phase);
        if (phase.weights) {
            require_all_weights(program, phase);
        }
    }
}

} // namespace

TEST_CASE("random networks map to random grids without breaking a rule", "[mapping][property]") {
    std::mt19937 random(7);
    for (int round = 0; round < 24; ++round) {
        const GridShape grid = random_grid(random);
        isa::Program program = random_network(random, grid);
        const spec::CoreGridSpec machine = machine_of(grid);
        INFO("round " << round << ", grid " << grid.rows << " x " << grid.cols);
        emit::map_program(program, machine, {});
        require_sound(program, machine);
    }
}

TEST_CASE("the fixed rule maps the same networks without breaking a rule", "[mapping][property]") {
    std::mt19937 random(11);
    for (int round = 0; round < 12; ++round) {
        const GridShape grid = random_grid(random);
        isa::Program program = random_network(random, grid);
        const spec::CoreGridSpec machine = machine_of(grid);
        emit::map_program(program, machine, {.strategy = tile::Strategy::fixed});
        require_sound(program, machine);
    }
}

TEST_CASE("random legal splits of one layer are mapped as they are given", "[mapping][property]") {
    std::mt19937 random(5);
    for (int round = 0; round < 40; ++round) {
        const GridShape grid = random_grid(random);
        isa::Program program = random_network(random, grid);
        const spec::CoreGridSpec machine = machine_of(grid);
        const std::size_t index = std::uniform_int_distribution<std::size_t>(1, program.phases.size() - 2)(random);
        const isa::Phase& phase = program.phases[index];
        tile::Forced forced{.split = isa::whole(program.tensors[phase.output].shape.size())};
        for (const tile::Dimension& dim : tile::dimensions(program, phase)) {
            isa::Split trial = forced.split;
            isa::AxisSplit& parts = tile::cut(trial, dim);
            std::uniform_int_distribution<std::uint32_t> side(1, 4);
            parts = {.rows = side(random), .cols = side(random)};
            if (tile::reason_against(program, phase, trial).empty()) {
                forced.split = trial;
            }
        }
        INFO("round " << round << ", layer " << phase.name);
        tile::SearchOptions options;
        options.forced[phase.name] = forced;
        emit::map_program(program, machine, options);
        CHECK(program.phases[index].split == forced.split);
        require_sound(program, machine);
    }
}

TEST_CASE("programs that fit are made down to the smallest memory, and none exceeds it", "[mapping][property]") {
    std::mt19937 random(3);
    for (int round = 0; round < 6; ++round) {
        const GridShape grid = random_grid(random);
        const isa::Program lowered = random_network(random, grid);
        spec::CoreGridSpec machine = machine_of(grid);
        bool fitted = true;
        for (std::uint64_t capacity = 64 * 1024; capacity >= 16; capacity = capacity / 2) {
            machine.memory.capacity = Bytes(capacity);
            isa::Program program = lowered;
            try {
                emit::map_program(program, machine, {});
                require_sound(program, machine);
                fitted = true;
            } catch (const UserError&) {
                fitted = false;
                break;
            }
        }
        CHECK_FALSE(fitted); // 16 bytes hold none of these networks
    }
}

TEST_CASE("counting flows and local copies gives what making them gives", "[mapping][property]") {
    std::mt19937 random(11);
    for (int round = 0; round < 12; ++round) {
        const GridShape grid = random_grid(random);
        isa::Program program = random_network(random, grid);
        emit::map_program(program, machine_of(grid), {.effort = tile::Effort::quick});
        for (std::uint32_t phase = 1; phase < program.phases.size(); ++phase) {
            for (std::uint32_t input = 0; input < program.phases[phase].inputs.size(); ++input) {
                std::vector<std::uint64_t> sent(grid.size());
                for (const isa::Flow& flow : isa::gather_flows(program, phase, input)) {
                    sent[flow.source.index()] += flow.from_frame_buffer ? 0 : 1;
                }
                CHECK(isa::flows_of_busiest_core(program, phase, input) == *std::ranges::max_element(sent));
                const std::vector<Bytes> copies = isa::local_copies(program, phase, input);
                for (std::uint32_t core = 0; core < grid.size(); ++core) {
                    CHECK(copies[core] == isa::local_copy_bytes(program, phase, input, CoreId(core)));
                }
            }
        }
    }
}
