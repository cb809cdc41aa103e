// SPDX-License-Identifier: Apache-2.0
// Checks shapes, weights and biases of trinary networks against a machine.
#include "mapping/spiking/rules.hpp"

#include "mapping/spiking/pack.hpp"

#include <algorithm>

namespace lodestone::spiking {
namespace {

constexpr std::uint32_t max_outputs = 1U << 16; // an output's number is the axon field of a destination

/// A value and its limit, as the violation shows them.
struct Found {
    std::string where;
    std::string value;
    std::string limit;
};

class Rules {
public:
    Rules(const TrinaryNetwork& network, const spec::SpikingArraySpec& machine)
        : network_(network), machine_(machine) {}

    std::vector<isa::Violation> run() {
        if (network_.layers.empty() || network_.input.size() == 0) {
            broken("SPK-N1", "", {"network", std::to_string(network_.layers.size()) + " layers", "at least 1"},
                   "has no layer or no input; a network needs both");
            return violations_;
        }
        FeatureMap in = network_.input;
        for (const TrinaryLayer& layer : network_.layers) {
            if (!shape(layer, in)) {
                return violations_; // sizes of later layers mean nothing
            }
            values(layer, in);
            in = layer.output_of(in);
        }
        if (in.size() > max_outputs) {
            broken("SPK-O1", network_.layers.back().name,
                   {"outputs", std::to_string(in.size()), std::to_string(max_outputs)},
                   "has " + std::to_string(in.size()) + " outputs; the output bus tells " +
                       std::to_string(max_outputs) + " apart");
        }
        return violations_;
    }

private:
    void broken(const char* rule, const std::string& layer, Found found, const std::string& message) {
        violations_.push_back({.rule = rule,
                               .layer = layer,
                               .where = std::move(found.where),
                               .value = std::move(found.value),
                               .limit = std::move(found.limit),
                               .message = message});
    }

    bool shape(const TrinaryLayer& layer, const FeatureMap& in) {
        const auto count = violations_.size();
        if (layer.groups == 0 || layer.features == 0 || in.channels % layer.groups != 0 ||
            layer.features % layer.groups != 0) {
            broken("SPK-N1", layer.name, {"groups", std::to_string(layer.groups), "a divisor of both"},
                   "has " + std::to_string(layer.groups) + " groups for " + std::to_string(in.channels) +
                       " channels and " + std::to_string(layer.features) + " features; both must be divisible");
        } else if (layer.stride == 0 || layer.kernel_rows == 0 || layer.kernel_cols == 0 ||
                   layer.output_of(in).size() == 0) {
            broken("SPK-N1", layer.name,
                   {"kernel", std::to_string(layer.kernel_rows) + " x " + std::to_string(layer.kernel_cols),
                    std::to_string(in.rows + 2 * layer.pad) + " x " + std::to_string(in.cols + 2 * layer.pad)},
                   "has no output: its kernel or stride is 0, or the kernel is larger than the padded input");
        } else {
            const std::size_t weights = std::size_t{layer.features} * fan_in(layer, in);
            if (layer.weights.size() != weights || layer.biases.size() != layer.features) {
                broken("SPK-N1", layer.name, {"weights", std::to_string(layer.weights.size()), std::to_string(weights)},
                       "has " + std::to_string(layer.weights.size()) + " weights and " +
                           std::to_string(layer.biases.size()) + " biases; its shape needs " + std::to_string(weights) +
                           " and " + std::to_string(layer.features));
            }
        }
        return violations_.size() == count;
    }

    static std::size_t fan_in(const TrinaryLayer& layer, const FeatureMap& in) {
        return std::size_t{in.channels} / layer.groups * layer.kernel_rows * layer.kernel_cols;
    }

    void values(const TrinaryLayer& layer, const FeatureMap& in) {
        const int lowest = layer.integrating.empty() ? -1 : -8;
        const int highest = layer.integrating.empty() ? 1 : 7;
        const std::string range = std::to_string(lowest) + " to " + std::to_string(highest);
        const auto wrong = std::ranges::find_if(layer.weights, [&](int w) { return w < lowest || w > highest; });
        if (wrong != layer.weights.end()) {
            const std::string where = "weight " + std::to_string(wrong - layer.weights.begin());
            broken("SPK-W1", layer.name, {where, std::to_string(*wrong), range},
                   where + " is " + std::to_string(*wrong) +
                       (layer.integrating.empty() ? "; a trinary weight is -1, 0 or 1" : "; four bits hold " + range));
        }
        const spec::IntegerRange leak = machine_.leak_range();
        const auto bias = std::ranges::find_if(layer.biases, [&](int b) { return !leak.contains(b); });
        if (bias != layer.biases.end()) {
            const std::string where = "bias " + std::to_string(bias - layer.biases.begin());
            const std::string limit = std::to_string(leak.min) + " to " + std::to_string(leak.max);
            broken("SPK-B1", layer.name, {where, std::to_string(*bias), limit},
                   where + " is " + std::to_string(*bias) + "; the leak of a neuron is " + limit);
        }
        integrating_fits(layer);
        fan_in_fits(layer, in);
    }

    void integrating_fits(const TrinaryLayer& layer) {
        for (std::size_t feature = 0; feature < layer.integrating.size(); ++feature) {
            const IntegratingNeuron& neuron = layer.integrating[feature];
            const auto within = [&](const char* what, std::int64_t value, const spec::IntegerRange& range) {
                if (!range.contains(value)) {
                    const std::string where = std::string(what) + " of feature " + std::to_string(feature);
                    const std::string limit = std::to_string(range.min) + " to " + std::to_string(range.max);
                    broken("SPK-T1", layer.name, {where, std::to_string(value), limit},
                           where + " is " + std::to_string(value) + "; the machine allows " + limit);
                }
            };
            constexpr std::int64_t largest_weight = -8;
            within("8 steps", largest_weight * neuron.step, machine_.weight_range());
            within("threshold", neuron.threshold, machine_.threshold_range());
            within("reset", neuron.reset, machine_.potential_range());
        }
    }

    void fan_in_fits(const TrinaryLayer& layer, const FeatureMap& in) {
        const std::uint32_t per_input = layer.axons_per_input();
        const std::size_t window = std::size_t{in.channels} / layer.groups * std::min(in.rows, layer.kernel_rows) *
                                   std::min(in.cols, layer.kernel_cols);
        if (window * per_input > machine_.axons) {
            const std::string limit = std::to_string(machine_.axons / per_input);
            broken("SPK-F1", layer.name, {"inputs of an output", std::to_string(window), limit},
                   "an output has " + std::to_string(window) + " inputs; a core has " + std::to_string(machine_.axons) +
                       " axons, " + std::to_string(per_input) + " for each input, so the limit is " + limit +
                       "; use more groups or a smaller kernel");
        }
    }

    const TrinaryNetwork& network_;
    const spec::SpikingArraySpec& machine_;
    std::vector<isa::Violation> violations_;
};

Problems problem_of(const std::string& network, const isa::Violation& broken) {
    Problems problems;
    add_problem(problems, network, broken);
    return problems;
}

} // namespace

void add_problem(Problems& problems, const std::string& network, const isa::Violation& broken) {
    problems.error({.file = network}, broken.layer, broken.rule + " " + broken.message);
}

BrokenRule::BrokenRule(const std::string& network, isa::Violation broken)
    : UserError(problem_of(network, broken)), broken_(std::move(broken)) {}

std::vector<isa::Violation> broken_rules(const TrinaryNetwork& network, const spec::SpikingArraySpec& machine) {
    return Rules(network, machine).run();
}

Problems verify_network(const TrinaryNetwork& network, const spec::SpikingArraySpec& machine) {
    Problems problems;
    for (const isa::Violation& broken : broken_rules(network, machine)) {
        add_problem(problems, network.name, broken);
    }
    return problems;
}

std::vector<isa::Violation> verify_mapping(const TrinaryNetwork& network, const spec::SpikingArraySpec& machine) {
    std::vector<isa::Violation> violations = broken_rules(network, machine);
    if (violations.empty()) {
        isa::SpikingProgram format;
        format.axons = machine.axons;
        format.neurons = machine.neurons;
        try {
            static_cast<void>(pack(network, machine, format));
        } catch (const BrokenRule& error) {
            violations.push_back(error.violation());
        }
    }
    return violations;
}

} // namespace lodestone::spiking
