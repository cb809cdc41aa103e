// SPDX-License-Identifier: Apache-2.0
// Trinary networks and samples from their files.
#include "apps/sampled_network.hpp"

#include "apps/network.hpp"
#include "mapping/spiking/oracle.hpp"
#include "mapping/spiking/rules.hpp"
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"

#include <memory>

namespace lodestone::apps {
namespace {

namespace fs = std::filesystem;

/// Each tick by itself: a trinary network remembers nothing.
PlainRule plain_rule_of(spiking::TrinaryNetwork network) {
    struct Kept {
        spiking::TrinaryNetwork network;
        spiking::IntegerOracle oracle;
        explicit Kept(spiking::TrinaryNetwork of) : network(std::move(of)), oracle(network) {}
    };
    return [kept = std::make_shared<const Kept>(std::move(network))](const std::vector<spiking::Frame>& frames) {
        std::vector<spiking::Frame> outputs;
        for (std::size_t tick = 0; tick < frames.size(); ++tick) {
            const bool same = tick > 0 && frames[tick] == frames[tick - 1];
            outputs.push_back(same ? outputs.back() : kept->oracle.evaluate(frames[tick]));
        }
        return outputs;
    };
}

/// Of the weights too, which are in other files.
std::string hash_of(const fs::path& file, const spiking::NetworkFile& network, const spiking::SampleFiles& data) {
    std::string text = read_file(file);
    for (const spiking::TrinaryLayer& layer : network.network.layers) {
        for (const std::int8_t weight : layer.weights) {
            text += static_cast<char>('1' + weight);
        }
        for (const std::int16_t bias : layer.biases) {
            text += "," + std::to_string(bias);
        }
    }
    text +=
        data.inputs.filename().string() + "/" + data.labels.filename().string() + "/" + std::to_string(data.samples);
    return content_hash(text);
}

} // namespace

spiking::SampleFiles samples_of(const RunRequest& request, spiking::SampleFiles data) {
    const spiking::SampleFiles& asked = request.spiking.data;
    if (!asked.inputs.empty()) {
        data = {.inputs = asked.inputs, .labels = {}, .samples = 0};
    }
    data.labels = asked.labels.empty() ? data.labels : asked.labels;
    data.samples = asked.samples == 0 ? data.samples : asked.samples;
    return data;
}

bool is_trinary_network(const config::Node& root) {
    const config::Node* kind = root.find("kind");
    return kind != nullptr && kind->text == spiking::network_file_kind;
}

spiking::NetworkFile load_trinary_network(const fs::path& file) {
    Problems problems;
    const config::Node root = config::load_file(file.string(), problems);
    config::MapReader reader(root, problems);
    spiking::NetworkFile network = spiking::read_network_file(reader);
    problems.throw_if_errors();
    return network;
}

SampledNetwork load_sampled_network(const RunRequest& request) {
    spiking::NetworkFile file = load_trinary_network(request.workload);
    SampledNetwork network;
    network.name = request.workload.stem().string();
    network.data = samples_of(request, file.data);
    network.content_hash = hash_of(request.workload, file, network.data);
    network.compiled = spiking::compile(file.network, *request.spiking_array(), {.seed = request.seed});
    network.outputs = file.network.maps().back().size();
    network.encoding = file.encoding;
    network.decoding = file.decoding;
    network.plain_rule = plain_rule_of(std::move(file.network));
    return network;
}

SampleValues load_sample_values(const spiking::SampleFiles& files, std::size_t values_per_sample) {
    const auto refuse = [&files](const std::string& message) {
        throw UserError({.file = files.inputs.string()}, "", message);
    };
    const graph::TensorData data = read_array(files.inputs);
    const std::uint64_t available = data.shape().empty() ? 0 : static_cast<std::uint64_t>(data.shape().front());
    const std::uint64_t wanted = files.samples == 0 ? available : files.samples;
    if (available < wanted || available == 0) {
        refuse("holds " + std::to_string(available) + " samples; " + std::to_string(wanted) + " were asked for");
    }
    if (data.size() / available != values_per_sample) {
        refuse("has " + std::to_string(data.size() / available) + " values per sample; the network's input has " +
               std::to_string(values_per_sample));
    }
    const std::vector<float> all = real_values(data);
    SampleValues samples;
    for (std::size_t i = 0; i < wanted; ++i) {
        const auto first = all.begin() + static_cast<std::ptrdiff_t>(i * values_per_sample);
        samples.values.emplace_back(first, first + static_cast<std::ptrdiff_t>(values_per_sample));
    }
    samples.labels = load_labels(files.labels, wanted);
    return samples;
}

} // namespace lodestone::apps
