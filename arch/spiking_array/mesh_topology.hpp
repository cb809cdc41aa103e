// SPDX-License-Identifier: Apache-2.0
// Output ports of the mesh as numbered servers, and the way of a packet from one to the next.
#pragma once

#include "arch/spec/spiking_array.hpp"
#include "arch/spiking_array/mesh.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

namespace lodestone::spiking_array {

/// A spike on its way through the mesh in one tick; nodes are routers, row-major over all chips.
struct SpikePacket {
    std::uint32_t source = 0;
    std::uint32_t destination = 0;
    std::uint32_t leaves = 0; ///< cycle after the start of the tick at which the core offers it
};

/// Where a packet is, and the rest of its way: `remaining` hops through `port`, then `next_remaining` through
/// `next_port`; the last port is the local one.
struct PacketWay {
    std::uint32_t node = 0;
    std::uint16_t remaining = 0;
    std::uint16_t next_remaining = 0;
    Port port = Port::local;
    Port next_port = Port::local;
    bool in_boundary = false; ///< in the merge block after the link of `port`, which it still has to pass
};

/// Servers are the five output ports of each router, node * 5 + port, and after them the merge blocks of the chips,
/// (chip * 4 + side) * blocks + block. A packet that leaves its chip passes the port, then the block of that side.
class MeshTopology {
public:
    explicit MeshTopology(const spec::SpikingArraySpec& spec);

    [[nodiscard]] std::uint32_t nodes() const { return mesh_.size(); }
    [[nodiscard]] std::uint32_t ports() const { return mesh_.size() * static_cast<std::uint32_t>(port_count); }
    [[nodiscard]] std::uint32_t servers() const { return ports() + merge_blocks_; }
    [[nodiscard]] bool has_boundaries() const { return merge_blocks_ != 0; }
    [[nodiscard]] PacketWay start(const SpikePacket& packet) const;

    /// Whether the link that leaves `node` through `port` ends on another chip.
    [[nodiscard]] bool crosses(std::uint32_t node, Port port) const {
        const std::uint32_t row = node / mesh_.cols;
        const std::uint32_t col = node % mesh_.cols;
        switch (port) {
        case Port::east:
            return (col + 1) % chip_.cols == 0;
        case Port::west:
            return col % chip_.cols == 0;
        case Port::north:
            return row % chip_.rows == 0;
        case Port::south:
            return (row + 1) % chip_.rows == 0;
        case Port::local:
            break;
        }
        return false;
    }
    /// The merge block behind a link that crosses, and which of the block's links it is.
    [[nodiscard]] std::uint32_t merge_block(std::uint32_t node, Port port) const;
    [[nodiscard]] std::uint32_t lane_in_block(std::uint32_t node, Port port) const;
    [[nodiscard]] std::uint32_t lanes_per_block() const { return std::max(rows_per_block_, cols_per_block_); }

    /// Moves past the link of the packet's port (and out of a merge block).
    void advance(PacketWay& way) const {
        way.in_boundary = false;
        way.node += step_[static_cast<std::size_t>(way.port)];
        if (--way.remaining == 0) {
            way.port = way.next_port;
            way.remaining = way.next_remaining;
            way.next_port = Port::local;
            way.next_remaining = 0;
        }
    }

private:
    [[nodiscard]] std::uint32_t along_side(std::uint32_t node, Port port) const;

    GridShape mesh_;
    GridShape chip_;
    std::uint32_t blocks_per_side_;
    std::uint32_t rows_per_block_;
    std::uint32_t cols_per_block_;
    std::uint32_t merge_blocks_;
    std::array<std::uint32_t, port_count> step_; ///< added to a node, wrapping
};

} // namespace lodestone::spiking_array
