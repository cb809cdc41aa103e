// SPDX-License-Identifier: Apache-2.0
// From the last layer to the first: how many neurons an output needs depends on who reads it.
#include "mapping/spiking/pack.hpp"

#include "mapping/spiking/rules.hpp"
#include "sim/base/error.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace lodestone::spiking {
namespace {

std::uint32_t parts(std::uint32_t whole, std::uint32_t part) {
    return (whole + part - 1) / part;
}

/// Output positions and features that share a core.
struct Patch {
    std::uint32_t rows = 1;
    std::uint32_t cols = 1;
    std::uint32_t features = 1;
};

/// The outputs of one core: features [first_feature, end_feature) of one group at rows x cols positions.
struct Block {
    std::uint32_t group, first_feature, end_feature, first_row, end_row, first_col, end_col;
};

class Packer {
public:
    Packer(const TrinaryNetwork& network, const spec::SpikingArraySpec& machine, const isa::SpikingProgram& format)
        : network_(network), machine_(machine), format_(format), maps_(network.maps()) {}

    PackedNetwork run() {
        readers_.resize(maps_.back().size());
        for (std::uint32_t output = 0; output < readers_.size(); ++output) {
            readers_[output] = {{.core = to_bus, .axon = static_cast<std::uint16_t>(output)}};
        }
        packed_.layers.resize(network_.layers.size());
        for (std::size_t layer = network_.layers.size(); layer-- > 0;) {
            pack_layer(layer);
        }
        packed_.inputs = std::move(readers_);
        return std::move(packed_);
    }

private:
    /// A neuron whose spikes a splitter core has to copy.
    struct Unsplit {
        std::uint32_t core;
        std::size_t neuron;
        std::uint32_t output;
    };

    [[nodiscard]] std::uint32_t window(std::uint32_t positions, std::uint32_t kernel, std::uint32_t extent) const {
        return std::min(extent, (positions - 1) * layer_->stride + kernel);
    }

    /// Axons of a core, at most: one per input and axon type that the weights need.
    [[nodiscard]] std::uint64_t axons_of(const Patch& patch) const {
        return std::uint64_t{window(patch.rows, layer_->kernel_rows, in_.rows)} *
               window(patch.cols, layer_->kernel_cols, in_.cols) * (in_.channels / layer_->groups) * axons_per_input_;
    }

    [[nodiscard]] std::uint64_t cores_of(const Patch& patch) const {
        return std::uint64_t{layer_->groups} * parts(layer_->features / layer_->groups, patch.features) *
               parts(out_.rows, patch.rows) * parts(out_.cols, patch.cols);
    }

    /// Cores of the layer, splitters for outputs that do not fit, and half of the splitters that its axons ask of the
    /// layer before if none of them finds a spare neuron.
    [[nodiscard]] double price(const Patch& patch, double readers_per_output, bool is_first) const {
        constexpr double splitter = 1.01; // at equal numbers rather no splitters: they cost a tick
        constexpr double upstream = 0.5;
        const auto cores = static_cast<double>(cores_of(patch));
        const double outputs = static_cast<double>(patch.rows) * patch.cols * patch.features;
        const double missing = split_neurons(outputs, readers_per_output);
        const double asked = is_first ? 0.0 : static_cast<double>(axons_of(patch)) * upstream;
        return cores * (1.0 + (missing * splitter + asked) / machine_.neurons);
    }

    /// Neurons that splitters need for a core with so many outputs: a neuron of the core for each output, and further
    /// ones while there are any; the outputs left over have all their copies in splitters.
    [[nodiscard]] double split_neurons(double outputs, double readers_per_output) const {
        if (outputs * readers_per_output <= machine_.neurons || readers_per_output <= 1.0) {
            return 0.0;
        }
        const double copied = (machine_.neurons - outputs) / (readers_per_output - 1.0);
        return (outputs - copied) * readers_per_output;
    }

    [[nodiscard]] Patch choose(bool is_first) const {
        std::size_t readers = 0;
        for (const auto& list : readers_) {
            readers += list.size();
        }
        const double per_output = static_cast<double>(readers) / static_cast<double>(readers_.size());
        const std::uint32_t of_group = layer_->features / layer_->groups;
        Patch best;
        double least = std::numeric_limits<double>::max();
        for (std::uint32_t rows = 1; rows <= out_.rows; ++rows) {
            for (std::uint32_t cols = 1; cols <= out_.cols; ++cols) {
                if (axons_of({.rows = rows, .cols = cols}) > machine_.axons || rows * cols > machine_.neurons) {
                    break;
                }
                for (std::uint32_t blocks = 1; blocks <= of_group; ++blocks) {
                    const Patch patch{.rows = rows, .cols = cols, .features = parts(of_group, blocks)};
                    if (rows * cols * patch.features > machine_.neurons) {
                        continue;
                    }
                    const double now = price(patch, per_output, is_first);
                    if (now < least) {
                        least = now;
                        best = patch;
                    }
                }
            }
        }
        return best;
    }

    void pack_layer(std::size_t index) {
        layer_ = &network_.layers[index];
        in_ = maps_[index];
        out_ = maps_[index + 1];
        axons_per_input_ = layer_->axons_per_input();
        const Patch patch = choose(index == 0);
        require_room(cores_of(patch));
        LayerCores& report = packed_.layers[index];
        report = {.name = layer_->name, .patch_rows = patch.rows, .patch_cols = patch.cols, .features = patch.features};
        report.unpacked_cores = cores_of({.features = std::min(layer_->features / layer_->groups, machine_.neurons)});
        const std::size_t first = packed_.cores.size();
        input_readers_.assign(in_.size(), {});
        unsplit_.clear();
        for_each_block(patch, [this](const Block& block) { add_core(block); });
        report.cores = static_cast<std::uint32_t>(packed_.cores.size() - first);
        add_splitters(first);
        report.splitters = static_cast<std::uint32_t>(packed_.cores.size() - first) - report.cores;
        report.ticks = unsplit_.empty() ? 1 : 2;
        for (std::size_t core = first; core < packed_.cores.size(); ++core) {
            report.axons += packed_.cores[core].program.types.size();
            report.neurons += packed_.cores[core].program.neurons.size();
        }
        readers_ = std::move(input_readers_);
    }

    template <class Visit>
    void for_each_block(const Patch& patch, Visit visit) const {
        const std::uint32_t of_group = layer_->features / layer_->groups;
        for (std::uint32_t group = 0; group < layer_->groups; ++group) {
            for (std::uint32_t feature = 0; feature < of_group; feature += patch.features) {
                const std::uint32_t first = group * of_group + feature;
                const std::uint32_t end = group * of_group + std::min(of_group, feature + patch.features);
                for (std::uint32_t row = 0; row < out_.rows; row += patch.rows) {
                    for (std::uint32_t col = 0; col < out_.cols; col += patch.cols) {
                        visit(Block{group, first, end, row, std::min(out_.rows, row + patch.rows), col,
                                    std::min(out_.cols, col + patch.cols)});
                    }
                }
            }
        }
    }

    /// Calls visit(input element, weight) for every weight of an output that is not zero and not in the padding.
    template <class Visit>
    void for_each_weight(std::uint32_t row, std::uint32_t col, std::uint32_t feature, Visit visit) const {
        const std::uint32_t channels = in_.channels / layer_->groups;
        const std::uint32_t first = feature / (layer_->features / layer_->groups) * channels;
        for (std::uint32_t kr = 0; kr < layer_->kernel_rows; ++kr) {
            for (std::uint32_t kc = 0; kc < layer_->kernel_cols; ++kc) {
                const std::int64_t r = std::int64_t{row} * layer_->stride + kr - layer_->pad;
                const std::int64_t c = std::int64_t{col} * layer_->stride + kc - layer_->pad;
                if (r < 0 || c < 0 || r >= in_.rows || c >= in_.cols) {
                    continue;
                }
                for (std::uint32_t channel = 0; channel < channels; ++channel) {
                    const std::int8_t weight = layer_->weight(feature, channel, kr, kc, channels);
                    if (weight != 0) {
                        visit(
                            in_.element(static_cast<std::uint32_t>(r), static_cast<std::uint32_t>(c), first + channel),
                            weight);
                    }
                }
            }
        }
    }

    template <class Visit>
    void for_each_output(const Block& block, Visit visit) const {
        for (std::uint32_t row = block.first_row; row < block.end_row; ++row) {
            for (std::uint32_t col = block.first_col; col < block.end_col; ++col) {
                for (std::uint32_t feature = block.first_feature; feature < block.end_feature; ++feature) {
                    if (!readers_[out_.element(row, col, feature)].empty()) {
                        visit(row, col, feature);
                    }
                }
            }
        }
    }

    /// Outputs of the block that get a neuron per reader here, because spare neurons last: those with few readers
    /// first.
    [[nodiscard]] std::vector<std::uint32_t> copied_here(const Block& block) const {
        std::vector<std::uint32_t> outputs;
        for_each_output(block, [&](std::uint32_t row, std::uint32_t col, std::uint32_t feature) {
            outputs.push_back(out_.element(row, col, feature));
        });
        std::ranges::stable_sort(outputs, {}, [this](std::uint32_t output) { return readers_[output].size(); });
        std::size_t spare = machine_.neurons - outputs.size();
        std::size_t count = 0;
        while (count < outputs.size() && readers_[outputs[count]].size() - 1 <= spare) {
            spare -= readers_[outputs[count]].size() - 1;
            ++count;
        }
        outputs.resize(count);
        std::ranges::sort(outputs);
        return outputs;
    }

    void add_core(const Block& block) {
        const auto core = static_cast<std::uint32_t>(packed_.cores.size());
        PackedCore packed;
        const std::size_t words = format_.words_per_row();
        const std::vector<std::uint32_t> copied = copied_here(block);
        for_each_output(block, [&](std::uint32_t row, std::uint32_t col, std::uint32_t feature) {
            std::vector<std::uint64_t> synapses(words);
            for_each_weight(row, col, feature, [&](std::uint32_t element, std::int8_t weight) {
                const std::uint32_t types = layer_->axon_types_of(weight);
                for (std::uint8_t type = 0; type < isa::axon_types; ++type) {
                    if ((types >> type & 1U) != 0) {
                        const std::uint16_t axon = axon_for(packed, core, element, type);
                        synapses[axon / 64U] |= std::uint64_t{1} << (axon % 64U);
                    }
                }
            });
            const isa::SpikingNeuron neuron =
                layer_->integrating.empty() ? threshold_neuron(layer_->biases[feature]) : integrating_neuron(feature);
            const std::uint32_t output = out_.element(row, col, feature);
            if (!std::ranges::binary_search(copied, output)) {
                unsplit_.push_back({.core = core, .neuron = packed.program.neurons.size(), .output = output});
                add_neuron(packed, synapses, neuron, {});
                return;
            }
            for (const AxonAddress& reader : readers_[output]) {
                add_neuron(packed, synapses, neuron, reader);
            }
        });
        axons_.clear();
        packed_.cores.push_back(std::move(packed));
    }

    /// The axon of this core that brings an input with this type; a new one when it is the first use.
    std::uint16_t axon_for(PackedCore& packed, std::uint32_t core, std::uint32_t element, std::uint8_t type) {
        const std::uint64_t key = std::uint64_t{element} * isa::axon_types + type;
        const auto found = std::ranges::lower_bound(axons_, key, {}, &std::pair<std::uint64_t, std::uint16_t>::first);
        if (found != axons_.end() && found->first == key) {
            return found->second;
        }
        const auto axon = static_cast<std::uint16_t>(packed.program.types.size());
        check_invariant(axon < machine_.axons, "a patch was chosen whose inputs fit the axons of a core");
        packed.program.types.push_back(type);
        axons_.insert(found, {key, axon});
        input_readers_[element].push_back({.core = core, .axon = axon});
        return axon;
    }

    /// Spikes when the sum is at least 1 and forgets it: reset to 0, lower bound 0.
    static isa::SpikingNeuron threshold_neuron(std::int16_t bias) {
        isa::SpikingNeuron neuron;
        neuron.weights = {1, -1, 0, 0};
        neuron.leak = bias;
        neuron.positive_threshold = 1;
        neuron.negative_threshold = 0;
        neuron.saturate_at_floor = true;
        return neuron;
    }

    /// Adds up over ticks; far below the threshold it stops at the lowest negative threshold of the machine.
    [[nodiscard]] isa::SpikingNeuron integrating_neuron(std::uint32_t feature) const {
        const IntegratingNeuron& model = layer_->integrating[feature];
        isa::SpikingNeuron neuron;
        for (std::size_t type = 0; type < isa::axon_types; ++type) {
            const int unit = type + 1 == isa::axon_types ? -(1 << type) : 1 << type; // 1, 2, 4, -8
            neuron.weights[type] = static_cast<std::int16_t>(unit * model.step);
        }
        neuron.leak = layer_->biases[feature];
        neuron.positive_threshold = model.threshold;
        neuron.reset = model.reset;
        neuron.negative_threshold = static_cast<std::int32_t>(machine_.threshold_range().min);
        neuron.saturate_at_floor = true;
        return neuron;
    }

    static void add_neuron(PackedCore& packed, const std::vector<std::uint64_t>& synapses, isa::SpikingNeuron neuron,
                           const AxonAddress& to) {
        neuron.destination.axon = to.axon;
        packed.program.synapses.insert(packed.program.synapses.end(), synapses.begin(), synapses.end());
        packed.program.neurons.push_back(neuron);
        packed.destinations.push_back(to.core);
    }

    /// First fit, the outputs with most readers first. Spikes that take no splitter wait a tick, so that all of an
    /// image arrive together.
    void add_splitters(std::size_t first_core) {
        if (unsplit_.empty()) {
            return;
        }
        for (std::size_t core = first_core; core < packed_.cores.size(); ++core) {
            for (isa::SpikingNeuron& neuron : packed_.cores[core].program.neurons) {
                neuron.destination.delay = 1;
            }
        }
        std::ranges::stable_sort(unsplit_, std::greater{},
                                 [this](const Unsplit& one) { return readers_[one.output].size(); });
        const std::size_t first_splitter = packed_.cores.size();
        std::size_t open = first_splitter; // those before are full
        for (const Unsplit& one : unsplit_) {
            const std::vector<AxonAddress>& readers = readers_[one.output];
            if (readers.size() > machine_.neurons) {
                const std::string count = std::to_string(readers.size());
                const std::string limit = std::to_string(machine_.neurons);
                throw BrokenRule(network_.name,
                                 {.rule = "SPK-F2",
                                  .layer = layer_->name,
                                  .where = "axons that output " + std::to_string(one.output) + " feeds",
                                  .value = count,
                                  .limit = limit,
                                  .message = "an output feeds " + count + " axons; a splitter core has " + limit +
                                             " neurons; use more groups or smaller layers"});
            }
            std::size_t core = open;
            while (core < packed_.cores.size() && !has_room(packed_.cores[core], readers.size())) {
                ++core;
            }
            if (core == packed_.cores.size()) {
                require_room(1);
                packed_.cores.emplace_back();
            }
            split(one, static_cast<std::uint32_t>(core));
            while (open < packed_.cores.size() && !has_room(packed_.cores[open], 1)) {
                ++open;
            }
        }
    }

    [[nodiscard]] bool has_room(const PackedCore& splitter, std::size_t readers) const {
        return splitter.program.types.size() < machine_.axons &&
               splitter.program.neurons.size() + readers <= machine_.neurons;
    }

    void split(const Unsplit& one, std::uint32_t splitter) {
        PackedCore& packed = packed_.cores[splitter];
        const auto axon = static_cast<std::uint16_t>(packed.program.types.size());
        packed.program.types.push_back(0);
        std::vector<std::uint64_t> synapses(format_.words_per_row());
        synapses[axon / 64U] |= std::uint64_t{1} << (axon % 64U);
        for (const AxonAddress& reader : readers_[one.output]) {
            add_neuron(packed, synapses, threshold_neuron(0), reader);
        }
        isa::SpikingNeuron& source = packed_.cores[one.core].program.neurons[one.neuron];
        source.destination.axon = axon;
        source.destination.delay = 0;
        packed_.cores[one.core].destinations[one.neuron] = splitter;
    }

    void require_room(std::uint64_t more) const {
        const std::uint64_t cores = packed_.cores.size() + more;
        const std::uint64_t places = machine_.mesh().size();
        if (cores + 1 > places) {
            const std::string limit = std::to_string(places);
            throw BrokenRule(network_.name,
                             {.rule = "SPK-C1",
                              .layer = layer_->name,
                              .where = "cores and the output bus",
                              .value = std::to_string(cores + 1),
                              .limit = limit,
                              .message = "the last layers down to this one take " + std::to_string(cores) +
                                         " cores and the output bus one place; the mesh has " + limit +
                                         "; use more chips or a smaller network"});
        }
    }

    const TrinaryNetwork& network_;
    const spec::SpikingArraySpec& machine_;
    const isa::SpikingProgram& format_;
    std::vector<FeatureMap> maps_;
    PackedNetwork packed_;
    std::vector<std::vector<AxonAddress>> readers_;       ///< by output element of the layer
    std::vector<std::vector<AxonAddress>> input_readers_; ///< by input element of the layer
    std::vector<Unsplit> unsplit_;
    std::vector<std::pair<std::uint64_t, std::uint16_t>> axons_; ///< of the core being made, by element and type
    const TrinaryLayer* layer_ = nullptr;
    FeatureMap in_;
    FeatureMap out_;
    std::uint32_t axons_per_input_ = 1; ///< at most
};

} // namespace

PackedNetwork pack(const TrinaryNetwork& network, const spec::SpikingArraySpec& machine,
                   const isa::SpikingProgram& format) {
    return Packer(network, machine, format).run();
}

} // namespace lodestone::spiking
