// SPDX-License-Identifier: Apache-2.0
// Coding by tensor or by block, and where scales lie.
#include "arch/core_grid/stored_region.hpp"

#include "arch/core_grid/region_walk.hpp"
#include "arch/isa/storage.hpp"
#include "numerics/scale.hpp"
#include "sim/base/error.hpp"

#include <bit>

namespace lodestone::core_grid {
namespace {

constexpr int kScaleBits = 8; ///< E8M0

Placement scales_of(const Placement& placement, const Storage& storage) {
    Placement scales = placement;
    scales.held = storage.scales(placement.held);
    scales.first_bit +=
        static_cast<std::uint64_t>(placement.held.elements()) * static_cast<std::uint64_t>(placement.bits);
    scales.bits = kScaleBits;
    return scales;
}

/// Calls visit(index of the first element, its place among the scales) for every block of a region.
template <class Visit>
void for_each_block(const Storage& storage, const isa::Region& region, Visit visit) {
    const std::int64_t length = isa::block_length(storage.format);
    std::size_t place = 0;
    for_each_index(storage.scales(region), [&](Index at) {
        std::int64_t& along = at[storage.block_axis];
        along = std::max(along * length, region[storage.block_axis].begin);
        visit(at, place++);
    });
}

/// Places in the region of the elements of the block that begins at `at`.
void places_of_block(const Storage& storage, const isa::Region& region, Index at, std::vector<std::size_t>& places) {
    const std::int64_t length = isa::block_length(storage.format);
    std::int64_t& along = at[storage.block_axis];
    const std::int64_t end = std::min((along / length + 1) * length, region[storage.block_axis].end);
    places.clear();
    for (; along < end; ++along) {
        places.push_back(place_in(region, at));
    }
}

StoredCodes encode_blocks(const Storage& storage, const isa::Region& region, std::span<const float> values) {
    check_invariant(region.empty() || region[storage.block_axis].begin % isa::block_length(storage.format) == 0,
                    "cores compute whole blocks, so that they can find the scales");
    StoredCodes codes;
    codes.elements.resize(values.size());
    std::vector<std::size_t> places;
    std::vector<float> line;
    std::vector<std::uint8_t> elements;
    for_each_block(storage, region, [&](const Index& at, std::size_t /*place*/) {
        places_of_block(storage, region, at, places);
        line.resize(places.size());
        elements.resize(places.size());
        for (std::size_t i = 0; i < places.size(); ++i) {
            line[i] = values[places[i]];
        }
        std::uint8_t scale = 0;
        numerics::quantise_blocks(numerics::format(storage.format), line,
                                  {.codes = elements, .scales = std::span(&scale, 1)});
        for (std::size_t i = 0; i < places.size(); ++i) {
            codes.elements[places[i]] = elements[i];
        }
        codes.scales.push_back(scale);
    });
    return codes;
}

} // namespace

Storage::Storage(const isa::ProgramTensor& tensor)
    : format(tensor.format), scale(tensor.format == numerics::FormatId::fp32 ? 1.0 : tensor.scale),
      block_axis(tensor.block_axis) {}

Storage::Storage(const isa::Constant& constant, const isa::Kernel& kernel)
    : format(constant.format), block_axis(isa::weight_block_axis(kernel)) {}

isa::Region Storage::scales(const isa::Region& region) const {
    return isa::scale_region(region, format, block_axis);
}

StoredCodes no_codes(const Storage& storage, const isa::Region& region) {
    StoredCodes codes;
    codes.elements.resize(static_cast<std::size_t>(region.elements()));
    if (storage.has_blocks()) {
        codes.scales.resize(static_cast<std::size_t>(storage.scales(region).elements()));
    }
    return codes;
}

StoredCodes part_of(const Storage& storage, const StoredCodes& codes, const isa::Region& whole,
                    const isa::Region& part) {
    StoredCodes taken;
    taken.elements.reserve(static_cast<std::size_t>(part.elements()));
    for_each_index(part, [&](const Index& at) { taken.elements.push_back(codes.elements[place_in(whole, at)]); });
    if (storage.has_blocks()) {
        const isa::Region scales = storage.scales(whole);
        for_each_index(storage.scales(part),
                       [&](const Index& at) { taken.scales.push_back(codes.scales[place_in(scales, at)]); });
    }
    return taken;
}

void put_part(const Storage& storage, StoredCodes& all, const isa::Region& whole, const isa::Region& part,
              const StoredCodes& codes) {
    std::size_t next = 0;
    for_each_index(part, [&](const Index& at) { all.elements[place_in(whole, at)] = codes.elements[next++]; });
    if (storage.has_blocks()) {
        next = 0;
        const isa::Region scales = storage.scales(whole);
        for_each_index(storage.scales(part),
                       [&](const Index& at) { all.scales[place_in(scales, at)] = codes.scales[next++]; });
    }
}

std::vector<double> decode_region(const Storage& storage, const isa::Region& region, const StoredCodes& codes) {
    std::vector<double> values(codes.elements.size());
    numerics::decode(numerics::format(storage.format), codes.elements, values);
    if (!storage.has_blocks()) {
        return values;
    }
    std::vector<std::size_t> places;
    for_each_block(storage, region, [&](const Index& at, std::size_t place) {
        places_of_block(storage, region, at, places);
        const double scale = numerics::decode_e8m0(static_cast<std::uint8_t>(codes.scales.at(place)));
        for (const std::size_t element : places) {
            values[element] *= scale;
        }
    });
    return values;
}

StoredCodes encode_region(const Storage& storage, const isa::Region& region, std::span<const float> values) {
    if (storage.has_blocks()) {
        return encode_blocks(storage, region, values);
    }
    StoredCodes codes;
    codes.elements.resize(values.size());
    if (storage.format == numerics::FormatId::fp32) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            codes.elements[i] = std::bit_cast<std::uint32_t>(values[i]);
        }
        return codes;
    }
    numerics::quantise({.format = storage.format, .scale = storage.scale, .zero_point = 0, .symmetric = false}, values,
                       codes.elements);
    return codes;
}

StoredCodes read_region(PackedMemory& memory, const Placement& placement, const Storage& storage,
                        const isa::Region& want) {
    StoredCodes codes{.elements = memory.read(placement, want), .scales = {}};
    if (storage.has_blocks() && !want.empty()) {
        codes.scales = memory.read(scales_of(placement, storage), storage.scales(want));
    }
    return codes;
}

void write_region(PackedMemory& memory, const Placement& placement, const Storage& storage, const isa::Region& part,
                  const StoredCodes& codes) {
    memory.write(placement, part, codes.elements);
    if (storage.has_blocks() && !part.empty()) {
        memory.write(scales_of(placement, storage), storage.scales(part), codes.scales);
    }
}

} // namespace lodestone::core_grid
