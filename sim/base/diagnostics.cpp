// SPDX-License-Identifier: Apache-2.0
// Collecting problems, their text, and the nearest known name.
#include "sim/base/diagnostics.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace lodestone {

std::string to_string(const Diagnostic& diagnostic) {
    std::string text;
    if (!diagnostic.where.file.empty()) {
        text += diagnostic.where.file + ":";
        if (diagnostic.where.line != 0) {
            text += std::to_string(diagnostic.where.line) + ":" + std::to_string(diagnostic.where.column) + ":";
        }
        text += " ";
    }
    text += diagnostic.severity == Severity::warning ? "warning: " : "";
    text += diagnostic.path.empty() ? "" : diagnostic.path + ": ";
    return text + diagnostic.message;
}

void Problems::error(Location where, std::string path, std::string message) {
    add({.severity = Severity::error,
         .where = std::move(where),
         .path = std::move(path),
         .message = std::move(message)});
}

void Problems::warn(Location where, std::string path, std::string message) {
    add({.severity = Severity::warning,
         .where = std::move(where),
         .path = std::move(path),
         .message = std::move(message)});
}

void Problems::add(Diagnostic diagnostic) {
    errors_ += diagnostic.severity == Severity::error ? 1 : 0;
    list_.push_back(std::move(diagnostic));
}

void Problems::append(const Problems& other) {
    for (const auto& diagnostic : other.list_) {
        add(diagnostic);
    }
}

void Problems::throw_if_errors() const {
    if (has_errors()) {
        throw UserError(*this);
    }
}

namespace {

/// Levenshtein distance, one row at a time.
std::size_t edit_distance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replace = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replace});
        }
    }
    return row.back();
}

} // namespace

std::string nearest_name(const std::string& word, const std::vector<std::string>& known) {
    std::string best;
    std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const auto& name : known) {
        const std::size_t distance = edit_distance(word, name);
        if (distance < best_distance) {
            best_distance = distance;
            best = name;
        }
    }
    return best;
}

std::string join(const std::vector<std::string>& words, const std::string& separator) {
    std::string text;
    for (const auto& word : words) {
        text += (text.empty() ? "" : separator) + word;
    }
    return text;
}

std::string known_names(const std::string& word, const std::vector<std::string>& known) {
    const std::string near = nearest_name(word, known);
    return (near.empty() ? "" : "; did you mean '" + near + "'?") + " (known: " + join(known) + ")";
}

} // namespace lodestone
