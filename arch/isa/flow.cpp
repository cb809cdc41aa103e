// SPDX-License-Identifier: Apache-2.0
// Expands gathers and weight plans into single transfers.
#include "arch/isa/flow.hpp"

#include "arch/isa/demand.hpp"
#include "arch/isa/flow_counts.hpp"
#include "sim/base/error.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

namespace lodestone::isa {
namespace {

/// Frames and region in one box: frames as the first axis, so that overlap is one notion.
struct Box {
    std::array<Interval, kMaxRank + 1> axes{};
    std::size_t rank = 0;

    Box() = default;
    Box(Interval frames, const Region& region) : rank(region.rank() + 1) {
        axes[0] = frames;
        std::copy(region.axes().begin(), region.axes().end(), axes.begin() + 1);
    }
    [[nodiscard]] Interval frames() const { return axes[0]; }
    [[nodiscard]] Region region() const { return Region(std::span(axes).subspan(1, rank - 1)); }
    [[nodiscard]] bool empty() const {
        return std::any_of(axes.begin(), axes.begin() + static_cast<std::ptrdiff_t>(rank),
                           [](const Interval& axis) { return axis.empty(); });
    }
    friend bool operator==(const Box&, const Box&) = default;
    friend auto operator<=>(const Box& a, const Box& b) { return a.axes <=> b.axes; }
};

Box overlap(const Box& a, const Box& b) {
    Box both = a;
    for (std::size_t axis = 0; axis < a.rank; ++axis) {
        both.axes[axis] = intersect(a.axes[axis], b.axes[axis]);
    }
    return both;
}

/// The cores of a grid that need the same box.
struct DemandClass {
    Box box;
    std::vector<CoreId> cores;
};

/// All demands of one input, found by overlap through the distinct intervals of each axis.
class DemandIndex {
public:
    DemandIndex(const Program& program, const Phase& phase, std::size_t input) {
        std::map<Box, std::size_t> known;
        const GridTiles tiles = tiles_of(program, phase);
        for (std::uint32_t core = 0; core < tiles.size(); ++core) {
            const Tile tile = tiles[CoreId(core)];
            const Box box(tile.frames, demand(program, phase, input, tile));
            if (tile.idle || box.empty()) {
                continue;
            }
            const auto [entry, is_new] = known.try_emplace(box, classes_.size());
            if (is_new) {
                classes_.push_back({.box = box, .cores = {}});
            }
            classes_[entry->second].cores.push_back(CoreId(core));
        }
        index_axes();
    }

    [[nodiscard]] const std::vector<DemandClass>& classes() const { return classes_; }

    /// Calls visit(class, overlap) for every class whose box overlaps `box`, in the order of the axes.
    template <class Visit>
    void for_each_overlapping(const Box& box, Visit visit) const {
        std::array<Wheel, kMaxRank + 1> wheels; // of the axes along which more than one interval overlaps
        std::size_t turning = 0;
        std::size_t cell = 0;
        for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
            const auto [first, last] = overlapping(axes_[axis], box.axes[axis]);
            if (first == last) {
                return;
            }
            cell += first * strides_[axis];
            if (last - first > 1) {
                wheels[turning++] = {.positions = last - first, .stride = strides_[axis]};
            }
        }
        while (!classes_.empty()) {
            visit_cell(cell, box, visit);
            std::size_t wheel = turning;
            while (wheel > 0 && !wheels[wheel - 1].turn(cell)) {
                --wheel;
            }
            if (wheel == 0) {
                return;
            }
        }
    }

private:
    /// One axis of a walk over cells.
    struct Wheel {
        std::size_t positions = 1;
        std::size_t stride = 0;
        std::size_t at = 0;

        /// Moves `cell` on, or back to the first position; false then.
        bool turn(std::size_t& cell) {
            if (++at < positions) {
                cell += stride;
                return true;
            }
            cell -= (positions - 1) * stride;
            at = 0;
            return false;
        }
    };

    void index_axes() {
        if (classes_.empty()) {
            return;
        }
        axes_.resize(classes_.front().box.rank);
        std::size_t cells = 1;
        for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
            for (const DemandClass& entry : classes_) {
                axes_[axis].push_back(entry.box.axes[axis]);
            }
            std::ranges::sort(axes_[axis]);
            axes_[axis].erase(std::unique(axes_[axis].begin(), axes_[axis].end()), axes_[axis].end());
            cells *= axes_[axis].size();
        }
        strides_.resize(axes_.size());
        std::size_t stride = 1;
        for (std::size_t axis = axes_.size(); axis-- > 0;) {
            strides_[axis] = stride;
            stride *= axes_[axis].size();
        }
        cell_class_.assign(cells, classes_.size());
        for (std::size_t index = 0; index < classes_.size(); ++index) {
            std::size_t cell = 0;
            for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
                const auto found = std::ranges::lower_bound(axes_[axis], classes_[index].box.axes[axis]);
                cell += static_cast<std::size_t>(found - axes_[axis].begin()) * strides_[axis];
            }
            cell_class_[cell] = index;
        }
    }

    /// Index range that covers the intervals (sorted by begin) that may overlap `want`.
    static std::pair<std::size_t, std::size_t> overlapping(const std::vector<Interval>& sorted, Interval want) {
        std::size_t first = sorted.size();
        std::size_t last = 0;
        for (std::size_t i = 0; i < sorted.size() && sorted[i].begin < want.end; ++i) {
            if (!intersect(sorted[i], want).empty()) {
                first = std::min(first, i);
                last = i + 1;
            }
        }
        return first < last ? std::pair{first, last} : std::pair<std::size_t, std::size_t>{0, 0};
    }

    template <class Visit>
    void visit_cell(std::size_t cell, const Box& box, Visit& visit) const {
        const std::size_t index = cell_class_[cell];
        if (index == classes_.size()) {
            return;
        }
        const Box part = overlap(classes_[index].box, box);
        if (!part.empty()) {
            visit(classes_[index], part);
        }
    }

    std::vector<DemandClass> classes_;
    std::vector<std::vector<Interval>> axes_; ///< the distinct intervals of each
    std::vector<std::size_t> strides_;        ///< of each in `cell_class_`
    std::vector<std::size_t> cell_class_;
};

Flow flow_of(const Program& program, const Box& box, std::uint32_t tensor) {
    Flow flow;
    flow.tensor = tensor;
    flow.frames = box.frames();
    flow.region = box.region();
    flow.bytes =
        packed_bytes(flow.region, program.tensors[tensor].format) * static_cast<std::uint64_t>(flow.frames.size());
    return flow;
}

/// From the frame buffer, one multicast per distinct demand, through the port of its first destination's row.
std::vector<Flow> load_flows(const Program& program, const Phase& phase, std::size_t input) {
    std::vector<Flow> flows;
    const DemandIndex demands(program, phase, input);
    for (const DemandClass& entry : demands.classes()) {
        Flow flow = flow_of(program, entry.box, phase.inputs[input].tensor);
        flow.from_frame_buffer = true;
        flow.destinations = entry.cores;
        flow.port_row = program.grid.position(entry.cores.front()).row;
        flows.push_back(std::move(flow));
    }
    return flows;
}

/// Calls visit(core, step index, box of finished values) for what each owner of a tensor sends in `issue_phase`.
template <class Visit>
void for_each_sent_piece(const Program& program, std::uint32_t producer, std::uint32_t issue_phase, Visit visit) {
    const Phase& phase = program.phases.at(producer);
    const GridTiles tiles = tiles_of(program, phase);
    for (std::uint32_t core = 0; core < tiles.size(); ++core) {
        const Tile tile = tiles[CoreId(core)];
        if (!tile.owns_output) {
            continue;
        }
        if (producer != issue_phase) {
            visit(CoreId(core), 0U, Box(tile.frames, tile.output));
            continue;
        }
        for (std::uint32_t step = 0; step < step_count(phase, tile); ++step) {
            const Tile piece = step_of(program, phase, tile, step).tile;
            visit(CoreId(core), step, Box(piece.frames, piece.output));
        }
    }
}

std::vector<Flow> store_flows(const Program& program, const Gather& gather, std::uint32_t producer) {
    std::vector<Flow> flows;
    for_each_sent_piece(program, producer, gather.issue_phase, [&](CoreId core, std::uint32_t step, const Box& box) {
        Flow flow = flow_of(program, box, gather.tensor);
        flow.to_frame_buffer = true;
        flow.source = core;
        flow.port_row = program.grid.position(core).row;
        flow.step = step;
        flows.push_back(std::move(flow));
    });
    return flows;
}

/// From the owners to every core that needs a part, equal parts in one multicast.
std::vector<Flow> move_flows(const Program& program, const Phase& phase, std::size_t input, std::uint32_t producer) {
    std::vector<Flow> flows;
    const Gather& gather = phase.inputs[input];
    const DemandIndex demands(program, phase, input);
    std::vector<std::pair<Box, std::vector<CoreId>>> parts;
    for_each_sent_piece(program, producer, gather.issue_phase, [&](CoreId core, std::uint32_t step, const Box& box) {
        parts.clear();
        demands.for_each_overlapping(box, [&](const DemandClass& entry, const Box& part) {
            auto found = std::ranges::find(parts, part, &std::pair<Box, std::vector<CoreId>>::first);
            if (found == parts.end()) {
                parts.emplace_back(part, std::vector<CoreId>{});
                found = parts.end() - 1;
                found->second.reserve(entry.cores.size());
            }
            std::ranges::copy_if(entry.cores, std::back_inserter(found->second),
                                 [core](CoreId destination) { return destination != core; });
        });
        for (auto& [part, destinations] : parts) {
            if (destinations.empty()) {
                continue;
            }
            Flow flow = flow_of(program, part, gather.tensor);
            flow.source = core;
            flow.step = step;
            std::ranges::sort(destinations);
            flow.destinations = std::move(destinations);
            flows.push_back(std::move(flow));
        }
    });
    return flows;
}

/// By (step, source), numbered. Flows are large: they move once, and not at all when they are in order already, as
/// those of an earlier phase are.
std::vector<Flow> in_order(std::vector<Flow> flows) {
    const auto key = [](const Flow& flow) { return std::tuple(flow.step, flow.source); };
    if (!std::ranges::is_sorted(flows, {}, key)) {
        std::vector<std::uint32_t> order(flows.size());
        std::iota(order.begin(), order.end(), 0U);
        std::ranges::stable_sort(order, {}, [&](std::uint32_t index) { return key(flows[index]); });
        std::vector<Flow> sorted;
        sorted.reserve(flows.size());
        for (const std::uint32_t index : order) {
            sorted.push_back(std::move(flows[index]));
        }
        flows = std::move(sorted);
    }
    for (std::uint32_t index = 0; index < flows.size(); ++index) {
        flows[index].index = index;
    }
    return flows;
}

/// What a core with tile `home` of the producer and `tile` of the reader has of its own.
Bytes copied_bytes(const Program& program, const Phase& phase, std::uint32_t input, const Tile& home,
                   const Tile& tile) {
    if (!home.owns_output || tile.idle) {
        return Bytes(0);
    }
    const Box both = overlap(Box(home.frames, home.output), Box(tile.frames, demand(program, phase, input, tile)));
    if (both.empty()) {
        return Bytes(0);
    }
    return packed_bytes(both.region(), program.tensors[phase.inputs[input].tensor].format) *
           static_cast<std::uint64_t>(both.frames().size());
}

bool copies_nothing(const Program& program, const Phase& phase, const Gather& gather) {
    return gather.in_place || !program.tensors.at(gather.tensor).producer ||
           std::holds_alternative<StoreKernel>(phase.kernel);
}

} // namespace

std::vector<Flow> gather_flows(const Program& program, std::uint32_t phase_index, std::uint32_t input) {
    const Phase& phase = program.phases.at(phase_index);
    const Gather& gather = phase.inputs.at(input);
    const std::optional<std::uint32_t> producer = program.tensors.at(gather.tensor).producer;
    std::vector<Flow> flows;
    if (std::holds_alternative<StoreKernel>(phase.kernel)) {
        check_invariant(producer.has_value(), "a network output is the output of a phase");
        flows = store_flows(program, gather, *producer);
    } else if (gather.in_place) {
        return {};
    } else if (!producer) {
        flows = load_flows(program, phase, input);
    } else {
        flows = move_flows(program, phase, input, *producer);
    }
    for (Flow& flow : flows) {
        flow.phase = phase_index;
        flow.input = input;
    }
    return in_order(std::move(flows));
}

std::uint64_t flows_of_busiest_core(const Program& program, std::uint32_t phase_index, std::uint32_t input) {
    const Phase& phase = program.phases.at(phase_index);
    const Gather& gather = phase.inputs.at(input);
    const std::optional<std::uint32_t> producer = program.tensors.at(gather.tensor).producer;
    const bool is_store = std::holds_alternative<StoreKernel>(phase.kernel);
    if (!producer || (gather.in_place && !is_store)) {
        return 0;
    }
    std::vector<std::uint64_t> sent(program.grid.size());
    if (is_store) {
        for_each_sent_piece(program, *producer, gather.issue_phase,
                            [&](CoreId core, std::uint32_t, const Box&) { ++sent[core.index()]; });
        return *std::ranges::max_element(sent);
    }
    const DemandIndex demands(program, phase, input);
    std::vector<Box> parts; // of those that other cores need
    for_each_sent_piece(program, *producer, gather.issue_phase, [&](CoreId core, std::uint32_t, const Box& box) {
        parts.clear();
        demands.for_each_overlapping(box, [&](const DemandClass& entry, const Box& part) {
            const bool is_sent = entry.cores.size() > 1 || entry.cores.front() != core;
            if (is_sent && std::ranges::find(parts, part) == parts.end()) {
                parts.push_back(part);
            }
        });
        sent[core.index()] += parts.size();
    });
    return *std::ranges::max_element(sent);
}

Bytes local_copy_bytes(const Program& program, std::uint32_t phase_index, std::uint32_t input, CoreId core) {
    const Phase& phase = program.phases.at(phase_index);
    const Gather& gather = phase.inputs.at(input);
    if (copies_nothing(program, phase, gather)) {
        return Bytes(0);
    }
    const Phase& producer = program.phases.at(*program.tensors[gather.tensor].producer);
    const GridPosition position = program.grid.position(core);
    const Tile home = tile_of(producer.split, work_shape(program, producer), position);
    const Tile tile = tile_of(phase.split, work_shape(program, phase), position);
    return copied_bytes(program, phase, input, home, tile);
}

std::vector<Bytes> local_copies(const Program& program, std::uint32_t phase_index, std::uint32_t input) {
    std::vector<Bytes> copies(program.grid.size());
    const Phase& phase = program.phases.at(phase_index);
    const Gather& gather = phase.inputs.at(input);
    if (copies_nothing(program, phase, gather)) {
        return copies;
    }
    const Phase& producer = program.phases.at(*program.tensors[gather.tensor].producer);
    const GridTiles homes = tiles_of(program, producer);
    const GridTiles tiles = tiles_of(program, phase);
    for (std::uint32_t core = 0; core < tiles.size(); ++core) {
        copies[core] = copied_bytes(program, phase, input, homes[CoreId(core)], tiles[CoreId(core)]);
    }
    return copies;
}

std::vector<ChunkDelivery> chunk_deliveries(const Program& program, std::uint32_t phase_index) {
    const Phase& phase = program.phases.at(phase_index);
    if (!phase.weights) {
        return {};
    }
    const WeightPlan& plan = *phase.weights;
    const std::vector<std::vector<CoreId>> members = weight_group_members(program, phase);
    std::vector<ChunkDelivery> deliveries;
    for (std::uint32_t chunk = 0; chunk < plan.chunks; ++chunk) {
        for (std::uint32_t group = 0; group < members.size(); ++group) {
            const Bytes bytes = chunk_bytes(program, phase, group, chunk);
            const CoreId home = plan.homes.at(group * plan.chunks + chunk).core;
            if (!plan.resident) {
                deliveries.push_back(
                    {.group = group, .chunk = chunk, .home = home, .members = members[group], .bytes = bytes});
                continue;
            }
            for (const CoreId member : members[group]) {
                deliveries.push_back(
                    {.group = group, .chunk = chunk, .home = member, .members = {member}, .bytes = bytes});
            }
        }
    }
    return deliveries;
}

} // namespace lodestone::isa
