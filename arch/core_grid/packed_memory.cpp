// SPDX-License-Identifier: Apache-2.0
// Bit packing, run by run along the last axis.
#include "arch/core_grid/packed_memory.hpp"

#include "arch/core_grid/region_walk.hpp"
#include "sim/base/error.hpp"

#include <algorithm>

namespace lodestone::core_grid {
namespace {

constexpr std::uint64_t kBitsPerByte = 8;

std::uint64_t first_bit(const Placement& placement) {
    return placement.address.count() * kBitsPerByte + placement.first_bit;
}

/// "[0, 1) x [4, 8)"
std::string region_text(const isa::Region& region) {
    std::string text;
    for (const isa::Interval axis : region.axes()) {
        text += (text.empty() ? "[" : " x [") + std::to_string(axis.begin) + ", " + std::to_string(axis.end) + ")";
    }
    return text;
}

} // namespace

std::vector<std::uint32_t> PackedMemory::read(const Placement& placement, const isa::Region& want) {
    reach(placement, want);
    std::vector<std::uint32_t> codes;
    codes.reserve(static_cast<std::size_t>(want.elements()));
    const auto bits = static_cast<std::uint64_t>(placement.bits);
    for_each_run(want, [&](const Index& index, std::size_t length) {
        std::uint64_t bit = first_bit(placement) + place_in(placement.held, index) * bits;
        if (bits == kBitsPerByte && bit % kBitsPerByte == 0) {
            const auto first = bytes_.begin() + static_cast<std::ptrdiff_t>(bit / kBitsPerByte);
            codes.insert(codes.end(), first, first + static_cast<std::ptrdiff_t>(length));
            return;
        }
        for (std::size_t i = 0; i < length; ++i, bit += bits) {
            codes.push_back(get(bit, placement.bits));
        }
    });
    return codes;
}

void PackedMemory::write(const Placement& placement, const isa::Region& part, std::span<const std::uint32_t> codes) {
    check_invariant(codes.size() == static_cast<std::size_t>(part.elements()), "one code per element is written");
    reach(placement, part);
    const auto bits = static_cast<std::uint64_t>(placement.bits);
    std::size_t next = 0;
    for_each_run(part, [&](const Index& index, std::size_t length) {
        std::uint64_t bit = first_bit(placement) + place_in(placement.held, index) * bits;
        for (std::size_t i = 0; i < length; ++i, bit += bits) {
            put(bit, placement.bits, codes[next++]);
        }
    });
}

void PackedMemory::reach(const Placement& placement, const isa::Region& part) {
    if (!placement.held.contains(part)) {
        throw MachineError(Cycles(0), std::string(placement.name),
                           "the buffer at address " + std::to_string(placement.address.count()) + " holds " +
                               region_text(placement.held) + ", not all of " + region_text(part) +
                               ", which is read or written there");
    }
    const auto elements = static_cast<std::uint64_t>(placement.held.elements());
    const Bytes end = bytes_for(Bits(first_bit(placement) + elements * static_cast<std::uint64_t>(placement.bits)));
    if (end > capacity_) {
        throw MachineError(Cycles(0), "core memory",
                           "an access ends at byte " + std::to_string(end.count()) + " of " +
                               std::to_string(capacity_.count()));
    }
    if (bytes_.size() < end.count()) {
        bytes_.resize(end.count());
    }
}

std::uint32_t PackedMemory::get(std::uint64_t first_bit, int bits) const {
    std::uint64_t code = 0;
    const std::uint64_t shift = first_bit % kBitsPerByte;
    const std::uint64_t last = (first_bit + static_cast<std::uint64_t>(bits) - 1) / kBitsPerByte;
    for (std::uint64_t byte = last + 1; byte-- > first_bit / kBitsPerByte;) {
        code = code << kBitsPerByte | bytes_[byte];
    }
    return static_cast<std::uint32_t>(code >> shift & ((std::uint64_t{1} << bits) - 1));
}

void PackedMemory::put(std::uint64_t first_bit, int bits, std::uint32_t code) {
    const std::uint64_t shift = first_bit % kBitsPerByte;
    const std::uint64_t mask = ((std::uint64_t{1} << bits) - 1) << shift;
    const std::uint64_t value = std::uint64_t{code} << shift & mask;
    const std::uint64_t first = first_bit / kBitsPerByte;
    const std::uint64_t last = (first_bit + static_cast<std::uint64_t>(bits) - 1) / kBitsPerByte;
    for (std::uint64_t byte = first; byte <= last; ++byte) {
        const std::uint64_t down = (byte - first) * kBitsPerByte;
        const auto kept = static_cast<std::uint8_t>(bytes_[byte] & ~(mask >> down));
        bytes_[byte] = static_cast<std::uint8_t>(kept | value >> down);
    }
}

} // namespace lodestone::core_grid
