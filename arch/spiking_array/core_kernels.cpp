// SPDX-License-Identifier: Apache-2.0
// The portable tick kernel, the same code compiled for AVX2, and one with AVX-512 masks.
#include "arch/spiking_array/core_kernels.hpp"

#include <algorithm>
#include <array>
#include <vector>

#if defined(__x86_64__) && defined(__GNUC__)
#define LODESTONE_X86_KERNELS 1
// GCC 12 takes the deliberately undefined registers inside its own AVX-512 header for a mistake (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#include <immintrin.h>
#endif

namespace lodestone::spiking_array {

namespace {

using Block = std::array<std::int32_t, lanes_per_block>;

[[gnu::always_inline]] inline void add_synapses(Block& v, std::span<const ActiveAxon> axons, std::size_t block) {
    for (const ActiveAxon& axon : axons) {
        const std::int16_t* weights = axon.weights + block * lanes_per_block;
        const std::uint64_t bits = axon.column[block];
        for (std::uint32_t half = 0; half < 2; ++half) {
            const auto mask = static_cast<std::uint32_t>(bits >> (32 * half));
            for (std::uint32_t lane = 0; lane < 32; ++lane) {
                const auto selected = -static_cast<std::int32_t>((mask >> lane) & 1U);
                v[32 * half + lane] += weights[32 * half + lane] & selected;
            }
        }
    }
}

/// Leak times the sign of V; a step over zero ends at zero.
[[gnu::always_inline]] inline std::int32_t follow_sign(std::int32_t v, std::int32_t leak) {
    const std::int32_t sign = (v > 0) - (v < 0);
    const std::int32_t magnitude = std::max(v * sign + leak * (sign * sign), 0);
    return magnitude * sign;
}

[[gnu::always_inline]] inline void tick_generic(const NeuronLanes& lanes, std::span<const ActiveAxon> axons,
                                                std::uint64_t* fired, std::uint64_t* sunk) {
    for (std::size_t block = 0; block < lanes.blocks; ++block) {
        const std::size_t first = block * lanes_per_block;
        Block v;
        std::copy_n(lanes.potential + first, lanes_per_block, v.begin());
        add_synapses(v, axons, block);
        const std::int16_t* leak = lanes.leak + first;
        const std::uint64_t sign_bits = lanes.leak_follows_sign[block];
        if (sign_bits == 0) {
            for (std::size_t lane = 0; lane < lanes_per_block; ++lane) {
                v[lane] = std::clamp(v[lane], lanes.lowest, lanes.highest) + leak[lane];
            }
        } else {
            for (std::size_t lane = 0; lane < lanes_per_block; ++lane) {
                const std::int32_t before = std::clamp(v[lane], lanes.lowest, lanes.highest);
                const auto follows = -static_cast<std::int32_t>((sign_bits >> lane) & 1U);
                v[lane] = (follow_sign(before, leak[lane]) & follows) | ((before + leak[lane]) & ~follows);
            }
        }
        std::array<std::uint8_t, lanes_per_block> up;
        std::array<std::uint8_t, lanes_per_block> down;
        for (std::size_t lane = 0; lane < lanes_per_block; ++lane) {
            const std::int32_t after = std::clamp(v[lane], lanes.lowest, lanes.highest);
            lanes.potential[first + lane] = after;
            up[lane] = static_cast<std::uint8_t>(after >= lanes.threshold[first + lane]);
            down[lane] = static_cast<std::uint8_t>(after < lanes.floor[first + lane]);
        }
        std::uint64_t up_bits = 0;
        std::uint64_t down_bits = 0;
        for (std::size_t lane = 0; lane < lanes_per_block; ++lane) {
            up_bits |= std::uint64_t{up[lane]} << lane;
            down_bits |= std::uint64_t{down[lane]} << lane;
        }
        fired[block] = up_bits;
        sunk[block] = down_bits & ~up_bits;
    }
}

void tick_portable(const NeuronLanes& lanes, std::span<const ActiveAxon> axons, std::uint64_t* fired,
                   std::uint64_t* sunk) {
    tick_generic(lanes, axons, fired, sunk);
}

#ifdef LODESTONE_X86_KERNELS

[[gnu::target("avx2,bmi2")]] void tick_avx2(const NeuronLanes& lanes, std::span<const ActiveAxon> axons,
                                            std::uint64_t* fired, std::uint64_t* sunk) {
    tick_generic(lanes, axons, fired, sunk);
}

#define LODESTONE_AVX512 gnu::target("avx512f,avx512bw,avx512vl,avx512dq")

[[LODESTONE_AVX512]] void tick_avx512(const NeuronLanes& lanes, std::span<const ActiveAxon> axons, std::uint64_t* fired,
                                      std::uint64_t* sunk) {
    constexpr std::size_t width = 16; // 32-bit lanes of a register
    const __m512i lowest = _mm512_set1_epi32(lanes.lowest);
    const __m512i highest = _mm512_set1_epi32(lanes.highest);
    const __m512i zero = _mm512_setzero_si512();
    for (std::size_t block = 0; block < lanes.blocks; ++block) {
        std::uint64_t up_bits = 0;
        std::uint64_t down_bits = 0;
        const std::uint64_t sign_bits = lanes.leak_follows_sign[block];
        for (std::size_t part = 0; part < lanes_per_block / width; ++part) {
            const std::size_t first = block * lanes_per_block + part * width;
            __m512i v = _mm512_load_si512(lanes.potential + first);
            for (const ActiveAxon& axon : axons) {
                const auto synapses = static_cast<__mmask16>(axon.column[block] >> (part * width));
                const __m512i weights =
                    _mm512_cvtepi16_epi32(_mm256_load_si256(reinterpret_cast<const __m256i*>(axon.weights + first)));
                v = _mm512_mask_add_epi32(v, synapses, v, weights);
            }
            v = _mm512_min_epi32(_mm512_max_epi32(v, lowest), highest);
            const __m512i leak =
                _mm512_cvtepi16_epi32(_mm256_load_si256(reinterpret_cast<const __m256i*>(lanes.leak + first)));
            __m512i after = _mm512_add_epi32(v, leak);
            const auto follows = static_cast<__mmask16>(sign_bits >> (part * width));
            if (follows != 0) {
                const __mmask16 positive = _mm512_cmpgt_epi32_mask(v, zero);
                const __mmask16 negative = _mm512_cmplt_epi32_mask(v, zero);
                const __m512i up = _mm512_max_epi32(after, zero);
                const __m512i down = _mm512_min_epi32(_mm512_sub_epi32(v, leak), zero);
                __m512i signed_leak = _mm512_maskz_mov_epi32(positive, up);
                signed_leak = _mm512_mask_mov_epi32(signed_leak, negative, down);
                after = _mm512_mask_mov_epi32(after, follows, signed_leak);
            }
            after = _mm512_min_epi32(_mm512_max_epi32(after, lowest), highest);
            _mm512_store_si512(lanes.potential + first, after);
            const auto up = _mm512_cmpge_epi32_mask(after, _mm512_load_si512(lanes.threshold + first));
            const auto down = _mm512_cmplt_epi32_mask(after, _mm512_load_si512(lanes.floor + first));
            up_bits |= std::uint64_t{up} << (part * width);
            down_bits |= std::uint64_t{down} << (part * width);
        }
        fired[block] = up_bits;
        sunk[block] = down_bits & ~up_bits;
    }
}

#endif

std::vector<NamedKernel> usable_kernels() {
    std::vector<NamedKernel> kernels;
#ifdef LODESTONE_X86_KERNELS
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq")) {
        kernels.push_back({"avx512", tick_avx512});
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) {
        kernels.push_back({"avx2", tick_avx2});
    }
#endif
    kernels.push_back({"portable", tick_portable});
    return kernels;
}

} // namespace

std::span<const NamedKernel> tick_kernels() {
    static const std::vector<NamedKernel> kernels = usable_kernels();
    return kernels;
}

} // namespace lodestone::spiking_array
