// SPDX-License-Identifier: Apache-2.0
// Evaluates the scaling polynomials and reads their coefficients.
#include "arch/cost/node_scaling.hpp"

#include "arch/cost/interpolate.hpp"
#include "sim/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace lodestone::cost {
namespace {

double polynomial(std::span<const double> coefficients, double x) {
    double value = 0;
    for (const double coefficient : coefficients) {
        value = value * x + coefficient;
    }
    return value;
}

/// Voltage of the first minimum of the delay polynomial, or infinity when it falls everywhere.
double fastest_voltage(const std::array<double, 4>& delay) {
    const double a = 3 * delay[0]; // derivative a V^2 + b V + c
    const double b = 2 * delay[1];
    const double c = delay[2];
    if (a == 0) {
        return b > 0 ? -c / b : std::numeric_limits<double>::infinity();
    }
    const double discriminant = b * b - 4 * a * c;
    if (discriminant < 0) {
        return std::numeric_limits<double>::infinity();
    }
    // The minimum is the root where the derivative rises.
    return (-b + std::sqrt(discriminant)) / (2 * a);
}

double delay_at(const NodeCoefficients& node, Volts voltage) {
    return polynomial(node.delay, std::min(voltage.count(), fastest_voltage(node.delay)));
}

template <std::size_t N>
std::array<double, N> read_coefficients(config::MapReader& reader, const std::string& key) {
    const std::vector<double> list = reader.required_doubles(key);
    std::array<double, N> coefficients{};
    if (list.size() == N) {
        std::ranges::copy(list, coefficients.begin());
    } else if (!list.empty()) {
        reader.problem(key, "has " + std::to_string(list.size()) + " coefficients; it takes " + std::to_string(N) +
                                ", the highest power first");
    }
    return coefficients;
}

} // namespace

NodeScaling::NodeScaling(std::vector<NodeCoefficients> nodes, config::Source source)
    : nodes_(std::move(nodes)), source_(std::move(source)) {
    check_invariant(!nodes_.empty(), "the reader refuses a scaling table without nodes");
    std::ranges::sort(nodes_, {}, &NodeCoefficients::node);
}

template <class Factor>
double NodeScaling::between_nodes(Metres node, Factor factor) const {
    Curve curve;
    for (const NodeCoefficients& entry : nodes_) {
        curve.emplace_back(entry.node.count(), factor(entry));
    }
    return log_linear(curve, node.count());
}

double NodeScaling::energy_factor(OperatingPoint point) const {
    return between_nodes(point.node,
                         [&](const NodeCoefficients& n) { return polynomial(n.energy, point.voltage.count()); });
}

double NodeScaling::delay_factor(OperatingPoint point) const {
    return between_nodes(point.node, [&](const NodeCoefficients& n) { return delay_at(n, point.voltage); });
}

double NodeScaling::area_factor(Metres node) const {
    return between_nodes(node, [](const NodeCoefficients& n) { return n.area; });
}

double NodeScaling::energy_ratio(OperatingPoint from, OperatingPoint to) const {
    return from == to ? 1.0 : energy_factor(to) / energy_factor(from);
}

double NodeScaling::delay_ratio(OperatingPoint from, OperatingPoint to) const {
    return from == to ? 1.0 : delay_factor(to) / delay_factor(from);
}

double NodeScaling::area_ratio(Metres from, Metres to) const {
    return from == to ? 1.0 : area_factor(to) / area_factor(from);
}

bool NodeScaling::covers(Metres node) const {
    return !nodes_.empty() && smallest() <= node && node <= largest();
}

NodeScaling read_node_scaling(config::MapReader& reader) {
    const config::Source source = reader.required_source();
    std::vector<NodeCoefficients> nodes;
    for (config::MapReader& entry : reader.required_maps("nodes")) {
        NodeCoefficients node;
        node.node = entry.required<Metres>("node", config::positive<Metres>());
        node.delay = read_coefficients<4>(entry, "delay");
        node.energy = read_coefficients<3>(entry, "energy");
        node.area = entry.required_double("area", {.min = 0, .above_min = true});
        entry.finish();
        const bool repeated = std::ranges::any_of(nodes, [&](const auto& known) { return known.node == node.node; });
        if (repeated) {
            entry.problem("node", "is listed twice");
        } else {
            nodes.push_back(node);
        }
    }
    if (nodes.empty()) {
        reader.problem("nodes", "is empty; list at least one node with its coefficients");
        nodes.push_back({.node = Metres(45e-9)});
    }
    return NodeScaling(std::move(nodes), source);
}

double dynamic_voltage_ratio(Volts from, Volts to) {
    const double ratio = to / from;
    return ratio * ratio;
}

} // namespace lodestone::cost
