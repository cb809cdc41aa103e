// SPDX-License-Identifier: Apache-2.0
// Reads the YAML form with located problems.
#include "workloads/import/yaml_format.hpp"

#include "sim/base/error.hpp"
#include "sim/config/map_reader.hpp"
#include "workloads/import/network_builder.hpp"
#include "workloads/import/npy.hpp"
#include "workloads/import/random_parameters.hpp"
#include "workloads/import/yaml_settings.hpp"

#include <algorithm>
#include <charconv>

namespace lodestone::import {
namespace {

using config::MapReader;
using config::Value;
using graph::OpKind;
using graph::Shape;

constexpr std::int64_t largest_extent = static_cast<std::int64_t>(graph::max_elements);
constexpr std::uint64_t largest_repeat = 100'000;
constexpr std::size_t largest_network = 1'000'000; ///< operators
constexpr std::uint64_t largest_split = 4096;

/// Layers whose settings differ from ONNX's.
const std::vector<std::string>& friendly_ops() {
    static const std::vector<std::string> names{"Conv",      "Linear",       "MaxPool",   "AveragePool", "BatchNorm",
                                                "LayerNorm", "InstanceNorm", "Attention", "Embedding"};
    return names;
}

std::vector<std::string> all_ops() {
    std::vector<std::string> names = graph::op_names();
    names.insert(names.end(), friendly_ops().begin(), friendly_ops().end());
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

/// Names seen from a layer: those of its block first, then those around it.
struct Scope {
    const Scope* around = nullptr;
    std::string prefix; ///< "block.3."
    std::map<std::string, TensorId> names;
    std::optional<TensorId> previous;

    [[nodiscard]] std::optional<TensorId> find(const std::string& name) const {
        const auto found = names.find(name);
        return found != names.end() ? std::optional(found->second)
               : around != nullptr  ? around->find(name)
                                    : std::nullopt;
    }
    void collect(std::vector<std::string>& known) const {
        for (const auto& [name, id] : names) {
            known.push_back(name);
        }
        if (around != nullptr) {
            around->collect(known);
        }
    }
};

class YamlReader {
public:
    YamlReader(const Source& source, const ImportOptions& options, Problems& problems)
        : source_(source), options_(options), problems_(problems), builder_(source.path.string(), problems) {}

    graph::Graph read(const config::Node& root, config::ReadLog* log) {
        MapReader file(root, problems_, log);
        builder_.network().name = file.optional_string("network", source_.path.stem().string());
        Scope scope;
        read_inputs(file, scope);
        read_parameters(file, scope);
        std::vector<MapReader> layers = file.required_maps("layers");
        read_layers(layers, scope);
        read_outputs(file, scope);
        read_values(file);
        read_random(file);
        file.finish();
        return std::move(builder_.network());
    }

private:
    /// A list of extents, or a map with `shape` and `type`.
    std::pair<graph::ElementType, Shape> read_type(MapReader& map, const std::string& name) {
        const Value value = map.required_value(name);
        graph::ElementType type = graph::ElementType::float32;
        Shape shape;
        if (value.is_map()) {
            MapReader details = value.as_map();
            shape = details.required_ints("shape", 0, largest_extent);
            type = graph::element_type_named(details.optional_choice("type", "float32", graph::element_type_names()))
                       .value_or(type);
            details.finish();
        } else {
            for (const Value& extent : value.as_items()) {
                shape.push_back(extent.as_int(0, largest_extent));
            }
        }
        if (!graph::checked_element_count(shape)) {
            value.problem("has more than " + std::to_string(graph::max_elements) + " elements");
            shape = {1};
        }
        return {type, shape};
    }

    void read_inputs(MapReader& file, Scope& scope) {
        MapReader inputs = file.required_map("inputs");
        for (const std::string& name : inputs.keys()) {
            const auto [type, shape] = read_type(inputs, name);
            const auto fixed = options_.values.find(name);
            scope.previous = fixed == options_.values.end() ? builder_.add_input(name, type, shape)
                                                            : builder_.add_constant(name, fixed->second);
            declare(scope, name, *scope.previous, inputs, name);
        }
        inputs.finish();
    }

    void read_parameters(MapReader& file, Scope& scope) {
        std::optional<MapReader> parameters = file.optional_map("parameters");
        if (!parameters) {
            return;
        }
        for (const std::string& name : parameters->keys()) {
            const auto [type, shape] = read_type(*parameters, name);
            declare(scope, name, builder_.add_parameter(name, shape, type), *parameters, name);
        }
        parameters->finish();
    }

    void declare(Scope& scope, const std::string& name, TensorId id, MapReader& where, const std::string& key) {
        if (!scope.names.emplace(name, id).second) {
            where.problem(key, "the name '" + name + "' is taken; rename one of the two");
        }
    }

    void read_layers(std::vector<MapReader>& layers, Scope& scope) {
        std::size_t number = 0;
        for (MapReader& layer : layers) {
            if (layer.has("layers")) {
                read_block(layer, scope, number);
            } else {
                read_layer(layer, scope, number);
            }
            layer.finish();
            ++number;
        }
    }

    void read_block(MapReader& block, Scope& scope, std::size_t number) {
        const std::string name = block.optional_string("name", "block" + std::to_string(number));
        const std::uint64_t repeat = block.optional_uint("repeat", 1, 1, largest_repeat);
        const std::vector<std::optional<TensorId>> inputs = read_operands(block, scope, name);
        scope.previous = inputs.empty() ? std::nullopt : inputs.front();
        for (std::uint64_t i = 0; i < repeat; ++i) {
            Scope inner{.around = &scope,
                        .prefix = scope.prefix + name + "." + std::to_string(i) + ".",
                        .names = {},
                        .previous = scope.previous};
            if (inner.previous) {
                inner.names.emplace("in", *inner.previous);
            }
            const std::size_t errors = problems_.error_count();
            std::vector<MapReader> layers = block.required_maps("layers");
            read_layers(layers, inner);
            scope.previous = inner.previous;
            if (problems_.error_count() != errors) {
                break; // the next repetition would only say the same again
            }
            if (builder_.network().operators.size() > largest_network || ++repetitions_ > largest_network) {
                block.problem("repeat", "makes more than " + std::to_string(largest_network) +
                                            " operators or repetitions; repeat fewer times");
                break;
            }
        }
        if (scope.previous) {
            declare(scope, name, *scope.previous, block, "name");
        }
    }

    std::optional<TensorId> read_operand(const Value& value, const Scope& scope, const std::string& constant_name) {
        const std::string text = value.as_string();
        if (const auto id = scope.find(text)) {
            return id;
        }
        float number = 0.0F;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (failure == std::errc() && end == text.data() + text.size()) {
            return builder_.add_constant(constant_name, graph::TensorData::scalar(number));
        }
        std::vector<std::string> known;
        scope.collect(known);
        value.problem("'" + text + "' is no layer above and no input" + known_names(text, known));
        return std::nullopt;
    }

    /// The tensors of `inputs`; without the key, the result of the layer before. Empty after a problem.
    std::vector<std::optional<TensorId>> read_operands(MapReader& layer, const Scope& scope, const std::string& name) {
        std::vector<std::optional<TensorId>> operands;
        const std::optional<Value> given = layer.optional_value("inputs");
        if (!given) {
            if (scope.previous) {
                operands.push_back(scope.previous);
            }
            return operands;
        }
        std::vector<Value> items{*given};
        if (given->is_sequence()) {
            items = given->as_items();
        }
        bool complete = true;
        for (std::size_t i = 0; i < items.size(); ++i) {
            operands.push_back(read_operand(items[i], scope, scope.prefix + name + ".constant" + std::to_string(i)));
            complete = complete && operands.back().has_value();
        }
        return complete ? operands : std::vector<std::optional<TensorId>>();
    }

    void read_layer(MapReader& layer, Scope& scope, std::size_t number) {
        const std::string op = layer.required_choice("op", all_ops());
        const std::string local = layer.optional_string("name", op + std::to_string(number));
        LayerDraft draft{.name = scope.prefix + local,
                         .inputs = read_operands(layer, scope, local),
                         .attributes = {},
                         .where = layer.location()};
        const bool makes_values = op == "Constant";
        if (draft.inputs.empty() && !makes_values) {
            for (const std::string& key : layer.keys()) {
                static_cast<void>(layer.has(key)); // settings of a layer without operands are not judged
            }
            return;
        }
        const std::vector<TensorId> results = build(layer, op, std::move(draft));
        for (std::size_t i = 1; i < results.size(); ++i) {
            declare(scope, local + "." + std::to_string(i), results[i], layer, "name");
        }
        if (results.size() > 1) {
            declare(scope, local + ".0", results.front(), layer, "name");
        }
        declare(scope, local, results.front(), layer, "name");
        scope.previous = results.front();
    }

    std::vector<TensorId> build(MapReader& layer, const std::string& op, LayerDraft draft) {
        if (op == "Conv") {
            return {build_convolution(layer, std::move(draft))};
        }
        if (op == "Linear") {
            const std::int64_t features = layer.required_int("out_features", 1, largest_extent);
            return {builder_.add_linear(draft, features, layer.optional_bool("bias", true))};
        }
        if (op == "MaxPool" || op == "AveragePool") {
            draft.kind = *graph::op_named(op);
            read_window(layer, draft, window_rank(draft));
            if (op == "AveragePool") {
                draft.attributes.set("count_include_pad",
                                     std::int64_t{layer.optional_bool("count_padding", false) ? 1 : 0});
            }
            draft.attributes.set("ceil_mode", std::int64_t{layer.optional_bool("ceil", false) ? 1 : 0});
            return builder_.add(std::move(draft));
        }
        if (op == "BatchNorm" || op == "InstanceNorm" || op == "LayerNorm") {
            draft.kind = op == "BatchNorm"   ? OpKind::batch_normalization
                         : op == "LayerNorm" ? OpKind::layer_normalization
                                             : OpKind::instance_normalization;
            read_attributes(layer, draft);
            return {builder_.add_normalisation(std::move(draft))};
        }
        if (op == "Attention") {
            return {builder_.add_attention(draft, layer.required_int("heads", 1, largest_setting))};
        }
        if (op == "Embedding") {
            const std::int64_t entries = layer.required_int("entries", 1, largest_extent);
            const std::int64_t features = layer.required_int("features", 1, largest_extent);
            if (!graph::checked_element_count({entries, features})) {
                layer.problem("entries",
                              "the table would have more than " + std::to_string(graph::max_elements) + " elements");
                return {*draft.inputs.front()};
            }
            draft.kind = OpKind::gather;
            draft.inputs.insert(draft.inputs.begin(),
                                builder_.add_parameter(draft.name + ".table", {entries, features}));
            return builder_.add(std::move(draft));
        }
        return build_plain(layer, op, std::move(draft));
    }

    std::vector<TensorId> build_plain(MapReader& layer, const std::string& op, LayerDraft draft) {
        draft.kind = graph::op_named(op).value_or(OpKind::identity);
        read_attributes(layer, draft);
        if (draft.kind == OpKind::split) {
            const auto parts = static_cast<std::uint64_t>(draft.attributes.integers("split").size());
            draft.outputs = layer.optional_uint("outputs", std::max<std::uint64_t>(parts, 1), 1, largest_split);
        }
        if (draft.kind == OpKind::resize) {
            add_resize_operand(layer, draft);
        }
        if (draft.kind == OpKind::tile || draft.kind == OpKind::expand) {
            const std::string key = draft.kind == OpKind::tile ? "repeats" : "shape";
            const auto list = graph::TensorData::vector_of(layer.required_ints(key, 0, largest_extent));
            draft.inputs.emplace_back(builder_.add_constant(draft.name + "." + key, list));
        }
        return builder_.add(std::move(draft));
    }

    void add_resize_operand(MapReader& layer, LayerDraft& draft) {
        draft.inputs.resize(2);
        if (layer.has("sizes")) {
            const auto sizes = graph::TensorData::vector_of(layer.required_ints("sizes", 1, largest_extent));
            draft.inputs.resize(3);
            draft.inputs.emplace_back(builder_.add_constant(draft.name + ".sizes", sizes));
            return;
        }
        const std::vector<double> scales = layer.required_doubles("scales", {.min = 0.0, .above_min = true});
        const std::vector<float> floats(scales.begin(), scales.end());
        const Shape shape{static_cast<std::int64_t>(floats.size())};
        draft.inputs.emplace_back(
            builder_.add_constant(draft.name + ".scales", graph::TensorData::of_floats(shape, floats)));
    }

    /// Spatial dimensions of the layer's input; 1 while they are unknown.
    std::size_t window_rank(const LayerDraft& draft) const {
        const graph::Tensor& input = builder_.at(*draft.inputs.front());
        return input.is_inferred() && input.rank() > 2 ? input.rank() - 2 : 1;
    }

    TensorId build_convolution(MapReader& layer, LayerDraft draft) {
        ConvolutionDraft convolution;
        convolution.kernel = read_window(layer, draft, window_rank(draft));
        convolution.has_bias = layer.optional_bool("bias", true);
        const std::optional<Value> groups = layer.optional_value("groups");
        const bool depthwise = groups && groups->is_word("depthwise");
        convolution.groups = depthwise ? 0 : groups ? groups->as_int(1, largest_setting) : 1;
        convolution.out_channels = depthwise ? layer.optional_int("out_channels", 0, 1, largest_setting)
                                             : layer.required_int("out_channels", 1, largest_setting);
        return builder_.add_convolution(std::move(draft), convolution);
    }

    void read_outputs(MapReader& file, const Scope& scope) {
        const std::optional<Value> given = file.optional_value("outputs");
        if (!given) {
            if (scope.previous) {
                builder_.network().outputs.push_back(*scope.previous);
            }
            return;
        }
        for (const Value& item : given->as_items()) {
            const std::string name = item.as_string();
            if (const auto id = scope.find(name)) {
                builder_.network().outputs.push_back(*id);
            } else if (!problems_.has_errors()) {
                std::vector<std::string> known;
                scope.collect(known);
                item.problem("'" + name + "' is no layer" + known_names(name, known));
            }
        }
    }

    void read_values(MapReader& file) {
        std::optional<MapReader> values = file.optional_map("values");
        if (!values) {
            return;
        }
        for (const std::string& name : values->keys()) {
            const std::string path = values->required_string(name);
            const auto id = builder_.network().find_tensor(name);
            if (!id || builder_.at(*id).role != graph::TensorRole::parameter) {
                values->problem(name, "'" + name + "' is no parameter of the network");
                continue;
            }
            give_values(builder_.network().at(*id), path, *values);
        }
        values->finish();
    }

    /// Values for the parameters that have none by now.
    void read_random(MapReader& file) {
        std::optional<MapReader> weights = file.optional_map("weights");
        if (!weights) {
            return;
        }
        MapReader section = weights->required_map("random");
        RandomParameters random;
        random.seed = section.required_uint("seed", 0, ~std::uint32_t{0});
        random.distribution =
            section.optional_choice("distribution", random.distribution,
                                    {{"normal", Distribution::normal}, {"uniform", Distribution::uniform}});
        section.finish();
        weights->finish();
        if (!problems_.has_errors()) {
            fill_parameters(builder_.network(), random);
        }
    }

    void give_values(graph::Tensor& parameter, const std::string& path, MapReader& values) {
        try {
            graph::TensorData data = read_npy(source_.path.parent_path() / path);
            if (data.shape() != parameter.shape || data.type() != parameter.type) {
                values.problem(parameter.name, "'" + path + "' holds " + graph::to_string(data.type()) + " " +
                                                   graph::to_string(data.shape()) + ", the parameter is " +
                                                   graph::to_string(parameter.type) + " " +
                                                   graph::to_string(parameter.shape));
                return;
            }
            parameter.data = std::make_shared<const graph::TensorData>(std::move(data));
        } catch (const UserError& error) {
            problems_.append(error.problems());
        }
    }

    const Source& source_;
    const ImportOptions& options_;
    Problems& problems_;
    NetworkBuilder builder_;
    std::size_t repetitions_ = 0; ///< of all blocks
};

} // namespace

bool looks_like_yaml_network(std::string_view content) {
    return content.starts_with("layers:") || content.find("\nlayers:") != std::string_view::npos;
}

graph::Graph read_yaml_network(const Source& source, const ImportOptions& options, Problems& problems) {
    const config::Node root = config::load_text(source.content, source.path.string(), problems);
    return YamlReader(source, options, problems).read(root, nullptr);
}

void read_yaml_tree(const config::Node& root, Problems& problems, config::ReadLog* log) {
    const Source nothing;
    const ImportOptions defaults;
    static_cast<void>(YamlReader(nothing, defaults, problems).read(root, log));
}

} // namespace lodestone::import
