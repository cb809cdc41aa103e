// SPDX-License-Identifier: Apache-2.0
// Mappings that fit the memory: when it is short, weights that save time give way to weights that save space.
#pragma once

#include "mapping/place/memory.hpp"
#include "mapping/tile/search.hpp"

#include <cstdint>
#include <vector>

namespace lodestone::emit {

/// Hands mappings of a search to a program until one fits. Weights that cores keep in several copies give way first:
/// their price rises until all fits, then is lowered again while it does. If they cannot give way enough, activations
/// get less room. Sketches find the pressure, the full search then runs under it.
class Fitter {
public:
    /// Everything must outlive this. `least_weights`: what a core keeps at least.
    Fitter(isa::Program& program, const spec::CoreGridSpec& machine, tile::Search& search, Bytes least_weights);

    /// Leaves the best mapping found by what is known in the program. False when none fits; throws UserError when not
    /// even one candidate of a phase does, unless `may_fail`.
    bool fit(tile::Effort effort, bool may_fail);
    /// Searches again under the pressure that the last fit() found. False when the result does not fit.
    bool choose(tile::Effort effort);
    /// Gives the mapping that the search handed out last its place in memory. False when it is empty or does not fit.
    bool fits(std::vector<tile::Candidate> chosen);

    /// Of what was laid out last.
    [[nodiscard]] const place::MemoryUse& use() const { return use_; }
    [[nodiscard]] std::uint32_t attempts() const { return attempts_; }

private:
    bool fits_at(double price);
    bool find_price();
    bool settle();
    bool tighten();

    isa::Program& program_;
    const spec::CoreGridSpec& machine_;
    tile::Search& search_;
    Bytes alignment_;
    Bytes all_room_; ///< beside the weights, when they are spread evenly
    tile::Effort effort_ = tile::Effort::quick;
    tile::Pressure pressure_;
    std::vector<tile::Candidate> chosen_;
    tile::Choice laid_out_; ///< to which buffers and homes of the program belong
    place::MemoryUse use_;
    std::uint32_t attempts_ = 0;
};

} // namespace lodestone::emit
