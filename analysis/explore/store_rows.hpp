// SPDX-License-Identifier: Apache-2.0
// How the parts of a point are written in the columns of a store; private to the store.
#pragma once

#include "analysis/explore/database.hpp"
#include "analysis/explore/exploration.hpp"

#include <string>
#include <vector>

namespace lodestone::explore {

struct StoredWorkload;

/// Marks a file as a store: "Lode" in ASCII.
inline constexpr std::uint64_t kStoreApplication = 0x4C6F6465;

/// Throws UserError when the file is no store, or of a schema that is newer than this program's.
void verify_schema(const Database& database, const std::string& file);

[[nodiscard]] Status status_of(const std::string& name);
[[nodiscard]] std::string axes_text(const std::vector<Axis>& axes);
[[nodiscard]] std::vector<Axis> parse_axes(const std::string& text);
[[nodiscard]] std::string objectives_text(const std::vector<Objective>& objectives);
[[nodiscard]] std::vector<Objective> parse_objectives(const std::string& text);
[[nodiscard]] std::string workloads_text(const std::vector<StoredWorkload>& workloads);
[[nodiscard]] std::vector<StoredWorkload> parse_workloads(const std::string& text);
[[nodiscard]] std::string values_text(const std::vector<std::string>& values);
/// An object; digits give the same doubles back.
[[nodiscard]] std::string figures_text(const Figures& figures);
[[nodiscard]] Figures parse_figures(const std::string& text);

/// By id, then fidelity.
[[nodiscard]] std::vector<Row> read_rows(const Database& database, std::uint64_t sweep);

} // namespace lodestone::explore
