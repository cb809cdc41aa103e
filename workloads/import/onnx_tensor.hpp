// SPDX-License-Identifier: Apache-2.0
// Private to the ONNX reader: element types and values of tensors.
#pragma once

#include "workloads/graph/tensor.hpp"

#include <cstdint>
#include <optional>

namespace onnx {
class TensorProto;
}

namespace lodestone::import {

/// The element type of an ONNX type number; nothing when it is not supported.
[[nodiscard]] std::optional<graph::ElementType> element_type(std::int32_t onnx_type);
/// As above; UserError names the type and the supported ones.
[[nodiscard]] graph::ElementType required_element_type(std::int32_t onnx_type);
/// Type, shape and values. UserError when they are external, in segments, of another number than the shape says.
[[nodiscard]] graph::TensorData tensor_data(const onnx::TensorProto& proto);

} // namespace lodestone::import
