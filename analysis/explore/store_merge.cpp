// SPDX-License-Identifier: Apache-2.0
// Bringing stores together: the shards of a job array into one.
#include "analysis/explore/store.hpp"
#include "analysis/explore/store_rows.hpp"
#include "sim/base/error.hpp"

namespace lodestone::explore {
namespace {

/// `shard` is attached. Sweeps are the same when their hashes are; ids differ from store to store.
constexpr const char* kMerge = R"(
INSERT INTO main.sweeps(hash, name, axes, objectives, planned, opened, workloads, text)
    SELECT hash, name, axes, objectives, planned,
        (SELECT coalesce(max(opened), 0) FROM main.sweeps) + opened, workloads, text
    FROM shard.sweeps WHERE hash NOT IN (SELECT hash FROM main.sweeps) ORDER BY opened;
INSERT OR IGNORE INTO main.executions(hash, counts) SELECT hash, counts FROM shard.executions;
INSERT INTO main.evaluations(hash, fidelity, status, message, figures, wall_s, version)
    SELECT hash, fidelity, status, message, figures, wall_s, version FROM shard.evaluations WHERE true
    ON CONFLICT(hash) DO UPDATE SET status = excluded.status, message = excluded.message, figures = excluded.figures,
        wall_s = excluded.wall_s, version = excluded.version
    WHERE evaluations.status IN ('failed', 'timed_out');
INSERT INTO main.points(sweep, id, fidelity, axes, status, message, hash)
    SELECT own.id, point.id, point.fidelity, point.axes, point.status, point.message, point.hash
    FROM shard.points AS point JOIN shard.sweeps AS theirs ON theirs.id = point.sweep
        JOIN main.sweeps AS own ON own.hash = theirs.hash WHERE true
    ON CONFLICT(sweep, id, fidelity) DO UPDATE SET status = excluded.status, message = excluded.message,
        hash = excluded.hash
    WHERE points.status IN ('failed', 'timed_out');
)";

} // namespace

void Store::merge(const std::filesystem::path& other) {
    {
        const Database shard(other, Database::Access::read); // says what is wrong with it
        verify_schema(shard, other.string());
    }
    if (std::filesystem::equivalent(other, file_)) {
        throw UserError({.file = other.string()}, "", "is the store that is merged into; name other stores");
    }
    database_.prepare("ATTACH DATABASE ?1 AS shard").bind(1, other.string()).run();
    {
        Transaction transaction(database_);
        database_.execute(kMerge);
        transaction.commit();
    }
    database_.execute("DETACH DATABASE shard");
}

} // namespace lodestone::explore
