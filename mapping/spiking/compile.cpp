// SPDX-License-Identifier: Apache-2.0
// Packing, placement, and the program with its routes.
#include "mapping/spiking/compile.hpp"

#include "mapping/spiking/pack.hpp"
#include "mapping/spiking/place.hpp"
#include "mapping/spiking/rules.hpp"
#include "sim/base/error.hpp"

#include <algorithm>

namespace lodestone::spiking {
namespace {

/// Connections between each pair of cores that has any; the bus counts as the core after the last.
std::vector<CoreEdge> edges_of(const PackedNetwork& packed) {
    const auto bus = static_cast<std::uint32_t>(packed.cores.size());
    std::vector<std::uint64_t> pairs;
    for (std::uint32_t core = 0; core < bus; ++core) {
        for (const std::uint32_t to : packed.cores[core].destinations) {
            pairs.push_back(std::uint64_t{core} << 32 | (to == to_bus ? bus : to));
        }
    }
    std::ranges::sort(pairs);
    std::vector<CoreEdge> edges;
    for (const std::uint64_t pair : pairs) {
        const auto from = static_cast<std::uint32_t>(pair >> 32);
        const auto to = static_cast<std::uint32_t>(pair);
        if (edges.empty() || edges.back().from != from || edges.back().to != to) {
            edges.push_back({.from = from, .to = to, .connections = 0});
        }
        ++edges.back().connections;
    }
    return edges;
}

std::int16_t difference(std::uint32_t to, std::uint32_t from) {
    return static_cast<std::int16_t>(static_cast<std::int32_t>(to) - static_cast<std::int32_t>(from));
}

/// Moves the cores into the program and turns core numbers into distances.
void emit(PackedNetwork& packed, const std::vector<GridPosition>& places, isa::SpikingProgram& program) {
    const std::size_t bus = packed.cores.size();
    for (std::size_t core = 0; core < bus; ++core) {
        PackedCore& from = packed.cores[core];
        from.program.x = places[core].col;
        from.program.y = places[core].row;
        for (std::size_t neuron = 0; neuron < from.destinations.size(); ++neuron) {
            const std::uint32_t to = from.destinations[neuron];
            const GridPosition place = places[to == to_bus ? bus : to];
            isa::SpikeDestination& destination = from.program.neurons[neuron].destination;
            destination.dx = difference(place.col, places[core].col);
            destination.dy = difference(place.row, places[core].row);
        }
        program.cores.push_back(std::move(from.program));
    }
}

} // namespace

std::uint32_t CompiledNetwork::cores() const {
    return static_cast<std::uint32_t>(program.cores.size());
}

CompiledNetwork compile(const TrinaryNetwork& network, const spec::SpikingArraySpec& machine,
                        const CompileOptions& options) {
    verify_network(network, machine).throw_if_errors();
    CompiledNetwork compiled;
    isa::SpikingProgram& program = compiled.program;
    program.name = network.name;
    program.axons = machine.axons;
    program.neurons = machine.neurons;
    program.columns = machine.mesh().cols;
    program.rows = machine.mesh().rows;
    PackedNetwork packed = pack(network, machine, program);
    const PlacementProblem problem{.mesh = machine.mesh(),
                                   .cores = static_cast<std::uint32_t>(packed.cores.size()),
                                   .edges = edges_of(packed),
                                   .seed = options.seed,
                                   .moves_per_core = options.moves_per_core};
    const std::vector<GridPosition> places = anneal(problem);
    for (const CoreEdge& edge : problem.edges) {
        compiled.placement.connections += edge.connections;
    }
    compiled.placement.hops_before = total_hops(problem, in_order(problem));
    compiled.placement.hops_after = total_hops(problem, places);
    emit(packed, places, program);
    const GridPosition bus = places.back();
    program.output_bus = {.x = bus.col, .y = bus.row, .outputs = network.maps().back().size()};
    for (const auto& readers : packed.inputs) {
        auto& axons = compiled.input_axons.emplace_back();
        for (const AxonAddress& reader : readers) {
            axons.push_back(
                {.tick = 0, .x = places[reader.core].col, .y = places[reader.core].row, .axon = reader.axon});
        }
    }
    compiled.layers = std::move(packed.layers);
    for (const LayerCores& layer : compiled.layers) {
        compiled.latency += layer.ticks; // the last one's tick is the bus's: row t shows what was sent in t - 1
    }
    return compiled;
}

std::vector<isa::InputSpike> encode(const CompiledNetwork& compiled,
                                    std::span<const std::vector<std::uint8_t>> images) {
    std::vector<isa::InputSpike> inputs;
    for (std::size_t image = 0; image < images.size(); ++image) {
        if (images[image].size() != compiled.input_axons.size()) {
            throw UserError("image " + std::to_string(image) + " has " + std::to_string(images[image].size()) +
                            " elements; the network's input has " + std::to_string(compiled.input_axons.size()));
        }
        for (std::size_t element = 0; element < images[image].size(); ++element) {
            if (images[image][element] == 0) {
                continue;
            }
            for (isa::InputSpike spike : compiled.input_axons[element]) {
                spike.tick = image;
                inputs.push_back(spike);
            }
        }
    }
    return inputs;
}

} // namespace lodestone::spiking
