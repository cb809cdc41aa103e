// SPDX-License-Identifier: Apache-2.0
// Encoders and decoders.
#include "mapping/spiking/coding.hpp"

#include <algorithm>
#include <cmath>
#include <random>

namespace lodestone::spiking {
namespace {

Frame thermometer(const std::vector<double>& levels, std::span<const float> values) {
    Frame frame;
    frame.reserve(values.size() * levels.size());
    for (const float value : values) {
        for (const double level : levels) {
            frame.push_back(static_cast<double>(value) >= level ? 1 : 0);
        }
    }
    return frame;
}

Frame even_rate(std::span<const float> values, std::uint32_t tick) {
    Frame frame;
    frame.reserve(values.size());
    for (const float value : values) {
        const double rate = std::clamp(static_cast<double>(value), 0.0, 1.0);
        frame.push_back(std::floor((tick + 1.0) * rate) > std::floor(tick * rate) ? 1 : 0);
    }
    return frame;
}

Frame random_rate(std::span<const float> values, std::mt19937_64& engine) {
    constexpr double full = 0x1p53; // a draw keeps as many bits as a double holds
    Frame frame;
    frame.reserve(values.size());
    for (const float value : values) {
        const double draw = static_cast<double>(engine() >> 11) / full;
        frame.push_back(draw < static_cast<double>(value) ? 1 : 0);
    }
    return frame;
}

} // namespace

std::vector<Frame> encode_sample(const Encoding& encoding, std::span<const float> values, std::uint64_t sample) {
    if (encoding.kind == EncodingKind::threshold) {
        return std::vector<Frame>(encoding.ticks, thermometer(encoding.levels, values));
    }
    std::seed_seq seeds{encoding.seed, sample};
    std::mt19937_64 engine(seeds);
    std::vector<Frame> frames;
    for (std::uint32_t tick = 0; tick < encoding.ticks; ++tick) {
        frames.push_back(encoding.spread == Spread::even ? even_rate(values, tick) : random_rate(values, engine));
    }
    return frames;
}

std::optional<std::uint32_t> decode(const Decoding& decoding,
                                    std::span<const std::vector<std::uint32_t>> outputs_by_tick) {
    std::vector<std::uint64_t> votes(decoding.classes);
    bool has_spike = false;
    for (const std::vector<std::uint32_t>& outputs : outputs_by_tick) {
        for (const std::uint32_t output : outputs) {
            ++votes[output % decoding.classes];
        }
        has_spike = has_spike || !outputs.empty();
        if (has_spike && decoding.kind == DecodingKind::first_spike) {
            break;
        }
    }
    if (!has_spike) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(std::ranges::max_element(votes) - votes.begin());
}

} // namespace lodestone::spiking
