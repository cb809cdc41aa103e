// SPDX-License-Identifier: Apache-2.0
// A resolved configuration as text: for people, with the origin of every value, and for hashing, without any.
#pragma once

#include "sim/config/node.hpp"
#include "sim/config/read_log.hpp"

#include <string>

namespace lodestone::config {

/// YAML that loads to the same configuration; each value is followed by a comment that says where it was written
/// and what it replaced. With the log of the readers, defaults that stood in are listed and marked "# default".
[[nodiscard]] std::string explain(const Node& node, const ReadLog* log = nullptr);

/// The same text for every way of writing the same configuration: keys sorted, no places, no comments, no quotes
/// that do not matter. `content_hash(canonical_text(node))` is the configuration's hash.
[[nodiscard]] std::string canonical_text(const Node& node);

} // namespace lodestone::config
