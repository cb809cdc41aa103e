// SPDX-License-Identifier: Apache-2.0
// A small scanner that knows where C++ comments and literals begin and end.
#include "tests/structure/repository/source_text.hpp"

#include <cctype>
#include <regex>
#include <sstream>

namespace lodestone::structure {
namespace {

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// An apostrophe inside a number (1'000) separates digits and begins no character literal.
bool separates_digits(std::string_view text, std::size_t apostrophe) {
    std::size_t begin = apostrophe;
    while (begin > 0 && (is_word(text[begin - 1]) || text[begin - 1] == '\'')) {
        --begin;
    }
    return begin < apostrophe && std::isdigit(static_cast<unsigned char>(text[begin])) != 0;
}

/// The position after the literal that `quote` opens at `begin`; a line end closes an unfinished one.
std::size_t end_of_literal(std::string_view text, std::size_t begin) {
    const char quote = text[begin];
    std::size_t at = begin + 1;
    while (at < text.size() && text[at] != quote && text[at] != '\n') {
        at += text[at] == '\\' ? std::size_t{2} : std::size_t{1};
    }
    return std::min(at + 1, text.size());
}

/// The position after the raw string whose opening quote is at `begin`.
std::size_t end_of_raw_string(std::string_view text, std::size_t begin) {
    const std::size_t open = text.find('(', begin);
    if (open == std::string_view::npos) {
        return text.size();
    }
    const std::string closing = ")" + std::string(text.substr(begin + 1, open - begin - 1)) + "\"";
    const std::size_t end = text.find(closing, open);
    return end == std::string_view::npos ? text.size() : end + closing.size();
}

/// The position after the comment or literal that begins at `at`, or `at` when code goes on there.
std::size_t end_of_blank(std::string_view text, std::size_t at) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("//")) {
        return std::min(text.find('\n', at), text.size());
    }
    if (rest.starts_with("/*")) {
        const std::size_t end = text.find("*/", at + 2);
        return end == std::string_view::npos ? text.size() : end + 2;
    }
    if (rest.starts_with('"')) {
        return at > 0 && text[at - 1] == 'R' ? end_of_raw_string(text, at) : end_of_literal(text, at);
    }
    if (rest.starts_with('\'') && !separates_digits(text, at)) {
        return end_of_literal(text, at);
    }
    return at;
}

} // namespace

std::string code_only(std::string_view text) {
    std::string code(text);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = end_of_blank(text, at);
        for (std::size_t i = at; i < end; ++i) {
            code[i] = text[i] == '\n' ? '\n' : ' ';
        }
        at = std::max(end, at + 1);
    }
    return code;
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    std::istringstream in{std::string(text)};
    for (std::string line; std::getline(in, line);) {
        lines.push_back(line);
    }
    return lines;
}

std::vector<Include> includes_of(std::string_view text) {
    static const std::regex directive(R"(^\s*#\s*include\b)");
    static const std::regex target(R"re(#\s*include\s*(?:"([^"]+)"|<([^>]+)>))re");
    std::vector<Include> found;
    const std::vector<std::string> code = lines_of(code_only(text));
    const std::vector<std::string> lines = lines_of(text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::smatch match;
        if (std::regex_search(code[i], directive) && std::regex_search(lines[i], match, target)) {
            const bool quoted = match[1].matched;
            found.push_back({.target = match[quoted ? 1 : 2], .quoted = quoted, .line = i + 1});
        }
    }
    return found;
}

bool is_cpp(std::string_view path) {
    return path.ends_with(".cpp") || path.ends_with(".hpp");
}

} // namespace lodestone::structure
