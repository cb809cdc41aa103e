// SPDX-License-Identifier: Apache-2.0
// Keys of run files for spiking arrays.
#include "apps/spiking_request.hpp"

#include "arch/spiking_array/simulate.hpp"

namespace lodestone::apps {

import::RecurrentNetwork read_recurrent(config::MapReader reader,
                                        const spec::SpikingArraySpec& machine){import::RecurrentNetwork network;
static_cast<void>(reader.required_choice("generator", std::vector<std::string>{"recurrent"}));
network.rate = reader.optional<Hertz>("rate", network.rate, {.max = machine.tick_rate});
const auto number = [&reader](const char* key, std::uint32_t fallback, std::int64_t max) {
    return static_cast<std::uint32_t>(reader.optional_uint(key, fallback, 0, static_cast<std::uint64_t>(max)));
};
network.synapses = number("synapses", network.synapses, machine.axons);
if (network.synapses % 2 != 0) {
    reader.problem("synapses", "is odd; half of the synapses excite and half inhibit");
}
network.longest_delay = number("longest_delay", network.longest_delay, machine.max_delay());
network.weight = number("weight", network.weight, machine.weight_range().max);
network.seed = reader.optional_uint("seed", network.seed, 0, ~std::uint32_t{0});
const GridShape mesh = machine.mesh();
network.cores = mesh;
if (auto cores = reader.optional_map("cores")) {
    network.cores.rows = static_cast<std::uint32_t>(cores->required_uint("rows", 1, mesh.rows));
    network.cores.cols = static_cast<std::uint32_t>(cores->required_uint("cols", 1, mesh.cols));
    cores->finish();
}
reader.finish();
return network;
} // namespace lodestone::apps

void read_spiking_options(config::MapReader& reader, SpikingRequest& request) {
    if (reader.has("ticks")) {
        request.ticks = reader.required_uint("ticks", 1, max_ticks);
    } else if (request.recurrent) {
        reader.problem("ticks", "is missing; a recurrent network does not fall silent by itself");
    }
    request.warm_up = reader.optional_uint("warm_up", request.warm_up, 0, max_ticks);
    request.threads = reader.optional_uint("threads", request.threads, 1, spiking_array::max_threads);
    request.data = spiking::read_sample_files(reader);
}

} // namespace lodestone::apps
