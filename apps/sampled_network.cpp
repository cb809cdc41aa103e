// SPDX-License-Identifier: Apache-2.0
// Trinary networks and samples from their files.
#include "apps/sampled_network.hpp"

#include "apps/file_kind.hpp"
#include "apps/network.hpp"
#include "mapping/spiking/nir_network.hpp"
#include "mapping/spiking/oracle.hpp"
#include "mapping/spiking/rules.hpp"
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"
#include "workloads/import/nir_format.hpp"

#include <algorithm>
#include <memory>

namespace lodestone::apps {
namespace {

namespace fs = std::filesystem;

/// The network and its oracle, which refers to it.
struct Kept {
    spiking::TrinaryNetwork network;
    spiking::IntegerOracle oracle;
    std::vector<std::uint32_t> ticks; ///< by layer
    std::int64_t floor;
    Kept(spiking::TrinaryNetwork of, const spiking::CompiledNetwork& compiled, const spec::SpikingArraySpec& machine)
        : network(std::move(of)), oracle(network), floor(machine.threshold_range().min) {
        for (const spiking::LayerCores& layer : compiled.layers) {
            ticks.push_back(layer.ticks);
        }
    }
};

/// Tick by tick where nothing is remembered, the whole sample otherwise.
PlainRule plain_rule_of(std::shared_ptr<const Kept> kept) {
    if (spiking::keeps_state(kept->network)) {
        return [kept = std::move(kept)](const std::vector<spiking::Frame>& frames) {
            return kept->oracle.run(frames, kept->ticks, kept->floor);
        };
    }
    return [kept = std::move(kept)](const std::vector<spiking::Frame>& frames) {
        std::vector<spiking::Frame> outputs;
        for (std::size_t tick = 0; tick < frames.size(); ++tick) {
            const bool same = tick > 0 && frames[tick] == frames[tick - 1];
            outputs.push_back(same ? outputs.back() : kept->oracle.evaluate(frames[tick]));
        }
        return outputs;
    };
}

constexpr const char* nir_file_kind = "nir_network";

/// A network before it is compiled.
struct Source {
    spiking::NetworkFile file;
    bool is_nir = false;
    bool takes_spike_trains = false;
    std::vector<std::string> warnings;
};

config::Node load_yaml(const fs::path& file) {
    Problems problems;
    config::Node root = config::load_file(file.string(), problems);
    problems.throw_if_errors();
    return root;
}

void read_nir_into(Source& source, const fs::path& file, const spec::SpikingArraySpec& machine) {
    spiking::NirNetwork found = spiking::from_nir(import::read_nir(file), file.string(), machine);
    source.file.network = std::move(found.network);
    source.warnings = std::move(found.warnings);
    source.is_nir = true;
}

/// `kind: nir_network` with `network`, `encoding`, `decoding` and `data`.
void read_nir_task(Source& source, config::MapReader& reader, Problems& problems,
                   const spec::SpikingArraySpec& machine) {
    static_cast<void>(reader.required_choice("kind", std::vector<std::string>{nir_file_kind}));
    const config::Value network = reader.required_value("network");
    source.file.encoding = spiking::read_encoding(reader);
    source.file.decoding = spiking::read_decoding(reader);
    source.file.data = spiking::read_sample_files(reader);
    reader.finish();
    problems.throw_if_errors();
    read_nir_into(source, fs::path(network.location().file).parent_path() / network.as_string(), machine);
    if (source.file.network.input.channels % source.file.encoding.elements_per_value() != 0) {
        reader.problem("encoding", "makes " + std::to_string(source.file.encoding.elements_per_value()) +
                                       " channels of each; the network has " +
                                       std::to_string(source.file.network.input.channels) +
                                       ", which that does not divide");
    }
}

Source load_source(const fs::path& file, const spec::SpikingArraySpec& machine) {
    Source source;
    if (import::is_hdf5(read_file(file))) {
        read_nir_into(source, file, machine);
        source.takes_spike_trains = true;
        source.file.decoding.classes = source.file.network.maps().back().size();
        return source;
    }
    const config::Node root = load_yaml(file);
    Problems problems;
    config::MapReader reader(root, problems);
    if (root.find("kind") != nullptr && root.find("kind")->text == nir_file_kind) {
        read_nir_task(source, reader, problems, machine);
    } else {
        source.file = spiking::read_network_file(reader);
    }
    problems.throw_if_errors();
    return source;
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

std::string network_content(const fs::path& file) {
    std::string content = read_file(file);
    if (!is_text(content)) {
        return content;
    }
    Problems problems; // whoever reads the network reports them
    const config::Node root = config::load_text(content, file.string(), problems);
    if (!is_sampled_network(root)) {
        return content;
    }
    for (const char* key : {"weights", "biases", "network"}) {
        if (const config::Node* named = root.find(key)) {
            content += read_file(file.parent_path() / named->text);
        }
    }
    return content;
}

bool is_sampled_network(const config::Node& root) {
    const config::Node* kind = root.find("kind");
    return kind != nullptr && (kind->text == spiking::network_file_kind || kind->text == nir_file_kind);
}

spiking::TrinaryNetwork load_layers(const fs::path& file, const spec::SpikingArraySpec& machine) {
    return load_source(file, machine).file.network;
}

SampledNetwork load_sampled_network(const RunRequest& request) {
    const spec::SpikingArraySpec& machine = *request.spiking_array();
    Source source = load_source(request.workload, machine);
    SampledNetwork network;
    network.name = request.workload.stem().string();
    network.data = samples_of(request, source.file.data);
    network.content_hash = hash_of(request.workload, source.file, network.data);
    network.compiled = spiking::compile(source.file.network, machine, {.seed = request.seed});
    network.outputs = source.file.network.maps().back().size();
    network.encoding = source.file.encoding;
    network.decoding = source.file.decoding;
    network.input = source.file.network.input;
    network.keeps_state = spiking::keeps_state(source.file.network);
    network.takes_spike_trains = source.takes_spike_trains;
    network.is_channel_first = source.is_nir;
    network.warnings = std::move(source.warnings);
    network.plain_rule =
        plain_rule_of(std::make_shared<const Kept>(std::move(source.file.network), network.compiled, machine));
    return network;
}

std::size_t values_per_sample(const SampledNetwork& network) {
    return network.takes_spike_trains ? 0 : network.input.size() / network.encoding.elements_per_value();
}

std::vector<spiking::Frame> frames_of_sample(const SampledNetwork& network, const std::vector<float>& values,
                                             std::uint64_t sample) {
    std::vector<spiking::Frame> frames;
    std::size_t elements = 1;
    if (network.takes_spike_trains) {
        const std::size_t size = network.input.size();
        for (std::size_t first = 0; first + size <= values.size(); first += size) {
            spiking::Frame& frame = frames.emplace_back(size);
            constexpr float spike = 0.5F; // trains hold 0 and 1
            std::transform(values.begin() + static_cast<std::ptrdiff_t>(first),
                           values.begin() + static_cast<std::ptrdiff_t>(first + size), frame.begin(),
                           [](float value) { return value >= spike ? std::uint8_t{1} : std::uint8_t{0}; });
        }
    } else {
        frames = spiking::encode_sample(network.encoding, values, sample);
        elements = network.encoding.elements_per_value();
    }
    if (!network.is_channel_first) {
        return frames;
    }
    const std::size_t positions = std::size_t{network.input.rows} * network.input.cols;
    for (spiking::Frame& frame : frames) {
        spiking::Frame ordered(frame.size());
        for (std::size_t i = 0; i < frame.size(); ++i) {
            const std::size_t value = i / elements;
            ordered[value % positions * network.input.channels + value / positions * elements + i % elements] =
                frame[i];
        }
        frame = std::move(ordered);
    }
    return frames;
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
    if (values_per_sample == 0) {
        values_per_sample = data.size() / available;
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
