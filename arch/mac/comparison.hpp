// SPDX-License-Identifier: Apache-2.0
// The table of units: gates, area, delay, energy and accuracy of each format with each accumulator, next to INT8.
#pragma once

#include "arch/cost/mac_table.hpp"
#include "arch/mac/sqnr.hpp"
#include "arch/mac/unit.hpp"

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace lodestone::mac {

/// What to compare: every format with every accumulator in every kind of unit.
struct ComparisonRequest {
    std::vector<std::string> formats;      ///< precision names: int8, fp8_e4m3, w4a8 …
    std::vector<std::string> accumulators; ///< see parse_accumulator; and truncated, truncatedN, see parse_register
    std::vector<UnitKind> units{UnitKind::single_mac, UnitKind::fused_dot};
    int lanes = 32;                     ///< of the fused dot product
    int window = 0;                     ///< its alignment window, see MacUnitSpec
    std::optional<double> glitch_share; ///< overrides the table's: 0 no glitches, 1 all that were simulated
};

/// Physical cost of one multiply-accumulate, from a table of synthesised units.
struct PhysicalCost {
    double area_um2 = 0;
    double delay_ns = 0;
    double energy_fj = 0;
    std::string source; ///< "measured: …" or how it was derived
};

struct ComparisonRow {
    std::string format; ///< as the user wrote it
    std::string accumulator;
    UnitKind kind = UnitKind::single_mac; ///< as asked; a single MAC that truncates is a dot product of one lane
    MacUnitSpec spec;
    GateBreakdown gates; ///< per multiply-accumulate
    PhysicalCost cost;
    double gate_ratio = 1; ///< to INT8 with its exact accumulator in the same kind of unit
    double area_ratio = 1;
    double energy_ratio = 1;
    std::array<Sqnr, 4> sqnr; ///< in the order of distributions(); of a mixed pair, of the product
};

/// The reference of each kind of unit: int8, Kulisch accumulator of 27 bits.
struct Comparison {
    std::vector<ComparisonRow> rows; ///< format by format, accumulator by accumulator, single before fused
    PhysicalCost reference_single;
    PhysicalCost reference_fused;
    double reference_single_gates = 0;
    double reference_fused_gates = 0;
    double glitch_share = 0;
};

/// An accumulator by its name, with the alignment window in front of it if the name sets one. `truncatedN`: fp32 behind
/// a window of N bits whose lower bits are cut off; `truncated` has the 14 bits that DeepSeek-AI, DeepSeek-V3 technical
/// report (arXiv 2412.19437), section 3.3.2, reports of FP8 tensor cores.
struct NamedRegister {
    std::string name;
    Accumulator accumulator;
    std::optional<int> window;
};
/// Throws UserError that lists the known names.
[[nodiscard]] NamedRegister parse_register(const std::string& name);

/// Accuracy of operands; noise of both adds up in the product of a mixed pair.
[[nodiscard]] Sqnr sqnr_of_pair(numerics::FormatId a, numerics::FormatId b, Distribution distribution);

/// The unit of a request of one format, one accumulator and one kind. Throws UserError as compare() does.
[[nodiscard]] MacUnitSpec unit_of(const ComparisonRequest& request);

/// Throws UserError with everything that is wrong with the request. Repeated formats and accumulators count once.
[[nodiscard]] Comparison compare(const ComparisonRequest& request, const cost::MacTable& table);

/// Units of which cost is asked in addition to the rows: the references.
[[nodiscard]] MacUnitSpec reference_unit(const ComparisonRequest& request, UnitKind kind);

/// Costs from elsewhere, a synthesis, instead of the table's: of every row and of the references of the kinds in use.
void reprice(Comparison& comparison, const ComparisonRequest& request,
             const std::function<PhysicalCost(const MacUnitSpec&)>& cost_of);

/// Ratio to INT8 that arXiv 2303.17951 publishes for a single MAC; nothing for units whose bar is not known.
[[nodiscard]] std::optional<double> published_ratio(const MacUnitSpec& spec);

/// Per multiply-accumulate in the library of the table, see cost::library_cost.
[[nodiscard]] PhysicalCost physical_cost(const cost::MacTable& table, const MacUnitSpec& spec);

/// Rows that no other row beats in both: at least as accurate on normal data and cheaper. Indices in order of cost.
enum class Price : std::uint8_t { energy, area };
[[nodiscard]] std::vector<std::size_t> pareto_front(const Comparison& comparison, Price price);

/// SQNR on normal data over energy and over area, with the fronts: one SVG document without outside references.
[[nodiscard]] std::string plot_svg(const Comparison& comparison);

} // namespace lodestone::mac
