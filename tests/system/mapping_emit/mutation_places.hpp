// SPDX-License-Identifier: Apache-2.0
// Random places of a program, for the changes that damage it there. Numbers are drawn from the engine itself: the same
// on every library.
#pragma once

#include "tests/system/mapping_emit/mutations.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <variant>
#include <vector>

namespace lodestone::test {

using isa::Buffer;
using isa::BufferKind;
using isa::ConvKernel;
using isa::EpilogueOp;
using isa::Gather;
using isa::Phase;
using isa::Program;
using Random = std::mt19937;

inline std::uint32_t below(Random& random, std::size_t limit) {
    return static_cast<std::uint32_t>(random() % limit);
}

/// A random item that satisfies `good`, or null.
template <class Item, class Good>
Item* pick(std::vector<Item>& items, Random& random, Good good) {
    std::vector<Item*> candidates;
    for (Item& item : items) {
        if (good(item)) {
            candidates.push_back(&item);
        }
    }
    return candidates.empty() ? nullptr : candidates[below(random, candidates.size())];
}

inline bool computes(const Phase& phase) {
    return !std::holds_alternative<isa::LoadKernel>(phase.kernel) &&
           !std::holds_alternative<isa::StoreKernel>(phase.kernel);
}

inline bool is_conv(const Phase& phase) {
    return std::holds_alternative<ConvKernel>(phase.kernel);
}

inline bool has_window(const Phase& phase) {
    return is_conv(phase) && std::get<ConvKernel>(phase.kernel).window.front().size > 1;
}

inline bool has_weights(const Phase& phase) {
    return phase.weights.has_value();
}

inline bool is_kept(const Buffer& buffer) {
    return buffer.bytes.count() != 0;
}

/// A phase for which `good` holds, damaged by `change`, which gives the description.
template <class Good, class Change>
std::string in_phase(Program& program, Random& random, Good good, Change change) {
    Phase* phase = pick(program.phases, random, good);
    return phase == nullptr ? "" : phase->name + ": " + change(*phase);
}

template <class Change>
std::string in_buffer(Program& program, Random& random, Change change) {
    Buffer* buffer = pick(program.buffers, random, is_kept);
    return buffer == nullptr ? "" : buffer->name + ": " + change(*buffer);
}

/// A gather that moves values between cores, with its phase.
struct Place {
    Phase* phase = nullptr;
    Gather* gather = nullptr;
};

template <class Good>
Place pick_gather(Program& program, Random& random, Good good) {
    std::vector<Place> places;
    for (Phase& phase : program.phases) {
        for (Gather& gather : phase.inputs) {
            if (computes(phase) && good(gather)) {
                places.push_back({.phase = &phase, .gather = &gather});
            }
        }
    }
    return places.empty() ? Place{} : places[below(random, places.size())];
}

inline bool is_moved(const Program& program, const Gather& gather) {
    return !gather.in_place && program.tensors[gather.tensor].producer.has_value();
}

constexpr std::uint64_t kLine = 16; ///< bytes: a multiple of a bank's line on the machines of the test

} // namespace lodestone::test
