// SPDX-License-Identifier: Apache-2.0
// Keys of the quantisation section.
#include "workloads/quantise/read_options.hpp"

#include "sim/base/error.hpp"

namespace lodestone::quantise {

namespace {

config::Choices<RangeMethod> range_methods() {
    return {{"min_max", RangeMethod::min_max}, {"mse", RangeMethod::mse}};
}

config::Choices<Granularity> granularities() {
    return {{"per_tensor", Granularity::per_tensor}, {"per_channel", Granularity::per_channel}};
}

std::optional<numerics::Precision> precision_of(const config::Value& value) {
    const std::string name = value.as_string();
    if (name.empty()) {
        return std::nullopt; // reported by as_string
    }
    try {
        return numerics::parse_precision(name);
    } catch (const UserError& error) {
        for (const Diagnostic& diagnostic : error.problems().all()) {
            value.problem(diagnostic.message);
        }
        return std::nullopt;
    }
}

std::optional<numerics::Precision> optional_precision(config::MapReader& reader, const std::string& key) {
    const auto value = reader.optional_value(key);
    return value ? precision_of(*value) : std::nullopt;
}

LayerOverride read_override(config::MapReader reader) {
    LayerOverride rule;
    const config::Value match = reader.required_value("match");
    rule.match = match.as_string();
    rule.where = match.location();
    rule.precision = precision_of(reader.required_value("precision")).value_or(rule.precision);
    reader.finish();
    return rule;
}

} // namespace

QuantiseOptions read_quantise_options(config::MapReader reader) {
    QuantiseOptions options;
    options.precision = optional_precision(reader, "precision").value_or(options.precision);
    options.first_layer = optional_precision(reader, "first_layer");
    options.last_layer = optional_precision(reader, "last_layer");
    for (config::MapReader& layer : reader.maps_in("layers")) {
        options.layers.push_back(read_override(std::move(layer)));
    }
    if (auto weights = reader.optional_map("weights")) {
        options.weight_granularity =
            weights->optional_choice("granularity", options.weight_granularity, granularities());
        options.weight_range = weights->optional_choice("range", options.weight_range, range_methods());
        weights->finish();
    }
    if (auto activations = reader.optional_map("activations")) {
        options.activation_range = activations->optional_choice("range", options.activation_range, range_methods());
        activations->finish();
    }
    reader.finish();
    return options;
}

} // namespace lodestone::quantise
