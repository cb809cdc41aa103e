// SPDX-License-Identifier: Apache-2.0
// Text of a spiking workload: unpacked from gzip, and the place of any value of a JSON text.
#pragma once

#include "sim/base/diagnostics.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace lodestone::import {

/// One step of the way to a JSON value: into a key of an object, or into an item of a list. Steps live on the stack
/// of the reader and point to the step before; the first one has no parent and stands for the document.
struct JsonStep {
    const JsonStep* parent = nullptr;
    const char* key = nullptr; ///< nullptr: `index` counts
    std::size_t index = 0;

    [[nodiscard]] JsonStep to(const char* name) const { return {.parent = this, .key = name}; }
    [[nodiscard]] JsonStep at(std::size_t item) const { return {.parent = this, .index = item}; }
};

/// "cores[3].neurons[7].weights[2]"
[[nodiscard]] std::string path_of(const JsonStep& step);

/// Offset of the first byte of the value in valid JSON text; of the nearest value around it when it is not there.
[[nodiscard]] std::size_t offset_of(std::string_view text, const JsonStep& step);

/// Line and column (from 1) of a byte offset.
[[nodiscard]] Location location_of(std::string_view text, std::size_t offset, const std::string& file);

/// `content` itself, or what it unpacks to when it is gzip. Throws UserError that names `file` when the archive is
/// damaged, cut off, or unpacks to more than `max_unpacked_bytes`.
[[nodiscard]] std::string unpacked(std::string content, const std::string& file);
inline constexpr std::size_t max_unpacked_bytes = std::size_t{2} << 30;

} // namespace lodestone::import
