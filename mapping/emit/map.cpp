// SPDX-License-Identifier: Apache-2.0
// The passes in order.
#include "mapping/emit/map.hpp"

#include "mapping/emit/trials.hpp"
#include "mapping/schedule/instructions.hpp"
#include "sim/base/error.hpp"

namespace lodestone::emit {
namespace {

void require_frame_buffer(const isa::Program& program, const spec::FrameBufferSpec& frame_buffer) {
    const auto bytes_of = [&](const std::vector<std::uint32_t>& tensors) {
        Bytes total;
        for (const std::uint32_t index : tensors) {
            const isa::ProgramTensor& tensor = program.tensors[index];
            total +=
                isa::packed_bytes(isa::Region(tensor.shape), tensor.format) * static_cast<std::uint64_t>(program.batch);
        }
        return total;
    };
    const Bytes needed = bytes_of(program.network_inputs) + bytes_of(program.network_outputs);
    if (needed > frame_buffer.capacity) {
        throw UserError({}, "frame_buffer",
                        "a batch of " + std::to_string(program.batch) + " needs " + std::to_string(needed.count()) +
                            " bytes for its inputs and outputs, " +
                            std::to_string((needed - frame_buffer.capacity).count()) +
                            " more than the frame buffer's " + std::to_string(frame_buffer.capacity.count()) +
                            "; use a smaller batch");
    }
}

/// Weights of all layers, shared out evenly: what cores keep at least.
Bytes least_weights_per_core(const isa::Program& program) {
    std::uint64_t bytes = 0;
    for (const isa::Phase& phase : program.phases) {
        if (phase.weights) {
            const isa::Constant& weights = program.constants[phase.weights->constant];
            bytes += isa::packed_bytes(isa::Region(weights.shape), phase.weight_format).count();
        }
    }
    return Bytes(ceil_div(bytes, program.grid.size()));
}

/// On larger grids normal effort goes by estimates: a trial takes as long as all of the search there.
constexpr std::size_t kMostCoresTried = 2048;

struct Best {
    tile::Choice choice;        ///< empty when nothing fits
    std::vector<double> cycles; ///< by phase, estimated or as a trial showed
};

/// Of dynamic energy beside cycles, when nothing is known: as if it were as much as clock and leakage take.
double usual_energy_weight(tile::Objective objective) {
    constexpr double kOfProduct = 1.0 / 3; // T / (2 T + D) with D = T, see Trials
    switch (objective) {
    case tile::Objective::latency:
    case tile::Objective::throughput:
        return 0;
    case tile::Objective::energy:
        return 1;
    case tile::Objective::energy_delay:
        return kOfProduct;
    }
    return 0;
}

/// The best mapping that fits, by estimates alone.
Best best_by_estimates(const tile::SearchOptions& options, tile::Search& search, Fitter& fitter) {
    Best best;
    double best_value = 0;
    search.weigh_energy(usual_energy_weight(options.objective));
    for (const tile::Effort effort : tile::efforts_up_to(options.effort)) {
        if (!best.choice.empty() && search.is_over()) {
            break;
        }
        if (!fitter.fit(effort, !best.choice.empty() || effort < options.effort)) {
            continue;
        }
        const double value = search.value({}); // whatever the prices were under which it was found
        if (best.choice.empty() || value < best_value) {
            best = {.choice = search.last(), .cycles = search.report().phase_cycles};
            best_value = value;
        }
    }
    return best;
}

Best best_by_trials(isa::Program& program, const spec::CoreGridSpec& machine, const tile::SearchOptions& options,
                    tile::Search& search, Fitter& fitter) {
    Trials trials(program, machine, options, search, fitter);
    for (const tile::Effort effort : tile::efforts_up_to(options.effort)) {
        trials.run(effort);
    }
    return {.choice = trials.best(), .cycles = trials.best_cycles()};
}

} // namespace

void map_program(isa::Program& program, const spec::CoreGridSpec& machine, const tile::SearchOptions& options,
                 CompileReport* report) {
    require_frame_buffer(program, machine.frame_buffer);
    const Bytes least_weights = least_weights_per_core(program);
    if (least_weights > machine.memory.capacity) {
        throw UserError({}, program.workload,
                        "the weights need " + std::to_string(least_weights.count()) + " bytes per core, " +
                            std::to_string((least_weights - machine.memory.capacity).count()) + " more than its " +
                            std::to_string(machine.memory.capacity.count()) +
                            "; use narrower weights, a larger core memory or more cores");
    }
    tile::Search search(program, machine, options);
    Fitter fitter(program, machine, search, least_weights);
    const bool goes_by_estimates = options.effort == tile::Effort::quick ||
                                   (options.effort == tile::Effort::normal && machine.grid.size() > kMostCoresTried);
    const bool has_trials = options.trial && !goes_by_estimates && options.strategy == tile::Strategy::search;
    Best best;
    if (has_trials) {
        best = best_by_trials(program, machine, options, search, fitter);
    }
    if (best.choice.empty()) {
        best = best_by_estimates(options, search, fitter);
    }
    if (!best.choice.empty()) {
        check_invariant(fitter.fits(search.take(best.choice)), "what fitted once fits again");
        search.report_on(best.cycles);
    }
    const place::MemoryUse use = fitter.use();
    place::require_fit(program, machine.memory, use);
    schedule::fit_instructions(program, machine.instruction);
    if (report != nullptr) {
        *report = {.search = search.report(), .memory = use, .attempts = fitter.attempts()};
    }
}

} // namespace lodestone::emit
