// SPDX-License-Identifier: Apache-2.0
// Everything that a reader may ask for, found by letting it read nothing along each of its ways.
#pragma once

#include "sim/config/node.hpp"
#include "sim/config/probe.hpp"
#include "sim/config/read_log.hpp"

#include <functional>

namespace lodestone::config {

/// A reader of a whole file. It may throw UserError.
using FileReader = std::function<void(const Node& root, Problems& problems, ReadLog* log)>;

/// Runs `read` once with the first way at every fork, then each fork's other ways. A way that changes nothing but the
/// value itself adds a form to it; a way that changes other keys makes cases of the smallest map that holds the value
/// and all those keys. All this with the smallest and with the largest numbers: where limits depend on other values,
/// the widest are declared. `answers`: for readers that compute with what they read; they are not run with largest
/// numbers.
[[nodiscard]] Declaration declare(const FileReader& read, const Answers& answers = {});

} // namespace lodestone::config
