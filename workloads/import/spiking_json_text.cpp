// SPDX-License-Identifier: Apache-2.0
// Writes a spiking program as "lodestone.spiking/1".
#include "workloads/import/spiking_json.hpp"

#include <nlohmann/json.hpp>

namespace lodestone::import {
namespace {

using Json = nlohmann::ordered_json;

Json neuron_json(const isa::SpikingNeuron& neuron) {
    const isa::SpikeDestination& to = neuron.destination;
    Json json = {{"v", neuron.potential},
                 {"reset", neuron.reset},
                 {"weights", neuron.weights},
                 {"leak", neuron.leak},
                 {"pos_threshold", neuron.positive_threshold},
                 {"neg_threshold", neuron.negative_threshold},
                 {"reset_mode", static_cast<int>(neuron.reset_mode)},
                 {"dx", to.connected ? to.dx : 0},
                 {"dy", to.connected ? to.dy : 0},
                 {"axon", to.connected ? to.axon : 0},
                 {"delay", to.connected ? to.delay : 0}};
    const auto add = [&json](const char* key, auto value, auto usual) {
        if (value != usual) {
            json[key] = value;
        }
    };
    add("negative_reset", neuron.negative_reset, neuron.reset);
    add("stochastic_weights", neuron.stochastic_weights, 0);
    add("stochastic_leak", neuron.stochastic_leak, false);
    add("leak_follows_sign", neuron.leak_follows_sign, false);
    add("threshold_mask_bits", neuron.threshold_mask_bits, 0);
    add("saturate_at_floor", neuron.saturate_at_floor, false);
    add("connected", to.connected, true);
    return json;
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

Json core_json(const isa::SpikingProgram& program, const isa::SpikingCoreProgram& core) {
    Json rows = Json::array();
    Json neurons = Json::array();
    for (std::size_t j = 0; j < core.neurons.size(); ++j) {
        rows.push_back(row_text(isa::synapse_row(program, core, j), program.axons));
        neurons.push_back(neuron_json(core.neurons[j]));
    }
    return {{"x", core.x}, {"y", core.y}, {"axon_types", core.types}, {"synapse_rows_hex", rows}, {"neurons", neurons}};
}

Json input_json(const isa::InputSpike& spike) {
    return {spike.tick, spike.x, spike.y, spike.axon, spike.delay};
}

std::string frame_text(const std::vector<std::uint8_t>& frame) {
    std::vector<std::uint64_t> words((frame.size() + 63) / 64);
    for (std::size_t i = 0; i < frame.size(); ++i) {
        words[i / 64] |= std::uint64_t{frame[i]} << (i % 64);
    }
    return row_text(words, static_cast<std::uint32_t>(frame.size()));
}

void add_frames(const InputFrames& frames, Json& json) {
    json["input_axons"] = Json::array();
    for (const auto& axons : frames.axons) {
        Json& list = json["input_axons"].emplace_back(Json::array());
        for (const isa::InputSpike& spike : axons) {
            list.push_back(input_json(spike));
        }
    }
    json["input_frames"] = Json::array();
    for (const auto& frame : frames.frames) {
        json["input_frames"].push_back(frame_text(frame));
    }
}

} // namespace

std::string spiking_json_text(const SpikingWorkload& workload, const InputFrames& frames) {
    const isa::SpikingProgram& program = workload.program;
    Json json = {{"format", "lodestone.spiking/1"},
                 {"axons", program.axons},
                 {"neurons", program.neurons},
                 {"grid", {program.columns, program.rows}},
                 {"negative_threshold_inclusive", program.floor_is_inclusive}};
    if (workload.ticks) {
        json["ticks"] = *workload.ticks;
    }
    if (workload.restart_every) {
        json["restart_every"] = *workload.restart_every;
    }
    if (workload.samples != 0) {
        json["samples"] = workload.samples;
    }
    if (program.output_bus) {
        json["output_bus"] = {{"coordinates", {program.output_bus->x, program.output_bus->y}},
                              {"num_outputs", program.output_bus->outputs}};
    }
    json["input_packets"] = Json::array();
    for (const isa::InputSpike& spike : program.inputs) {
        json["input_packets"].push_back(input_json(spike));
    }
    if (!frames.frames.empty()) {
        add_frames(frames, json);
    }
    json["cores"] = Json::array();
    for (const isa::SpikingCoreProgram& core : program.cores) {
        json["cores"].push_back(core_json(program, core));
    }
    return json.dump() + "\n";
}

} // namespace lodestone::import
