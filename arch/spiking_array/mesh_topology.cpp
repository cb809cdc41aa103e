// SPDX-License-Identifier: Apache-2.0
// Numbers the merge blocks and plans the way of a packet.
#include "arch/spiking_array/mesh_topology.hpp"

namespace lodestone::spiking_array {

MeshTopology::MeshTopology(const spec::SpikingArraySpec& spec)
    : mesh_(spec.mesh()), chip_(spec.cores), blocks_per_side_(spec.boundary.blocks_per_side),
      rows_per_block_(static_cast<std::uint32_t>(ceil_div(chip_.rows, blocks_per_side_))),
      cols_per_block_(static_cast<std::uint32_t>(ceil_div(chip_.cols, blocks_per_side_))),
      merge_blocks_(spec.chips.size() == 1
                        ? 0
                        : spec.chips.size() * static_cast<std::uint32_t>(link_directions) * blocks_per_side_),
      step_{1, 0U - 1U, 0U - mesh_.cols, mesh_.cols, 0} {}

PacketWay MeshTopology::start(const SpikePacket& packet) const {
    const auto cols = static_cast<std::int32_t>(mesh_.cols);
    const auto from = static_cast<std::int32_t>(packet.source);
    const auto to = static_cast<std::int32_t>(packet.destination);
    const std::int32_t dx = to % cols - from % cols;
    const std::int32_t dy = to / cols - from / cols;
    const auto x_hops = static_cast<std::uint16_t>(std::abs(dx));
    const auto y_hops = static_cast<std::uint16_t>(std::abs(dy));
    const Port x_port = dx > 0 ? Port::east : Port::west;
    const Port y_port = dy > 0 ? Port::south : dy < 0 ? Port::north : Port::local;
    if (dx == 0) {
        return {.node = packet.source, .remaining = y_hops, .port = y_port};
    }
    return {.node = packet.source, .remaining = x_hops, .next_remaining = y_hops, .port = x_port, .next_port = y_port};
}

std::uint32_t MeshTopology::along_side(std::uint32_t node, Port port) const {
    const bool is_horizontal = port == Port::east || port == Port::west;
    return is_horizontal ? node / mesh_.cols % chip_.rows : node % mesh_.cols % chip_.cols;
}

std::uint32_t MeshTopology::merge_block(std::uint32_t node, Port port) const {
    const bool is_horizontal = port == Port::east || port == Port::west;
    const std::uint32_t chip =
        node / mesh_.cols / chip_.rows * (mesh_.cols / chip_.cols) + node % mesh_.cols / chip_.cols;
    const std::uint32_t block = along_side(node, port) / (is_horizontal ? rows_per_block_ : cols_per_block_);
    return ports() +
           (chip * static_cast<std::uint32_t>(link_directions) + static_cast<std::uint32_t>(port)) * blocks_per_side_ +
           block;
}

std::uint32_t MeshTopology::lane_in_block(std::uint32_t node, Port port) const {
    const bool is_horizontal = port == Port::east || port == Port::west;
    return along_side(node, port) % (is_horizontal ? rows_per_block_ : cols_per_block_);
}

} // namespace lodestone::spiking_array
