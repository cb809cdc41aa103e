// SPDX-License-Identifier: Apache-2.0
// YAML keys of placed cores; places first, then neurons, whose spikes may go to any of them.
#include "mapping/spiking/cores_file.hpp"

#include "mapping/spiking/number_text.hpp"
#include "sim/base/error.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace lodestone::spiking {
namespace {

using config::MapReader;
using config::Value;
using spec::IntegerRange;

constexpr std::uint64_t largest_bus = 1U << 16;
constexpr std::uint64_t max_tick = std::uint64_t{1} << 48;
constexpr std::uint64_t max_inputs = 10'000'000; ///< of the network

/// A neuron's parameters, and whether V after the negative threshold was given; else it is minus the reset, as
/// on the chip.
struct Parameters {
    isa::SpikingNeuron neuron;
    bool has_negative_reset = false;
};

class CoresReader {
public:
    CoresReader(MapReader& reader, const spec::SpikingArraySpec& machine) : reader_(reader), machine_(machine) {}

    CoresFile read() {
        static_cast<void>(reader_.required_choice("kind", std::vector<std::string>{cores_file_kind}));
        program_.name = reader_.location().file;
        sizes();
        output_bus();
        neuron_types();
        MapReader cores = reader_.required_map("cores");
        std::vector<MapReader> maps;
        for (const std::string& name : cores.keys()) {
            maps.push_back(cores.required_map(name));
            place(name, maps.back());
        }
        cores.finish();
        for (std::size_t index = 0; index < maps.size(); ++index) {
            core(maps[index], program_.cores[index]);
        }
        inputs();
        reader_.finish();
        return std::move(file_);
    }

private:
    [[nodiscard]] std::string mesh_text() const {
        return std::to_string(program_.columns) + " x " + std::to_string(program_.rows) + " cores";
    }

    void sizes() {
        program_.axons = static_cast<std::uint32_t>(reader_.optional_uint("axons", machine_.axons, 1, machine_.axons));
        program_.neurons =
            static_cast<std::uint32_t>(reader_.optional_uint("neurons", machine_.neurons, 1, machine_.neurons));
        const GridShape mesh = machine_.mesh();
        program_.columns = mesh.cols;
        program_.rows = mesh.rows;
        if (auto grid = reader_.optional_map("grid")) {
            program_.rows = static_cast<std::uint32_t>(grid->required_uint("rows", 1, mesh.rows));
            program_.columns = static_cast<std::uint32_t>(grid->required_uint("cols", 1, mesh.cols));
            grid->finish();
        }
        program_.floor_is_inclusive = reader_.optional_bool("floor_is_inclusive", false);
        if (reader_.has("ticks")) {
            file_.ticks = reader_.required_uint("ticks", 1, max_tick);
        }
    }

    /// The keys `x` and `y`.
    std::pair<std::uint32_t, std::uint32_t> position(MapReader& map) {
        const auto x = map.required_uint("x", 0, program_.columns - 1);
        const auto y = map.required_uint("y", 0, program_.rows - 1);
        return {static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y)};
    }

    void output_bus() {
        if (auto bus = reader_.optional_map("output_bus")) {
            const auto [x, y] = position(*bus);
            program_.output_bus = isa::OutputBus{
                .x = x, .y = y, .outputs = static_cast<std::uint32_t>(bus->required_uint("outputs", 1, largest_bus))};
            bus->finish();
        }
    }

    void neuron_types() {
        if (auto types = reader_.optional_map("neuron_types")) {
            for (const std::string& name : types->keys()) {
                MapReader map = types->required_map(name);
                types_[name] = parameters(map, {});
                map.finish();
            }
            types->finish();
        }
    }

    void place(const std::string& name, MapReader& map) {
        isa::SpikingCoreProgram core;
        std::tie(core.x, core.y) = position(map);
        const std::string at = "(" + std::to_string(core.x) + ", " + std::to_string(core.y) + ")";
        const auto [other, is_new] = places_.emplace(std::pair(core.x, core.y), name);
        if (!is_new && map.has("x")) {
            map.problem("x", "puts core '" + name + "' at " + at + ", where core '" + other->second +
                                 "' is; each needs a place of its own");
        }
        const auto& bus = program_.output_bus;
        if (bus && bus->x == core.x && bus->y == core.y) {
            map.problem("x", "puts core '" + name + "' at " + at +
                                 ", where spikes leave through the output bus; move one of the two");
        }
        index_of_.emplace(name, program_.cores.size());
        program_.cores.push_back(std::move(core));
    }

    void core(MapReader& map, isa::SpikingCoreProgram& core) {
        if (const auto types = map.optional_value("axon_types")) {
            const NumberLimits limits{.what = "axon type",
                                      .last = isa::axon_types - 1,
                                      .reason =
                                          "there are 4 types, 0 to 3, and " + std::to_string(program_.axons) + " axons",
                                      .most = program_.axons};
            for (const std::uint64_t type : read_repeats(*types, limits)) {
                core.types.push_back(static_cast<std::uint8_t>(type));
            }
        }
        std::vector<MapReader> neurons = map.required_maps("neurons");
        if (neurons.size() > program_.neurons) {
            map.problem("neurons", "has " + std::to_string(neurons.size()) + " neurons; a core has room for " +
                                       std::to_string(program_.neurons));
            neurons.erase(neurons.begin() + static_cast<std::ptrdiff_t>(program_.neurons), neurons.end());
        }
        core.neurons.resize(neurons.size());
        core.synapses.assign(neurons.size() * program_.words_per_row(), 0);
        for (std::size_t j = 0; j < neurons.size(); ++j) {
            neuron(neurons[j], core, j);
        }
        map.finish();
    }

    void neuron(MapReader& map, isa::SpikingCoreProgram& core, std::size_t index) {
        Parameters base;
        if (const auto type = map.optional_value("type")) {
            const std::string name = type->as_string();
            const auto found = types_.find(name);
            if (found != types_.end()) {
                base = found->second;
            } else {
                std::vector<std::string> known;
                for (const auto& [other, parameters] : types_) {
                    known.push_back(other);
                }
                type->problem("'" + name + "' is none of neuron_types" + known_names(name, known));
            }
        }
        core.neurons[index] = parameters(map, base).neuron;
        if (const auto synapses = map.optional_value("synapses")) {
            for (const std::uint64_t axon : axons_in(*synapses, ", the largest fan-in")) {
                isa::connect(program_, core, axon, index);
            }
        }
        isa::SpikeDestination& to = core.neurons[index].destination;
        to.connected = false;
        if (auto destination = map.optional_map("to")) {
            to = read_destination(*destination, core);
            destination->finish();
        }
        map.finish();
    }

    [[nodiscard]] std::vector<std::uint64_t> axons_in(const Value& value, const std::string& remark) const {
        return read_ranges(value, {.what = "axon",
                                   .last = program_.axons - 1,
                                   .reason = "a core has " + std::to_string(program_.axons) + " axons" + remark,
                                   .most = program_.axons});
    }

    Parameters parameters(MapReader& map, Parameters of) const {
        isa::SpikingNeuron& neuron = of.neuron;
        const auto number = [&map](const char* key, auto& value, IntegerRange range) {
            value = static_cast<std::remove_reference_t<decltype(value)>>(
                map.optional_int(key, value, range.min, range.max));
        };
        weights(map, neuron);
        number("potential", neuron.potential, machine_.potential_range());
        number("leak", neuron.leak, machine_.leak_range());
        neuron.leak_follows_sign = map.optional_bool("leak_follows_sign", neuron.leak_follows_sign);
        neuron.stochastic_leak = map.optional_bool("stochastic_leak", neuron.stochastic_leak);
        number("threshold", neuron.positive_threshold, machine_.threshold_range());
        number("floor", neuron.negative_threshold, machine_.threshold_range());
        number("threshold_mask_bits", neuron.threshold_mask_bits, {0, machine_.threshold_mask_bits});
        static const config::Choices<isa::ResetMode> modes{
            {"absolute", isa::ResetMode::absolute}, {"linear", isa::ResetMode::linear}, {"none", isa::ResetMode::none}};
        neuron.reset_mode = map.optional_choice("reset_mode", neuron.reset_mode, modes);
        number("reset", neuron.reset, machine_.potential_range());
        neuron.saturate_at_floor = map.optional_bool("saturate_at_floor", neuron.saturate_at_floor);
        if (const auto given = map.optional_value("negative_reset")) {
            const IntegerRange range = machine_.potential_range();
            neuron.negative_reset = static_cast<std::int32_t>(given->as_int(range.min, range.max));
            of.has_negative_reset = true;
        } else if (!of.has_negative_reset) {
            neuron.negative_reset = static_cast<std::int32_t>(
                std::min<std::int64_t>(-std::int64_t{neuron.reset}, machine_.potential_range().max));
        }
        return of;
    }

    void weights(MapReader& map, isa::SpikingNeuron& neuron) const {
        if (map.has("weights")) {
            const IntegerRange range = machine_.weight_range();
            const std::vector<std::int64_t> weights = map.required_ints("weights", range.min, range.max);
            if (weights.size() > isa::axon_types) {
                map.problem("weights", "has " + std::to_string(weights.size()) + " weights; there are 4 axon types");
            }
            neuron.weights = {};
            for (std::size_t type = 0; type < std::min(weights.size(), isa::axon_types); ++type) {
                neuron.weights[type] = static_cast<std::int16_t>(weights[type]);
            }
        }
        if (map.has("stochastic_weights")) {
            neuron.stochastic_weights = 0;
            for (const std::uint64_t type : map.required_uints("stochastic_weights", 0, isa::axon_types - 1)) {
                neuron.stochastic_weights = static_cast<std::uint8_t>(neuron.stochastic_weights | (1U << type));
            }
        }
    }

    /// `output: N`, or `core: NAME` or `dx` and `dy`, with `axon`.
    isa::SpikeDestination read_destination(MapReader& map, const isa::SpikingCoreProgram& from) {
        isa::SpikeDestination to;
        to.delay = static_cast<std::uint8_t>(map.optional_uint("delay", 0, 0, machine_.max_delay()));
        if (map.has("output")) {
            const std::uint32_t outputs = program_.output_bus ? program_.output_bus->outputs : largest_bus;
            to.axon = static_cast<std::uint16_t>(map.required_uint("output", 0, outputs - 1));
            if (!program_.output_bus) {
                map.problem("output", "needs an output_bus, which the network does not have");
                return to;
            }
            set_offset(map, "output", from, {program_.output_bus->x, program_.output_bus->y}, to);
            return to;
        }
        to.axon = static_cast<std::uint16_t>(map.required_uint("axon", 0, program_.axons - 1));
        if (map.has("core")) {
            if (const auto place = place_of(map.required_value("core"))) {
                set_offset(map, "core", from, *place, to);
            }
            return to;
        }
        const IntegerRange hops = machine_.hop_range();
        to.dx = static_cast<std::int16_t>(map.required_int("dx", hops.min, hops.max));
        to.dy = static_cast<std::int16_t>(map.required_int("dy", hops.min, hops.max));
        check_inside(map, from, to);
        return to;
    }

    using Place = std::pair<std::uint32_t, std::uint32_t>;

    [[nodiscard]] std::optional<Place> place_of(const Value& value) const {
        const std::string name = value.as_string();
        const auto found = index_of_.find(name);
        if (found == index_of_.end()) {
            std::vector<std::string> known;
            for (const auto& [other, index] : index_of_) {
                known.push_back(other);
            }
            value.problem("'" + name + "' is no core of this network" + known_names(name, known));
            return std::nullopt;
        }
        const isa::SpikingCoreProgram& core = program_.cores[found->second];
        return Place{core.x, core.y};
    }

    void set_offset(MapReader& map, const char* key, const isa::SpikingCoreProgram& from, Place to,
                    isa::SpikeDestination& destination) const {
        const std::int64_t dx = std::int64_t{to.first} - from.x;
        const std::int64_t dy = std::int64_t{to.second} - from.y;
        const IntegerRange hops = machine_.hop_range();
        if (!hops.contains(dx) || !hops.contains(dy)) {
            map.problem(key, "is " + std::to_string(dx) + " columns and " + std::to_string(dy) +
                                 " rows away; the machine allows " + std::to_string(hops.min) + " to " +
                                 std::to_string(hops.max));
            return;
        }
        destination.dx = static_cast<std::int16_t>(dx);
        destination.dy = static_cast<std::int16_t>(dy);
    }

    void check_inside(MapReader& map, const isa::SpikingCoreProgram& from, const isa::SpikeDestination& to) const {
        const std::int64_t x = std::int64_t{from.x} + to.dx;
        const std::int64_t y = std::int64_t{from.y} + to.dy;
        const bool outside_x = x < 0 || x >= program_.columns;
        const auto text = [](std::int64_t a, std::int64_t b) {
            return "(" + std::to_string(a) + ", " + std::to_string(b) + ")";
        };
        if (outside_x || y < 0 || y >= program_.rows) {
            map.problem(outside_x ? "dx" : "dy", "sends spikes from core " + text(from.x, from.y) + " to " +
                                                     text(x, y) + ", outside the mesh of " + mesh_text());
            return;
        }
        const auto& bus = program_.output_bus;
        if (bus && x == bus->x && y == bus->y && to.axon >= bus->outputs) {
            map.problem("axon", "is output " + std::to_string(to.axon) + " of the output bus, which has " +
                                    std::to_string(bus->outputs));
        }
    }

    void inputs() {
        for (MapReader& map : reader_.maps_in("input_spikes")) {
            const auto place = place_of(map.required_value("core"));
            const std::vector<std::uint64_t> axons = axons_in(map.required_value("axons"), "");
            const std::vector<std::uint64_t> ticks = read_ranges(
                map.required_value("ticks"), {.what = "tick",
                                              .last = max_tick,
                                              .reason = "inputs have at most " + std::to_string(max_inputs) + " spikes",
                                              .most = max_inputs - program_.inputs.size()});
            const auto delay = static_cast<std::uint8_t>(map.optional_uint("delay", 0, 0, machine_.max_delay()));
            map.finish();
            if (!place || axons.size() * ticks.size() > max_inputs - program_.inputs.size()) {
                if (place) {
                    map.problem("ticks", "make more than " + std::to_string(max_inputs) + " input spikes; use fewer");
                }
                continue;
            }
            for (const std::uint64_t tick : ticks) {
                for (const std::uint64_t axon : axons) {
                    program_.inputs.push_back({.tick = tick,
                                               .x = place->first,
                                               .y = place->second,
                                               .axon = static_cast<std::uint16_t>(axon),
                                               .delay = delay});
                }
            }
        }
    }

    MapReader& reader_;
    const spec::SpikingArraySpec& machine_;
    CoresFile file_;
    isa::SpikingProgram& program_ = file_.program;
    std::map<std::string, Parameters> types_;
    std::map<Place, std::string> places_;
    std::map<std::string, std::size_t> index_of_; ///< of cores, by name
};

} // namespace

CoresFile read_cores_file(MapReader& reader, const spec::SpikingArraySpec& machine) {
    return CoresReader(reader, machine).read();
}

} // namespace lodestone::spiking
