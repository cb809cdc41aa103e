// SPDX-License-Identifier: Apache-2.0
// Whatever the split and the grid, each element of the work belongs to one core.
#include "arch/isa/split.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <vector>

using namespace lodestone;
using namespace lodestone::isa;

namespace {

struct Random {
    std::mt19937 engine{20260101};
    std::uint32_t upto(std::uint32_t n) { return std::uniform_int_distribution<std::uint32_t>(1, n)(engine); }
};

Split random_split(Random& random, std::size_t rank) {
    Split split = whole(rank);
    const auto some = [&random] { return AxisSplit{.rows = random.upto(3), .cols = random.upto(3)}; };
    split.batch = some();
    split.reduction = some();
    for (AxisSplit& axis : split.axes) {
        axis = some();
    }
    return split;
}

/// Sometimes with elements that stay together.
WorkShape random_work(Random& random) {
    return {.batch = random.upto(5),
            .output = {random.upto(9), random.upto(9)},
            .reduction = random.upto(7),
            .block_axis = random.upto(2) - 1U,
            .block = random.upto(4),
            .reduction_block = random.upto(3)};
}

/// A part begins with a block and ends with one or with the whole.
bool has_whole_blocks(Interval part, std::int64_t block, std::int64_t size) {
    return part.empty() || (part.begin % block == 0 && (part.end % block == 0 || part.end == size));
}

} // namespace

TEST_CASE("no part of an axis or of the reduction ends inside a block", "[arch][isa]") {
    Random random;
    for (int round = 0; round < 200; ++round) {
        const Split split = random_split(random, 2);
        const WorkShape work = random_work(random);
        for (std::uint32_t row = 0; row < split.rows_used(); ++row) {
            for (std::uint32_t col = 0; col < split.cols_used(); ++col) {
                const Tile tile = tile_of(split, work, {.row = row, .col = col});
                for (std::size_t axis = 0; axis < 2; ++axis) {
                    CHECK(has_whole_blocks(tile.output[axis], work.block_along(axis), work.output[axis]));
                }
                CHECK(has_whole_blocks(tile.reduction, work.reduction_block, work.reduction));
            }
        }
    }
}

TEST_CASE("the tiles of a grid are those of its cores", "[arch][isa]") {
    Random random;
    for (int round = 0; round < 200; ++round) {
        const Split split = random_split(random, 2);
        const WorkShape work = random_work(random);
        const GridShape grid{.rows = split.rows_used() + random.upto(2), .cols = split.cols_used() + random.upto(2)};
        const GridTiles tiles(grid, split, work);
        for (std::uint32_t core = 0; core < grid.size(); ++core) {
            const Tile tile = tile_of(split, work, grid.position(CoreId(core)));
            REQUIRE(tiles[CoreId(core)].idle == tile.idle);
            REQUIRE(tiles[CoreId(core)].output == tile.output);
            REQUIRE(tiles[CoreId(core)].reduction == tile.reduction);
            REQUIRE(tiles[CoreId(core)].frames == tile.frames);
            REQUIRE(tiles[CoreId(core)].owns_output == tile.owns_output);
        }
    }
}

TEST_CASE("every element of the output is computed exactly once for each part of the reduction", "[arch][isa]") {
    Random random;
    for (int round = 0; round < 200; ++round) {
        const Split split = random_split(random, 2);
        const WorkShape work = random_work(random);
        const GridShape grid{.rows = split.rows_used() + random.upto(2), .cols = split.cols_used() + random.upto(2)};
        std::vector<int> seen(static_cast<std::size_t>(work.batch * work.output[0] * work.output[1] * work.reduction));
        for (std::uint32_t core = 0; core < grid.size(); ++core) {
            const Tile tile = tile_of(split, work, grid.position(CoreId(core)));
            if (tile.idle) {
                continue;
            }
            for (auto f = tile.frames.begin; f < tile.frames.end; ++f) {
                for (auto y = tile.output[0].begin; y < tile.output[0].end; ++y) {
                    for (auto x = tile.output[1].begin; x < tile.output[1].end; ++x) {
                        for (auto k = tile.reduction.begin; k < tile.reduction.end; ++k) {
                            ++seen[static_cast<std::size_t>(
                                ((f * work.output[0] + y) * work.output[1] + x) * work.reduction + k)];
                        }
                    }
                }
            }
        }
        CHECK(std::ranges::all_of(seen, [](int times) { return times == 1; }));
    }
}

TEST_CASE("a core's parts lead back to the core", "[arch][isa]") {
    Random random;
    for (int round = 0; round < 200; ++round) {
        const Split split = random_split(random, 3);
        const GridShape grid{.rows = split.rows_used(), .cols = split.cols_used()};
        for (std::uint32_t core = 0; core < grid.size(); core += 7) {
            const GridPosition position = grid.position(CoreId(core));
            CHECK(core_of(split, part_index(split, position)) == position);
        }
    }
}

TEST_CASE("parts of an axis differ by at most one element", "[arch][isa]") {
    for (std::int64_t size = 1; size < 40; ++size) {
        for (std::int64_t parts = 1; parts < 20; ++parts) {
            for (std::int64_t index = 0; index < parts; ++index) {
                const std::int64_t part = part_of(size, parts, index).size();
                CHECK((part == size / parts || part == size / parts + 1));
            }
        }
    }
}
