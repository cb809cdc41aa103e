// SPDX-License-Identifier: Apache-2.0
// A thin layer over SQLite: statements with typed columns, transactions, and errors that say what to do.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace lodestone::explore {

/// One prepared statement; reset by the next bind or at its end.
class Statement {
public:
    Statement(sqlite3* database, const std::string& file, std::string_view sql);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    /// Parameters count from 1.
    Statement& bind(int index, std::string_view text);
    Statement& bind(int index, std::uint64_t value);
    Statement& bind(int index, double value);
    Statement& bind_blob(int index, std::string_view bytes);
    Statement& bind_null(int index);

    /// True when a row is there. Throws UserError on a full disk, a read-only place or a damaged file.
    [[nodiscard]] bool next();
    /// For statements without rows; ready to be bound again afterwards.
    void run();

    /// Columns count from 0.
    [[nodiscard]] std::string text(int column) const; ///< or the bytes of a blob
    [[nodiscard]] std::uint64_t integer(int column) const;
    [[nodiscard]] double real(int column) const;
    [[nodiscard]] bool is_null(int column) const;

private:
    void reset();

    sqlite3* database_;
    const std::string& file_;
    sqlite3_stmt* statement_ = nullptr;
    bool is_running_ = false;
};

/// An open file. `read` never changes it, and also works where nothing can be written.
class Database {
public:
    enum class Access { read, write };

    /// Throws UserError: no such file (read), a place that cannot be written, no SQLite file.
    Database(const std::filesystem::path& file, Access access);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    [[nodiscard]] Statement prepare(std::string_view sql) const;
    /// Statements without parameters and rows, separated by semicolons.
    void execute(const std::string& sql) const;
    /// A transaction is open.
    [[nodiscard]] bool is_in_transaction() const;
    /// The first column of the first row.
    [[nodiscard]] std::uint64_t integer(std::string_view sql) const;

private:
    std::string file_;
    sqlite3* database_ = nullptr;
};

/// Begins at once, so that a reader becomes a writer without a chance of failing half-way; undone unless committed.
class Transaction {
public:
    explicit Transaction(const Database& database);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

private:
    const Database& database_;
    bool is_open_ = true;
};

} // namespace lodestone::explore
