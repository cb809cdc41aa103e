// SPDX-License-Identifier: Apache-2.0
// Settings of YAML layers as attributes of operators.
#include "workloads/import/yaml_settings.hpp"

#include <limits>

namespace lodestone::import {
namespace {

using config::MapReader;
using config::Value;
using Ints = std::vector<std::int64_t>;

/// Integers from a list or from one number.
Ints integers_of(const Value& value, std::int64_t low, std::int64_t high) {
    Ints integers;
    if (!value.is_sequence()) {
        integers.push_back(value.as_int(low, high));
        return integers;
    }
    for (const Value& item : value.as_items()) {
        integers.push_back(item.as_int(low, high));
    }
    return integers;
}

/// One entry per dimension, from a number or a list.
Ints per_dimension(const Value& value, std::size_t rank, std::int64_t low) {
    Ints entries = integers_of(value, low, largest_setting);
    if (!value.is_sequence()) {
        entries.resize(rank, entries.front());
    }
    return entries;
}

/// A number for all sides, one per dimension, one per side (all beginnings, then all ends), or `same`.
void read_padding(const Value& padding, LayerDraft& draft, std::size_t rank) {
    if (padding.is_word("same")) {
        draft.attributes.set("auto_pad", std::string("SAME_UPPER"));
        return;
    }
    Ints pads = per_dimension(padding, rank, 0);
    if (pads.size() == rank) {
        const Ints ends = pads;
        pads.insert(pads.end(), ends.begin(), ends.end());
    }
    draft.attributes.set("pads", pads);
}

std::vector<float> floats_of(const Value& value) {
    std::vector<float> floats;
    for (const Value& item : value.as_items()) {
        floats.push_back(static_cast<float>(item.as_double()));
    }
    return floats;
}

/// A number or a list of numbers.
std::shared_ptr<const graph::TensorData> tensor_of(const Value& value) {
    if (value.is_scalar()) {
        return std::make_shared<const graph::TensorData>(
            graph::TensorData::scalar(static_cast<float>(value.as_double())));
    }
    const std::vector<float> floats = floats_of(value);
    return std::make_shared<const graph::TensorData>(
        graph::TensorData::of_floats({static_cast<std::int64_t>(floats.size())}, floats));
}

} // namespace

Ints read_window(MapReader& layer, LayerDraft& draft, std::size_t rank) {
    const Ints kernel = per_dimension(layer.required_value("kernel"), rank, 1);
    draft.attributes.set("kernel_shape", kernel);
    if (const auto stride = layer.optional_value("stride")) {
        draft.attributes.set("strides", per_dimension(*stride, rank, 1));
    }
    if (const auto dilation = layer.optional_value("dilation")) {
        draft.attributes.set("dilations", per_dimension(*dilation, rank, 1));
    }
    if (const auto padding = layer.optional_value("padding")) {
        read_padding(*padding, draft, rank);
    }
    return kernel;
}

void read_attributes(MapReader& layer, LayerDraft& draft) {
    constexpr std::int64_t low = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t high = std::numeric_limits<std::int64_t>::max();
    for (const graph::AttributeInfo& info : graph::attribute_infos(draft.kind)) {
        const std::optional<Value> value = layer.optional_value(info.name);
        if (!value || (draft.kind == graph::OpKind::expand && info.name == "shape")) {
            continue;
        }
        switch (info.type) {
        case 'i':
            draft.attributes.set(info.name, value->as_int(low, high));
            break;
        case 'f':
            draft.attributes.set(info.name, static_cast<float>(value->as_double()));
            break;
        case 's':
            draft.attributes.set(info.name, value->as_string());
            break;
        case 'I':
            draft.attributes.set(info.name, integers_of(*value, low, high));
            break;
        case 'F':
            draft.attributes.set(info.name, floats_of(*value));
            break;
        default:
            draft.attributes.set(info.name, tensor_of(*value));
            break;
        }
    }
}

} // namespace lodestone::import
