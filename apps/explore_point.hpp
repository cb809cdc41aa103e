// SPDX-License-Identifier: Apache-2.0
// Evaluates the points of a sweep one after the other, keeping networks and quantised models between them.
#pragma once

#include "analysis/explore/store.hpp"
#include "apps/explore_sweep.hpp"
#include "apps/network.hpp"
#include "apps/run_request.hpp"
#include "workloads/graph/quantised.hpp"

#include <map>
#include <string>

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
    [[nodiscard]] RunRequest read(const config::Node& run) const;
    /// One workload; a network that does not fit is a record that says so.
    [[nodiscard]] explore::ExecutionRecord execute(const RunRequest& request, const std::string& options,
                                                   const std::string& fidelity);
    [[nodiscard]] explore::Figures price(const MachineInput& machine,
                                         const std::vector<explore::ExecutionRecord>& records) const;
    [[nodiscard]] const Network& network(const std::filesystem::path& file);
    [[nodiscard]] const graph::QuantisedModel& model(const RunRequest& request, const std::string& options);

    const PreparedSweep& sweep_;
    std::map<std::string, Network> networks_;             ///< by file
    std::map<std::string, graph::QuantisedModel> models_; ///< by file and quantisation
};

} // namespace lodestone::apps
