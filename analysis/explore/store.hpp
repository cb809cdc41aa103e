// SPDX-License-Identifier: Apache-2.0
// The store of explorations: one SQLite file, one transaction per finished point. Schema: docs/explore.md.
#pragma once

#include "analysis/explore/database.hpp"
#include "analysis/explore/execution_record.hpp"
#include "analysis/explore/exploration.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace lodestone::explore {

inline constexpr std::uint64_t kStoreSchema = 1;

/// What the evaluation of a configuration gave, whatever sweep asked for it.
struct Evaluation {
    std::string hash; ///< of everything that the figures depend on
    std::string fidelity;
    Status status = Status::done;
    std::string message;
    Figures figures;
    double wall_s = 0;
    std::string version;
};

/// A network of a sweep.
struct StoredWorkload {
    std::string file;
    double weight = 1;
    std::string content_hash;
};

/// A sweep as a store knows it.
struct SweepRecord {
    std::string hash; ///< of the sweep file with its includes
    std::string name;
    std::vector<Axis> axes;
    std::vector<Objective> objectives;
    std::optional<std::uint64_t> planned;
    std::vector<StoredWorkload> workloads;
    std::string text; ///< the sweep file with its includes resolved and its paths absolute
};

[[nodiscard]] std::string name_of(Status status);

/// For the one explorer that may write to a store.
class Store {
public:
    /// Creates the file when it is missing. Throws UserError: a place that cannot be written, another explorer at work
    /// on the file, a store of a newer schema, a file that is none.
    explicit Store(const std::filesystem::path& file);
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    /// Makes the sweep the current one; true when the store has it already.
    bool open_sweep(const SweepRecord& sweep);
    /// The points that the current sweep has.
    [[nodiscard]] std::vector<Row> rows() const;
    [[nodiscard]] std::optional<Evaluation> find(const std::string& hash) const;
    /// A run without its prices; see unpack().
    [[nodiscard]] std::optional<std::string> find_execution(const std::string& hash) const;
    /// Adds a point of the current sweep and its evaluation, both or none; what is there already is replaced.
    /// `row.status` and `row.message` are the point's in the sweep, where a constraint may exclude a finished
    /// evaluation.
    void add(const Row& row, const Evaluation& evaluation, const std::vector<StoredExecution>& executions = {});
    /// The same for a point that is ruled out before any evaluation.
    void add(const Row& row);
    /// Adds every sweep, point, evaluation and run of another store, all or none. What is here stays, unless it failed
    /// or timed out here. Throws UserError: no store, of a newer schema, this store itself.
    void merge(const std::filesystem::path& other);
    /// Adds many points at once, in one transaction.
    [[nodiscard]] Transaction transaction() const { return Transaction(database_); }

    /// In a forked process: lets go of the file, so that it is free as soon as the parent is gone. Nothing else may be
    /// called there.
    void leave_to_parent() { lock_.close(); }

private:
    /// Held by the process, gone with it.
    class Lock {
    public:
        explicit Lock(const std::filesystem::path& file);
        ~Lock();
        Lock(const Lock&) = delete;
        Lock& operator=(const Lock&) = delete;
        void close();

    private:
        int descriptor_ = -1;
    };

    void insert(const Row& row);

    std::filesystem::path file_;
    Lock lock_;
    Database database_;
    std::uint64_t sweep_ = 0;
};

/// Reads the sweep called `name`, or the one that was opened last. Also while an explorer is at work. Throws UserError:
/// no store, of a newer schema, no such sweep.
[[nodiscard]] Exploration load_exploration(const std::filesystem::path& file, const std::string& name = "");

/// The sweep called `name`, or the one that was opened last, as it was opened.
[[nodiscard]] SweepRecord load_sweep_record(const std::filesystem::path& file, const std::string& name = "");

/// Names of the sweeps of a store, the one opened last first.
[[nodiscard]] std::vector<std::string> sweep_names(const std::filesystem::path& file);

/// Of those that the rows have: event, then functional, then analytic.
[[nodiscard]] std::string highest_fidelity(const std::vector<Row>& rows);

/// Fills `front` from the rows: those of the highest fidelity that are done and that no other dominates.
void find_front(Exploration& exploration);

} // namespace lodestone::explore
