// SPDX-License-Identifier: Apache-2.0
// Whether a spiking program fits a machine: sizes, number ranges, places in the mesh.
#pragma once

#include "arch/isa/spiking_program.hpp"
#include "arch/spec/spiking_array.hpp"
#include "sim/base/diagnostics.hpp"

namespace lodestone::spiking_array {

/// Everything of the program that the machine cannot hold, with paths like "cores[3].neurons[7].weights[2]".
[[nodiscard]] Problems verify_program(const isa::SpikingProgram& program, const spec::SpikingArraySpec& spec);

} // namespace lodestone::spiking_array
