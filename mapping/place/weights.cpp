// SPDX-License-Identifier: Apache-2.0
// Homes of weight chunks, and what to say when memory is too small.
#include "mapping/place/memory.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <tuple>

namespace lodestone::place {
namespace {

/// All slices at one address; the slices of different groups share it, since a core belongs to one.
void place_resident(const isa::Program& program, isa::Phase& phase, Bytes& end, Bytes alignment) {
    isa::WeightPlan& plan = *phase.weights;
    const auto members = isa::weight_group_members(program, phase);
    Bytes largest;
    plan.homes.clear();
    for (std::uint32_t group = 0; group < members.size(); ++group) {
        Bytes offset;
        for (std::uint32_t chunk = 0; chunk < plan.chunks; ++chunk) {
            plan.homes.push_back({.core = members[group].front(), .address = end + offset});
            offset += aligned(isa::chunk_bytes(program, phase, group, chunk), alignment);
        }
        largest = std::max(largest, offset);
    }
    end += largest;
}

/// What decides between the cores of a group.
enum class Homes {
    alike,    ///< the phase alone: layers that repeat have their weights at the same cores, and take equal time
    balanced, ///< memory that earlier phases left
};

/// Chooses homes for the chunks of one phase. A delivery starts along the row of its home, so the rows take turns;
/// among the cores of a row, and against one that is much emptier than the turn's, memory decides.
class HomeFinder {
public:
    HomeFinder(const GridShape& grid, std::vector<Bytes>& end, Homes homes)
        : grid_(grid), end_(end), used_(homes == Homes::alike ? std::vector<Bytes>(end.size()) : end),
          sent_by_row_(grid.rows), sent_by_col_(grid.cols) {}

    isa::ChunkHome place(const std::vector<CoreId>& members, Bytes bytes) {
        Bytes emptiest = used_[members.front().index()];
        for (const CoreId core : members) {
            emptiest = std::min(emptiest, used_[core.index()]);
        }
        const Bytes fullest = emptiest + bytes; // memory evens out within a chunk
        const CoreId home =
            *std::ranges::min_element(members, [&](CoreId a, CoreId b) { return rank(a, fullest) < rank(b, fullest); });
        const isa::ChunkHome chosen{.core = home, .address = end_[home.index()]};
        end_[home.index()] += bytes;
        used_[home.index()] += bytes;
        sent_by_row_[grid_.position(home).row] += bytes;
        sent_by_col_[grid_.position(home).col] += bytes;
        return chosen;
    }

private:
    [[nodiscard]] std::tuple<bool, Bytes, Bytes, Bytes> rank(CoreId core, Bytes fullest) const {
        const GridPosition position = grid_.position(core);
        const Bytes used = used_[core.index()];
        return {used > fullest, sent_by_row_[position.row], sent_by_col_[position.col], used};
    }

    const GridShape& grid_;
    std::vector<Bytes>& end_;
    std::vector<Bytes> used_;        ///< by core: what counts
    std::vector<Bytes> sent_by_row_; ///< in this phase
    std::vector<Bytes> sent_by_col_;
};

/// Each chunk in a core of its group, so that it is near all who read it.
void place_streamed(const isa::Program& program, isa::Phase& phase, std::vector<Bytes>& end, Bytes alignment,
                    Homes homes) {
    isa::WeightPlan& plan = *phase.weights;
    const auto members = isa::weight_group_members(program, phase);
    plan.homes.assign(members.size() * plan.chunks, {});
    HomeFinder finder(program.grid, end, homes);
    for (std::uint32_t chunk = 0; chunk < plan.chunks; ++chunk) {
        for (std::uint32_t group = 0; group < members.size(); ++group) {
            const Bytes bytes = aligned(isa::chunk_bytes(program, phase, group, chunk), alignment);
            plan.homes[group * plan.chunks + chunk] = finder.place(members[group], bytes);
        }
    }
}

Bytes total_weights(const isa::Program& program, const isa::Phase& phase) {
    Bytes total;
    for (std::uint32_t group = 0; group < isa::weight_groups(program, phase); ++group) {
        for (std::uint32_t chunk = 0; chunk < phase.weights->chunks; ++chunk) {
            total += isa::chunk_bytes(program, phase, group, chunk);
        }
    }
    return total;
}

/// The phase in which the highest address is in use.
std::uint32_t fullest_phase(const isa::Program& program) {
    std::vector<Bytes> reach(program.phases.size());
    for (const isa::Buffer& buffer : program.buffers) {
        for (std::uint32_t phase = buffer.first_phase; phase <= buffer.last_phase; ++phase) {
            reach[phase] = std::max(reach[phase], buffer.address + buffer.bytes);
        }
    }
    return static_cast<std::uint32_t>(std::ranges::max_element(reach) - reach.begin());
}

/// "'conv5' 2359296, 'fc' 2048000"
std::string largest_layers(const isa::Program& program) {
    constexpr std::size_t kNamed = 3;
    std::vector<std::pair<Bytes, std::string>> layers;
    for (const isa::Phase& phase : program.phases) {
        if (phase.weights) {
            layers.emplace_back(total_weights(program, phase), phase.name);
        }
    }
    std::ranges::stable_sort(layers, [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<std::string> words;
    for (std::size_t i = 0; i < std::min(kNamed, layers.size()); ++i) {
        words.push_back("'" + layers[i].second + "' " + std::to_string(layers[i].first.count()));
    }
    return join(words);
}

/// Bytes of the fullest core's streamed chunks, which begin at `begin`.
Bytes place_all_streamed(isa::Program& program, Bytes begin, Bytes alignment, Homes homes) {
    std::vector<Bytes> end(program.grid.size(), begin);
    for (isa::Phase& phase : program.phases) {
        if (phase.weights && !phase.weights->resident) {
            place_streamed(program, phase, end, alignment, homes);
        }
    }
    return *std::ranges::max_element(end) - begin;
}

} // namespace

MemoryUse place(isa::Program& program, Bytes alignment, Bytes capacity) {
    make_buffers(program);
    MemoryUse use;
    use.activations = assign_addresses(program.buffers, alignment);
    use.fullest_phase = fullest_phase(program);
    Bytes resident_end = use.activations;
    for (isa::Phase& phase : program.phases) {
        if (phase.weights && phase.weights->resident) {
            place_resident(program, phase, resident_end, alignment);
        }
    }
    use.resident = resident_end - use.activations;
    use.streamed = place_all_streamed(program, resident_end, alignment, Homes::alike);
    if (use.total() > capacity) {
        use.streamed = place_all_streamed(program, resident_end, alignment, Homes::balanced);
    }
    return use;
}

void require_fit(const isa::Program& program, const spec::CoreMemorySpec& memory, const MemoryUse& use) {
    if (use.total() <= memory.capacity) {
        return;
    }
    const isa::Phase& phase = program.phases[use.fullest_phase];
    const Bytes weights = use.resident + use.streamed;
    std::string message = "the network does not fit: a core needs " + std::to_string(use.total().count()) + " bytes, " +
                          std::to_string((use.total() - memory.capacity).count()) + " more than its " +
                          std::to_string(memory.capacity.count()) + " (activations " +
                          std::to_string(use.activations.count()) + ", most of them in layer '" + phase.name +
                          "'; weights " + std::to_string(weights.count()) + " per core";
    const std::string layers = largest_layers(program);
    message += layers.empty() ? ")" : ", the largest layers in all cores together: " + layers + ")";
    message += "; use a smaller batch, narrower precision, a larger core memory or more cores";
    throw UserError({}, phase.name, message);
}

} // namespace lodestone::place
