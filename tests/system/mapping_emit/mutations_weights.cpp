// SPDX-License-Identifier: Apache-2.0
// Damage to weights, instructions and slots.
#include "tests/system/mapping_emit/mutation_places.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace lodestone::test {
namespace {

// Weights

std::string shorten_chunks(Program& program, Random& random) {
    return in_phase(program, random, has_weights, [](Phase& phase) {
        phase.weights->homes.pop_back();
        return "a chunk lost its home";
    });
}

std::string fewer_groups(Program& program, Random& random) {
    return in_phase(program, random, has_weights, [](Phase& phase) {
        phase.weights->homes.resize(phase.weights->homes.size() -
                                    std::min<std::size_t>(phase.weights->chunks, phase.weights->homes.size()));
        return "a group lost its chunks";
    });
}

std::string more_chunks(Program& program, Random& random) {
    return in_phase(program, random, has_weights, [&](Phase& phase) {
        phase.weights->chunks += 1 + below(random, 3);
        return std::to_string(phase.weights->chunks) + " chunks";
    });
}

std::string other_home_core(Program& program, Random& random) {
    const auto is_streamed = [](const Phase& phase) { return phase.weights && !phase.weights->resident; };
    return in_phase(program, random, is_streamed, [&](Phase& phase) {
        isa::ChunkHome& home = phase.weights->homes[below(random, phase.weights->homes.size())];
        home.core = CoreId((home.core.value + 1 + below(random, program.grid.size() - 1)) % program.grid.size());
        return "a chunk in core " + std::to_string(home.core.value);
    });
}

std::string home_outside(Program& program, Random& random) {
    return in_phase(program, random, has_weights, [&](Phase& phase) {
        phase.weights->homes[below(random, phase.weights->homes.size())].core = CoreId(program.grid.size());
        return "a chunk outside the grid";
    });
}

std::string other_home_address(Program& program, Random& random) {
    return in_phase(program, random, has_weights, [&](Phase& phase) {
        isa::ChunkHome& home = phase.weights->homes[below(random, phase.weights->homes.size())];
        const Bytes own = home.address;
        while (home.address == own) {
            home.address = Bytes(kLine * below(random, 4096));
        }
        return "a chunk at " + std::to_string(home.address.count());
    });
}

std::string home_onto_buffer(Program& program, Random& random) {
    return in_phase(program, random, has_weights, [&](Phase& phase) {
        const Buffer* buffer = pick(program.buffers, random, is_kept);
        phase.weights->homes[below(random, phase.weights->homes.size())].address = buffer->address;
        return "a chunk onto " + buffer->name;
    });
}

std::string flip_residency(Program& program, Random& random) {
    return in_phase(program, random, has_weights, [](Phase& phase) {
        phase.weights->resident = !phase.weights->resident;
        return phase.weights->resident ? std::string("resident") : std::string("streamed");
    });
}

std::string other_weights(Program& program, Random& random) {
    return in_phase(program, random, has_weights, [&](Phase& phase) {
        phase.weights->constant = (phase.weights->constant + 1 + below(random, program.constants.size() - 1)) %
                                  static_cast<std::uint32_t>(program.constants.size());
        return "weights " + program.constants[phase.weights->constant].name;
    });
}

std::string other_bias(Program& program, Random& random) {
    return in_phase(
        program, random, [](const Phase& phase) { return phase.weights && phase.weights->bias; },
        [&](Phase& phase) {
            phase.weights->bias = (*phase.weights->bias + 1 + below(random, program.constants.size() - 1)) %
                                  static_cast<std::uint32_t>(program.constants.size());
            return "bias " + program.constants[*phase.weights->bias].name;
        });
}

std::string lose_bias(Program& program, Random& random) {
    return in_phase(
        program, random, [](const Phase& phase) { return phase.weights && phase.weights->bias; },
        [](Phase& phase) {
            phase.weights->bias.reset();
            return std::string("no bias");
        });
}

std::string next_home_line(Program& program, Random& random) {
    return in_phase(program, random, has_weights, [&](Phase& phase) {
        isa::ChunkHome& home = phase.weights->homes[below(random, phase.weights->homes.size())];
        home.address += Bytes(kLine);
        return "a chunk read from the next line, " + std::to_string(home.address.count());
    });
}

std::string swap_chunks(Program& program, Random& random) {
    return in_phase(
        program, random, [](const Phase& phase) { return phase.weights && phase.weights->homes.size() > 1; },
        [&](Phase& phase) {
            std::vector<isa::ChunkHome>& homes = phase.weights->homes;
            const std::size_t first = below(random, homes.size() - 1);
            std::swap(homes[first], homes[first + 1]);
            return "chunks " + std::to_string(first) + " and the next exchanged";
        });
}

std::string chunk_of_another_layer(Program& program, Random& random) {
    return in_phase(program, random, has_weights, [&](Phase& phase) {
        const Phase* other = pick(program.phases, random,
                                  [&](const Phase& candidate) { return candidate.weights && &candidate != &phase; });
        phase.weights->homes.front() = other->weights->homes.front();
        return "its first chunk read from that of " + other->name;
    });
}

std::string short_instructions(Program& program, Random& random) {
    return in_phase(
        program, random, [](const Phase&) { return true; },
        [&](Phase& phase) {
            phase.instruction_bytes -= Bytes(1 + below(random, phase.instruction_bytes.count()));
            return std::to_string(phase.instruction_bytes.count()) + " bytes of instructions";
        });
}

std::string long_instructions(Program& program, Random& random) {
    return in_phase(
        program, random, [](const Phase&) { return true; },
        [&](Phase& phase) {
            constexpr std::uint64_t far_too_many = 1 << 20;
            phase.instruction_bytes += Bytes(far_too_many);
            return std::string("more instructions than fit");
        });
}

// Slots, of scheduled programs

/// A list of slots of a random transfer with a slot above `least`, and its place; null when there is none.
std::uint64_t* pick_slot(Program& program, Random& random, std::uint64_t least) {
    std::vector<std::uint64_t*> slots;
    const auto add = [&](std::vector<std::uint64_t>& list) {
        for (std::uint64_t& slot : list) {
            if (slot > least) {
                slots.push_back(&slot);
            }
        }
    };
    for (Phase& phase : program.phases) {
        for (Gather& gather : phase.inputs) {
            add(gather.slots);
        }
        if (phase.weights) {
            add(phase.weights->slots);
        }
        add(phase.partial_sum_slots);
    }
    return slots.empty() ? nullptr : slots[below(random, slots.size())];
}

/// The schedule lets every transfer leave as early as it can, so earlier is too early.
std::string earlier_slot(Program& program, Random& random) {
    std::uint64_t* slot = pick_slot(program, random, 0);
    if (slot == nullptr) {
        return "";
    }
    --*slot;
    return "a slot one cycle earlier, at " + std::to_string(*slot);
}

std::string lose_slot(Program& program, Random& random) {
    return in_phase(
        program, random, [](const Phase& phase) { return phase.instruction_slot.has_value(); },
        [&](Phase& phase) {
            const bool has_slots = phase.weights && !phase.weights->slots.empty();
            if (has_slots && below(random, 2) == 0) {
                phase.weights->slots.pop_back();
                return std::string("a chunk without a slot");
            }
            phase.instruction_slot.reset();
            return std::string("instructions without a slot");
        });
}

std::string later_slot(Program& program, Random& random) {
    std::uint64_t* slot = pick_slot(program, random, 0);
    if (slot == nullptr) {
        return "";
    }
    *slot += 1 + below(random, 16);
    return "a slot later, at " + std::to_string(*slot);
}

} // namespace

std::vector<Mutation> weight_mutations() {
    return {
        {"chunk list shortened", Effect::wrong, shorten_chunks},
        {"broadcast shortened", Effect::wrong, fewer_groups},
        {"more chunks than homes", Effect::wrong, more_chunks},
        {"chunk in another core", Effect::wrong, other_home_core},
        {"chunk outside the grid", Effect::wrong, home_outside},
        {"chunk anywhere", Effect::wrong, other_home_address},
        {"chunk onto a buffer", Effect::wrong, home_onto_buffer},
        {"resident or not", Effect::remapping, flip_residency},
        {"other weights", Effect::wrong, other_weights},
        {"other bias", Effect::wrong, other_bias},
        {"no bias", Effect::wrong, lose_bias},
        {"chunk from the next line", Effect::wrong, next_home_line},
        {"chunks exchanged", Effect::wrong, swap_chunks},
        {"chunk of another layer", Effect::wrong, chunk_of_another_layer},
        {"instructions too short", Effect::wrong, short_instructions},
        {"instructions too long", Effect::wrong, long_instructions},
        {"slot earlier", Effect::wrong, earlier_slot},
        {"slot later", Effect::remapping, later_slot},
        {"slot lost", Effect::wrong, lose_slot},
    };
}

} // namespace lodestone::test
