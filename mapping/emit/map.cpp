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
/// fits, then is lowered again while it does. If they cannot give way enough, activations get less room. Sketches find
/// the pressure, the full search then runs under it.
class Fitter {
public:
    Fitter(isa::Program& program, const spec::CoreGridSpec& machine, const tile::SearchOptions& options,
           Bytes least_weights)
        : program_(program), capacity_(machine.memory.capacity), alignment_(place::alignment(machine.memory)),
          search_(program, machine, options), pressure_{.activation_limit = capacity_ - least_weights} {}

    /// The fastest mapping found that fits, else the last that did not.
    place::MemoryUse run() {
        while (attempts_ < kMostAttempts) {
            if (find_price() && settle()) {
                return use_;
            }
            if (chosen_.empty() && use_.total() == Bytes(0)) {
                throw search_.reason(pressure_);
            }
            if (chosen_.empty() || !tighten()) {
                return use_;
            }
        }
        return use_;
    }

    [[nodiscard]] const tile::SearchReport& report() const { return search_.report(); }
    [[nodiscard]] std::uint32_t attempts() const { return attempts_; }

private:
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
        return use_.total() <= capacity_;
    }

    bool fits_at(double price) {
        pressure_.weight_price = price;
        return fits(search_.sketch(pressure_));
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
        while (!fits(search_.choose(pressure_))) {
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
        const double over = static_cast<double>((use_.total() - capacity_).count());
        const double limit = largest - std::max(over, largest * kLeastCut);
        pressure_.activation_limit = Bytes(static_cast<std::uint64_t>(std::max(limit, 0.0)));
        return limit > 0;
    }

    isa::Program& program_;
    Bytes capacity_;
    Bytes alignment_;
    tile::Search search_;
    tile::Pressure pressure_;
    std::vector<tile::Candidate> chosen_;
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
