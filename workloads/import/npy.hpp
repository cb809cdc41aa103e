// SPDX-License-Identifier: Apache-2.0
// Arrays in NumPy's .npy format, versions 1 to 3, either byte order, row-major or column-major.
#pragma once

#include "workloads/graph/tensor.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace lodestone::import {

/// The array of a .npy file. Throws UserError naming the file and what is malformed: magic, version, header, element
/// type (bool, i1-i8, u1-u8, f2, f4, f8), size.
[[nodiscard]] graph::TensorData read_npy(const std::filesystem::path& path);
[[nodiscard]] graph::TensorData parse_npy(std::string_view bytes, const std::string& file);

/// The bytes of a version 1.0 little-endian .npy file.
[[nodiscard]] std::string npy_bytes(const graph::TensorData& data);

} // namespace lodestone::import
