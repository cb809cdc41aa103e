// SPDX-License-Identifier: Apache-2.0
// The schema of stores, and the writing side.
#include "analysis/explore/store.hpp"

#include "analysis/explore/store_rows.hpp"
#include "sim/base/error.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <sys/file.h>
#include <unistd.h>

namespace lodestone::explore {
namespace {

constexpr const char* kSchema = R"(
CREATE TABLE sweeps(
    id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, name TEXT NOT NULL, axes TEXT NOT NULL,
    objectives TEXT NOT NULL, planned INTEGER, opened INTEGER NOT NULL, workloads TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE evaluations(
    hash TEXT PRIMARY KEY, fidelity TEXT NOT NULL, status TEXT NOT NULL, message TEXT NOT NULL,
    figures TEXT NOT NULL, wall_s REAL NOT NULL, version TEXT NOT NULL);
CREATE TABLE executions(hash TEXT PRIMARY KEY, counts BLOB NOT NULL);
CREATE TABLE points(
    sweep INTEGER NOT NULL REFERENCES sweeps(id), id INTEGER NOT NULL, fidelity TEXT NOT NULL, axes TEXT NOT NULL,
    status TEXT NOT NULL, message TEXT NOT NULL, hash TEXT NOT NULL,
    PRIMARY KEY(sweep, id, fidelity)) WITHOUT ROWID;
CREATE VIEW results AS
    SELECT sweeps.name AS sweep, points.id AS id, points.fidelity AS fidelity, points.axes AS axes,
        points.status AS status, points.message AS message, evaluations.figures AS figures,
        evaluations.wall_s AS wall_s, evaluations.version AS version, points.hash AS hash
    FROM points JOIN sweeps ON sweeps.id = points.sweep LEFT JOIN evaluations ON evaluations.hash = points.hash;
)";

/// Makes the tables of a new file; refuses a file of another program or of a later schema.
void prepare_schema(const Database& database, const std::string& file) {
    // One writer and many readers; a commit is on the disk when it returns, so that not even a power cut loses it.
    // Pages hold several rows of a few KB each.
    database.execute("PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
    Transaction transaction(database);
    if (database.integer("SELECT count(*) FROM sqlite_schema") != 0) {
        verify_schema(database, file);
        return;
    }
    database.execute(kSchema);
    database.execute("PRAGMA application_id=" + std::to_string(kStoreApplication) +
                     "; PRAGMA user_version=" + std::to_string(kStoreSchema) + ";");
    transaction.commit();
}

} // namespace

Store::Lock::Lock(const std::filesystem::path& file)
    : descriptor_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0) {
        const std::string reason = std::strerror(errno);
        throw UserError({.file = file.string()}, "",
                        "cannot be written: " + reason + "; its folder must exist and be writable");
    }
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
        ::close(descriptor_);
        throw UserError({.file = file.string()}, "",
                        "is in use by another 'lodestone explore'; wait for it to end, watch it with --status, or name "
                        "another store");
    }
}

Store::Lock::~Lock() {
    close();
}

void Store::Lock::close() {
    ::close(descriptor_);
    descriptor_ = -1;
}

Store::Store(const std::filesystem::path& file) : file_(file), lock_(file), database_(file, Database::Access::write) {
    prepare_schema(database_, file.string());
}

Store::~Store() {
    try { // a finished store is one file, that can be read where nothing can be written
        database_.execute("PRAGMA busy_timeout=100; PRAGMA journal_mode=DELETE;");
    } catch (const UserError&) { // somebody is reading; it is as good with its log beside it
    }
}

bool Store::open_sweep(const SweepRecord& sweep) {
    std::optional<Transaction> transaction;
    if (!database_.is_in_transaction()) {
        transaction.emplace(database_);
    }
    const std::uint64_t turn = database_.integer("SELECT coalesce(max(opened), 0) + 1 FROM sweeps");
    Statement find = database_.prepare("SELECT id FROM sweeps WHERE hash = ?1");
    find.bind(1, sweep.hash);
    const bool is_known = find.next();
    if (is_known) {
        sweep_ = find.integer(0);
        database_.prepare("UPDATE sweeps SET opened = ?1 WHERE id = ?2").bind(1, turn).bind(2, sweep_).run();
    } else {
        sweep_ = database_.integer("SELECT coalesce(max(id), 0) + 1 FROM sweeps");
        Statement insert = database_.prepare("INSERT INTO sweeps(id, hash, name, axes, objectives, planned, opened, "
                                             "workloads, text) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9)");
        insert.bind(1, sweep_).bind(2, sweep.hash).bind(3, sweep.name).bind(4, axes_text(sweep.axes));
        insert.bind(5, objectives_text(sweep.objectives))
            .bind(7, turn)
            .bind(8, workloads_text(sweep.workloads))
            .bind(9, sweep.text);
        if (sweep.planned) {
            insert.bind(6, *sweep.planned);
        }
        insert.run();
    }
    if (transaction) {
        transaction->commit();
    }
    return is_known;
}

std::vector<Row> Store::rows() const {
    return read_rows(database_, sweep_);
}

std::optional<Evaluation> Store::find(const std::string& hash) const {
    Statement statement = database_.prepare(
        "SELECT fidelity, status, message, figures, wall_s, version FROM evaluations WHERE hash = ?1");
    statement.bind(1, hash);
    if (!statement.next()) {
        return std::nullopt;
    }
    return Evaluation{.hash = hash,
                      .fidelity = statement.text(0),
                      .status = status_of(statement.text(1)),
                      .message = statement.text(2),
                      .figures = parse_figures(statement.text(3)),
                      .wall_s = statement.real(4),
                      .version = statement.text(5)};
}

std::optional<std::string> Store::find_execution(const std::string& hash) const {
    Statement statement = database_.prepare("SELECT counts FROM executions WHERE hash = ?1");
    statement.bind(1, hash);
    return statement.next() ? std::optional(statement.text(0)) : std::nullopt;
}

void Store::insert(const Row& row) {
    Statement point =
        database_.prepare("INSERT OR REPLACE INTO points(sweep, id, fidelity, axes, status, message, hash) "
                          "VALUES (?1,?2,?3,?4,?5,?6,?7)");
    point.bind(1, sweep_).bind(2, row.id).bind(3, row.fidelity).bind(4, values_text(row.values));
    point.bind(5, name_of(row.status)).bind(6, row.message).bind(7, row.hash).run();
}

void Store::add(const Row& row, const Evaluation& evaluation, const std::vector<StoredExecution>& executions) {
    std::optional<Transaction> transaction;
    if (!database_.is_in_transaction()) {
        transaction.emplace(database_);
    }
    Statement result = database_.prepare(
        "INSERT OR REPLACE INTO evaluations(hash, fidelity, status, message, figures, wall_s, version) "
        "VALUES (?1,?2,?3,?4,?5,?6,?7)");
    result.bind(1, evaluation.hash).bind(2, evaluation.fidelity).bind(3, name_of(evaluation.status));
    result.bind(4, evaluation.message).bind(5, figures_text(evaluation.figures)).bind(6, evaluation.wall_s);
    result.bind(7, evaluation.version).run();
    for (const StoredExecution& execution : executions) {
        Statement run = database_.prepare("INSERT OR REPLACE INTO executions(hash, counts) VALUES (?1,?2)");
        run.bind(1, execution.hash).bind_blob(2, execution.packed).run();
    }
    insert(row);
    if (transaction) {
        transaction->commit();
    }
}

void Store::add(const Row& row) {
    insert(row);
}

} // namespace lodestone::explore
