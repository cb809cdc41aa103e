// SPDX-License-Identifier: Apache-2.0
// Elements to bytes and back.
#include "workloads/import/binary.hpp"

#include "sim/base/error.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace lodestone::import {
namespace {

template <class T>
T element(std::uint64_t bits) {
    if constexpr (std::is_same_v<T, float>) {
        return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    } else if constexpr (std::is_same_v<T, double>) {
        return std::bit_cast<double>(bits);
    } else {
        return static_cast<T>(bits);
    }
}

} // namespace

std::uint64_t unsigned_at(std::string_view bytes, std::size_t at, std::size_t size, ByteOrder order) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
        const std::size_t place = order == ByteOrder::big ? at + i : at + size - 1 - i;
        value = (value << 8) | static_cast<unsigned char>(bytes.at(place));
    }
    return value;
}

graph::TensorData decode_elements(std::string_view bytes, const ElementLayout& layout, const std::string& file) {
    const auto count = graph::checked_element_count(layout.shape);
    if (!count) {
        throw UserError({.file = file}, "",
                        "holds an array of " + graph::to_string(layout.shape) + ", more than the limit of " +
                            std::to_string(graph::max_elements) + " elements");
    }
    const std::size_t size = bytes_for(graph::width(layout.type)).count();
    if (bytes.size() != *count * size) {
        throw UserError({.file = file}, "",
                        "has " + std::to_string(bytes.size()) + " bytes of values, an array of " +
                            graph::to_string(layout.shape) + " " + graph::to_string(layout.type) + " needs " +
                            std::to_string(*count * size));
    }
    graph::TensorData data(layout.type, layout.shape);
    std::visit(
        [&]<class T>(std::vector<T>& to) {
            for (std::size_t i = 0; i < to.size(); ++i) {
                to[i] = element<T>(unsigned_at(bytes, i * size, size, layout.order));
            }
        },
        data.any());
    return data;
}

std::string encode_elements(const graph::TensorData& data) {
    static_assert(std::endian::native == std::endian::little, "elements are copied as they lie in memory");
    return std::visit(
        [](const auto& values) {
            std::string bytes(values.size() * sizeof values[0], '\0');
            if (!values.empty()) {
                std::memcpy(bytes.data(), values.data(), bytes.size());
            }
            return bytes;
        },
        data.any());
}

} // namespace lodestone::import
