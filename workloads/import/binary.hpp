// SPDX-License-Identifier: Apache-2.0
// Numbers in files of either byte order.
#pragma once

#include "workloads/graph/tensor.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace lodestone::import {

enum class ByteOrder { little, big };

/// How the elements of an array lie in a file, row-major.
struct ElementLayout {
    graph::ElementType type;
    graph::Shape shape;
    ByteOrder order;
};

/// An unsigned number of `size` bytes (1 to 8); the bytes must be there.
[[nodiscard]] std::uint64_t unsigned_at(std::string_view bytes, std::size_t at, std::size_t size, ByteOrder order);

/// The whole of `bytes` as elements. Throws UserError naming `file` when the sizes differ or a dimension is too large.
[[nodiscard]] graph::TensorData decode_elements(std::string_view bytes, const ElementLayout& layout,
                                                const std::string& file);
/// Little-endian bytes of all elements.
[[nodiscard]] std::string encode_elements(const graph::TensorData& data);

} // namespace lodestone::import
