// SPDX-License-Identifier: Apache-2.0
// Writes a spiking program as "spiking-golden/1".
#include "sim/base/error.hpp"
#include "workloads/import/spiking_json.hpp"

#include <nlohmann/json.hpp>

namespace lodestone::import {
namespace {

using Json = nlohmann::ordered_json;

/// True when the format has words for all that the neuron does.
bool can_say(const isa::SpikingNeuron& neuron) {
    const std::int32_t floor = neuron.saturate_at_floor ? neuron.negative_threshold : neuron.negative_reset;
    const bool has_floor = neuron.reset_mode == isa::ResetMode::absolute
                               ? floor == neuron.reset
                               : neuron.reset_mode == isa::ResetMode::linear && !neuron.saturate_at_floor;
    return has_floor && neuron.stochastic_weights == 0 && neuron.threshold_mask_bits == 0 &&
           !neuron.leak_follows_sign && !neuron.stochastic_leak && neuron.destination.connected;
}

Json neuron_json(const isa::SpikingNeuron& neuron) {
    const isa::SpikeDestination& to = neuron.destination;
    return {{"v", neuron.potential},
            {"reset", neuron.reset},
            {"weights", neuron.weights},
            {"leak", neuron.leak},
            {"pos_threshold", neuron.positive_threshold},
            {"neg_threshold", neuron.negative_threshold},
            {"reset_mode", neuron.reset_mode == isa::ResetMode::absolute ? 0 : 1},
            {"dx", to.dx},
            {"dy", to.dy},
            {"axon", to.axon},
            {"delay", to.delay}};
}

/// Two digits make a byte, byte 0 bit 0 is axon 0.
std::string row_text(std::span<const std::uint64_t> row, std::uint32_t axons) {
    constexpr const char* digits = "0123456789abcdef";
    std::string text;
    for (std::uint32_t axon = 0; axon < axons; axon += 8) {
        const auto byte = static_cast<unsigned>(row[axon / 64] >> (axon % 64) & 0xffU);
        text += digits[byte >> 4];
        text += digits[byte & 0xfU];
    }
    return text;
}

Json core_json(const isa::SpikingProgram& program, const isa::SpikingCoreProgram& core, std::size_t index) {
    Json rows = Json::array();
    Json neurons = Json::array();
    for (std::size_t j = 0; j < core.neurons.size(); ++j) {
        if (!can_say(core.neurons[j])) {
            throw UserError("neuron " + std::to_string(j) + " of core " + std::to_string(index) + " of " +
                            program.name + " has a mode that spiking JSON cannot say");
        }
        rows.push_back(row_text(isa::synapse_row(program, core, j), program.axons));
        neurons.push_back(neuron_json(core.neurons[j]));
    }
    return {{"x", core.x}, {"y", core.y}, {"axon_types", core.types}, {"synapse_rows_hex", rows}, {"neurons", neurons}};
}

} // namespace

std::string spiking_json_text(const isa::SpikingProgram& program) {
    Json json = {{"format", "spiking-golden/1"},
                 {"axons", program.axons},
                 {"neurons", program.neurons},
                 {"grid", {program.columns, program.rows}},
                 {"negative_threshold_inclusive", program.floor_is_inclusive}};
    if (program.output_bus) {
        json["output_bus"] = {{"coordinates", {program.output_bus->x, program.output_bus->y}},
                              {"num_outputs", program.output_bus->outputs}};
    }
    json["input_packets"] = Json::array();
    for (const isa::InputSpike& spike : program.inputs) {
        json["input_packets"].push_back({spike.tick, spike.x, spike.y, spike.axon, spike.delay});
    }
    json["cores"] = Json::array();
    for (std::size_t i = 0; i < program.cores.size(); ++i) {
        json["cores"].push_back(core_json(program, program.cores[i], i));
    }
    return json.dump() + "\n";
}

} // namespace lodestone::import
