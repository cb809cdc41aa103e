// SPDX-License-Identifier: Apache-2.0
// Program files: a program as JSON text and back, schema lodestone.program/1.
#pragma once

#include "arch/isa/program.hpp"
#include "sim/base/diagnostics.hpp"

#include <string>
#include <string_view>

namespace lodestone::isa {

/// The program as JSON, one phase, tensor, buffer or constant per line. Parameter values are not part of the file:
/// a program that was read back can be verified and timed, not run on data.
[[nodiscard]] std::string program_text(const Program& program);

/// Reads what program_text wrote, or what a user edited. Every problem is reported as `file: path: message`; the
/// result is meaningful only without errors. Indices (tensors, buffers, constants) are checked to exist.
[[nodiscard]] Program parse_program(std::string_view text, const std::string& file, Problems& problems);

} // namespace lodestone::isa
