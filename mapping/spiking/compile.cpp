// SPDX-License-Identifier: Apache-2.0
// Rules, packing, placement, and the program with its routes.
#include "mapping/spiking/compile.hpp"

#include "mapping/spiking/pack.hpp"
#include "mapping/spiking/place.hpp"
#include "sim/base/error.hpp"

#include <algorithm>

namespace lodestone::spiking {
namespace {

constexpr std::uint32_t max_outputs = 1U << 16; // an output's number is the axon field of a destination

class Rules {
public:
    Rules(const TrinaryNetwork& network, const spec::SpikingArraySpec& machine)
        : network_(network), machine_(machine) {}

    Problems run() {
        if (network_.layers.empty() || network_.input.size() == 0) {
            broken("", "SPK-N1 has no layer or no input; a network needs both");
            return problems_;
        }
        FeatureMap in = network_.input;
        for (const TrinaryLayer& layer : network_.layers) {
            if (!shape(layer, in)) {
                return problems_; // sizes of later layers mean nothing
            }
            values(layer, in);
            in = layer.output_of(in);
        }
        if (in.size() > max_outputs) {
            broken(network_.layers.back().name, "SPK-O1 has " + std::to_string(in.size()) +
                                                    " outputs; the output bus tells " + std::to_string(max_outputs) +
                                                    " apart");
        }
        return problems_;
    }

private:
    void broken(const std::string& layer, const std::string& message) {
        problems_.error({.file = network_.name}, layer, message);
    }

    bool shape(const TrinaryLayer& layer, const FeatureMap& in) {
        const auto count = problems_.error_count();
        if (layer.groups == 0 || layer.features == 0 || in.channels % layer.groups != 0 ||
            layer.features % layer.groups != 0) {
            broken(layer.name, "SPK-N1 has " + std::to_string(layer.groups) + " groups for " +
                                   std::to_string(in.channels) + " channels and " + std::to_string(layer.features) +
                                   " features; both must be divisible");
        } else if (layer.stride == 0 || layer.kernel_rows == 0 || layer.kernel_cols == 0 ||
                   layer.output_of(in).size() == 0) {
            broken(layer.name,
                   "SPK-N1 has no output: its kernel or stride is 0, or the kernel is larger than the padded "
                   "input");
        } else {
            const std::size_t weights = std::size_t{layer.features} * fan_in(layer, in);
            if (layer.weights.size() != weights || layer.biases.size() != layer.features) {
                broken(layer.name, "SPK-N1 has " + std::to_string(layer.weights.size()) + " weights and " +
                                       std::to_string(layer.biases.size()) + " biases; its shape needs " +
                                       std::to_string(weights) + " and " + std::to_string(layer.features));
            }
        }
        return problems_.error_count() == count;
    }

    static std::size_t fan_in(const TrinaryLayer& layer, const FeatureMap& in) {
        return std::size_t{in.channels} / layer.groups * layer.kernel_rows * layer.kernel_cols;
    }

    void values(const TrinaryLayer& layer, const FeatureMap& in) {
        const auto wrong = std::ranges::find_if(layer.weights, [](int w) { return w < -1 || w > 1; });
        if (wrong != layer.weights.end()) {
            broken(layer.name, "SPK-W1 weight " + std::to_string(wrong - layer.weights.begin()) + " is " +
                                   std::to_string(*wrong) + "; a trinary weight is -1, 0 or 1");
        }
        const spec::IntegerRange leak = machine_.leak_range();
        const auto bias = std::ranges::find_if(layer.biases, [&](int b) { return !leak.contains(b); });
        if (bias != layer.biases.end()) {
            broken(layer.name, "SPK-B1 bias " + std::to_string(bias - layer.biases.begin()) + " is " +
                                   std::to_string(*bias) + "; the leak of a neuron is " + std::to_string(leak.min) +
                                   " to " + std::to_string(leak.max));
        }
        const auto has = [&layer](int sign) { return std::ranges::find(layer.weights, sign) != layer.weights.end(); };
        const std::uint32_t per_input = has(1) && has(-1) ? 2 : 1;
        const std::size_t window = std::size_t{in.channels} / layer.groups * std::min(in.rows, layer.kernel_rows) *
                                   std::min(in.cols, layer.kernel_cols);
        if (window * per_input > machine_.axons) {
            broken(layer.name, "SPK-F1 an output has " + std::to_string(window) + " inputs; a core has " +
                                   std::to_string(machine_.axons) + " axons, " + std::to_string(per_input) +
                                   " for each input, so the limit is " + std::to_string(machine_.axons / per_input) +
                                   "; use more groups or a smaller kernel");
        }
    }

    const TrinaryNetwork& network_;
    const spec::SpikingArraySpec& machine_;
    Problems problems_;
};

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

Problems verify_network(const TrinaryNetwork& network, const spec::SpikingArraySpec& machine) {
    return Rules(network, machine).run();
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
