// SPDX-License-Identifier: Apache-2.0
// Imports spiking networks with their recorded spikes: JSON of format "spiking-golden/1", plain or gzip.
#pragma once

#include "arch/isa/spiking_program.hpp"
#include "arch/spec/spiking_array.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lodestone::import {

/// What a recording says the output bus shows.
struct ExpectedSpikes {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> spikes; ///< (row, output), the whole run
    std::vector<std::vector<std::uint32_t>> outputs_per_image;   ///< outputs that spike, by image; row not given
};

struct SpikingWorkload {
    isa::SpikingProgram program;
    std::optional<std::uint64_t> ticks; ///< length of the run; absent: until the array is silent
    ExpectedSpikes expected;
};

/// True for JSON text that says it is of this format; decides by content, without parsing.
[[nodiscard]] bool is_spiking_json(std::string_view text);

/// Reads a file and checks it against the machine. Throws UserError with every problem found (the first
/// `max_located_problems` of them with JSON path, line, column and byte offset).
[[nodiscard]] SpikingWorkload import_spiking_json(const std::filesystem::path& file,
                                                  const spec::SpikingArraySpec& machine);
/// The same for text in memory; `file` names it in messages.
[[nodiscard]] SpikingWorkload parse_spiking_json(std::string_view text, const std::string& file,
                                                 const spec::SpikingArraySpec& machine);

inline constexpr std::size_t max_located_problems = 20;

/// The program in this format, without recording; read back it is the same program. Throws UserError when it uses what
/// the format cannot say: stochastic modes, leaks that follow the sign, reset to the floor other than `reset`, neurons
/// without destination.
[[nodiscard]] std::string spiking_json_text(const isa::SpikingProgram& program);

} // namespace lodestone::import
