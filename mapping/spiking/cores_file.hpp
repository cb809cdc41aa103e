// SPDX-License-Identifier: Apache-2.0
// Reads networks written by hand as placed cores: YAML with axon types, synapses, neurons, destinations and inputs.
#pragma once

#include "arch/isa/spiking_program.hpp"
#include "arch/spec/spiking_array.hpp"
#include "sim/config/map_reader.hpp"

#include <cstdint>
#include <optional>

namespace lodestone::spiking {

inline constexpr const char* cores_file_kind = "spiking_cores";

struct CoresFile {
    isa::SpikingProgram program;
    std::optional<std::uint64_t> ticks; ///< length of the run; absent: until the array is silent
};

/// Keys `kind: spiking_cores`, `axons`, `neurons`, `grid`, `floor_is_inclusive`, `ticks`, `output_bus`, `neuron_types`,
/// `cores` (by name) and `input_spikes`; docs/spiking_networks.md shows them. Each value outside the machine's limits
/// is reported at its line and column.
[[nodiscard]] CoresFile read_cores_file(config::MapReader& reader, const spec::SpikingArraySpec& machine);

} // namespace lodestone::spiking
