// SPDX-License-Identifier: Apache-2.0
// Keeps one copy of equal arrays: cores of a network often share weights, thresholds and resets.
#pragma once

#include "arch/spiking_array/aligned_vector.hpp"

#include <cstddef>
#include <cstring>
#include <functional>
#include <memory>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>

namespace lodestone::spiking_array {

/// An array that several cores may share and none changes.
template <class T>
using SharedArray = std::shared_ptr<const AlignedVector<T>>;

/// Arrays of the same element type and the same bytes become one. Element types have no padding.
class ParameterPool {
public:
    template <class T>
    [[nodiscard]] SharedArray<T> intern(AlignedVector<T> values) {
        static_assert(std::has_unique_object_representations_v<T>);
        const std::string_view bytes(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
        const std::size_t hash = std::hash<std::string_view>{}(bytes) ^ sizeof(T);
        const auto [first, last] = arrays_.equal_range(hash);
        for (auto entry = first; entry != last; ++entry) {
            if (entry->second.bytes == bytes && entry->second.element_size == sizeof(T)) {
                return std::static_pointer_cast<const AlignedVector<T>>(entry->second.array);
            }
        }
        auto array = std::make_shared<const AlignedVector<T>>(std::move(values));
        const std::string_view kept(reinterpret_cast<const char*>(array->data()), array->size() * sizeof(T));
        arrays_.emplace(hash, Entry{.bytes = kept, .element_size = sizeof(T), .array = array});
        return array;
    }

private:
    struct Entry {
        std::string_view bytes;
        std::size_t element_size;
        std::shared_ptr<const void> array;
    };
    std::unordered_multimap<std::size_t, Entry> arrays_; // looked up only, never walked
};

} // namespace lodestone::spiking_array
