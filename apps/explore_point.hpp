// SPDX-License-Identifier: Apache-2.0
// Evaluates the points of a sweep one after the other, keeping networks and quantised models between them.
#pragma once

#include "analysis/bounds/known_loads.hpp"
#include "analysis/explore/store.hpp"
#include "apps/explore_mac.hpp"
#include "apps/explore_sweep.hpp"
#include "apps/network.hpp"
#include "apps/run_request.hpp"
#include "workloads/graph/quantised.hpp"

#include <map>
#include <string>
#include <variant>
#include <vector>

namespace lodestone::apps {

/// What came of a point, and its runs, by workload, when there were any.
struct Outcome {
    explore::Evaluation evaluation;
    std::vector<explore::StoredExecution> executions;
};

class Evaluator {
public:
    /// The sweep must outlive this.
    explicit Evaluator(const PreparedSweep& sweep) : sweep_(sweep) {}

    /// Never throws for what is wrong with the point: an illegal machine, or one that is too small for the network, is
    /// infeasible; an impossible machine state, a bug or a lack of memory is a failure.
    [[nodiscard]] Outcome evaluate(const explore::Point& point, const std::string& fidelity);
    /// The same from runs that are known, one per workload of the sweep, without running.
    [[nodiscard]] explore::Evaluation price(const explore::Point& point, const std::string& fidelity,
                                            const std::vector<explore::ExecutionRecord>& records) const;

private:
    /// What a point describes.
    using Subject = std::variant<RunRequest, MacPoint>;

    [[nodiscard]] Subject read(const config::Node& run) const;
    [[nodiscard]] std::vector<explore::ExecutionRecord> execute(Subject& subject, const std::string& options,
                                                                const std::string& fidelity);
    [[nodiscard]] explore::ExecutionRecord run_dense(const RunRequest& request, const std::string& options,
                                                     const std::string& fidelity);
    [[nodiscard]] explore::Figures price(const Subject& subject,
                                         const std::vector<explore::ExecutionRecord>& records) const;
    [[nodiscard]] const Network& network(const std::filesystem::path& file);
    [[nodiscard]] const graph::QuantisedModel& model(const RunRequest& request, const std::string& options);

    const PreparedSweep& sweep_;
    std::map<std::string, Network> networks_;             ///< by file
    std::map<std::string, graph::QuantisedModel> models_; ///< by file and quantisation
    bounds::KnownLoads known_loads_;                      ///< of all points so far
};

} // namespace lodestone::apps
