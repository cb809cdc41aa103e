// SPDX-License-Identifier: Apache-2.0
// Regions of tensors as codes and, in block formats, the scales of their blocks: to values, from values, in memory.
#pragma once

#include "arch/core_grid/packed_memory.hpp"
#include "arch/isa/program.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace lodestone::core_grid {

/// How a tensor is kept.
struct Storage {
    numerics::FormatId format = numerics::FormatId::fp32;
    double scale = 1.0;           ///< real value = decoded value * scale; 1 in block formats and binary32
    std::uint32_t block_axis = 0; ///< of a block format

    explicit Storage(const isa::ProgramTensor& tensor);
    /// The weights of a matrix phase; their scales by output channel stay with the constant.
    Storage(const isa::Constant& constant, const isa::Kernel& kernel);

    [[nodiscard]] int bits() const { return numerics::format(format).bits; }
    [[nodiscard]] bool has_blocks() const { return numerics::format(format).block.has_value(); }
    /// Places of the scales of a region; of a format with blocks.
    [[nodiscard]] isa::Region scales(const isa::Region& region) const;
};

/// Codes row-major; E8M0 scales of all blocks that the region touches, row-major in isa::scale_region.
struct StoredCodes {
    std::vector<std::uint32_t> elements;
    std::vector<std::uint32_t> scales; ///< empty without blocks
};

/// Zero codes of a region, with zero scales.
[[nodiscard]] StoredCodes no_codes(const Storage& storage, const isa::Region& region);
/// The part `part` of what is stored of `whole`.
[[nodiscard]] StoredCodes part_of(const Storage& storage, const StoredCodes& codes, const isa::Region& whole,
                                  const isa::Region& part);
/// Stores `part` within `whole`.
void put_part(const Storage& storage, StoredCodes& all, const isa::Region& whole, const isa::Region& part,
              const StoredCodes& codes);

/// Values of the codes with the scales of their blocks, without `storage.scale`.
[[nodiscard]] std::vector<double> decode_region(const Storage& storage, const isa::Region& region,
                                                const StoredCodes& codes);
/// Codes of values / scale. In a block format the scales are found here, so the region holds whole blocks; it is
/// an InternalError if it begins inside one.
[[nodiscard]] StoredCodes encode_region(const Storage& storage, const isa::Region& region,
                                        std::span<const float> values);

/// The part `want` of what is placed, whose scales lie behind its elements; see isa/storage.hpp.
[[nodiscard]] StoredCodes read_region(PackedMemory& memory, const Placement& placement, const Storage& storage,
                                      const isa::Region& want);
void write_region(PackedMemory& memory, const Placement& placement, const Storage& storage, const isa::Region& part,
                  const StoredCodes& codes);

} // namespace lodestone::core_grid
