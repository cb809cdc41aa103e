// SPDX-License-Identifier: Apache-2.0
// Routes of the spike mesh, x first then y: hop counts, chip crossings and the load of every link.
#pragma once

#include "arch/spec/spiking_array.hpp"
#include "sim/base/id.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace lodestone::spiking_array {

/// Output ports of a router; east is +x (columns), south is +y (rows).
enum class Port : std::uint8_t { east, west, north, south, local };
inline constexpr std::size_t port_count = 5;
inline constexpr std::size_t link_directions = 4;

/// Links between routers, and how many of them join two chips.
struct RouteLength {
    std::uint32_t hops = 0;
    std::uint32_t chip_crossings = 0;
};

[[nodiscard]] RouteLength route_length(const spec::SpikingArraySpec& spec, GridPosition from, GridPosition to);

/// Packets carried by each link over a run. Routes are added in constant time; read after finish().
class LinkLoads {
public:
    explicit LinkLoads(GridShape mesh);

    void add(GridPosition from, GridPosition to, std::uint64_t packets);
    /// Loads of another run on the same mesh; both are finished.
    void add(const LinkLoads& other);
    /// Turns the starts and ends of routes into loads.
    void finish();

    /// Of the link that leaves `from` through `port`; zero for links that would leave the mesh.
    [[nodiscard]] std::uint64_t at(GridPosition from, Port port) const;
    /// All links of one direction, row-major by the router they leave.
    [[nodiscard]] std::span<const std::uint64_t> direction(Port port) const;
    [[nodiscard]] std::uint64_t total() const;
    [[nodiscard]] std::uint64_t busiest() const;
    [[nodiscard]] GridShape mesh() const { return mesh_; }

private:
    GridShape mesh_;
    std::array<std::vector<std::uint64_t>, link_directions> loads_;
};

} // namespace lodestone::spiking_array
