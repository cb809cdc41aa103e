// SPDX-License-Identifier: Apache-2.0
// Codes and scales of regions in block formats.
#include "arch/core_grid/open_blocks.hpp"
#include "arch/core_grid/stored_region.hpp"
#include "sim/base/error.hpp"

#include <bit>
#include <catch2/catch.hpp>

namespace lodestone::core_grid {
namespace {

using numerics::FormatId;

isa::Region channels(std::int64_t begin, std::int64_t end) {
    const isa::Interval axes[] = {{.begin = begin, .end = end}, {.begin = 0, .end = 1}};
    return isa::Region(axes);
}

isa::ProgramTensor tensor(FormatId format, std::int64_t size) {
    return {.name = "t", .shape = {size, 1}, .format = format, .block_axis = 0};
}

std::vector<float> ramp(std::size_t size) {
    std::vector<float> values(size);
    for (std::size_t i = 0; i < size; ++i) {
        values[i] = static_cast<float>(i < 32 ? i % 4 : 16 * (i % 4));
    }
    return values;
}

} // namespace

TEST_CASE("each block of a region has the scale of its largest value", "[arch][core_grid]") {
    const Storage storage(tensor(FormatId::mxfp4, 35));
    const StoredCodes codes = encode_region(storage, channels(0, 35), ramp(35));
    CHECK(codes.scales == std::vector<std::uint32_t>{127 + 1 - 2, 127 + 5 - 2}); // largest 3 and 32, emax 2
    const std::vector<double> values = decode_region(storage, channels(0, 35), codes);
    CHECK(values[3] == 3.0);
    CHECK(values[34] == 32.0);
}

TEST_CASE("a part that begins inside a block is read with the block's scale but not encoded", "[arch][core_grid]") {
    const Storage storage(tensor(FormatId::mxint8, 64));
    const StoredCodes codes = encode_region(storage, channels(0, 64), ramp(64));
    const StoredCodes part = part_of(storage, codes, channels(0, 64), channels(30, 35));
    CHECK(part.scales == codes.scales);
    CHECK(decode_region(storage, channels(30, 35), part) == std::vector<double>{2, 3, 0, 16, 32});
    CHECK_THROWS_AS(encode_region(storage, channels(30, 35), ramp(5)), InternalError);
}

TEST_CASE("scales lie behind the elements, whatever bit they end on", "[arch][core_grid]") {
    const Storage storage(tensor(FormatId::mxfp4, 33));
    PackedMemory memory(Bytes(64));
    const Placement place{.address = Bytes(8), .held = channels(0, 33), .bits = 4};
    const StoredCodes codes = encode_region(storage, channels(0, 33), ramp(33));
    write_region(memory, place, storage, channels(0, 33), codes);
    CHECK(read_region(memory, place, storage, channels(0, 33)).scales == codes.scales);
    CHECK(read_region(memory, place, storage, channels(32, 33)).scales == std::vector{codes.scales.at(1)});
    const isa::Interval last[] = {{.begin = 0, .end = 1}};
    const Placement scale{.address = Bytes(8), .held = isa::Region(last), .bits = 8, .first_bit = 33 * 4 + 8};
    CHECK(memory.read(scale, scale.held) == std::vector{codes.scales.at(1)});
}

TEST_CASE("a block is stored by the step that ends it, from what earlier steps left", "[arch][core_grid]") {
    const isa::ProgramTensor output = tensor(FormatId::mxint8, 64);
    isa::Step step;
    step.tile.output = channels(24, 48);
    step.finished = channels(0, 32);
    const OpenBlocks blocks(output, step);
    CHECK(blocks.fetched() == channels(0, 24));
    CHECK(blocks.left() == channels(32, 48));
    CHECK(blocks.placed(channels(40, 48)) == channels(8, 16));
    const std::vector<std::uint32_t> fetched(24, std::bit_cast<std::uint32_t>(5.0F));
    const std::vector<float> computed(24, 7.0F);
    const std::vector<float> finished = blocks.finished(computed, fetched);
    REQUIRE(finished.size() == 32);
    CHECK(finished[23] == 5.0F);
    CHECK(finished[24] == 7.0F);
    CHECK(blocks.left_bits(computed) == std::vector<std::uint32_t>(16, std::bit_cast<std::uint32_t>(7.0F)));
}

} // namespace lodestone::core_grid
