// SPDX-License-Identifier: Apache-2.0
// The passes in order; when memory is short, weights that save time give way to weights that save space.
#include "mapping/emit/map.hpp"

#include "mapping/route/gathers.hpp"
#include "mapping/schedule/instructions.hpp"
#include "sim/base/error.hpp"

#include <algorithm>
#include <cmath>

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

/// Tries mappings until one fits. Weights that cores keep in several copies give way first: their price rises until all
/// fits, then is lowered again while it does. If they cannot give way enough, activations get less room.
class Fitter {
public:
    Fitter(isa::Program& program, const spec::CoreGridSpec& machine, const tile::SearchOptions& options,
           Bytes least_weights)
        : program_(program), capacity_(machine.memory.capacity), alignment_(place::alignment(machine.memory)),
          search_(program, machine, options), pressure_{.activation_limit = capacity_ - least_weights} {}

    /// The fastest mapping found that fits, else the last that did not.
    place::MemoryUse run() {
        while (!try_once(0) && !try_prices()) {
            if (chosen_.empty() && use_.total() == Bytes(0)) {
                throw search_.reason(pressure_);
            }
            const double over = static_cast<double>((use_.total() - capacity_).count());
            const double largest = largest_footprint();
            const double limit = largest - std::max(over, largest * kLeastCut);
            if (chosen_.empty() || attempts_ >= kMostAttempts || limit <= 0) {
                return use_;
            }
            pressure_.activation_limit = Bytes(static_cast<std::uint64_t>(limit));
        }
        return realise(best_);
    }

    [[nodiscard]] const tile::SearchReport& report() const { return search_.report(); }
    [[nodiscard]] std::uint32_t attempts() const { return attempts_; }

private:
    static constexpr std::uint32_t kMostAttempts = 40;
    static constexpr double kLeastCut = 1.0 / 16;
    static constexpr double kLowestPrice = 1.0 / 4096; ///< cycles per byte: less than any use of the byte saves
    static constexpr double kHighestPrice = 4;         ///< more than any use of the byte saves
    static constexpr double kPriceFactor = 8;
    static constexpr int kRefinements = 3;

    bool try_once(double price) {
        ++attempts_;
        pressure_.weight_price = price;
        chosen_ = search_.choose(pressure_);
        if (chosen_.empty()) {
            return false;
        }
        use_ = realise(chosen_);
        const bool fits = use_.total() <= capacity_;
        if (fits && (best_.empty() || search_.report().estimated_cycles < best_cycles_)) {
            best_ = chosen_;
            best_cycles_ = search_.report().estimated_cycles;
        }
        return fits;
    }

    bool try_prices() {
        double too_low = kLowestPrice / kPriceFactor;
        double price = kLowestPrice;
        while (!try_once(price)) {
            if (chosen_.empty()) {
                return false;
            }
            too_low = price;
            price *= kPriceFactor;
            if (price > kHighestPrice) {
                return false;
            }
        }
        for (int i = 0; i < kRefinements; ++i) {
            const double between = std::sqrt(too_low * price);
            (try_once(between) ? price : too_low) = between;
        }
        return true;
    }

    [[nodiscard]] double largest_footprint() const {
        double largest = 0;
        for (const tile::Candidate& candidate : chosen_) {
            largest = std::max(largest, candidate.footprint());
        }
        return largest;
    }

    place::MemoryUse realise(const std::vector<tile::Candidate>& chosen) {
        tile::apply(program_, chosen);
        route::plan_gathers(program_);
        return place::place(program_, alignment_);
    }

    isa::Program& program_;
    Bytes capacity_;
    Bytes alignment_;
    tile::Search search_;
    tile::Pressure pressure_;
    std::vector<tile::Candidate> chosen_;
    place::MemoryUse use_;
    std::vector<tile::Candidate> best_;
    double best_cycles_ = 0;
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
