// SPDX-License-Identifier: Apache-2.0
// What an exploration is to its readers: axes, objectives and one row per point; the store fills it, pages and tables
// read it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lodestone::explore {

/// How a point ended. `infeasible`: the machine, the mapping or a constraint rules it out; `failed`: an error or a
/// crash.
enum class Status { done, infeasible, failed, timed_out };

enum class Sense { minimise, maximise };

/// A result key to improve; parts of an object are reached with a dot, as `energy_j.total` or `area_mm2.total`.
struct Objective {
    std::string key;
    Sense sense = Sense::minimise;
};

/// One dimension of the space, with the values that it takes as the user would write them ("400 MHz", "int8").
struct Axis {
    std::string name;
    std::vector<std::string> values;
};

/// Result keys and values of one point, numbers only, in the order of the result file; a part that the machine lacks is
/// absent. Over several workloads: the weighted mean of each key.
using Figures = std::vector<std::pair<std::string, double>>;

/// One evaluated point at one fidelity.
struct Row {
    std::uint64_t id = 0;            ///< position in the enumeration of the space; the same in every run of the sweep
    std::string hash;                ///< of everything that the figures depend on
    std::vector<std::string> values; ///< one per axis, in the order of the axes
    std::string fidelity;            ///< analytic | event
    Status status = Status::done;
    std::string message; ///< why it is not done; empty when it is
    Figures figures;     ///< empty when there is no result; an infeasible point may have them
    double wall_s = 0;   ///< time of the evaluation; the only column that differs between two runs
    std::string version; ///< of the program that evaluated it
};

/// Everything that a store holds of one sweep.
struct Exploration {
    std::string name;
    std::vector<Axis> axes;
    std::vector<Objective> objectives;
    std::vector<Row> rows;                ///< by id, then fidelity
    std::vector<std::uint64_t> front;     ///< ids of the rows that no other done row of the highest fidelity dominates
    std::optional<std::uint64_t> planned; ///< points of the whole space or budget, when it is known
};

} // namespace lodestone::explore
