// SPDX-License-Identifier: Apache-2.0
// Spiking JSON as tools of other makers write it, its packing, and its meaning in plain words: no cores of ours.
#pragma once

#include "arch/isa/spiking_program.hpp"
#include "tests/support/random_spiking.hpp"

#include <nlohmann/json.hpp>
#include <zlib.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace lodestone::tests {

using Json = nlohmann::json;

/// A hexadecimal row as long as it must be, or as all axons; digits of either case.
inline std::string hex_row(std::span<const std::uint64_t> row, std::uint32_t axons, SpikingDraws& draw) {
    const char* digits = draw.chance(50) ? "0123456789abcdef" : "0123456789ABCDEF";
    std::string text;
    for (std::size_t byte = 0; byte < (axons + 7) / 8; ++byte) {
        const auto value = static_cast<unsigned>((row[byte / 8] >> (byte % 8 * 8)) & 0xFFU);
        text += digits[value / 16];
        text += digits[value % 16];
    }
    while (draw.chance(20) && text.ends_with("00")) {
        text.resize(text.size() - 2);
    }
    return text;
}

/// The program as a file of format spiking-golden/1 of `ticks` ticks, without the recorded spikes.
inline Json golden_json(const isa::SpikingProgram& program, std::uint64_t ticks, SpikingDraws& draw) {
    Json json = {{"format", "spiking-golden/1"},
                 {"note", "drawn"},
                 {"axons", program.axons},
                 {"neurons", program.neurons},
                 {"grid", {program.columns, program.rows}},
                 {"negative_threshold_inclusive", program.floor_is_inclusive},
                 {"output_bus",
                  {{"coordinates", {program.output_bus->x, program.output_bus->y}},
                   {"num_outputs", program.output_bus->outputs}}},
                 {"input_packets", Json::array()},
                 {"cores", Json::array()},
                 {"expected", {{"ticks", ticks}, {"spikes_tick_output", Json::array()}}}};
    for (const isa::InputSpike& spike : program.inputs) {
        json["input_packets"].push_back({spike.tick, spike.x, spike.y, spike.axon, spike.delay});
    }
    for (const isa::SpikingCoreProgram& core : program.cores) {
        Json item = {{"x", core.x},
                     {"y", core.y},
                     {"axon_types", core.types},
                     {"synapse_rows_hex", Json::array()},
                     {"neurons", Json::array()}};
        for (std::size_t j = 0; j < core.neurons.size(); ++j) {
            const isa::SpikingNeuron& n = core.neurons[j];
            item["synapse_rows_hex"].push_back(hex_row(isa::synapse_row(program, core, j), program.axons, draw));
            item["neurons"].push_back({{"v", n.potential},
                                       {"reset", n.reset},
                                       {"weights", n.weights},
                                       {"leak", n.leak},
                                       {"pos_threshold", n.positive_threshold},
                                       {"neg_threshold", n.negative_threshold},
                                       {"reset_mode", n.reset_mode == isa::ResetMode::absolute ? 0 : 1},
                                       {"dx", n.destination.dx},
                                       {"dy", n.destination.dy},
                                       {"axon", n.destination.axon},
                                       {"delay", n.destination.delay}});
        }
        if (draw.chance(30) && core.neurons.size() < program.neurons) { // rows of neurons that do not exist
            item["synapse_rows_hex"].push_back("ff");
        }
        json["cores"].push_back(std::move(item));
    }
    return json;
}

/// Potentials have 20 bits.
inline long kept(long v) {
    constexpr long limit = 1L << 19;
    return std::clamp(v, -limit, limit - 1);
}

/// (row, output) of a file, by the rules of the format alone: axon by axon, tick by tick.
inline std::set<std::pair<std::uint64_t, std::uint32_t>> plain_run(const Json& file, std::uint64_t ticks) {
    using Place = std::pair<int, int>;
    using Axon = std::tuple<int, int, int>;
    std::map<std::uint64_t, std::set<Axon>> active; // by tick
    for (const Json& p : file["input_packets"]) {
        active[p[0].get<std::uint64_t>() + p[4].get<std::uint64_t>()].insert(
            Axon(p[1].get<int>(), p[2].get<int>(), p[3].get<int>()));
    }
    const Place bus{file["output_bus"]["coordinates"][0], file["output_bus"]["coordinates"][1]};
    const bool inclusive = file["negative_threshold_inclusive"];
    std::map<Axon, long> potential; // of a neuron, by place and number
    std::set<std::pair<std::uint64_t, std::uint32_t>> shown;
    for (std::uint64_t tick = 0; tick < ticks; ++tick) {
        for (const Json& core : file["cores"]) {
            const Place at{core["x"], core["y"]};
            const Json& types = core["axon_types"];
            for (std::size_t j = 0; j < core["neurons"].size(); ++j) {
                const Json& n = core["neurons"][j];
                const std::string row = core["synapse_rows_hex"][j];
                long& v = potential.try_emplace({at.first, at.second, static_cast<int>(j)}, n["v"]).first->second;
                for (const auto& [x, y, axon] : active[tick]) {
                    const auto byte = static_cast<std::size_t>(axon / 8);
                    if (Place(x, y) != at || 2 * byte + 1 >= row.size()) {
                        continue;
                    }
                    const int bits = std::stoi(row.substr(2 * byte, 2), nullptr, 16);
                    if (((bits >> (axon % 8)) & 1) != 0) {
                        const auto a = static_cast<std::size_t>(axon);
                        v += n["weights"][a < types.size() ? types[a].get<std::size_t>() : 0].get<long>();
                    }
                }
                v = kept(kept(v) + n["leak"].get<long>());
                const long up = n["pos_threshold"];
                const long down = n["neg_threshold"];
                const bool is_linear = n["reset_mode"] == 1;
                if (v >= up) {
                    v = is_linear ? v - up : n["reset"].get<long>();
                    const Place to{at.first + n["dx"].get<int>(), at.second + n["dy"].get<int>()};
                    if (to == bus) {
                        shown.emplace(tick + 1, n["axon"].get<std::uint32_t>());
                    } else {
                        active[tick + 1 + n["delay"].get<std::uint64_t>()].insert(
                            Axon(to.first, to.second, n["axon"].get<int>()));
                    }
                } else if (v < down || (inclusive && v == down)) {
                    v = is_linear ? v - down : n["reset"].get<long>();
                }
                v = kept(v);
            }
        }
        active.erase(tick);
    }
    return shown;
}

inline std::string gzip(const std::string& text) {
    z_stream stream{};
    constexpr int gzip_window = 15 + 16; // zlib: + 16 writes gzip
    constexpr int memory = 8;
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window, memory, Z_DEFAULT_STRATEGY) != Z_OK) {
        throw std::runtime_error("zlib does not start");
    }
    std::string packed(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    const int done = deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    if (done != Z_STREAM_END) {
        throw std::runtime_error("zlib does not end");
    }
    return packed;
}

} // namespace lodestone::tests
