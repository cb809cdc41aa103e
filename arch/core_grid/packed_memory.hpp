// SPDX-License-Identifier: Apache-2.0
// The bytes of one core memory, with tensor regions packed in them bit by bit.
#pragma once

#include "arch/isa/region.hpp"
#include "sim/base/quantity.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace lodestone::core_grid {

/// Where a frame's region of a tensor lies: its elements, `bits` wide each, row-major without gaps, the lowest bits of
/// a byte first.
struct Placement {
    Bytes address;
    isa::Region held;
    int bits = 8;
    std::string_view name = "core memory"; ///< for messages
    std::uint64_t first_bit = 0;           ///< counted from the address
};

/// Grows as it is written; bytes never written are zero. Access beyond the capacity or to
/// elements that are not placed there is a MachineError.
class PackedMemory {
public:
    explicit PackedMemory(Bytes capacity) : capacity_(capacity) {}

    /// Codes of the part `want` of what is placed, row-major; `want` must lie within it.
    [[nodiscard]] std::vector<std::uint32_t> read(const Placement& placement, const isa::Region& want);
    void write(const Placement& placement, const isa::Region& part, std::span<const std::uint32_t> codes);

private:
    void reach(const Placement& placement, const isa::Region& part);
    [[nodiscard]] std::uint32_t get(std::uint64_t first_bit, int bits) const;
    void put(std::uint64_t first_bit, int bits, std::uint32_t code);

    Bytes capacity_;
    std::vector<std::uint8_t> bytes_;
};

} // namespace lodestone::core_grid
