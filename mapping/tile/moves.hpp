// SPDX-License-Identifier: Apache-2.0
// What it costs to move a tensor between the layouts of two candidates: estimated when first asked, measured on
// request.
#pragma once

#include "mapping/tile/shortlist.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace lodestone::tile {

/// Shortlists by phase; phases with the same work share one, the first and the last have none.
using Shortlists = std::vector<std::shared_ptr<const Shortlist>>;

/// Writes split, steps, chunks and residency of a candidate into a phase.
void apply_to(isa::Phase& phase, const Candidate& candidate);

class Moves {
public:
    /// The program, the machine and the lists must outlive this.
    Moves(const isa::Program& program, const spec::CoreGridSpec& machine, const Shortlists& lists);

    /// Gather of input `input` of phase `phase` by its candidate `consumer`, from candidate `producer` of the phase
    /// that makes the tensor (0 when it is an input of the network).
    const route::Transfer& of(std::size_t phase, std::size_t input, Index producer, Index consumer);
    /// Measures the moves of a complete choice that were only estimated so far. False when there were none.
    bool measure(const std::vector<Index>& choice);
    /// Cycles that the stores of the outputs take.
    [[nodiscard]] double store_cycles(const std::vector<Index>& choice) const;
    /// By what factor estimates fell short of measurements so far.
    [[nodiscard]] double correction() const;
    /// Steps in which a tensor's producer hands it over.
    [[nodiscard]] double steps_of(std::optional<std::uint32_t> producer, Index candidate) const {
        return producer ? lists_[*producer]->candidates[candidate].step_count : 1;
    }

    [[nodiscard]] std::uint64_t estimated() const { return estimated_; }
    [[nodiscard]] std::uint64_t measured() const { return measured_; }

private:
    /// Moves of one input between the layouts of two lists. What is measured depends on the producer's steps too.
    struct PairTable {
        std::vector<std::optional<route::Transfer>> estimated; ///< by producer's layout, then consumer's
        std::vector<std::optional<route::Transfer>> measured;  ///< by producer's candidate, then consumer's layout
    };

    void make_tables();
    const route::Transfer& estimate(std::size_t phase, std::size_t input, Index producer, Index consumer);
    [[nodiscard]] std::optional<route::Transfer>& measurement(std::size_t phase, std::size_t input, Index producer,
                                                              Index consumer);
    [[nodiscard]] std::optional<std::uint32_t> producer_of(std::size_t phase, std::size_t input) const;
    [[nodiscard]] route::TransferContext context_of(const isa::ProgramTensor& tensor) const;

    const isa::Program& program_;
    const spec::CoreGridSpec& machine_;
    const Shortlists& lists_;
    route::Sample sample_;
    isa::Program scratch_;                                        ///< for measuring
    std::vector<std::vector<std::shared_ptr<PairTable>>> tables_; ///< by phase and input; shared like the lists
    double measured_sum_ = 0;                                     ///< cycles of the moves measured so far
    double estimated_sum_ = 0;                                    ///< what had been estimated for them
    std::uint64_t estimated_ = 0;
    std::uint64_t measured_ = 0;
};

} // namespace lodestone::tile
