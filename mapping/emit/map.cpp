// SPDX-License-Identifier: Apache-2.0
// The passes in order; when memory is short, weights that save time give way to weights that save space.
#include "mapping/emit/map.hpp"

#include "mapping/route/gathers.hpp"
#include "mapping/schedule/instructions.hpp"
#include "sim/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

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

/// Trials of the choices of an effort, each with what the ones before it taught.
std::size_t most_trials(tile::Effort effort) {
    switch (effort) {
    case tile::Effort::quick:
        return 1;
    case tile::Effort::normal:
        return 12;
    case tile::Effort::thorough:
        return 48;
    }
    return 12;
}

/// Trials in a row that found nothing better before an effort gives up.
constexpr std::size_t kPatience = 5;

/// Of the choices of successive trials: from curious to putting together what is known.
constexpr double kDoubts[] = {0, 0.1, 0.3, 3};

/// Tries mappings until one fits. Weights that cores keep in several copies give way first: their price rises until all
/// fits, then is lowered again while it does. If they cannot give way enough, activations get less room. Sketches find
/// the pressure, the full search then runs under it. Trials, when there are any, correct what the search believes.
class Fitter {
public:
    Fitter(isa::Program& program, const spec::CoreGridSpec& machine, const tile::SearchOptions& options,
           Bytes least_weights)
        : program_(program), machine_(machine), options_(options), alignment_(place::alignment(machine.memory)),
          all_room_(machine.memory.capacity - least_weights), search_(program, machine, options) {}

    /// Leaves the best mapping found in the program. Throws UserError when none fits.
    place::MemoryUse run() {
        const bool has_trials =
            options_.trial && options_.effort != tile::Effort::quick && options_.strategy == tile::Strategy::search;
        if (has_trials) {
            limit_by_fixed_rule();
        }
        for (const tile::Effort effort : tile::efforts_up_to(options_.effort)) {
            effort_ = effort;
            if (fit()) {
                if (has_trials) {
                    improve();
                } else {
                    keep_if_better();
                }
            }
        }
        if (best_.empty()) {
            return use_;
        }
        check_invariant(fits(best_), "what fitted once fits again");
        search_.report_on(best_cycles_);
        return use_;
    }

    [[nodiscard]] const tile::SearchReport& report() const { return search_.report(); }
    [[nodiscard]] std::uint32_t attempts() const { return attempts_; }

private:
    /// The fastest mapping found by estimates that fits, else the last that did not.
    bool fit() {
        pressure_ = {.activation_limit = all_room_};
        use_ = {};
        search_.doubt(0);
        for (const std::uint32_t last = attempts_ + kMostAttempts; attempts_ < last;) {
            if (find_price() && settle()) {
                return true;
            }
            const bool is_hopeless = chosen_.empty() && use_.total() == Bytes(0);
            if (is_hopeless && effort_ == options_.effort && best_.empty()) {
                throw search_.reason(pressure_);
            }
            if (chosen_.empty() || !tighten()) {
                return false;
            }
        }
        return false;
    }

    /// No layer should take longer than under the fixed rule, where that can be run.
    void limit_by_fixed_rule() {
        if (fits(search_.fixed_rule()) && try_what_is_new()) {
            keep_if_better();
            search_.limit_to_last();
        }
    }

    /// Runs what is new in the choice, then chooses again.
    void improve() {
        std::size_t in_vain = 0;
        for (std::size_t trial = 0; trial < most_trials(effort_) && in_vain < kPatience; ++trial) {
            search_.doubt(kDoubts[trial % std::size(kDoubts)]);
            if (trial > 0 && !fits(search_.choose(pressure_, effort_))) {
                return;
            }
            if (!try_what_is_new()) {
                return;
            }
            in_vain = keep_if_better() ? 0 : in_vain + 1;
        }
    }

    /// Runs the phases of the choice that no trial has shown yet. False when it does not fit the instruction memory.
    bool try_what_is_new() {
        const std::vector<isa::PhaseRange> untried = search_.untried();
        try {
            schedule::fit_instructions(program_, machine_.instruction);
        } catch (const UserError&) {
            return false;
        }
        for (const isa::PhaseRange range : untried) {
            search_.learn(program_, range.first, options_.trial(program_, range));
        }
        return true;
    }

    bool keep_if_better() {
        const double value = search_.value({}); // whatever the prices were under which it was found
        if (best_.empty() || value < best_value_) {
            best_ = chosen_;
            best_value_ = value;
            best_cycles_ = search_.report().phase_cycles;
            return true;
        }
        return false;
    }

    static constexpr std::uint32_t kMostAttempts = 60;
    static constexpr double kLeastCut = 1.0 / 16;
    static constexpr double kLowestPrice = 1.0 / 4096; ///< cycles per byte: less than any use of the byte saves
    static constexpr double kHighestPrice = 4;         ///< more than any use of the byte saves
    static constexpr double kPriceFactor = 8;
    static constexpr int kRefinements = 3;

    bool fits(std::vector<tile::Candidate> chosen) {
        ++attempts_;
        chosen_ = std::move(chosen);
        if (chosen_.empty()) {
            return false;
        }
        tile::apply(program_, chosen_);
        route::plan_gathers(program_);
        use_ = place::place(program_, alignment_);
        return use_.total() <= machine_.memory.capacity;
    }

    bool fits_at(double price) {
        pressure_.weight_price = price;
        return fits(search_.sketch(pressure_, effort_));
    }

    /// The lowest price found at which everything fits.
    bool find_price() {
        if (fits_at(0)) {
            return true;
        }
        double too_low = kLowestPrice / kPriceFactor;
        double price = kLowestPrice;
        while (!fits_at(price)) {
            too_low = price;
            price *= kPriceFactor;
            if (chosen_.empty() || price > kHighestPrice) {
                return false;
            }
        }
        for (int i = 0; i < kRefinements; ++i) {
            const double between = std::sqrt(too_low * price);
            (fits_at(between) ? price : too_low) = between;
        }
        pressure_.weight_price = price;
        return true;
    }

    /// The full search at the price found, or at the next higher ones when its choice takes more than the sketch.
    bool settle() {
        while (!fits(search_.choose(pressure_, effort_))) {
            const double higher = std::max(kLowestPrice, pressure_.weight_price * 2);
            if (chosen_.empty() || higher > kHighestPrice) {
                return false;
            }
            pressure_.weight_price = higher;
        }
        return true;
    }

    /// Less room for activations. False when there is none left.
    bool tighten() {
        double largest = 0;
        for (const tile::Candidate& candidate : chosen_) {
            largest = std::max(largest, candidate.footprint());
        }
        const double over = static_cast<double>((use_.total() - machine_.memory.capacity).count());
        const double limit = largest - std::max(over, largest * kLeastCut);
        pressure_.activation_limit = Bytes(static_cast<std::uint64_t>(std::max(limit, 0.0)));
        return limit > 0;
    }

    isa::Program& program_;
    const spec::CoreGridSpec& machine_;
    const tile::SearchOptions& options_;
    Bytes alignment_;
    Bytes all_room_; ///< beside the weights, when they are spread evenly
    tile::Search search_;
    tile::Effort effort_ = tile::Effort::quick;
    tile::Pressure pressure_;
    std::vector<tile::Candidate> chosen_;
    std::vector<tile::Candidate> best_;
    double best_value_ = 0;
    std::vector<double> best_cycles_; ///< by phase
    place::MemoryUse use_;
    std::uint32_t attempts_ = 0;
};

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
    Fitter fitter(program, machine, options, least_weights);
    const place::MemoryUse use = fitter.run();
    place::require_fit(program, machine.memory, use);
    schedule::fit_instructions(program, machine.instruction);
    if (report != nullptr) {
        *report = {.search = fitter.report(), .memory = use, .attempts = fitter.attempts()};
    }
}

} // namespace lodestone::emit
