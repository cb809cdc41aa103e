// SPDX-License-Identifier: Apache-2.0
// Rewrites operators of older ONNX opsets to the forms that Lodestone's graph has (those of opset 17).
#pragma once

#include "workloads/graph/graph.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace lodestone::import {

/// The kind that an ONNX operator name becomes; old names (Upsample) map to their successors.
[[nodiscard]] std::optional<graph::OpKind> modern_kind(const std::string& onnx_name);

/// Why an operator that has no kind cannot have one, and what to do; empty when nobody said.
[[nodiscard]] std::string reason_against(const std::string& onnx_name);

/// Appends `op`, read under `opset`, to the graph, in modern form: obsolete attributes go, old operands move, and where
/// the meaning changed (Softmax before 13) operators are put around it. `onnx_name` is the name in the file.
/// Throws UserError when the old form cannot be expressed.
void add_modern(graph::Graph& graph, graph::Operator op, const std::string& onnx_name, std::int64_t opset);

} // namespace lodestone::import
