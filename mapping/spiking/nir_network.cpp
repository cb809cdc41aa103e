// SPDX-License-Identifier: Apache-2.0
// Follows the chain of a NIR graph, node by node.
#include "mapping/spiking/nir_network.hpp"

#include "mapping/spiking/nir_weights.hpp"
#include "sim/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

namespace lodestone::spiking {
namespace {

using graph::TensorData;
using import::NirGraph;
using import::NirNode;

/// Why a type cannot run here.
std::string reason_against(const std::string& type) {
    static const std::map<std::string, std::string> reasons{
        {"LIF", "its potential leaks by a share of itself; a core's leak is a constant"},
        {"CubaLIF", "its current and potential leak by a share of themselves; a core's leak is a constant"},
        {"LI", "it puts out potentials; a core puts out spikes"},
        {"CubaLI", "it puts out potentials; a core puts out spikes"},
        {"I", "it puts out potentials; a core puts out spikes"},
        {"Threshold", "it compares without adding up; put the threshold into an IF"},
        {"Delay", "delays of the mesh hold a pipeline of layers together"},
        {"Conv1d", "only Conv2d is known; write it as Conv2d with one row"}};
    const auto found = reasons.find(type);
    return found == reasons.end() ? "it is not known here" : found->second;
}

class Walk {
public:
    Walk(const NirGraph& graph, const std::string& file, const spec::SpikingArraySpec& machine)
        : graph_(graph), file_(file), machine_(machine) {}

    NirNetwork run() {
        result_.network.name = file_;
        for (const NirNode* node : chain()) {
            visit(*node);
        }
        if (pending_) {
            fail(last_weights_, "has no IF behind it; only spikes leave the array");
        }
        if (result_.network.layers.empty()) {
            fail("node", "has no IF neurons");
        }
        return std::move(result_);
    }

private:
    [[noreturn]] void fail(const std::string& node, const std::string& message) const {
        throw UserError({.file = file_}, node, message);
    }

    const NirNode* node_named(const std::string& name) const {
        const auto found = std::ranges::find(graph_.nodes, name, &NirNode::name);
        return found == graph_.nodes.end() ? nullptr : &*found;
    }

    /// The node itself, or the Input or Output of the nested graph that has this name.
    const NirNode& end_of_edge(const std::string& name, const char* type) const {
        const NirNode* node = node_named(name);
        if (node == nullptr) {
            fail("node/edges", "names '" + name + "', which is no node");
        }
        if (node->type != "NIRGraph") {
            return *node;
        }
        for (const NirNode& inner : graph_.nodes) {
            const bool is_inside =
                inner.name.starts_with(name + ".") && inner.name.find('.', name.size() + 1) == std::string::npos;
            if (is_inside && inner.type == type) {
                return inner;
            }
        }
        fail(name, std::string("has no ") + type + " node");
    }

    /// From the input on, each node once; branches and loops are refused.
    std::vector<const NirNode*> chain() const {
        std::map<const NirNode*, const NirNode*> next;
        std::set<const NirNode*> reached;
        for (const auto& [from, to] : graph_.edges) {
            const NirNode& source = end_of_edge(from, "Output");
            const NirNode& target = end_of_edge(to, "Input");
            if (!next.emplace(&source, &target).second) {
                fail(source.name, "leads to two nodes; only chains are compiled");
            }
            if (!reached.insert(&target).second) {
                fail(target.name, "is reached from two nodes (a sum or a loop); only chains are compiled");
            }
        }
        std::vector<const NirNode*> chain;
        for (const NirNode& node : graph_.nodes) {
            if (node.type == "Input" && !reached.contains(&node)) {
                if (!chain.empty()) {
                    fail(node.name, "is a second input; one is compiled");
                }
                chain.push_back(&node);
            }
        }
        if (chain.empty()) {
            fail("node/nodes", "have no Input that starts the chain");
        }
        for (auto step = next.find(chain.back()); step != next.end(); step = next.find(chain.back())) {
            chain.push_back(step->second);
        }
        return chain;
    }

    void visit(const NirNode& node) {
        if (node.type == "Input" || node.type == "Output") {
            if (map_.size() == 0) {
                start(node);
            }
        } else if (node.type == "Flatten") {
            return; // an Affine reads a map of any shape in NIR's order
        } else if (node.type == "IF") {
            add_neurons(node);
        } else if (node.type == "Scale") {
            scale(node);
        } else if (node.type == "Linear" || node.type == "Affine") {
            add_weights(node, dense(node));
        } else if (node.type == "Conv2d") {
            add_weights(node, convolution(node));
        } else if (node.type == "SumPool2d" || node.type == "AvgPool2d") {
            add_weights(node, pool(node));
        } else {
            fail(node.name, "is of type " + node.type +
                                ", which cannot run on this array: " + reason_against(node.type) +
                                "; known are Input, Output, Flatten, Linear, Affine, "
                                "Scale, Conv2d, SumPool2d, AvgPool2d, IF");
        }
    }

    const TensorData& parameter(const NirNode& node, const std::string& name) const {
        const auto found = node.numbers.find(name);
        if (found == node.numbers.end()) {
            fail(node.name, "lacks its parameter " + name);
        }
        return found->second;
    }

    std::uint32_t whole(const NirNode& node, const std::string& name, double value, std::uint32_t least) const {
        constexpr double most = 65536;
        if (!(value >= least && value <= most) || value != std::floor(value)) {
            fail(node.name, name + " is " + std::to_string(value) + "; a whole number from " + std::to_string(least) +
                                " to 65536 is expected");
        }
        return static_cast<std::uint32_t>(value);
    }

    /// One number for both directions, or two equal ones.
    std::uint32_t both(const NirNode& node, const std::string& name, std::uint32_t fallback,
                       std::uint32_t least) const {
        const auto found = node.numbers.find(name);
        if (found == node.numbers.end()) {
            return fallback;
        }
        const TensorData& data = found->second;
        if (data.size() == 0 || data.size() > 2 || data.as_double(0) != data.as_double(data.size() - 1)) {
            fail(node.name, name + " must be one number, or two equal ones");
        }
        return whole(node, name, data.as_double(0), least);
    }

    void set_map(const std::string& node, std::uint64_t rows, std::uint64_t cols, std::uint64_t channels) {
        if (rows == 0 || cols == 0 || channels == 0 || rows > max_side || cols > max_side || channels > max_elements ||
            rows * cols * channels > max_elements) {
            fail(node, "has a map of " + std::to_string(rows) + " x " + std::to_string(cols) + " x " +
                           std::to_string(channels) + "; each side and their product must be above 0 and at most " +
                           std::to_string(max_elements));
        }
        map_ = {.rows = static_cast<std::uint32_t>(rows),
                .cols = static_cast<std::uint32_t>(cols),
                .channels = static_cast<std::uint32_t>(channels)};
        if (result_.network.layers.empty() && !pending_) {
            result_.network.input = map_;
        }
    }

    /// [features], [channels, rows, cols], or with further dimensions of batch and time before them.
    void start(const NirNode& node) {
        std::vector<std::uint32_t> sides;
        const TensorData& shape = parameter(node, "shape");
        for (std::size_t i = 0; i < shape.size(); ++i) {
            sides.push_back(whole(node, "shape", shape.as_double(i), 1));
        }
        if (sides.size() >= 3) {
            set_map(node.name, sides[sides.size() - 2], sides.back(), sides[sides.size() - 3]);
        } else {
            set_map(node.name, 1, 1, sides.empty() ? 1 : sides.back());
        }
    }

    [[nodiscard]] bool at_input() const { return result_.network.layers.empty() && !pending_; }

    RealLayer dense(const NirNode& node) {
        const TensorData& weight = parameter(node, "weight");
        if (weight.shape().size() != 2 || weight.size() == 0) {
            fail(node.name,
                 "has weights of shape " + graph::to_string(weight.shape()) + "; [outputs, inputs] is expected");
        }
        const auto inputs = static_cast<std::uint64_t>(weight.shape()[1]);
        if (inputs != map_.size() && at_input()) {
            result_.warnings.push_back(node.name + ": the input is taken as " + std::to_string(inputs) +
                                       " values, as the weights ask; its shape says " + std::to_string(map_.size()));
            set_map(node.name, 1, 1, inputs);
        }
        if (inputs != map_.size()) {
            fail(node.name, "takes " + std::to_string(inputs) + " inputs; the layer before has " +
                                std::to_string(map_.size()) + " outputs");
        }
        return {.kernel_rows = map_.rows,
                .kernel_cols = map_.cols,
                .features = features_of(node, weight),
                .weights = reals(weight),
                .biases = biases_of(node, static_cast<std::size_t>(weight.shape()[0]))};
    }

    std::uint32_t features_of(const NirNode& node, const TensorData& weight) const {
        return whole(node, "outputs", static_cast<double>(weight.shape()[0]), 1);
    }

    static std::vector<double> reals(const TensorData& data) {
        std::vector<double> values;
        for (std::size_t i = 0; i < data.size(); ++i) {
            values.push_back(data.as_double(i));
        }
        return values;
    }

    std::vector<double> biases_of(const NirNode& node, std::size_t features) const {
        const auto found = node.numbers.find("bias");
        if (found == node.numbers.end()) {
            return std::vector<double>(features);
        }
        if (found->second.size() != features) {
            fail(node.name, "has " + std::to_string(found->second.size()) + " biases for " + std::to_string(features) +
                                " outputs");
        }
        return reals(found->second);
    }

    RealLayer convolution(const NirNode& node) {
        const TensorData& weight = parameter(node, "weight");
        constexpr std::size_t dimensions = 4;
        if (weight.shape().size() != dimensions || weight.size() == 0) {
            fail(node.name, "has weights of shape " + graph::to_string(weight.shape()) +
                                "; [outputs, channels of a group, rows, cols] is expected");
        }
        if (both(node, "dilation", 1, 1) != 1) {
            fail(node.name, "has a dilation; only 1 is compiled");
        }
        RealLayer layer{.kernel_rows = whole(node, "rows", static_cast<double>(weight.shape()[2]), 1),
                        .kernel_cols = whole(node, "cols", static_cast<double>(weight.shape()[3]), 1),
                        .stride = both(node, "stride", 1, 1),
                        .groups = both(node, "groups", 1, 1),
                        .features = features_of(node, weight),
                        .weights = reals(weight),
                        .biases = biases_of(node, static_cast<std::size_t>(weight.shape()[0]))};
        const auto text = node.texts.find("padding");
        if (text == node.texts.end()) {
            layer.pad = both(node, "padding", 0, 0);
        } else if (text->second == "same" && layer.kernel_rows == layer.kernel_cols && layer.kernel_rows % 2 == 1 &&
                   layer.stride == 1) {
            layer.pad = layer.kernel_rows / 2;
        } else if (text->second != "valid") {
            fail(node.name, "has padding '" + text->second +
                                "'; a number, 'valid', or 'same' with an odd square "
                                "kernel and stride 1 are compiled");
        }
        const std::uint64_t channels = static_cast<std::uint64_t>(weight.shape()[1]) * layer.groups;
        if (channels != map_.channels || layer.features % layer.groups != 0) {
            fail(node.name, "takes " + std::to_string(channels) + " channels in " + std::to_string(layer.groups) +
                                " groups; the layer before has " + std::to_string(map_.channels));
        }
        return layer;
    }

    RealLayer pool(const NirNode& node) {
        const std::uint32_t kernel = both(node, "kernel_size", 1, 1);
        const double window = static_cast<double>(kernel) * kernel;
        RealLayer layer{.kernel_rows = kernel,
                        .kernel_cols = kernel,
                        .stride = both(node, "stride", kernel, 1),
                        .pad = both(node, "padding", 0, 0),
                        .groups = map_.channels,
                        .features = map_.channels};
        if (window * map_.channels > static_cast<double>(max_elements)) {
            fail(node.name, "has a window of " + std::to_string(kernel) + " rows over " +
                                std::to_string(map_.channels) + " channels, which is too large");
        }
        layer.weights.assign(std::size_t{kernel} * kernel * map_.channels, node.type == "SumPool2d" ? 1 : 1 / window);
        layer.biases.assign(map_.channels, 0);
        return layer;
    }

    void add_weights(const NirNode& node, RealLayer layer) {
        if (pending_) {
            fail(node.name, "follows " + last_weights_ +
                                " without neurons between them; multiply the weights into one "
                                "node, or put an IF between");
        }
        const TrinaryLayer shape = shape_of(layer);
        const auto outputs = [&](std::uint32_t extent, std::uint32_t kernel) -> std::uint64_t {
            const std::uint64_t padded = extent + 2 * std::uint64_t{layer.pad};
            return padded < kernel ? 0 : (padded - kernel) / layer.stride + 1;
        };
        const std::uint64_t rows = outputs(map_.rows, layer.kernel_rows);
        const std::uint64_t cols = outputs(map_.cols, layer.kernel_cols);
        pending_ = std::move(layer);
        last_weights_ = node.name;
        set_map(node.name, rows, cols, shape.features);
    }

    void scale(const NirNode& node) {
        if (!pending_) {
            fail(node.name, "has no weights before it; multiply it into the weights behind it");
        }
        const std::vector<double> factors = by_feature(node, "scale", std::nullopt);
        const std::size_t per_feature = pending_->weights.size() / pending_->features;
        for (std::size_t i = 0; i < pending_->weights.size(); ++i) {
            pending_->weights[i] *= factors[i / per_feature];
        }
        for (std::size_t f = 0; f < factors.size(); ++f) {
            pending_->biases[f] *= factors[f];
        }
    }

    /// One value for all, one per feature, or one per element that is the same within each feature.
    std::vector<double> by_feature(const NirNode& node, const std::string& name, std::optional<double> fallback) const {
        const auto found = node.numbers.find(name);
        if (found == node.numbers.end() && fallback) {
            return std::vector<double>(map_.channels, *fallback);
        }
        const TensorData& data = parameter(node, name);
        const std::size_t positions = std::size_t{map_.rows} * map_.cols;
        std::vector<double> values(map_.channels);
        if (data.size() != 1 && data.size() != map_.channels && data.size() != map_.size()) {
            fail(node.name, name + " has " + std::to_string(data.size()) + " values for " +
                                std::to_string(map_.channels) + " channels at " + std::to_string(positions) +
                                " positions");
        }
        for (std::size_t f = 0; f < values.size(); ++f) {
            const std::size_t share = data.size() == 1 ? 0 : data.size() / map_.channels;
            values[f] = data.as_double(f * share);
            for (std::size_t i = 1; i < share; ++i) {
                if (data.as_double(f * share + i) != values[f]) {
                    fail(node.name, name + " differs between positions of channel " + std::to_string(f) +
                                        "; the neurons of a channel share it here");
                }
            }
        }
        return values;
    }

    void add_neurons(const NirNode& node) {
        if (!pending_) { // spikes straight into neurons
            pending_ = RealLayer{.groups = map_.channels,
                                 .features = map_.channels,
                                 .weights = std::vector<double>(map_.channels, 1.0),
                                 .biases = std::vector<double>(map_.channels)};
        }
        const NeuronReals neurons{.resistance = by_feature(node, "r", 1.0),
                                  .threshold = by_feature(node, "v_threshold", std::nullopt),
                                  .reset = by_feature(node, "v_reset", 0.0)};
        WholeLayer whole = to_whole_numbers(*pending_, neurons, machine_, {.file = file_, .node = node.name});
        whole.layer.name = node.name;
        if (!whole.warning.empty()) {
            result_.warnings.push_back(node.name + ": " + whole.warning);
        }
        result_.network.layers.push_back(std::move(whole.layer));
        pending_.reset();
    }

    const NirGraph& graph_;
    std::string file_;
    const spec::SpikingArraySpec& machine_;
    NirNetwork result_;
    FeatureMap map_{.rows = 0, .cols = 0, .channels = 0};
    std::optional<RealLayer> pending_; ///< weights that wait for their neurons
    std::string last_weights_;
};

} // namespace

NirNetwork from_nir(const NirGraph& graph, const std::string& file, const spec::SpikingArraySpec& machine) {
    return Walk(graph, file, machine).run();
}

std::size_t element_of_nir(const FeatureMap& map, std::size_t index) {
    const std::size_t positions = std::size_t{map.rows} * map.cols;
    return index % positions * map.channels + index / positions;
}

} // namespace lodestone::spiking
