// SPDX-License-Identifier: Apache-2.0
// A sweep file as types; every key is defined in docs/explore.md.
#pragma once

#include "analysis/explore/exploration.hpp"
#include "analysis/explore/expression.hpp"
#include "sim/config/map_reader.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lodestone::explore {

/// One value of an axis: what each of its fields becomes.
struct AxisValue {
    std::string text;                ///< as the user would write it
    std::vector<config::Node> nodes; ///< one per path of the axis
    std::optional<Measured> number;  ///< when it is a number that all fields share
};

/// A dimension of the space. `paths` are fields of the run (or unit), as --set names them.
struct AxisSpec {
    std::string name;
    std::vector<std::string> paths;
    std::vector<AxisValue> values;
    config::Place place;
    /// All values are numbers, so that neighbours have similar effects.
    [[nodiscard]] bool is_ordered() const;
};

/// A field that follows from the axes.
struct DerivedField {
    std::string path;
    Expression expression;
    config::Place place;
};

/// Limits on a figure, or on an expression over the axes.
struct ConstraintSpec {
    std::string key; ///< of a figure; empty for an expression
    std::optional<Expression> expression;
    std::optional<Measured> min; ///< in the base unit of the figure
    std::optional<Measured> max;
    config::Place place;
    /// The figure's key or the expression's text.
    [[nodiscard]] std::string subject() const { return expression ? expression->text() : key; }
};

struct WorkloadSpec {
    config::Node file;
    double weight = 1;
};

enum class StrategyKind { grid, random, latin_hypercube, nsga2 };

struct StrategySpec {
    StrategyKind kind = StrategyKind::grid;
    std::uint64_t points = 0; ///< 0: the whole space; for nsga2 the budget
    std::uint64_t seed = 1;
    std::uint64_t population = 16; ///< of nsga2
};

/// Which model evaluates the points. With `then`, the share `keep` of the points that `first` found best is evaluated
/// again.
struct FidelitySpec {
    std::string first = "event";
    std::optional<std::string> then;
    double keep = 1;
    [[nodiscard]] const std::string& highest() const { return then ? *then : first; }
};

struct SweepSpec {
    std::string name;
    config::Node run;         ///< a run file's map, before the axes are laid over it; or that of a unit
    bool is_mac_unit = false; ///< `run` describes a multiply-accumulate unit
    std::vector<AxisSpec> axes;
    std::vector<DerivedField> derived;
    std::vector<ConstraintSpec> constraints;
    std::vector<Objective> objectives;
    std::vector<WorkloadSpec> workloads; ///< empty: that of the run
    StrategySpec strategy;
    FidelitySpec fidelity;
};

/// Reads a sweep whose tree is loaded, and checks everything that needs no machine: empty axes, expressions over
/// unknown axes, contradictory constraints, unknown objectives. Whether the paths are fields of the run is checked by
/// whoever can read runs.
[[nodiscard]] SweepSpec read_sweep(const config::Node& root, Problems& problems, config::ReadLog* log = nullptr);

/// Values of the names of an expression at a point, one index per axis. Throws ExpressionError when an axis has no
/// number there.
[[nodiscard]] Measured value_at(const Expression& expression, const SweepSpec& sweep,
                                const std::vector<std::uint32_t>& point);

} // namespace lodestone::explore
