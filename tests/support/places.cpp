// SPDX-License-Identifier: Apache-2.0
// The paths that CMake knows; compiled alone.
#include "tests/support/places.hpp"

namespace lodestone::tests {

std::string source_folder() {
    return LODESTONE_SOURCE_DIR;
}

std::string binary_folder() {
    return LODESTONE_BINARY_DIR;
}

} // namespace lodestone::tests
