// SPDX-License-Identifier: Apache-2.0
// The sheet and the script that every page carries.
#pragma once

namespace lodestone::page {

[[nodiscard]] const char* style();
[[nodiscard]] const char* script();

} // namespace lodestone::page
