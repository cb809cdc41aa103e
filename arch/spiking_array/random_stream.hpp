// SPDX-License-Identifier: Apache-2.0
// The pseudo-random generator of one core: 64-bit xorshift with a multiplied output, seeded from run seed and core.
#pragma once

#include <cstdint>

namespace lodestone::spiking_array {

/// The chip's polynomial is not published; what is modelled is its place (one per core, draws in row order) and the
/// even distribution of its draws. Generator: Vigna, "An experimental exploration of Marsaglia's xorshift generators".
class RandomStream {
public:
    RandomStream(std::uint64_t seed, std::uint64_t core) : state_(scramble(seed ^ scramble(core + 1))) {
        if (state_ == 0) {
            state_ = 1; // the all-zero state never changes
        }
    }

    /// A draw of `bits` bits, 0..32.
    [[nodiscard]] std::uint32_t draw(std::uint32_t bits) {
        state_ ^= state_ >> 12;
        state_ ^= state_ << 25;
        state_ ^= state_ >> 27;
        const std::uint64_t output = state_ * 0x2545F4914F6CDD1DULL;
        return bits == 0 ? 0 : static_cast<std::uint32_t>(output >> (64 - bits));
    }

private:
    /// The finaliser of splitmix64: neighbouring seeds and cores give unrelated states.
    static constexpr std::uint64_t scramble(std::uint64_t x) {
        x += 0x9E3779B97F4A7C15ULL;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
        return x ^ (x >> 31);
    }

    std::uint64_t state_;
};

} // namespace lodestone::spiking_array
