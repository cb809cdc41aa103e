// SPDX-License-Identifier: Apache-2.0
// `lodestone run`, `compile` and `verify` on networks that classify samples.
#pragma once

#include "analysis/report/result.hpp"
#include "apps/arguments.hpp"
#include "apps/run_request.hpp"
#include "arch/isa/verify.hpp"

#include <filesystem>
#include <vector>

namespace lodestone::apps {

/// Compiles the network and runs every sample; its spikes are compared with nothing.
[[nodiscard]] report::Result simulate_sampled(const RunRequest& request);

/// Compiles the network, runs every sample spike by spike, compares each output spike and each class with the plain
/// rule, writes the result, prints tables or JSON. Returns the exit code: 4 when the array and the rule disagree though
/// no tick overran.
int run_sampled(const RunRequest& request, const Arguments& arguments);

/// Prints what each layer takes on the array, or of placed cores what there is; with `-o` writes the program, with the
/// samples that the network or the command line names, as spiking JSON that `run` and `verify` take.
int compile_sampled(const RunRequest& request, const Arguments& arguments);

/// The rules SPK-... that a network, or a program of placed cores, breaks on the machine.
[[nodiscard]] std::vector<isa::Violation> spiking_violations(const std::filesystem::path& file,
                                                             const spec::SpikingArraySpec& machine);

} // namespace lodestone::apps
