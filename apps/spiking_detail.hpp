// SPDX-License-Identifier: Apache-2.0
// What a spiking run recorded of its cores, links and neurons, in the terms of the result file.
#pragma once

#include "analysis/report/detail.hpp"
#include "arch/spec/spiking_array.hpp"
#include "arch/spiking_array/simulate.hpp"

namespace lodestone::apps {

/// Of a run that recorded its spikes. `warm_up` ticks are part of the recording, but not of the counts.
[[nodiscard]] report::SpikingDetail spiking_detail(const spiking_array::SpikingResult& found,
                                                   const spec::SpikingArraySpec& machine, std::uint64_t warm_up);

} // namespace lodestone::apps
