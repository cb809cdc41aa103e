// SPDX-License-Identifier: Apache-2.0
// Lexer, parser and reader of Liberty files.
#include "arch/mac/synthesis/liberty.hpp"

#include "arch/mac/synthesis/logic.hpp"
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <optional>

namespace lodestone::mac {

namespace {

struct Token {
    std::string text;
    Location where;
    bool is_string = false;
};

/// Cuts the text into words, strings and punctuation; comments and line continuations vanish.
class Lexer {
public:
    Lexer(const std::string& text, const std::string& file) : text_(text), file_(file) {}

    /// Empty text at the end of the file.
    Token next() {
        skip_blanks();
        Token token{.where = here()};
        if (at_ >= text_.size()) {
            return token;
        }
        if (text_[at_] == '"') {
            return string_token();
        }
        constexpr std::string_view punctuation = "(){}:;,";
        if (punctuation.find(text_[at_]) != std::string_view::npos) {
            token.text = text_[at_];
            advance();
            return token;
        }
        while (at_ < text_.size() && punctuation.find(text_[at_]) == std::string_view::npos && text_[at_] != '"' &&
               std::isspace(static_cast<unsigned char>(text_[at_])) == 0) {
            token.text += text_[at_];
            advance();
        }
        return token;
    }

    [[nodiscard]] Location here() const { return {file_, line_, column_}; }

private:
    void advance() {
        if (text_[at_++] == '\n') {
            ++line_;
            column_ = 1;
        } else {
            ++column_;
        }
    }

    void skip_blanks() {
        while (at_ < text_.size()) {
            const bool blank = std::isspace(static_cast<unsigned char>(text_[at_])) != 0;
            const bool continued = text_[at_] == '\\' && at_ + 1 < text_.size() &&
                                   std::isspace(static_cast<unsigned char>(text_[at_ + 1])) != 0;
            if (blank || continued) {
                advance();
            } else if (text_.compare(at_, 2, "/*") == 0) {
                skip_comment();
            } else if (text_.compare(at_, 2, "//") == 0) {
                while (at_ < text_.size() && text_[at_] != '\n') {
                    advance();
                }
            } else {
                return;
            }
        }
    }

    void skip_comment() {
        const Location start = here();
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string::npos) {
            throw UserError(start, "", "comment without its end");
        }
        while (at_ < end + 2) {
            advance();
        }
    }

    Token string_token() {
        Token token{.where = here(), .is_string = true};
        advance();
        while (at_ < text_.size() && text_[at_] != '"') {
            if (text_[at_] == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') {
                advance();
            } else {
                token.text += text_[at_];
            }
            advance();
        }
        if (at_ >= text_.size()) {
            throw UserError(token.where, "", "string without its closing quote");
        }
        advance();
        return token;
    }

    const std::string& text_;
    const std::string& file_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
    std::size_t column_ = 1;
};

class Parser {
public:
    Parser(const std::string& text, const std::string& file) : lexer_(text, file) { token_ = lexer_.next(); }

    LibertyGroup file() {
        LibertyGroup root;
        root.where = token_.where;
        statement(root);
        if (root.groups.size() != 1 || root.groups.front().name != "library") {
            throw UserError(root.where, "", "a Liberty file is one group 'library (name) { ... }'");
        }
        if (!is_end()) {
            throw UserError(token_.where, "", "'" + token_.text + "' after the end of the library");
        }
        return std::move(root.groups.front());
    }

private:
    [[nodiscard]] bool is_end() const { return token_.text.empty() && !token_.is_string; }
    [[nodiscard]] bool is(const char* punctuation) const { return !token_.is_string && token_.text == punctuation; }

    Token take() {
        Token taken = std::move(token_);
        token_ = lexer_.next();
        return taken;
    }

    void expect(const char* punctuation, const std::string& after) {
        if (!is(punctuation)) {
            throw UserError(token_.where, "",
                            std::string("expected '") + punctuation + "' after " + after + ", found " +
                                (is_end() ? "the end of the file" : "'" + token_.text + "'"));
        }
        take();
    }

    void statement(LibertyGroup& parent) {
        const Token name = take();
        if (name.text.empty() || name.is_string ||
            std::string_view("(){}:,").find(name.text) != std::string_view::npos) {
            throw UserError(name.where, "", "expected a name, found '" + name.text + "'");
        }
        if (is(":")) {
            take();
            simple_attribute(parent, name);
            return;
        }
        expect("(", "'" + name.text + "'");
        std::vector<std::string> arguments;
        while (!is(")")) {
            if (is_end() || is("{") || is("}") || is(";")) {
                throw UserError(token_.where, "", "the arguments of '" + name.text + "' have no closing ')'");
            }
            if (!is(",")) {
                arguments.push_back(token_.text);
            }
            take();
        }
        take();
        if (is("{")) {
            group(parent, name, std::move(arguments));
            return;
        }
        if (is(";")) {
            take();
        }
        parent.attributes.push_back({name.text, {std::move(arguments), name.where}});
    }

    void simple_attribute(LibertyGroup& parent, const Token& name) {
        std::string value;
        const std::size_t line = token_.where.line;
        while (!is(";") && !is("}") && !is_end() && (value.empty() || token_.where.line == line)) {
            value += (value.empty() ? "" : " ") + token_.text;
            take();
        }
        if (is(";")) {
            take();
        }
        if (value.empty()) {
            throw UserError(name.where, "", "'" + name.text + "' has no value");
        }
        parent.attributes.push_back({name.text, {{value}, name.where}});
    }

    void group(LibertyGroup& parent, const Token& name, std::vector<std::string> arguments) {
        take();
        LibertyGroup made{.name = name.text, .arguments = std::move(arguments), .where = name.where};
        while (!is("}")) {
            if (is_end()) {
                throw UserError(name.where, "", "group '" + name.text + "' has no closing '}'");
            }
            if (is(";")) {
                take();
            } else {
                statement(made);
            }
        }
        take();
        parent.groups.push_back(std::move(made));
    }

    Lexer lexer_;
    Token token_;
};

/// Reads the values of groups and collects what is wrong.
class Reader {
public:
    Library library(const LibertyGroup& root) {
        Library lib{.name = root.arguments.empty() ? "" : root.arguments.front()};
        lib.voltage = number(root, "nom_voltage").value_or(0.0);
        if (lib.voltage <= 0) {
            problems_.error(root.where, "nom_voltage", "is missing or not positive; energies need the supply in V");
        }
        for (const LibertyGroup& group : root.groups) {
            if (group.name == "cell") {
                Cell made = cell(group);
                lib.cells.emplace(made.name, std::move(made));
            }
        }
        if (lib.cells.empty()) {
            problems_.error(root.where, "library", "has no cells");
        }
        problems_.throw_if_errors();
        return lib;
    }

private:
    std::optional<double> number(const LibertyGroup& group, const std::string& name) {
        const LibertyGroup::Attribute* attribute = group.find(name);
        if (attribute == nullptr) {
            return std::nullopt;
        }
        char* end = nullptr;
        const double value = std::strtod(attribute->values.front().c_str(), &end);
        if (end == attribute->values.front().c_str() || *end != '\0') {
            problems_.error(attribute->where, name, "is '" + attribute->values.front() + "', not a number");
            return std::nullopt;
        }
        return value;
    }

    Cell cell(const LibertyGroup& group) {
        Cell made{.name = group.arguments.empty() ? "" : group.arguments.front(), .where = group.where};
        if (made.name.empty()) {
            problems_.error(group.where, "cell", "has no name");
        }
        if (const auto area = number(group, "area")) {
            made.area = *area;
        } else {
            problems_.error(group.where, made.name, "has no area");
        }
        for (const LibertyGroup& inner : group.groups) {
            if (inner.name == "ff" || inner.name == "latch") {
                state(made, inner);
            } else if (inner.name == "pin") {
                made.pins.push_back(pin(inner, made.name));
            }
        }
        for (const CellPin& p : made.pins) {
            verify_function(made, p);
        }
        return made;
    }

    void state(Cell& cell, const LibertyGroup& group) {
        cell.is_flip_flop = group.name == "ff";
        cell.is_latch = group.name == "latch";
        if (!group.arguments.empty()) {
            cell.state = group.arguments.front();
            cell.state_inverted = group.arguments.size() > 1 ? group.arguments[1] : "";
        }
        if (const LibertyGroup::Attribute* next = group.find("next_state")) {
            cell.next_state = next->values.front();
        } else if (cell.is_flip_flop) {
            problems_.error(group.where, cell.name, "is a flip-flop without next_state");
        }
    }

    CellPin pin(const LibertyGroup& group, const std::string& cell) {
        CellPin made{.name = group.arguments.empty() ? "" : group.arguments.front(), .where = group.where};
        const LibertyGroup::Attribute* direction = group.find("direction");
        if (direction == nullptr) {
            problems_.error(group.where, cell + "." + made.name, "has no direction");
        } else {
            made.is_output = direction->values.front() == "output";
        }
        made.capacitance = number(group, "capacitance").value_or(0.0);
        const LibertyGroup::Attribute* clock = group.find("clock");
        made.is_clock = clock != nullptr && clock->values.front() == "true";
        if (const LibertyGroup::Attribute* function = group.find("function")) {
            made.function = function->values.front();
        }
        for (const LibertyGroup& inner : group.groups) {
            if (inner.name == "internal_power") {
                made.internal.push_back(internal_energy(inner));
            }
        }
        return made;
    }

    std::vector<double> numbers(const LibertyGroup::Attribute& attribute) {
        std::vector<double> values;
        for (const std::string& row : attribute.values) {
            const char* at = row.c_str();
            while (*at != '\0') {
                char* end = nullptr;
                const double value = std::strtod(at, &end);
                if (end == at) {
                    problems_.error(attribute.where, "values", "'" + row + "' is not a list of numbers");
                    return values;
                }
                values.push_back(value);
                at = end;
                while (*at == ',' || std::isspace(static_cast<unsigned char>(*at)) != 0) {
                    ++at;
                }
            }
        }
        return values;
    }

    InternalEnergy internal_energy(const LibertyGroup& group) {
        InternalEnergy energy;
        double tables = 0;
        for (const LibertyGroup& table : group.groups) {
            const LibertyGroup::Attribute* values = table.find("values");
            if (values == nullptr) {
                continue;
            }
            const std::vector<double> all = numbers(*values);
            const LibertyGroup::Attribute* loads = table.find("index_1");
            const LibertyGroup::Attribute* slopes = table.find("index_2");
            const std::size_t columns = slopes == nullptr ? all.size() : numbers(*slopes).size();
            if (columns == 0 || all.size() % columns != 0) {
                problems_.error(values->where, "values",
                                "do not fill a table of " + std::to_string(columns) + " columns");
                continue;
            }
            const std::size_t rows = all.size() / columns;
            energy.energy.resize(std::max(energy.energy.size(), rows));
            for (std::size_t row = 0; row < rows; ++row) {
                energy.energy[row] += all[row * columns + columns / 2];
            }
            if (slopes != nullptr && loads != nullptr) {
                energy.load = numbers(*loads);
            }
            ++tables;
        }
        for (double& value : energy.energy) {
            value /= tables;
        }
        if (energy.load.size() != energy.energy.size()) {
            energy.load.clear();
        }
        return energy;
    }

    void verify_function(const Cell& cell, const CellPin& pin) {
        if (!pin.is_output || pin.function.empty() || cell.is_latch || cell.is_flip_flop) {
            return;
        }
        std::vector<std::string> inputs;
        for (const CellPin& p : cell.pins) {
            if (!p.is_output) {
                inputs.push_back(p.name);
            }
        }
        try {
            const Logic logic(pin.function, inputs);
        } catch (const UserError& error) {
            problems_.error(pin.where, cell.name + "." + pin.name, error.what());
        }
    }

    Problems problems_;
};

} // namespace

const LibertyGroup::Attribute* LibertyGroup::find(const std::string& attribute) const {
    for (const auto& [name_of_attribute, value] : attributes) {
        if (name_of_attribute == attribute && !value.values.empty()) {
            return &value;
        }
    }
    return nullptr;
}

LibertyGroup parse_liberty(const std::string& text, const std::string& file) {
    return Parser(text, file).file();
}

double InternalEnergy::at(double load_pf) const {
    if (energy.empty()) {
        return 0.0;
    }
    if (load.empty()) {
        return energy[energy.size() / 2];
    }
    const auto above = std::ranges::upper_bound(load, load_pf);
    if (above == load.begin()) {
        return energy.front();
    }
    if (above == load.end()) {
        return energy.back();
    }
    const auto i = static_cast<std::size_t>(above - load.begin());
    const double share = (load_pf - load[i - 1]) / (load[i] - load[i - 1]);
    return energy[i - 1] + share * (energy[i] - energy[i - 1]);
}

const CellPin* Cell::pin(const std::string& pin_name) const {
    const auto found = std::ranges::find(pins, pin_name, &CellPin::name);
    return found == pins.end() ? nullptr : &*found;
}

double Library::nand2_area() const {
    double smallest = 0;
    for (const auto& [cell_name, cell] : cells) {
        std::vector<std::string> inputs;
        const CellPin* output = nullptr;
        for (const CellPin& p : cell.pins) {
            if (p.is_output) {
                output = &p;
            } else {
                inputs.push_back(p.name);
            }
        }
        if (cell.is_flip_flop || cell.is_latch || output == nullptr || inputs.size() != 2 || output->function.empty()) {
            continue;
        }
        constexpr std::uint64_t nand2 = 0b0111;
        if (Logic(output->function, inputs).truth_table() == nand2 && (smallest == 0 || cell.area < smallest)) {
            smallest = cell.area;
        }
    }
    return smallest;
}

Library read_library(const std::string& text, const std::string& file) {
    return Reader().library(parse_liberty(text, file));
}

Library read_library(const std::filesystem::path& file) {
    return read_library(read_file(file), file.string());
}

} // namespace lodestone::mac
