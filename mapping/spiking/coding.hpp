// SPDX-License-Identifier: Apache-2.0
// Numbers to spikes and spikes to classes: threshold and rate encoders; spike-count and first-spike decoders.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace lodestone::spiking {

/// How a value becomes spikes of the ticks that its sample is offered.
enum class EncodingKind : std::uint8_t {
    threshold, ///< one input element per level, which spikes in every tick if value >= level (thermometer code)
    rate       ///< one input element, which spikes in value x ticks of the ticks
};

/// Where the spikes of a rate lie.
enum class Spread : std::uint8_t {
    even,  ///< as far apart as possible: in tick t if floor((t + 1) v) > floor(t v)
    random ///< each tick with probability v, from `seed` and the sample's number
};

struct Encoding {
    EncodingKind kind = EncodingKind::threshold;
    std::vector<double> levels{0.5}; ///< of `threshold`, 0 to 1
    std::uint32_t ticks = 1;         ///< of one sample; 1: an image per tick
    Spread spread = Spread::even;    ///< of `rate`
    std::uint64_t seed = 1;          ///< of `random`

    /// Input elements of one value.
    [[nodiscard]] std::size_t elements_per_value() const { return kind == EncodingKind::threshold ? levels.size() : 1; }
};

/// What the inputs are in one tick: 0 or 1 by element.
using Frame = std::vector<std::uint8_t>;

/// The frames of sample number `sample`, one per tick. Values are 0 to 1, those outside count as the nearer end; value
/// v has the elements from v x elements_per_value() on.
[[nodiscard]] std::vector<Frame> encode_sample(const Encoding& encoding, std::span<const float> values,
                                               std::uint64_t sample);

enum class DecodingKind : std::uint8_t {
    count,      ///< the class with most spikes
    first_spike ///< the class with most spikes in the first tick that has any
};

/// Output o votes for class o mod `classes`; of equal classes the lowest wins.
struct Decoding {
    DecodingKind kind = DecodingKind::count;
    std::uint32_t classes = 0;
};

/// The class of a sample from its output spikes, tick by tick; none when there are no spikes.
[[nodiscard]] std::optional<std::uint32_t> decode(const Decoding& decoding,
                                                  std::span<const std::vector<std::uint32_t>> outputs_by_tick);

} // namespace lodestone::spiking
