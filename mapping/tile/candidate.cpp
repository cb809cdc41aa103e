// SPDX-License-Identifier: Apache-2.0
// Cost of one candidate: the work of its busiest core's steps, and the delivery of its weights.
#include "mapping/tile/candidate.hpp"

#include "arch/isa/demand.hpp"
#include "arch/isa/storage.hpp"
#include "arch/isa/work.hpp"
#include "mapping/schedule/steps.hpp"
#include "mapping/tile/dimensions.hpp"

#include <algorithm>
#include <numeric>

namespace lodestone::tile {
namespace {

constexpr std::uint32_t kStepsCosted = 16; ///< of a longer run, as many steps stand for all

struct Work {
    double cycles = 0;
    double port = 0;
    double steps = 0;
};

/// All steps of the heaviest tile.
Work work_of(const isa::Program& program, const isa::Phase& phase, const spec::CoreGridSpec& machine,
             const isa::Tile& tile) {
    Work total;
    const std::uint32_t count = isa::step_count(phase, tile);
    const std::uint32_t costed = std::min(count, kStepsCosted);
    for (std::uint32_t i = 0; i < costed; ++i) {
        const auto index = static_cast<std::uint32_t>(std::uint64_t{i} * count / costed);
        const isa::StepWork work = isa::step_work(program, phase, machine, isa::step_of(program, phase, tile, index));
        const double port = number((work.activation_reads + work.weight_reads + work.output_writes).count());
        total.port += port;
        total.cycles +=
            std::max({number(work.matrix_cycles.count()), number(work.vector_cycles.count()),
                      port / number(machine.memory.width.count()),
                      number(work.partial_sums.count()) / number(machine.partial_sum_network.link_width.count())});
    }
    const double scale = costed == 0 ? 0 : number(count) / number(costed);
    return {.cycles = total.cycles * scale, .port = total.port * scale, .steps = number(count)};
}

/// From the first operand read to the last value written; sums of a chain pass each core after the first on their way.
double fill(const isa::Phase& phase, const spec::CoreGridSpec& machine) {
    const double matrix = isa::uses_matrix_unit(phase.kernel) ? number(machine.matrix.pipeline_depth.count()) : 0;
    const double once =
        matrix + number(machine.vector.pipeline_depth.count()) + 2 * number(machine.memory.access_latency.count());
    const double links = number(phase.split.reduction.parts() - 1);
    return once + links * (1 + number(machine.partial_sum_network.hop_latency.count()));
}

/// Groups whose members lie between each other's down a column: digits of a group below a digit that its members differ
/// in (batch, then the axes in order, then the reduction).
double groups_interleaved(const isa::Split& split, std::size_t channel) {
    std::uint32_t outer = split.batch.rows;
    for (std::size_t axis = 0; axis < channel; ++axis) {
        outer *= split.axes[axis].rows;
    }
    std::uint32_t members = outer;
    for (std::size_t axis = channel + 1; axis < split.axes.size(); ++axis) {
        members *= split.axes[axis].rows;
    }
    return number((outer > 1 ? split.axes[channel].rows : 1) * (members > 1 ? split.reduction.rows : 1));
}

/// Busiest link of the model network. Down a column, the slices of the groups that lie interleaved in it share the
/// links; along a row only what is homed in that row travels.
double stream_cycles(const isa::Program& program, const isa::Phase& phase, const spec::CoreGridSpec& machine,
                     double slice) {
    const isa::Split& split = phase.split;
    const std::size_t channel = isa::channel_axis(program, phase);
    const isa::AxisSplit& channels = split.axes[channel];
    const double interleaved = groups_interleaved(split, channel);
    const double groups = number(channels.parts() * split.reduction.parts());
    const bool crosses_columns = split.cols_used() > channels.cols * split.reduction.cols;
    const double along_rows = crosses_columns ? groups * slice / number(machine.grid.rows) : 0;
    const double hops =
        number(machine.model_network.hop_latency.count()) * number(machine.grid.rows + machine.grid.cols) / 2;
    return std::max(slice * interleaved, along_rows) / number(machine.model_network.link_width.count()) + hops;
}

std::vector<double> bytes_of_inputs(const isa::Program& program, const isa::Phase& phase, const isa::Tile& tile) {
    std::vector<double> bytes;
    for (std::size_t input = 0; input < phase.inputs.size(); ++input) {
        const isa::Region region = isa::demand(program, phase, input, tile);
        const isa::ProgramTensor& tensor = program.tensors[phase.inputs[input].tensor];
        bytes.push_back(number(isa::packed_bytes(region, tensor).count()) * static_cast<double>(tile.frames.size()));
    }
    return bytes;
}

class Coster {
public:
    Coster(const isa::Program& program, isa::Phase& phase, const spec::CoreGridSpec& machine, const Forced& wanted)
        : program_(program), phase_(phase), machine_(machine), wanted_(wanted),
          tile_(schedule::heaviest_tile(program, phase)) {}

    std::optional<Candidate> best() {
        if (!phase_.weights) {
            return at_chunks(1);
        }
        const auto range = schedule::chunk_range(program_, phase_, machine_);
        if (!range) {
            return std::nullopt;
        }
        if (wanted_.chunks) {
            return at_chunks(std::clamp(*wanted_.chunks, range->fewest, range->most));
        }
        std::optional<Candidate> found;
        double least = 0;
        for (const std::uint32_t chunks : chunk_counts(*range)) {
            Candidate candidate = at_chunks(chunks);
            const double time = std::max(candidate.compute, candidate.stream) +
                                std::min(candidate.compute, candidate.stream) / number(candidate.chunks);
            if (!found || time < least) {
                least = time;
                found = std::move(candidate);
            }
        }
        return found;
    }

private:
    static constexpr std::uint32_t kMostChunkFactor = 4;

    /// More chunks start earlier; each reads the operands again. Chunks that end inside blocks with a scale need room
    /// for their values, so they are the last resort.
    std::vector<std::uint32_t> chunk_counts(const schedule::ChunkRange& range) {
        const std::uint32_t most_factor = wanted_.resident.value_or(false) ? 1 : kMostChunkFactor;
        std::vector<std::uint32_t> counts;
        for (std::uint32_t factor = 1; factor <= most_factor; factor *= 2) {
            counts.push_back(std::min(range.fewest * factor, range.most));
        }
        if (std::ranges::none_of(counts, [this](std::uint32_t chunks) { return leaves_blocks_open(chunks); })) {
            return counts;
        }
        std::erase_if(counts, [this](std::uint32_t chunks) { return leaves_blocks_open(chunks); });
        const auto most = static_cast<std::uint32_t>(std::min<std::int64_t>(range.most, blocks_of_tile()));
        for (std::uint32_t chunks = range.fewest; counts.empty() && chunks <= most; ++chunks) {
            if (!leaves_blocks_open(chunks)) {
                counts.push_back(chunks);
            }
        }
        return counts.empty() ? std::vector{range.fewest} : counts;
    }

    [[nodiscard]] std::int64_t blocks_of_tile() const {
        const isa::WorkShape work = isa::work_shape(program_, phase_);
        const std::size_t channels = isa::channel_axis(program_, phase_);
        return isa::blocks_in(tile_.output[channels].size(), work.block_along(channels));
    }

    bool leaves_blocks_open(std::uint32_t chunks) {
        phase_.steps = {};
        phase_.weights->chunks = chunks;
        return !isa::open_region(program_, phase_, tile_).empty();
    }

    Candidate at_chunks(std::uint32_t chunks) {
        Candidate candidate{.split = phase_.split, .chunks = chunks};
        if (phase_.weights) {
            phase_.weights->chunks = chunks;
            add_weights(candidate);
        }
        phase_.steps = {};
        Work work = work_of(program_, phase_, machine_, tile_);
        phase_.steps = wanted_.steps
                           ? *wanted_.steps
                           : schedule::plan_steps(program_, phase_, Cycles(static_cast<std::uint64_t>(work.cycles)));
        if (phase_.steps.frame_blocks * phase_.steps.axis_blocks > 1) {
            work = work_of(program_, phase_, machine_, tile_);
        }
        candidate.steps = phase_.steps;
        candidate.step_count = work.steps;
        candidate.port = work.port + (candidate.resident ? candidate.slice_bytes : 0);
        candidate.compute =
            std::max(work.cycles, candidate.port / number(machine_.memory.width.count())) + fill(phase_, machine_);
        candidate.home_bytes =
            number(isa::home_bytes(program_, phase_, tile_).count()) * static_cast<double>(tile_.frames.size());
        candidate.gathered_bytes = bytes_of_inputs(program_, phase_, tile_);
        return candidate;
    }

    void add_weights(Candidate& candidate) {
        candidate.resident = wanted_.resident.value_or(false);
        candidate.chunk_bytes = number(schedule::largest_chunk(program_, phase_, candidate.chunks).count());
        candidate.slice_bytes = number(schedule::largest_chunk(program_, phase_, 1).count());
        const double groups = number(isa::weight_groups(program_, phase_));
        candidate.kept_bytes =
            candidate.resident ? candidate.slice_bytes : candidate.slice_bytes * groups / number(machine_.grid.size());
        candidate.stream = candidate.resident ? 0 : stream_cycles(program_, phase_, machine_, candidate.slice_bytes);
    }

    const isa::Program& program_;
    isa::Phase& phase_;
    const spec::CoreGridSpec& machine_;
    const Forced& wanted_;
    isa::Tile tile_;
};

} // namespace

double Candidate::footprint() const {
    return std::accumulate(gathered_bytes.begin(), gathered_bytes.end(), home_bytes);
}

std::optional<Candidate> cost(const isa::Program& program, isa::Phase& phase, const spec::CoreGridSpec& machine,
                              const Forced& wanted) {
    phase.split = wanted.split;
    return Coster(program, phase, machine, wanted).best();
}

} // namespace lodestone::tile
