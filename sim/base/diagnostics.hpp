// SPDX-License-Identifier: Apache-2.0
// What is wrong with what the user gave: located problems, collected and reported all at once.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace lodestone {

/// A place in a file the user wrote; line and column count from 1, 0 means "the file as a whole".
struct Location {
    std::string file;
    std::size_t line = 0;
    std::size_t column = 0;
    friend bool operator==(const Location&, const Location&) = default;
};

enum class Severity { error, warning };

/// One problem. `path` is the dotted key ("array.rows") or node name; `message` says what is wrong, the value,
/// the limit and what to do.
struct Diagnostic {
    Severity severity = Severity::error;
    Location where;
    std::string path;
    std::string message;
    friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

/// `file:line:column: path message`; parts that are unknown are left out.
[[nodiscard]] std::string to_string(const Diagnostic& diagnostic);

/// The problems found so far. Readers add to it and go on, so that the user sees all of them together.
class Problems {
public:
    void error(Location where, std::string path, std::string message);
    void warn(Location where, std::string path, std::string message);
    void add(Diagnostic diagnostic);
    void append(const Problems& other);

    [[nodiscard]] bool has_errors() const { return errors_ != 0; }
    [[nodiscard]] std::size_t error_count() const { return errors_; }
    [[nodiscard]] const std::vector<Diagnostic>& all() const { return list_; }
    /// Throws UserError with everything found if there is at least one error.
    void throw_if_errors() const;

private:
    std::vector<Diagnostic> list_;
    std::size_t errors_ = 0;
};

/// "did you mean 'rows'?" — the known word nearest to `word` by edit distance, or "" when none is near.
[[nodiscard]] std::string nearest_name(const std::string& word, const std::vector<std::string>& known);
/// "a, b, c"
[[nodiscard]] std::string join(const std::vector<std::string>& words, const std::string& separator = ", ");
/// The ending of the message about an unknown name: the nearest known name and the list of all.
[[nodiscard]] std::string known_names(const std::string& word, const std::vector<std::string>& known);

} // namespace lodestone
