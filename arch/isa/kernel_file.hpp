// SPDX-License-Identifier: Apache-2.0
// JSON of kernels and epilogue steps, shared by the program reader and writer.
#pragma once

#include "arch/isa/json_object.hpp"
#include "arch/isa/kernel.hpp"

namespace lodestone::isa {

[[nodiscard]] nlohmann::ordered_json kernel_json(const Kernel& kernel);
[[nodiscard]] Kernel parse_kernel(JsonObject object);
[[nodiscard]] nlohmann::ordered_json epilogue_json(const EpilogueStep& step);
[[nodiscard]] EpilogueStep parse_epilogue(JsonObject object);

} // namespace lodestone::isa
