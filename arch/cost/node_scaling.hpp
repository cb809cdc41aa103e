// SPDX-License-Identifier: Apache-2.0
// Scaling of energy, delay and area between technology nodes and voltages by the equations of Stillmaker and Baas.
#pragma once

#include "sim/base/quantity.hpp"
#include "sim/config/map_reader.hpp"

#include <array>
#include <vector>

namespace lodestone::cost {

/// Where a constant holds or is wanted: feature size and supply.
struct OperatingPoint {
    Metres node{45e-9};
    Volts voltage{1.0};
    friend bool operator==(OperatingPoint, OperatingPoint) = default;
};

/// Coefficients of one node: delay a3 V^3 + a2 V^2 + a1 V + a0, energy a V^2 + b V + c, area relative to 45 nm.
struct NodeCoefficients {
    Metres node{};
    std::array<double, 4> delay{};
    std::array<double, 3> energy{};
    double area = 1;
};

/// Nodes between those of the table: the logarithm of a factor is linear in the feature size. Outside the table's
/// range a node is refused when a technology is read.
class NodeScaling {
public:
    NodeScaling() = default;
    /// `nodes` in any order, at least one.
    NodeScaling(std::vector<NodeCoefficients> nodes, config::Source source);

    [[nodiscard]] double energy_factor(OperatingPoint point) const;
    /// Above the voltage where a node's fitted polynomial stops falling, delay stays at that minimum.
    [[nodiscard]] double delay_factor(OperatingPoint point) const;
    [[nodiscard]] double area_factor(Metres node) const;

    /// What a metric at `from` is multiplied with at `to`.
    [[nodiscard]] double energy_ratio(OperatingPoint from, OperatingPoint to) const;
    [[nodiscard]] double delay_ratio(OperatingPoint from, OperatingPoint to) const;
    [[nodiscard]] double area_ratio(Metres from, Metres to) const;

    [[nodiscard]] bool covers(Metres node) const;
    [[nodiscard]] Metres smallest() const { return nodes_.front().node; }
    [[nodiscard]] Metres largest() const { return nodes_.back().node; }
    [[nodiscard]] const config::Source& source() const { return source_; }

private:
    template <class Factor>
    [[nodiscard]] double between_nodes(Metres node, Factor factor) const;

    std::vector<NodeCoefficients> nodes_; ///< ascending in size
    config::Source source_;
};

/// Keys `source`, `status`, `nodes: [{node, delay: [a3, a2, a1, a0], energy: [a, b, c], area}, …]`.
[[nodiscard]] NodeScaling read_node_scaling(config::MapReader& reader);

/// Dynamic energy within one node: V^2.
[[nodiscard]] double dynamic_voltage_ratio(Volts from, Volts to);

} // namespace lodestone::cost
