// SPDX-License-Identifier: Apache-2.0
// The search for the pressure under which everything fits.
#include "mapping/emit/fitter.hpp"

#include "mapping/route/gathers.hpp"
#include "sim/base/error.hpp"

#include <algorithm>
#include <cmath>

namespace lodestone::emit {
namespace {

constexpr std::uint32_t kMostAttempts = 60;
constexpr double kLeastCut = 1.0 / 16;
constexpr double kLowestPrice = 1.0 / 4096; ///< cycles per byte: less than any use of the byte saves
constexpr double kHighestPrice = 4;         ///< more than any use of the byte saves
constexpr double kPriceFactor = 8;
constexpr int kRefinements = 3;

} // namespace

Fitter::Fitter(isa::Program& program, const spec::CoreGridSpec& machine, tile::Search& search, Bytes least_weights)
    : program_(program), machine_(machine), search_(search), alignment_(place::alignment(machine.memory)),
      all_room_(machine.memory.capacity - least_weights) {}

bool Fitter::fit(tile::Effort effort, bool may_fail) {
    effort_ = effort;
    pressure_ = {.activation_limit = all_room_};
    use_ = {};
    laid_out_.clear();
    for (const std::uint32_t last = attempts_ + kMostAttempts; attempts_ < last;) {
        if (find_price() && settle()) {
            return true;
        }
        const bool is_hopeless = chosen_.empty() && use_.total() == Bytes(0);
        if (is_hopeless && !may_fail) {
            throw search_.reason(pressure_);
        }
        if (chosen_.empty() || !tighten()) {
            return false;
        }
    }
    return false;
}

bool Fitter::choose(tile::Effort effort) {
    return fits(search_.choose(pressure_, effort));
}

bool Fitter::fits(std::vector<tile::Candidate> chosen) {
    ++attempts_;
    chosen_ = std::move(chosen);
    if (chosen_.empty()) {
        return false;
    }
    tile::apply(program_, chosen_);
    if (search_.last() != laid_out_) {
        route::plan_gathers(program_);
        use_ = place::place(program_, alignment_, machine_.memory.capacity);
        laid_out_ = search_.last();
    }
    return use_.total() <= machine_.memory.capacity;
}

bool Fitter::fits_at(double price) {
    pressure_.weight_price = price;
    return fits(search_.sketch(pressure_, effort_));
}

/// The lowest price found at which everything fits.
bool Fitter::find_price() {
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
bool Fitter::settle() {
    while (!choose(effort_)) {
        const double higher = std::max(kLowestPrice, pressure_.weight_price * 2);
        if (chosen_.empty() || higher > kHighestPrice) {
            return false;
        }
        pressure_.weight_price = higher;
    }
    return true;
}

/// Less room for activations. False when there is none left.
bool Fitter::tighten() {
    double largest = 0;
    for (const tile::Candidate& candidate : chosen_) {
        largest = std::max(largest, candidate.footprint());
    }
    const double over = static_cast<double>((use_.total() - machine_.memory.capacity).count());
    const double limit = largest - std::max(over, largest * kLeastCut);
    pressure_.activation_limit = Bytes(static_cast<std::uint64_t>(std::max(limit, 0.0)));
    return limit > 0;
}

} // namespace lodestone::emit
