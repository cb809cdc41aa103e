// SPDX-License-Identifier: Apache-2.0
// What the search chooses and what it reports.
#include "mapping/tile/search.hpp"
#include "tests/support/lowered_networks.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using tile::Pressure;
using tile::Search;
using tile::SearchOptions;

namespace {

constexpr GridShape kGrid{.rows = 4, .cols = 4};

isa::Program three_convs() {
    test::LoweredNetwork net(kGrid);
    std::uint32_t x = net.conv("a", net.input({1, 8, 16, 16}), {.channels = 32, .size = 3});
    x = net.conv("b", x, {.channels = 32, .size = 3});
    return net.finish(net.conv("c", x, {.channels = 64, .size = 3, .stride = 2}));
}

const Pressure kFree{.activation_limit = Bytes(768 * 1024)};

} // namespace

TEST_CASE("the search is never slower than the fixed rule by its own estimate", "[mapping][tile]") {
    const isa::Program program = three_convs();
    const spec::CoreGridSpec machine{.grid = kGrid};
    Search search(program, machine, {});
    Search fixed(program, machine, {.strategy = tile::Strategy::fixed});
    REQUIRE(search.choose(kFree, tile::Effort::normal).size() == program.phases.size());
    REQUIRE(fixed.choose(kFree, tile::Effort::normal).size() == program.phases.size());
    CHECK(search.report().estimated_cycles <= fixed.report().estimated_cycles);
}

TEST_CASE("more effort examines more and finds nothing worse", "[mapping][tile]") {
    const isa::Program program = three_convs();
    const spec::CoreGridSpec machine{.grid = kGrid};
    Search quick(program, machine, {.effort = tile::Effort::quick});
    Search thorough(program, machine, {.effort = tile::Effort::thorough});
    REQUIRE_FALSE(quick.choose(kFree, tile::Effort::quick).empty());
    REQUIRE_FALSE(thorough.choose(kFree, tile::Effort::thorough).empty());
    CHECK(thorough.report().costed > quick.report().costed);
    CHECK(thorough.report().estimated_cycles <= quick.report().estimated_cycles * 1.001);
}

TEST_CASE("the estimate of the run is the sum of its phases", "[mapping][tile]") {
    const isa::Program program = three_convs();
    Search search(program, {.grid = kGrid}, {});
    static_cast<void>(search.choose(kFree, tile::Effort::normal));
    double sum = 0;
    REQUIRE(search.report().phase_cycles.size() == program.phases.size());
    for (const double cycles : search.report().phase_cycles) {
        sum += cycles;
    }
    CHECK(search.report().estimated_cycles == Approx(sum));
}

TEST_CASE("a forced split, its chunks and its residency are kept", "[mapping][tile]") {
    const isa::Program program = three_convs();
    SearchOptions options;
    tile::Forced forced{.split = isa::whole(4), .chunks = 2, .resident = true};
    forced.split.axes[2] = {.rows = 4, .cols = 1};
    forced.split.reduction = {.rows = 1, .cols = 4};
    options.forced["b"] = forced;
    Search search(program, {.grid = kGrid}, options);
    const auto chosen = search.choose(kFree, tile::Effort::normal);
    CHECK(chosen.at(2).split == forced.split);
    CHECK(chosen.at(2).chunks == 2);
    CHECK(chosen.at(2).resident);
}

TEST_CASE("with dear weights nothing is kept in several copies", "[mapping][tile]") {
    const isa::Program program = three_convs();
    Search search(program, {.grid = kGrid}, {});
    const auto free_choice = search.choose(kFree, tile::Effort::normal);
    const auto dear_choice =
        search.choose({.weight_price = 100, .activation_limit = Bytes(768 * 1024)}, tile::Effort::normal);
    const auto kept = [](const std::vector<tile::Candidate>& chosen) {
        double bytes = 0;
        for (const tile::Candidate& candidate : chosen) {
            bytes += candidate.kept_bytes;
        }
        return bytes;
    };
    CHECK(kept(dear_choice) < kept(free_choice));
    const double all_weights = 9 * (8 * 32 + 32 * 32 + 32 * 64);
    CHECK(kept(dear_choice) == Approx(all_weights / kGrid.size()).epsilon(0.05));
}

TEST_CASE("the activation limit holds for operands and output, and too low a one is named", "[mapping][tile]") {
    const isa::Program program = three_convs();
    Search search(program, {.grid = kGrid}, {});
    const Pressure tight{.activation_limit = Bytes(64)};
    CHECK(search.choose(tight, tile::Effort::normal).empty());
    const std::string reason = search.reason(tight).what();
    CHECK(reason.find("a: needs ") == 0);
    CHECK(reason.find("more than the 64 left beside the weights") != std::string::npos);
}

TEST_CASE("the same question has the same answer", "[mapping][tile]") {
    const isa::Program program = three_convs();
    Search first(program, {.grid = kGrid}, {});
    Search second(program, {.grid = kGrid}, {});
    const auto a = first.choose(kFree, tile::Effort::normal);
    const auto b = second.choose(kFree, tile::Effort::normal);
    for (std::size_t phase = 0; phase < a.size(); ++phase) {
        CHECK(a[phase].split == b[phase].split);
        CHECK(a[phase].resident == b[phase].resident);
    }
}
