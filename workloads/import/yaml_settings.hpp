// SPDX-License-Identifier: Apache-2.0
// Private to the YAML reader: settings of a layer become attributes of its operator.
#pragma once

#include "sim/config/map_reader.hpp"
#include "workloads/import/network_builder.hpp"

#include <cstdint>
#include <vector>

namespace lodestone::import {

inline constexpr std::int64_t largest_setting = 1 << 20;

/// kernel, stride, padding and dilation of a window over `rank` dimensions; returns the kernel. A number stands for
/// all dimensions.
std::vector<std::int64_t> read_window(config::MapReader& layer, LayerDraft& draft, std::size_t rank);

/// The ONNX attributes of the draft's operator, those that are written.
void read_attributes(config::MapReader& layer, LayerDraft& draft);

} // namespace lodestone::import
