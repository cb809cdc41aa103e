// SPDX-License-Identifier: Apache-2.0
// Where the repository and the build are.
#pragma once

#include <string>

namespace lodestone::tests {

/// The absolute path of the repository. A function, so that only one object differs between clones and ccache has the
/// others.
[[nodiscard]] std::string source_folder();

/// The absolute path of the build: `bin/lodestone` is in it.
[[nodiscard]] std::string binary_folder();

} // namespace lodestone::tests
