// SPDX-License-Identifier: Apache-2.0
// ONNX models and tensors.
#pragma once

#include "workloads/import/import.hpp"

#include <cstdint>

namespace lodestone::import {

/// Opsets of the default domain whose operators are read with their own meaning.
inline constexpr std::int64_t lowest_opset = 6;
inline constexpr std::int64_t highest_opset = 20;

/// True for anything that is not text.
[[nodiscard]] bool looks_like_onnx(std::string_view content);

/// Reports, all at once: damaged files, opsets, unsupported operators and attributes, external or sparse values,
/// missing tensors, symbolic dimensions. Inputs without initializer that are read only where learnt values belong
/// become parameters without values.
[[nodiscard]] graph::Graph read_onnx(const Source& source, const ImportOptions& options, Problems& problems);

/// A tensor with its name, from a serialised TensorProto (the files beside ONNX test models).
struct NamedTensor {
    std::string name;
    graph::TensorData data;
};
/// Throws UserError naming the file when it is no tensor of a supported element type.
[[nodiscard]] NamedTensor parse_tensor_proto(std::string_view bytes, const std::string& file);

} // namespace lodestone::import
