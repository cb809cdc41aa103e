// SPDX-License-Identifier: Apache-2.0
// Counts of the busiest core, times the cores, times prices.
#include "mapping/tile/energy.hpp"

#include "arch/isa/work.hpp"
#include "mapping/schedule/steps.hpp"

namespace lodestone::tile {
namespace {

/// One event counted so often that fractions do not matter.
std::uint64_t whole(double count) {
    return static_cast<std::uint64_t>(count);
}

} // namespace

EnergyEstimate::EnergyEstimate(const std::optional<cost::EventPrices>& prices, const spec::CoreGridSpec& machine)
    : prices_(prices ? &*prices : nullptr), machine_(machine) {}

double EnergyEstimate::of(const isa::Program& program, const isa::Phase& phase, const Candidate& candidate) const {
    if (prices_ == nullptr) {
        return 0;
    }
    const isa::Tile tile = schedule::heaviest_tile(program, phase);
    const numerics::Format& operand = numerics::format(phase.activation_format);
    const std::string key = isa::mac_key(std::string(numerics::name_of(phase.weight_format)),
                                         std::string(numerics::name_of(phase.activation_format)));
    const Bytes slice(whole(candidate.slice_bytes));
    isa::EventCounts counts; // of the busiest core
    isa::MemoryCount& core = counts.memories["core_memory"];
    isa::MemoryCount& activations = counts.memories["activation_buffer"];
    isa::MemoryCount& weights = counts.memories["weight_buffer"];
    isa::MemoryCount& sums = counts.memories["partial_sum_buffer"];
    for (std::uint32_t step = 0; step < isa::step_count(phase, tile); ++step) {
        const isa::StepWork work = isa::step_work(program, phase, machine_, isa::step_of(program, phase, tile, step));
        const std::uint64_t cycles = work.matrix_cycles.count();
        core.read += work.activation_reads + work.weight_reads;
        core.written += work.output_writes;
        activations.written += work.activation_reads;
        activations.read += bytes_for(numerics::storage_bits(operand, cycles * phase.matrix.inputs));
        weights.read += Bytes(whole(candidate.chunk_bytes));
        const Bytes accumulated = bytes_for(Bits(cycles * phase.matrix.outputs * phase.accumulator_bits));
        sums.read += accumulated + work.partial_sums;
        sums.written += accumulated + work.partial_sums;
        counts.networks["partial_sum"].flit_hops +=
            ceil_div(work.partial_sums.count(), machine_.partial_sum_network.link_width.count());
        counts.macs[key] += work.macs;
        counts.matrix_slots[key] += cycles * phase.matrix.macs_per_cycle().count();
        counts.vector_ops += work.vector_ops;
        counts.function_ops += work.function_ops;
    }
    weights.written += slice;
    if (candidate.resident) {
        core.read += slice;
    } else {
        counts.networks["model"].flit_hops += ceil_div(slice.count(), machine_.model_network.link_width.count());
    }
    return prices_->dynamic(counts) * phase.split.cores_used() / prices_->cycle;
}

double EnergyEstimate::of(const route::Transfer& transfer) const {
    if (prices_ == nullptr || transfer.in_place) {
        return 0;
    }
    isa::EventCounts counts; // of the busiest core; a byte goes through half a side of the grid
    counts.memories["core_memory"] = {.read = Bytes(whole(transfer.sent + transfer.copied)),
                                      .written = Bytes(whole(transfer.received + transfer.copied))};
    const double hops = static_cast<double>(machine_.grid.rows + machine_.grid.cols) / 4;
    counts.networks["activation"].flit_hops = whole(transfer.sent / transfer.link_width * hops);
    return prices_->dynamic(counts) * machine_.grid.size() / prices_->cycle;
}

} // namespace lodestone::tile
