// SPDX-License-Identifier: Apache-2.0
// Interpolates the SRAM table and reads it.
#include "arch/cost/sram.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <cmath>

namespace lodestone::cost {
namespace {

const SramCell& cell_named(const SramTable& table, const std::string& name) {
    const auto found = std::ranges::find(table.cells, name, &SramCell::name);
    check_invariant(found != table.cells.end(), "the reader accepts only cell types of the table");
    return *found;
}

/// One figure of a cell type at a node: `at(entry)` gives it at an entry of the table and the wanted supply,
/// `beyond(from, to)` scales it from the nearest entry to a node outside the table.
template <class At, class Beyond>
double over_nodes(const SramCell& cell, Metres node, At at, Beyond beyond) {
    const SramNode& smallest = cell.nodes.front();
    const SramNode& largest = cell.nodes.back();
    if (node < smallest.node || node > largest.node) {
        const SramNode& nearest = node < smallest.node ? smallest : largest;
        return at(nearest) * beyond(nearest.node, node);
    }
    Curve curve;
    for (const SramNode& entry : cell.nodes) {
        curve.emplace_back(entry.node.count(), at(entry));
    }
    return log_linear(curve, node.count());
}

/// Prices of one array of `bytes` under a context.
struct ArrayPrices {
    const SramContext& context;
    double bytes;

    [[nodiscard]] double energy(Curve SramNode::*access) const {
        const Volts wanted = context.point.voltage;
        return over_nodes(
            cell_named(context.table, context.table.energy_cell), context.point.node,
            [&](const SramNode& n) { return log_log(n.*access, bytes) * dynamic_voltage_ratio(n.supply, wanted); },
            [&](Metres from, Metres to) {
                return context.scaling.energy_ratio({.node = from, .voltage = wanted}, {.node = to, .voltage = wanted});
            });
    }
    [[nodiscard]] double leakage() const {
        const Volts wanted = context.point.voltage;
        return over_nodes(
            cell_named(context.table, context.table.leakage_cell), context.point.node,
            [&](const SramNode& n) {
                return log_log(n.leakage, bytes) * std::pow(wanted / n.supply, context.leakage_exponent);
            },
            [&](Metres from, Metres to) { return bit_cell_ratio(from, to); });
    }
    [[nodiscard]] double area() const {
        return over_nodes(
            cell_named(context.table, context.table.energy_cell), context.point.node,
            [&](const SramNode& n) { return log_log(n.area, bytes); },
            [&](Metres from, Metres to) { return bit_cell_ratio(from, to); });
    }
    [[nodiscard]] double cycle() const {
        const Volts wanted = context.point.voltage;
        return over_nodes(
            cell_named(context.table, context.table.energy_cell), context.point.node,
            [&](const SramNode& n) {
                return log_log(n.cycle, bytes) * context.scaling.delay_ratio({.node = n.node, .voltage = n.supply},
                                                                             {.node = n.node, .voltage = wanted});
            },
            [&](Metres from, Metres to) {
                return context.scaling.delay_ratio({.node = from, .voltage = wanted}, {.node = to, .voltage = wanted});
            });
    }
    [[nodiscard]] double bit_cell_ratio(Metres from, Metres to) const {
        const Curve& cells = context.table.bit_cell_area;
        return log_log(cells, to.count()) / log_log(cells, from.count());
    }
};

config::Range<Bytes> any_size() {
    return {.min = Bytes(1), .max = Bytes(std::uint64_t{1} << 40)};
}

void check_ascending(config::MapReader& reader, const Curve& curve) {
    for (std::size_t i = 1; i < curve.size(); ++i) {
        if (curve[i].first <= curve[i - 1].first) {
            reader.problem("capacity", "must be larger than that of the array before it");
            return;
        }
    }
}

template <class Q>
double positive(config::MapReader& reader, const std::string& key) {
    return reader.required<Q>(key, config::positive<Q>()).count();
}

SramNode read_node(config::MapReader& reader) {
    SramNode node;
    node.node = reader.required<Metres>("node", config::positive<Metres>());
    node.supply = reader.required<Volts>("supply", config::positive<Volts>());
    for (config::MapReader& array : reader.required_maps("arrays")) {
        const auto bytes = static_cast<double>(array.required<Bytes>("capacity", any_size()).count());
        node.read.emplace_back(bytes, positive<Joules>(array, "read"));
        node.write.emplace_back(bytes, positive<Joules>(array, "write"));
        node.leakage.emplace_back(bytes, positive<Watts>(array, "leakage"));
        node.area.emplace_back(bytes, positive<SquareMillimetres>(array, "area"));
        node.cycle.emplace_back(bytes, positive<Seconds>(array, "cycle"));
        check_ascending(array, node.read);
        array.finish();
    }
    if (node.read.empty()) {
        reader.problem("arrays", "is empty; list at least one array");
    }
    reader.finish();
    return node;
}

SramCell read_cell(config::MapReader& cells, const std::string& name) {
    SramCell cell{.name = name, .nodes = {}};
    for (config::MapReader& node : cells.required_maps(name)) {
        cell.nodes.push_back(read_node(node));
    }
    std::ranges::sort(cell.nodes, {}, &SramNode::node);
    if (cell.nodes.empty()) {
        cells.problem(name, "has no node; list at least one");
    }
    return cell;
}

void read_bit_cells(config::MapReader reader, SramTable& table) {
    table.bit_cell_source = reader.required_source();
    for (config::MapReader& entry : reader.required_maps("cells")) {
        const double node = positive<Metres>(entry, "node");
        const double area = positive<SquareMillimetres>(entry, "area");
        table.bit_cell_area.emplace_back(node, area);
        entry.finish();
    }
    std::ranges::sort(table.bit_cell_area);
    if (table.bit_cell_area.empty()) {
        reader.problem("cells", "is empty; list at least one bit cell");
    }
    reader.finish();
}

} // namespace

SramTable read_sram_table(config::MapReader& reader) {
    SramTable table;
    table.source = reader.required_source();
    table.access = reader.required<Bytes>("access", any_size());
    config::MapReader cells = reader.required_map("cells");
    std::vector<std::string> names = cells.keys();
    for (const std::string& name : names) {
        table.cells.push_back(read_cell(cells, name));
    }
    if (names.empty()) {
        cells.problem("", "has no cell type; list at least one");
        names.emplace_back();
    }
    cells.finish();
    table.energy_cell = reader.required_choice("energy_cell", names);
    table.leakage_cell = reader.required_choice("leakage_cell", names);
    table.buffer_bank = reader.sourced<Bytes>("buffer_bank", any_size());
    read_bit_cells(reader.required_map("bit_cells"), table);
    return table;
}

std::uint32_t array_count(const SramTable& table, SramMemory memory) {
    const double largest = cell_named(table, table.energy_cell).nodes.front().read.back().first;
    const auto needed = static_cast<std::uint32_t>(std::ceil(static_cast<double>(memory.capacity.count()) / largest));
    return std::max({1U, memory.banks, needed});
}

SramPrice price(const SramContext& context, SramMemory memory) {
    const std::uint32_t arrays = array_count(context.table, memory);
    const ArrayPrices one{.context = context, .bytes = static_cast<double>(memory.capacity.count()) / arrays};
    const auto access = static_cast<double>(context.table.access.count());
    return {.read_per_byte = one.energy(&SramNode::read) / access,
            .write_per_byte = one.energy(&SramNode::write) / access,
            .leakage = Watts(one.leakage() * arrays),
            .area = SquareMillimetres(one.area() * arrays),
            .cycle = Seconds(one.cycle())};
}

} // namespace lodestone::cost
