// SPDX-License-Identifier: Apache-2.0
// YAML keys of trinary networks, and the slices of the weights file that belong to each layer.
#include "mapping/spiking/network_file.hpp"

#include "sim/base/error.hpp"
#include "workloads/import/npy.hpp"

#include <limits>

namespace lodestone::spiking {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t max_channels = 1U << 16;  // and features
constexpr std::uint64_t max_kernel = 1024;        // rows and columns
constexpr std::uint64_t max_sample_ticks = 65536; // ticks of one sample
constexpr std::uint64_t max_samples = 10'000'000;

fs::path beside(const config::Value& value) {
    const fs::path path = value.as_string();
    return path.is_absolute() ? path : fs::path(value.location().file).parent_path() / path;
}

fs::path optional_path(config::MapReader& reader, const std::string& key) {
    const auto value = reader.optional_value(key);
    return value ? beside(*value) : fs::path{};
}

FeatureMap read_map(config::MapReader reader) {
    FeatureMap map;
    map.rows = static_cast<std::uint32_t>(reader.required_uint("rows", 1, max_side));
    map.cols = static_cast<std::uint32_t>(reader.required_uint("cols", 1, max_side));
    map.channels = static_cast<std::uint32_t>(reader.required_uint("channels", 1, max_channels));
    if (std::uint64_t{map.rows} * map.cols * map.channels > max_elements) {
        reader.problem("channels", "make more than " + std::to_string(max_elements) + " input elements; use fewer");
        map.channels = 1;
    }
    reader.finish();
    return map;
}

TrinaryLayer read_layer(const std::string& name, config::MapReader reader) {
    TrinaryLayer layer{.name = name};
    const std::vector<std::uint64_t> kernel = reader.required_uints("kernel", 1, max_kernel);
    if (kernel.size() == 2) {
        layer.kernel_rows = static_cast<std::uint32_t>(kernel[0]);
        layer.kernel_cols = static_cast<std::uint32_t>(kernel[1]);
    } else if (reader.has("kernel")) {
        reader.problem("kernel", "has " + std::to_string(kernel.size()) + " numbers; [rows, columns] is expected");
    }
    layer.stride = static_cast<std::uint32_t>(reader.optional_uint("stride", layer.stride, 1, max_kernel));
    layer.pad = static_cast<std::uint32_t>(reader.optional_uint("pad", layer.pad, 0, max_kernel));
    layer.features = static_cast<std::uint32_t>(reader.required_uint("features", 1, max_channels));
    layer.groups = static_cast<std::uint32_t>(reader.optional_uint("groups", layer.groups, 1, max_channels));
    reader.finish();
    return layer;
}

/// The next `count` values from `next` on, as T; whether they fit T was checked.
template <class T>
std::vector<T> slice(const graph::TensorData& data, std::size_t& next, std::size_t count) {
    std::vector<T> values;
    values.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        values.push_back(static_cast<T>(data.as_int(next++)));
    }
    return values;
}

/// The integers of an .npy file; nothing after a problem, which is reported at `key`.
template <class T>
std::optional<graph::TensorData> read_integers(config::MapReader& reader, const std::string& key) {
    const config::Value value = reader.required_value(key);
    if (value.node() == nullptr) {
        return std::nullopt;
    }
    const fs::path file = beside(value);
    try {
        graph::TensorData data = import::read_npy(file);
        if (!graph::is_integer(data.type())) {
            value.problem("names " + file.string() + ", which holds " + graph::to_string(data.type()) +
                          "; whole numbers are expected");
            return std::nullopt;
        }
        for (std::size_t i = 0; i < data.size(); ++i) {
            const std::int64_t number = data.as_int(i);
            if (number < std::numeric_limits<T>::min() || number > std::numeric_limits<T>::max()) {
                value.problem("names " + file.string() + ", whose value " + std::to_string(i) + " is " +
                              std::to_string(number) + "; the limits are " +
                              std::to_string(std::numeric_limits<T>::min()) + " and " +
                              std::to_string(std::numeric_limits<T>::max()));
                return std::nullopt;
            }
        }
        return data;
    } catch (const UserError& error) {
        for (const Diagnostic& diagnostic : error.problems().all()) {
            value.problem("names " + to_string(diagnostic));
        }
        return std::nullopt;
    }
}

/// Weights of each layer; false when a shape is impossible, and then the sizes of later layers mean nothing.
bool count_weights(const TrinaryNetwork& network, std::vector<std::size_t>& weights) {
    FeatureMap in = network.input;
    for (const TrinaryLayer& layer : network.layers) {
        const FeatureMap out = layer.output_of(in);
        const bool fits =
            in.channels % layer.groups == 0 && layer.features % layer.groups == 0 && out.rows > 0 && out.cols > 0;
        if (!fits || std::uint64_t{out.rows} * out.cols * out.channels > max_elements) {
            return false;
        }
        weights.push_back(std::size_t{layer.features} * (in.channels / layer.groups) * layer.kernel_rows *
                          layer.kernel_cols);
        in = out;
    }
    return true;
}

void read_values(config::MapReader& reader, TrinaryNetwork& network) {
    const auto weights = read_integers<std::int8_t>(reader, "weights");
    const auto biases = read_integers<std::int16_t>(reader, "biases");
    std::vector<std::size_t> counts;
    if (!weights || !biases || !count_weights(network, counts)) {
        return;
    }
    std::size_t all_weights = 0;
    std::size_t all_biases = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        all_weights += counts[i];
        all_biases += network.layers[i].features;
    }
    const auto expect = [&reader](const char* key, std::size_t found, std::size_t wanted) {
        if (found != wanted) {
            reader.problem(key, "hold " + std::to_string(found) + " values; the layers need " + std::to_string(wanted));
        }
        return found == wanted;
    };
    const bool has_weights = expect("weights", weights->size(), all_weights);
    if (!expect("biases", biases->size(), all_biases) || !has_weights) {
        return;
    }
    std::size_t next_weight = 0;
    std::size_t next_bias = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        network.layers[i].weights = slice<std::int8_t>(*weights, next_weight, counts[i]);
        network.layers[i].biases = slice<std::int16_t>(*biases, next_bias, network.layers[i].features);
    }
}

} // namespace

Encoding read_encoding(config::MapReader& reader) {
    static const config::Choices<EncodingKind> kinds{{"threshold", EncodingKind::threshold},
                                                     {"rate", EncodingKind::rate}};
    static const config::Choices<Spread> spreads{{"even", Spread::even}, {"random", Spread::random}};
    Encoding encoding;
    config::MapReader map = reader.required_map("encoding");
    encoding.kind = map.required_choice("kind", kinds);
    if (encoding.kind == EncodingKind::threshold) {
        encoding.levels = map.required_doubles("levels", {.min = 0, .max = 1});
        if (encoding.levels.empty()) {
            if (map.has("levels")) {
                map.problem("levels", "is empty; name at least one level, as [0.5]");
            }
            encoding.levels = Encoding{}.levels;
        }
        encoding.ticks = static_cast<std::uint32_t>(map.optional_uint("ticks", encoding.ticks, 1, max_sample_ticks));
    } else {
        encoding.ticks = static_cast<std::uint32_t>(map.required_uint("ticks", 1, max_sample_ticks));
        encoding.spread = map.optional_choice("spread", encoding.spread, spreads);
        encoding.seed = map.optional_uint("seed", encoding.seed, 0, ~std::uint32_t{0});
    }
    map.finish();
    return encoding;
}

Decoding read_decoding(config::MapReader& reader) {
    static const config::Choices<DecodingKind> kinds{{"count", DecodingKind::count},
                                                     {"first_spike", DecodingKind::first_spike}};
    config::MapReader map = reader.required_map("decoding");
    Decoding decoding;
    decoding.kind = map.required_choice("kind", kinds);
    decoding.classes = static_cast<std::uint32_t>(map.required_uint("classes", 1, max_channels));
    map.finish();
    return decoding;
}

SampleFiles read_sample_files(config::MapReader& reader) {
    SampleFiles files;
    if (auto data = reader.optional_map("data")) {
        files.inputs = beside(data->required_value("inputs"));
        files.labels = optional_path(*data, "labels");
        files.samples = data->optional_uint("samples", files.samples, 1, max_samples);
        data->finish();
    }
    return files;
}

NetworkFile read_network_file(config::MapReader& reader) {
    NetworkFile file;
    static_cast<void>(reader.required_choice("kind", std::vector<std::string>{network_file_kind}));
    file.network.name = reader.location().file;
    file.network.input = read_map(reader.required_map("input"));
    file.encoding = read_encoding(reader);
    if (file.network.input.channels % file.encoding.elements_per_value() != 0) {
        reader.problem("encoding", "makes " + std::to_string(file.encoding.elements_per_value()) +
                                       " channels of each channel of a sample; the input has " +
                                       std::to_string(file.network.input.channels) + ", which that does not divide");
    }
    config::MapReader layers = reader.required_map("layers");
    for (const std::string& name : layers.keys()) {
        file.network.layers.push_back(read_layer(name, layers.required_map(name)));
    }
    layers.finish();
    read_values(reader, file.network);
    file.decoding = read_decoding(reader);
    file.data = read_sample_files(reader);
    reader.finish();
    return file;
}

} // namespace lodestone::spiking
