// SPDX-License-Identifier: Apache-2.0
// The transfers that a program implies, made explicit: who sends which bytes to whom, over which links.
#pragma once

#include "arch/isa/program.hpp"

#include <optional>
#include <vector>

namespace lodestone::isa {

/// Links of a mesh: four outgoing links per router, and one each way between the frame buffer and the west side
/// of every row. A link id is router * 4 + direction, then the frame buffer's.
enum class Direction : std::uint32_t { east = 0, west = 1, south = 2, north = 3 };

[[nodiscard]] LinkId link_from(const GridShape& grid, CoreId router, Direction direction);
[[nodiscard]] LinkId frame_buffer_link(const GridShape& grid, std::uint32_t row, bool into_grid);
[[nodiscard]] std::uint32_t link_count(const GridShape& grid);
/// "[3][7].east", "frame_buffer[4].in"
[[nodiscard]] std::string link_name(const GridShape& grid, LinkId link);

/// One multicast transfer of a region of one tensor over the activation network.
struct Flow {
    std::uint32_t tensor = 0;
    std::uint32_t phase = 0; ///< consumer: the phase that gathers it (or stores it)
    std::uint32_t input = 0; ///< of that phase
    CoreId source;           ///< the sender; unused when it comes from the frame buffer
    bool from_frame_buffer = false;
    bool to_frame_buffer = false;
    std::uint32_t port_row = 0;       ///< row of the frame-buffer port used
    std::vector<CoreId> destinations; ///< without the source itself
    Interval frames;
    Region region;
    Bytes bytes{};           ///< frames x packed region, sent once, received once per destination
    std::uint32_t index = 0; ///< place among the flows of its gather
    std::uint32_t step = 0;  ///< producer's step after which it may leave (0 when the producer is an earlier phase)
};

/// Transfers that input `input` of phase `phase` needs, ordered by (step, source, destinations). Empty when in place.
[[nodiscard]] std::vector<Flow> gather_flows(const Program& program, std::uint32_t phase, std::uint32_t input);

/// Bytes of the gathered region that a core copies from its own home tile (no link used), over all frames of it.
[[nodiscard]] Bytes local_copy_bytes(const Program& program, std::uint32_t phase, std::uint32_t input, CoreId core);

/// One link of a route, its distance in hops from where the transfer starts, and the link before it in the tree (an
/// index into the same route, always smaller than its own; kRoot for a link that leaves the source).
struct LinkUse {
    static constexpr std::uint32_t kRoot = ~std::uint32_t{0};

    LinkId link;
    std::uint32_t depth = 0;
    std::uint32_t parent = kRoot;
};

/// Router that a mesh link leads to; a frame-buffer link into the grid leads to the first router of its row, one out of
/// the grid to no router.
[[nodiscard]] std::optional<CoreId> link_target(const GridShape& grid, LinkId link);

/// Multicast tree: along the row of the source first, then along the columns of the destinations; each link once.
[[nodiscard]] std::vector<LinkUse> multicast_tree(const GridShape& grid, CoreId source,
                                                  const std::vector<CoreId>& destinations);
/// The links of an activation flow, frame-buffer links included.
[[nodiscard]] std::vector<LinkUse> route(const GridShape& grid, const Flow& flow);

/// Delivery of one weight chunk over the model network.
struct ChunkDelivery {
    std::uint32_t group = 0;
    std::uint32_t chunk = 0;
    CoreId home;
    std::vector<CoreId> members; ///< every core that uses the chunk, the home only if it does
    Bytes bytes{};
};

/// Deliveries of a phase in the order in which they are wanted (chunk, then group). Resident chunks are included
/// with the member itself as home: they load the memory port, not the network.
[[nodiscard]] std::vector<ChunkDelivery> chunk_deliveries(const Program& program, std::uint32_t phase);

} // namespace lodestone::isa
