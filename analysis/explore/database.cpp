// SPDX-License-Identifier: Apache-2.0
// SQLite behind types; the only file that includes it.
#include "analysis/explore/database.hpp"

#include "sim/base/error.hpp"

#include <sqlite3.h>

namespace lodestone::explore {
namespace {

constexpr int patience_ms = 10'000; // for another process's transaction

/// Why SQLite refused, and what the user can do about it.
[[noreturn]] void fail(sqlite3* database, const std::string& file, int code) {
    const std::string reason = database == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database);
    std::string remedy;
    switch (code & 0xFF) { // the low byte is the primary code
    case SQLITE_FULL:
        remedy = "; the disk is full: free some space and start again, every finished point is kept";
        break;
    case SQLITE_IOERR:
        remedy = "; the disk is full or broken: every finished point is kept, start again when it can be written";
        break;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        remedy = "; its folder must exist and be writable";
        break;
    case SQLITE_BUSY:
        remedy = "; another process is writing to it";
        break;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        remedy = "; name a file that 'lodestone explore' has made, or a new one";
        break;
    default:
        break;
    }
    throw UserError({.file = file}, "", "cannot be used: " + reason + remedy);
}

} // namespace

Statement::Statement(sqlite3* database, const std::string& file, std::string_view sql)
    : database_(database), file_(file) {
    const int code = sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &statement_, nullptr);
    if (code != SQLITE_OK) {
        fail(database, file, code);
    }
}

Statement::~Statement() {
    sqlite3_finalize(statement_);
}

void Statement::reset() {
    if (is_running_) {
        sqlite3_reset(statement_);
        is_running_ = false;
    }
}

Statement& Statement::bind(int index, std::string_view text) {
    reset();
    sqlite3_bind_text(statement_, index, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
    return *this;
}

Statement& Statement::bind(int index, std::uint64_t value) {
    reset();
    sqlite3_bind_int64(statement_, index, static_cast<sqlite3_int64>(value));
    return *this;
}

Statement& Statement::bind(int index, double value) {
    reset();
    sqlite3_bind_double(statement_, index, value);
    return *this;
}

Statement& Statement::bind_blob(int index, std::string_view bytes) {
    reset();
    sqlite3_bind_blob(statement_, index, bytes.data(), static_cast<int>(bytes.size()), SQLITE_TRANSIENT);
    return *this;
}

Statement& Statement::bind_null(int index) {
    reset();
    sqlite3_bind_null(statement_, index);
    return *this;
}

bool Statement::next() {
    is_running_ = true;
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) {
        return true;
    }
    if (code != SQLITE_DONE) {
        fail(database_, file_, code);
    }
    reset();
    return false;
}

void Statement::run() {
    check_invariant(!next(), "a statement that changes the store has no rows");
}

std::string Statement::text(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    const int size = sqlite3_column_bytes(statement_, column);
    return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(size));
}

std::uint64_t Statement::integer(int column) const {
    return static_cast<std::uint64_t>(sqlite3_column_int64(statement_, column));
}

double Statement::real(int column) const {
    return sqlite3_column_double(statement_, column);
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

Database::Database(const std::filesystem::path& file, Access access) : file_(file.string()) {
    std::error_code status;
    if (std::filesystem::is_directory(file, status)) {
        throw UserError({.file = file_}, "", "is a folder; name a file in it");
    }
    if (access == Access::read && !std::filesystem::exists(file, status)) {
        throw UserError({.file = file_}, "", "no such file; check the spelling and the current folder");
    }
    const int flags = access == Access::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    int code = sqlite3_open_v2(file_.c_str(), &database_, flags, nullptr);
    if (code == SQLITE_OK) {
        sqlite3_busy_timeout(database_, patience_ms);
        code = sqlite3_exec(database_, "SELECT count(*) FROM sqlite_schema", nullptr, nullptr, nullptr);
    }
    if (code == SQLITE_CANTOPEN && access == Access::read) {
        // A finished store in a place where not even the file of shared memory can be made: nobody can be writing.
        sqlite3_close(database_);
        const std::string uri = "file:" + file_ + "?immutable=1";
        code = sqlite3_open_v2(uri.c_str(), &database_, flags | SQLITE_OPEN_URI, nullptr);
    }
    if (code != SQLITE_OK) {
        try {
            fail(database_, file_, code);
        } catch (...) {
            sqlite3_close(database_);
            throw;
        }
    }
}

Database::~Database() {
    sqlite3_close(database_);
}

Statement Database::prepare(std::string_view sql) const {
    return {database_, file_, sql};
}

void Database::execute(const std::string& sql) const {
    const int code = sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        fail(database_, file_, code);
    }
}

bool Database::is_in_transaction() const {
    return sqlite3_get_autocommit(database_) == 0;
}

std::uint64_t Database::integer(std::string_view sql) const {
    Statement statement = prepare(sql);
    return statement.next() ? statement.integer(0) : 0;
}

Transaction::Transaction(const Database& database) : database_(database) {
    database_.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
    if (is_open_) {
        try {
            database_.execute("ROLLBACK");
        } catch (const UserError&) { // SQLite has rolled back by itself; the first error is on its way
        }
    }
}

void Transaction::commit() {
    database_.execute("COMMIT");
    is_open_ = false;
}

} // namespace lodestone::explore
