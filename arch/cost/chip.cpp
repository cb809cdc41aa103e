// SPDX-License-Identifier: Apache-2.0
// Resolves a core grid in a technology into unit prices, areas and delay limits.
#include "arch/cost/chip.hpp"

#include "numerics/precision.hpp"
#include "sim/base/error.hpp"

#include <algorithm>
#include <cmath>

namespace lodestone::cost {
namespace {

constexpr double bits_per_byte = 8;

OperandPair parse_pair(const std::string& key) {
    const std::size_t star = key.find('*');
    check_invariant(star != std::string::npos, "keys of MAC counts are 'weights*activations'");
    const auto weights = numerics::find_format(key.substr(0, star));
    const auto activations = numerics::find_format(key.substr(star + 1));
    check_invariant(weights && activations, "keys of MAC counts name formats");
    return {.weights = *weights, .activations = *activations};
}

OperandPair parse_mode(const spec::MatrixMode& mode) {
    const numerics::Precision precision = numerics::parse_precision(mode.precision);
    return {.weights = precision.weights, .activations = precision.activations};
}

/// Square root of an area, in metres.
Metres side_of(SquareMillimetres area) {
    constexpr double metres_per_millimetre = 1e-3;
    return Metres(std::sqrt(area.count()) * metres_per_millimetre);
}

Calibration calibration_of(const Technology& technology, const std::string& family) {
    const auto found = technology.calibration.find(family);
    if (found != technology.calibration.end()) {
        return found->second;
    }
    const config::Sourced<double> neutral{.value = 1, .source = "not fitted", .status = config::Status::estimated};
    return {.static_and_clock = neutral, .dynamic_energy = neutral, .area = neutral};
}

} // namespace

SquareMillimetres AreaReport::total() const {
    SquareMillimetres sum;
    for (const auto& [name, value] : components) {
        sum += value;
    }
    return sum;
}

SquareMillimetres AreaReport::of(const std::string& component) const {
    for (const auto& [name, value] : components) {
        if (name == component) {
            return value;
        }
    }
    return {};
}

Hertz ClockLimits::clock() const {
    const auto lowest = std::ranges::min_element(limits, {}, [](const auto& limit) { return limit.second; });
    return lowest->second;
}

std::string ClockLimits::bound_by() const {
    const auto lowest = std::ranges::min_element(limits, {}, [](const auto& limit) { return limit.second; });
    return lowest->first;
}

Chip::Chip(const spec::MachineSpec& machine, const Technology& technology, const std::vector<OperandPair>& variants)
    : technology_(technology), point_{.node = technology.node.value, .voltage = machine.voltage} {
    const auto& grid = std::get<spec::CoreGridSpec>(machine.family);
    const Calibration calibration = calibration_of(technology, "core_grid");
    const double voltage_ratio = dynamic_voltage_ratio(technology.voltage.value, machine.voltage);
    dynamic_ = voltage_ratio * calibration.dynamic_energy.value;
    clock_ = voltage_ratio * calibration.static_and_clock.value;
    static_ = std::pow(machine.voltage / technology.voltage.value, technology.leakage_voltage_exponent.value) *
              calibration.static_and_clock.value;
    area_factor_ = calibration.area.value;
    frequency_ = grid.clock;
    matrix_ = grid.matrix;
    build_memories(grid);
    build_areas(grid, variants);
    build_networks(grid);
    build_clock(grid, variants);
}

SramPrice Chip::memory(const std::string& name, SramMemory wanted, std::uint32_t instances) {
    const SramContext context{.table = technology_.sram,
                              .scaling = technology_.scaling,
                              .leakage_exponent = technology_.leakage_voltage_exponent.value,
                              .point = technology_.nominal()};
    SramPrice one = price(context, wanted);
    memories_[name] = {.read = one.read_per_byte * dynamic_, .write = one.write_per_byte * dynamic_};
    leakage_ += one.leakage * instances * static_;
    one.area = one.area * instances;
    return one;
}

void Chip::build_memories(const spec::CoreGridSpec& grid) {
    const std::uint32_t cores = grid.grid.size();
    const SramPrice core = memory("core_memory", {.capacity = grid.memory.capacity, .banks = grid.memory.banks}, cores);
    core_memory_area_ = core.area;
    memory_cycle_ = core.cycle;
    const std::pair<const char*, Bytes> buffers[] = {{"weight_buffer", grid.matrix.weight_buffer},
                                                     {"activation_buffer", grid.matrix.activation_buffer},
                                                     {"partial_sum_buffer", grid.matrix.partial_sum_buffer},
                                                     {"instruction_memory", grid.instruction.memory}};
    for (const auto& [name, capacity] : buffers) {
        const std::uint64_t banks = ceil_div(capacity.count(), technology_.sram.buffer_bank.value.count());
        buffer_area_ += memory(name, {.capacity = capacity, .banks = static_cast<std::uint32_t>(banks)}, cores).area;
    }
    const std::uint64_t ports = ceil_div(grid.frame_buffer.width.count(), technology_.sram.access.count());
    const SramMemory frame_buffer{.capacity = grid.frame_buffer.capacity, .banks = static_cast<std::uint32_t>(ports)};
    frame_buffer_area_ = memory("frame_buffer", frame_buffer, 1).area;
}

std::vector<UnitMode> Chip::built_modes(const std::vector<OperandPair>& variants) const {
    std::vector<UnitMode> modes;
    std::vector<OperandPair> replaced;
    for (const OperandPair& variant : variants) {
        const UnitMode mode = unit_mode(matrix_, variant);
        if (mode.is_variant()) {
            modes.push_back(mode);
            replaced.push_back(mode.base);
        }
    }
    for (const spec::MatrixMode& listed : matrix_.modes) {
        const OperandPair operands = parse_mode(listed);
        if (std::ranges::find(replaced, operands) == replaced.end()) {
            modes.push_back({.operands = operands, .base = operands, .built = listed.shape});
        }
    }
    return modes;
}

MacCost at_supply(const Technology& technology, MacCost cost, Volts voltage, double dynamic) {
    const OperatingPoint from = technology.mac.point;
    const OperatingPoint to{.node = technology.node.value, .voltage = voltage};
    cost.area = cost.area * technology.scaling.area_ratio(from.node, to.node);
    cost.delay = cost.delay * technology.scaling.delay_ratio(from, to);
    cost.energy = cost.energy * (technology.scaling.energy_ratio(from, technology.nominal()) * dynamic);
    return cost;
}

MacCost Chip::unit_cost(const UnitMode& mode) const {
    const MacDemand demand{
        .weights = mode.operands.weights, .activations = mode.operands.activations, .lanes = mode.built.inputs};
    return at_supply(technology_, mac_cost(technology_.mac, demand), point_.voltage, dynamic_);
}

void Chip::build_areas(const spec::CoreGridSpec& grid, const std::vector<OperandPair>& variants) {
    const double cores = grid.grid.size();
    SquareMillimetres matrix;
    for (const UnitMode& mode : built_modes(variants)) {
        const spec::MatrixShape shape =
            matrix_shape(matrix_, technology_, mode.operands.weights, mode.operands.activations);
        const SquareMillimetres unit =
            unit_cost(mode).area * static_cast<double>(shape.macs_per_cycle().count()) * cores;
        matrix = std::max(matrix, unit);
    }
    const LogicTable& logic = technology_.logic;
    const double shrink = technology_.scaling.area_ratio(logic.point.node, point_.node) * cores;
    const double steps = static_cast<double>(grid.vector.lanes) * grid.vector.steps_per_pass;
    const SquareMillimetres vector =
        (logic.vector_step.value * steps + logic.function_lane.value * grid.vector.function_lanes) * shrink;
    double link_bits = 0;
    for (const spec::NetworkSpec* network :
         {&grid.activation_network, &grid.model_network, &grid.partial_sum_network, &grid.instruction_network}) {
        link_bits += static_cast<double>(bits_in(network->link_width).count());
    }
    const SquareMillimetres networks(logic.router_area.value * link_bits * shrink);
    area_.components = {{"core_memory", core_memory_area_},
                        {"core_buffers", buffer_area_},
                        {"matrix_unit", matrix},
                        {"vector_unit", vector},
                        {"networks", networks},
                        {"frame_buffer", frame_buffer_area_}};
    const SquareMillimetres unmodelled = area_.total() * (area_factor_ - 1);
    if (area_factor_ != 1) {
        area_.components.emplace_back("unmodelled", unmodelled);
    }
    logic_area_ = matrix + vector + networks + std::max(SquareMillimetres(0), unmodelled);
    leakage_ += Watts(technology_.logic_leakage.value * logic_area_.count() * static_);
    pitch_ = side_of((area_.total() - frame_buffer_area_) / cores);
}

void Chip::build_networks(const spec::CoreGridSpec& grid) {
    const WireCosts& wires = technology_.wires;
    const LogicTable& logic = technology_.logic;
    const double router =
        logic.router_energy.value * technology_.scaling.energy_ratio(logic.point, technology_.nominal());
    const double wire = wires.energy.value * wires.activity.value * pitch_.count();
    const std::pair<const char*, Bytes> networks[] = {{"activation", grid.activation_network.link_width},
                                                      {"model", grid.model_network.link_width},
                                                      {"partial_sum", grid.partial_sum_network.link_width},
                                                      {"instruction", grid.instruction_network.link_width}};
    for (const auto& [name, width] : networks) {
        networks_[name] = (router + wire) * static_cast<double>(bits_in(width).count()) * dynamic_;
    }
}

void Chip::build_clock(const spec::CoreGridSpec& grid, const std::vector<OperandPair>& variants) {
    Seconds slowest;
    for (const UnitMode& mode : built_modes(variants)) {
        slowest = std::max(slowest, unit_cost(mode).delay);
    }
    const double slowdown = technology_.scaling.delay_ratio(technology_.nominal(), point_);
    const Seconds hop(technology_.wires.delay.value * pitch_.count() * slowdown);
    Cycles shortest = grid.activation_network.hop_latency;
    for (const spec::NetworkSpec* network :
         {&grid.model_network, &grid.partial_sum_network, &grid.instruction_network}) {
        shortest = std::min(shortest, network->hop_latency);
    }
    clock_limits_.limits = {{"matrix_unit", Hertz(1 / slowest.count())},
                            {"core_memory", Hertz(1 / (memory_cycle_ * slowdown).count())},
                            {"wires", Hertz(static_cast<double>(shortest.count()) / hop.count())}};
}

Joules Chip::mac_energy(const isa::EventCounts& counts) const {
    Joules sum;
    for (const auto& [key, macs] : counts.macs) {
        const Joules one = unit_cost(unit_mode(matrix_, parse_pair(key))).energy;
        const auto slots = counts.matrix_slots.find(key);
        const std::uint64_t padding =
            slots == counts.matrix_slots.end() ? 0 : slots->second - std::min(slots->second, macs.count());
        sum += one * (static_cast<double>(macs.count()) +
                      static_cast<double>(padding) * technology_.mac.padding_energy_share.value);
    }
    return sum;
}

std::map<std::string, Joules> Chip::energy(const isa::EventCounts& counts) const {
    std::map<std::string, Joules> parts;
    parts["mac"] = mac_energy(counts);
    const LogicTable& logic = technology_.logic;
    const double logic_ratio = technology_.scaling.energy_ratio(logic.point, technology_.nominal()) * dynamic_;
    parts["vector"] = (logic.vector_op.value * static_cast<double>(counts.vector_ops) +
                       logic.function_op.value * static_cast<double>(counts.function_ops)) *
                      logic_ratio;
    Joules& sram = parts["sram"];
    Joules& io = parts["io"];
    for (const auto& [name, count] : counts.memories) {
        const auto read = static_cast<double>(count.read.count());
        const auto written = static_cast<double>(count.written.count());
        if (name == "io") {
            io += Joules(technology_.io_energy.value * (read + written) * bits_per_byte);
            continue;
        }
        const auto price = memories_.find(name);
        check_invariant(price != memories_.end(), "a core grid counts accesses of its own memories only");
        sram += Joules(price->second.read * read + price->second.write * written);
    }
    Joules& noc = parts["noc"];
    for (const auto& [name, count] : counts.networks) {
        const auto price = networks_.find(name);
        check_invariant(price != networks_.end(), "a core grid counts flits of its own networks only");
        noc += Joules(price->second * static_cast<double>(count.flit_hops));
    }
    const auto elapsed = static_cast<double>(counts.elapsed.count());
    parts["clock"] = Joules(technology_.clock_energy.value * logic_area_.count() * elapsed * clock_);
    parts["leakage"] = lodestone::energy(leakage_, duration(counts.elapsed, frequency_));
    return parts;
}

std::map<std::string, Joules> energy(const isa::EventCounts& counts, const spec::MachineSpec& machine,
                                     const Technology& technology) {
    return Chip(machine, technology, operand_pairs(counts)).energy(counts);
}

AreaReport area(const spec::MachineSpec& machine, const Technology& technology,
                const std::vector<OperandPair>& variants) {
    return Chip(machine, technology, variants).area();
}

ClockLimits max_clock(const spec::MachineSpec& machine, const Technology& technology,
                      const std::vector<OperandPair>& variants) {
    return Chip(machine, technology, variants).clock_limits();
}

std::vector<OperandPair> operand_pairs(const isa::EventCounts& counts) {
    std::vector<OperandPair> pairs;
    for (const auto& [key, macs] : counts.macs) {
        pairs.push_back(parse_pair(key));
    }
    return pairs;
}

} // namespace lodestone::cost
