// SPDX-License-Identifier: Apache-2.0
// Arrays in the IDX format of the MNIST family of data sets, plain or gzip-compressed.
#pragma once

#include "workloads/graph/tensor.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace lodestone::import {

/// The array of an IDX file (big-endian; uint8, int8, int16, int32, float32, float64). Throws UserError naming the file
/// and what is malformed.
[[nodiscard]] graph::TensorData read_idx(const std::filesystem::path& path);
[[nodiscard]] graph::TensorData parse_idx(std::string_view bytes, const std::string& file);

/// Undoes gzip; throws UserError naming the file when the stream is damaged or would exceed `limit` bytes.
[[nodiscard]] std::string gunzip(std::string_view bytes, const std::string& file,
                                 std::size_t limit = std::size_t{1} << 32);

} // namespace lodestone::import
