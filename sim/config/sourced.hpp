// SPDX-License-Identifier: Apache-2.0
// Constants of the world carry where they come from and how sure they are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lodestone::config {

/// How a constant came to be known; `assumed` is the weakest: nobody measured, published or derived it.
enum class Status { measured, published, derived, estimated, calibrated, assumed };
[[nodiscard]] const std::vector<std::string>& status_names();
[[nodiscard]] std::string to_string(Status status);

/// Paper, data sheet or run of a tool that a constant was taken from.
struct Source {
    std::string source;
    Status status = Status::assumed;
};

/// A value with its source: `{value: 0.64 pJ, source: "...", status: published}`.
template <class T>
struct Sourced {
    T value{};
    std::string source;
    Status status = Status::assumed;
};

} // namespace lodestone::config
