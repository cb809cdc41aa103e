// SPDX-License-Identifier: Apache-2.0
// Walks through a sweep: asks the strategy for points, the store for what is known, the workers for the rest.
#pragma once

#include "analysis/explore/search/genetic_search.hpp"
#include "analysis/explore/store.hpp"
#include "apps/explore_point.hpp"
#include "apps/explore_progress.hpp"
#include "apps/explore_sweep.hpp"
#include "apps/workers.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace lodestone::apps {

/// A part of the points: those whose id leaves `index` when divided by `count`.
struct Shard {
    std::uint64_t index = 0;
    std::uint64_t count = 1;
};

struct ExplorerOptions {
    bool retry = false; ///< evaluate failed and timed out points again
    /// Only these points, and only at the first fidelity: choosing survivors and searching need all of them.
    Shard shard{};
};

/// What a worker does with a task of an Explorer of this sweep, which must outlive it; networks stay between tasks.
[[nodiscard]] Work point_work(const PreparedSweep& sweep);

class Explorer {
public:
    /// The sweep must be the store's current one; `workers` do point_work() of it.
    Explorer(const PreparedSweep& sweep, explore::Store& store, Workers& workers, const ExplorerOptions& options);

    /// Evaluates everything that the strategy and the fidelities ask for. Stops early, with what is finished in the
    /// store, when `is_interrupted` says so; false then.
    bool run(const std::function<bool()>& is_interrupted);

private:
    /// Answers to all of them; fewer when interrupted.
    void evaluate(const std::vector<explore::Point>& points, const std::string& fidelity);
    void evaluate_one(const explore::Point& point, const std::string& fidelity);
    void search();
    [[nodiscard]] std::vector<explore::Point> sampled_points() const;
    /// The best share of the points that have an answer, by rank, then by id.
    [[nodiscard]] std::vector<explore::Point> survivors() const;
    void collect(std::chrono::milliseconds patience);
    /// Judges an outcome by the constraints, remembers the answer, and stores the point.
    void accept(explore::Row row, const Outcome& outcome);
    /// The same for a point that may be stored already.
    void remember(explore::Row& row, const explore::Evaluation& evaluation);

    const PreparedSweep& sweep_;
    explore::Store& store_;
    ExplorerOptions options_;
    explore::Space space_;
    Evaluator pricer_; ///< in this process, for runs that are known
    Workers& workers_;
    std::map<std::uint64_t, explore::Row> pending_; ///< under way in workers, by task
    std::uint64_t next_task_ = 0;
    std::map<std::string, std::unordered_map<std::uint64_t, std::string>> stored_; ///< hash by fidelity and id
    std::map<std::uint64_t, explore::Answer> answers_;                             ///< of the present fidelity, by id
    ExploreProgress progress_;
    std::function<bool()> is_interrupted_;
};

/// The evaluation of a point from the runs that a store has; nothing when it lacks one.
[[nodiscard]] std::optional<explore::Evaluation> price_from(const explore::Store& store, const Evaluator& pricer,
                                                            const std::vector<std::string>& executions,
                                                            const explore::Point& point, const std::string& fidelity);

} // namespace lodestone::apps
