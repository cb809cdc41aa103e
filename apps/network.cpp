// SPDX-License-Identifier: Apache-2.0
// Networks and samples from files.
#include "apps/network.hpp"

#include "apps/spiking_run.hpp"
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"
#include "workloads/import/idx.hpp"
#include "workloads/import/import.hpp"
#include "workloads/import/npy.hpp"
#include "workloads/import/random_parameters.hpp"
#include "workloads/reference/interpreter.hpp"

#include <algorithm>
#include <random>
#include <span>

namespace lodestone::apps {
namespace {

namespace fs = std::filesystem;

void require(bool holds, const fs::path& file, const std::string& message) {
    if (!holds) {
        throw UserError({.file = file.string()}, "", message);
    }
}

std::uint64_t leading(const graph::TensorData& data) {
    return data.shape().empty() ? 0 : static_cast<std::uint64_t>(data.shape().front());
}

const graph::Tensor& only_input(const graph::Graph& graph, const fs::path& file) {
    require(graph.inputs.size() == 1, file,
            "holds one array, but the network has " + std::to_string(graph.inputs.size()) + " inputs");
    return graph.at(graph.inputs.front());
}

} // namespace

graph::TensorData read_array(const fs::path& path) {
    const std::string head = read_file(path).substr(0, 6);
    return head == "\x93NUMPY" ? import::read_npy(path) : import::read_idx(path);
}

std::vector<float> real_values(const graph::TensorData& data) {
    std::vector<float> values = data.as_floats();
    if (data.type() == graph::ElementType::uint8) {
        constexpr float brightest = 255.0F;
        std::ranges::transform(values, values.begin(), [](float value) { return value / brightest; });
    }
    return values;
}

std::vector<std::int64_t> load_labels(const fs::path& file, std::uint64_t count) {
    if (file.empty()) {
        return {};
    }
    const graph::TensorData data = read_array(file);
    require(data.shape().size() == 1 && leading(data) >= count, file,
            "holds labels of shape " + graph::to_string(data.shape()) + "; a list of at least " +
                std::to_string(count) + " is needed");
    std::vector<std::int64_t> labels = data.as_ints();
    labels.resize(count);
    return labels;
}

Network load_network(const fs::path& path, std::optional<std::uint64_t> random_weights) {
    require(!is_spiking_network(path), path,
            "is a spiking network; it runs on a spiking array, as configs/arch/truenorth.yaml");
    Network network;
    graph::Graph graph = import::import_network(path);
    if (random_weights) {
        import::fill_parameters(graph, {.seed = *random_weights});
    }
    network.prepared = quantise::prepare(std::move(graph));
    network.name = path.stem().string();
    network.content_hash = content_hash(read_file(path));
    if (random_weights) {
        network.content_hash += "/random_weights=" + std::to_string(*random_weights);
    }
    network.has_values = std::ranges::all_of(network.prepared.graph.tensors, [](const graph::Tensor& tensor) {
        return tensor.role != graph::TensorRole::parameter || tensor.has_data();
    });
    return network;
}

Samples load_samples(const DataRequest& request, const graph::Graph& graph) {
    const graph::Tensor& input = only_input(graph, request.inputs);
    const graph::TensorData data = read_array(request.inputs);
    const std::uint64_t available = leading(data);
    require(available >= request.samples, request.inputs,
            "holds " + std::to_string(available) + " samples; " + std::to_string(request.samples) + " were asked for");
    const std::size_t size = data.size() / available;
    require(size == input.size(), request.inputs,
            "has " + std::to_string(size) + " values per sample; input " + input.name + " of the network has " +
                std::to_string(input.size()) + " (" + graph::to_string(input.shape) + ")");
    const std::vector<float> values = real_values(data);
    Samples samples;
    for (std::size_t i = 0; i < request.samples; ++i) {
        const auto first = values.begin() + static_cast<std::ptrdiff_t>(i * size);
        std::vector<float> one(first, first + static_cast<std::ptrdiff_t>(size));
        samples.inputs.push_back({{input.name, graph::TensorData::of_floats(input.shape, std::move(one))}});
    }
    samples.labels = load_labels(request.labels, request.samples);
    if (!request.against.empty()) {
        samples.against = read_array(request.against);
        require(leading(*samples.against) >= request.samples, request.against,
                "holds " + std::to_string(leading(*samples.against)) + " outputs; " + std::to_string(request.samples) +
                    " samples are run");
    }
    return samples;
}

Samples random_samples(const graph::Graph& graph, std::uint64_t count, std::uint64_t seed) {
    std::mt19937_64 engine(seed);
    Samples samples;
    for (std::uint64_t i = 0; i < count; ++i) {
        quantise::Sample sample;
        for (const TensorId id : graph.inputs) {
            const graph::Tensor& input = graph.at(id);
            if (!graph::is_floating(input.type)) {
                graph::TensorData bits(graph::ElementType::int64, input.shape);
                std::ranges::generate(bits.values<std::int64_t>(), [&engine] { return engine() & 1U; });
                sample.emplace(input.name, bits.cast_to(input.type));
                continue;
            }
            std::vector<float> values(input.size());
            constexpr int mantissa_bits = 24;
            std::ranges::generate(values, [&engine] {
                return static_cast<float>(engine() >> (64 - mantissa_bits)) / static_cast<float>(1 << mantissa_bits);
            });
            sample.emplace(input.name, graph::TensorData::of_floats(input.shape, std::move(values)));
        }
        samples.inputs.push_back(std::move(sample));
    }
    return samples;
}

quantise::ActivationRanges observe_ranges(const graph::Graph& graph, const Samples& samples,
                                          std::uint64_t calibration) {
    reference::Interpreter interpreter(graph);
    quantise::Sample seen;
    interpreter.observe([&](const graph::Operator& op, const std::vector<graph::TensorData>& outputs) {
        for (std::size_t i = 0; i < outputs.size() && i < op.outputs.size(); ++i) {
            seen.insert_or_assign(graph.at(op.outputs[i]).name, outputs[i]);
        }
    });
    const auto run = [&](const quantise::Sample& inputs) {
        seen = inputs;
        static_cast<void>(interpreter.run(inputs));
        return seen;
    };
    const std::span<const quantise::Sample> all(samples.inputs);
    return quantise::collect_ranges(run, all.first(std::min<std::size_t>(all.size(), calibration)));
}

} // namespace lodestone::apps
