// SPDX-License-Identifier: Apache-2.0
// Energy, leakage, area and cycle time of SRAM arrays: a table of arrays, interpolated in capacity and node.
#pragma once

#include "arch/cost/interpolate.hpp"
#include "arch/cost/node_scaling.hpp"

#include <string>
#include <vector>

namespace lodestone::cost {

/// One array of a cell type at one node: curves over the capacity in bytes.
struct SramNode {
    Metres node{};
    Volts supply{};
    Curve read;    ///< J per access
    Curve write;   ///< J per access
    Curve leakage; ///< W of the whole array
    Curve area;    ///< mm2
    Curve cycle;   ///< s
};

struct SramCell {
    std::string name;
    std::vector<SramNode> nodes; ///< ascending in size
};

/// A memory of `capacity` bytes built from `banks` equal arrays.
struct SramMemory {
    Bytes capacity{};
    std::uint32_t banks = 1;
};

/// Price of one memory at one operating point.
struct SramPrice {
    double read_per_byte = 0;  ///< J
    double write_per_byte = 0; ///< J
    Watts leakage{};
    SquareMillimetres area{};
    Seconds cycle{};
};

/// Between table nodes the logarithm of a figure is linear in the feature size. Below the smallest (above the
/// largest) table node: energy, delay and leakage follow the node scaling (leakage as the cell's area), area follows
/// published bit cells.
struct SramTable {
    config::Source source;
    Bytes access{16}; ///< bytes of one access of the table
    std::vector<SramCell> cells;
    std::string energy_cell;            ///< cell type whose energy, area and cycle time are used
    std::string leakage_cell;           ///< cell type whose leakage is used
    config::Sourced<Bytes> buffer_bank; ///< array size of which small, wide buffers are built
    config::Source bit_cell_source;
    Curve bit_cell_area; ///< um2 by node in m
};

[[nodiscard]] SramTable read_sram_table(config::MapReader& reader);

/// Arrays of at most the table's largest capacity: a larger memory has more of them.
[[nodiscard]] std::uint32_t array_count(const SramTable& table, SramMemory memory);

struct SramContext {
    const SramTable& table;
    const NodeScaling& scaling;
    double leakage_exponent = 1; ///< leakage power ~ V^exponent
    OperatingPoint point;        ///< node and supply for which prices are wanted
};

[[nodiscard]] SramPrice price(const SramContext& context, SramMemory memory);

} // namespace lodestone::cost
