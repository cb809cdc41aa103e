// SPDX-License-Identifier: Apache-2.0
// Reads and writes placed cores with their inputs: recordings ("spiking-golden/1", plain or gzip) and programs.
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
    std::optional<std::uint64_t> ticks;         ///< length of the run; absent: until the array is silent
    std::optional<std::uint64_t> restart_every; ///< ticks after which each sample's run begins again from rest
    std::uint64_t samples = 0;                  ///< inferences of the run; 0: not known
    ExpectedSpikes expected;
};

/// Inputs by element: when an element of a frame is set, all its axons are.
struct InputFrames {
    std::vector<std::vector<isa::InputSpike>> axons; ///< by element; the tick is added to the frame's
    std::vector<std::vector<std::uint8_t>> frames;   ///< by tick: 0 or 1 by element
};

/// True for JSON text that says it is of one of the two formats; decides by content, without parsing.
[[nodiscard]] bool is_spiking_json(std::string_view text);

/// Reads a file and checks it against the machine. Throws UserError with every problem found (the first
/// `max_located_problems` of them with JSON path, line, column and byte offset).
[[nodiscard]] SpikingWorkload import_spiking_json(const std::filesystem::path& file,
                                                  const spec::SpikingArraySpec& machine);
/// The same for text in memory; `file` names it in messages.
[[nodiscard]] SpikingWorkload parse_spiking_json(std::string_view text, const std::string& file,
                                                 const spec::SpikingArraySpec& machine);

inline constexpr std::size_t max_located_problems = 20;

/// The workload as "lodestone.spiking/1": the form of recordings, and keys for everything else that a program may say.
/// Read back it is the same workload, without what was recorded. The inputs are those of the program and of `frames`.
[[nodiscard]] std::string spiking_json_text(const SpikingWorkload& workload, const InputFrames& frames = {});

} // namespace lodestone::import
