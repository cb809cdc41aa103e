// SPDX-License-Identifier: Apache-2.0
// Conversions of one value and the messages about values that do not fit.
#include "sim/config/value.hpp"

#include "sim/base/error.hpp"
#include "sim/config/map_reader.hpp"
#include "sim/config/number.hpp"
#include "sim/config/probe.hpp"

#include <algorithm>
#include <utility>

namespace lodestone::config {
namespace {

constexpr std::size_t longest_shown = 60;
constexpr double celsius_zero_in_kelvin = 273.15;

/// The user's text in quotes, on one line and not too long.
std::string quote(const std::string& text) {
    std::string shown = text.substr(0, longest_shown);
    for (char& c : shown) {
        c = static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
    return "'" + shown + (text.size() > longest_shown ? "..." : "") + "'";
}

template <class T>
std::string integer_expectation(T min, T max) {
    if (max == std::numeric_limits<T>::max()) {
        return "an integer of at least " + std::to_string(min);
    }
    return "an integer from " + std::to_string(min) + " to " + std::to_string(max);
}

std::string expectation(const Interval& limits) {
    const bool bounded_below = limits.min > std::numeric_limits<double>::lowest();
    const bool bounded_above = limits.max < std::numeric_limits<double>::max();
    std::string text = "a number";
    if (bounded_below) {
        text += (limits.above_min ? " above "
                 : bounded_above  ? " from "
                                  : " of at least ") +
                measure_text(limits.min, "");
    }
    if (bounded_above) {
        text += (!bounded_below     ? " of at most "
                 : limits.above_min ? " and at most "
                                    : " to ") +
                measure_text(limits.max, "");
    }
    return text;
}

bool contains(const Interval& limits, double value) {
    return value <= limits.max && (limits.above_min ? value > limits.min : value >= limits.min);
}

double smallest(const Interval& limits) {
    const double low = limits.above_min ? limits.min + 1 : limits.min;
    return std::min(std::max(low, 0.0), limits.max);
}

/// The number of "400 MHz" in `measure.unit`, or why not.
Parsed<double> parse_measure(std::string_view text, const Measure& measure) {
    const std::size_t length = number_length(text);
    if (length == 0) {
        return {{}, ""};
    }
    const std::size_t start = text.find_first_not_of(' ', length);
    if (start == std::string_view::npos) {
        return {{}, ", which has no unit"};
    }
    const std::string_view unit_text = text.substr(start);
    const auto expected = parse_unit(measure.unit);
    check_invariant(expected.has_value(), "the units that readers ask for are written by us and follow the grammar");
    if (unit_text == "degC" && measure.unit == "K") {
        Parsed<double> celsius = scaled_double(text.substr(0, length), 0, 0);
        if (celsius.value) {
            celsius.value = *celsius.value + celsius_zero_in_kelvin;
        }
        return celsius;
    }
    const auto given = parse_unit(unit_text);
    if (!given || !given->same_dimensions(*expected)) {
        return {{}, ", whose unit does not fit"};
    }
    return scaled_double(text.substr(0, length), given->decimal - expected->decimal, given->binary - expected->binary);
}

} // namespace

Value::Value(const Node* node, std::string path, Reading reading, Declaration* declared)
    : node_(node != nullptr && node->kind == Kind::absent ? nullptr : node), path_(std::move(path)), reading_(reading),
      declared_(declared) {}

const Node* Value::node() const {
    static const Node nothing{.kind = Kind::scalar};
    return declared_ == nullptr ? node_ : &nothing;
}

bool Value::has_kind(Kind kind) const {
    if (declared_ == nullptr) {
        return node_ != nullptr && node_->kind == kind;
    }
    const std::size_t wanted = kind == Kind::scalar ? 0 : kind == Kind::sequence ? 1 : 2;
    const bool is_list = reading_.log->probe->answers(declared_->path).size() > 1;
    const Fork fork{.question = Question::kind, .path = declared_->path, .ways = kind_ways};
    return reading_.log->probe->take(fork, is_list ? 1 : 0) == wanted;
}

std::string Value::probed(const Form& form) const {
    Probe& probe = *reading_.log->probe;
    const std::string kind = probe.kind_of(declared_->path);
    if (!kind.empty() && kind != "scalar") {
        probe.contradict(declared_->path);
        return "";
    }
    const bool is_known = std::any_of(declared_->forms.begin(), declared_->forms.end(), [&](const Form& known) {
        const auto has = [&](const std::string& name) {
            return std::find(known.names.begin(), known.names.end(), name) != known.names.end();
        };
        const bool is_part = form.type == Form::Type::choice && std::all_of(form.names.begin(), form.names.end(), has);
        return known == form || is_part;
    });
    if (!is_known) {
        declared_->forms.push_back(form);
    }
    const std::vector<std::string> answers = probe.answers(declared_->path);
    return answers.empty() ? "" : answers.front();
}

bool Value::is_word(const std::string& word) const {
    if (declared_ == nullptr) {
        return is_scalar() && node_->text == word;
    }
    if (!is_scalar()) {
        return false;
    }
    static_cast<void>(probed({.type = Form::Type::choice, .names = {word}}));
    return reading_.log->probe->take(
               {.question = Question::choice, .path = declared_->path, .ways = {other_ways, word}}) == 1;
}

Location Value::location() const {
    return node_ == nullptr ? Location{} : node_->place.location();
}

void Value::problem(const std::string& message) const {
    if (node_ != nullptr) {
        reading_.problems->error(location(), path_, message);
    }
}

void Value::wrong_kind(const std::string& expected) const {
    if (node_ == nullptr) {
        return;
    }
    switch (node_->kind) {
    case Kind::null:
        return problem("has no value; expected " + expected);
    case Kind::sequence:
        return problem("is a list; expected " + expected);
    case Kind::map:
        return problem("is a map; expected " + expected);
    case Kind::scalar:
    case Kind::absent:
        return problem("is " + quote(node_->text) + "; expected " + expected);
    }
}

const std::string* Value::scalar(const std::string& expected) const {
    if (is_scalar()) {
        return &node_->text;
    }
    wrong_kind(expected);
    return nullptr;
}

const std::string* Value::unquoted(const std::string& expected) const {
    const std::string* text = scalar(expected);
    if (text != nullptr && node_->quoted) {
        problem("is the text " + quote(*text) + " in quotes; expected " + expected + ", without quotes");
        return nullptr;
    }
    return text;
}

std::uint64_t Value::as_uint(std::uint64_t min, std::uint64_t max) const {
    if (declared_ != nullptr) {
        check_invariant(min <= std::uint64_t{std::numeric_limits<std::int64_t>::max()}, "no lower limit is that large");
        const std::string answer =
            probed({.type = Form::Type::integer, .min = static_cast<std::int64_t>(min), .max = max});
        return parse_uint(answer).value.value_or(reading_.log->probe->extreme() == Extreme::largest ? max : min);
    }
    const std::string expected = integer_expectation(min, max);
    const std::string* text = unquoted(expected);
    if (text == nullptr) {
        return min;
    }
    const Parsed<std::uint64_t> number = parse_uint(*text);
    if (!number.value || *number.value < min || *number.value > max) {
        problem("is " + quote(*text) + number.reason + "; expected " + expected);
        return min;
    }
    return *number.value;
}

std::int64_t Value::as_int(std::int64_t min, std::int64_t max) const {
    if (declared_ != nullptr) {
        check_invariant(max >= 0, "no reader asks for negative numbers alone");
        const std::string answer =
            probed({.type = Form::Type::integer, .min = min, .max = static_cast<std::uint64_t>(max)});
        return parse_int(answer).value.value_or(reading_.log->probe->extreme() == Extreme::largest ? max : min);
    }
    const std::string expected = integer_expectation(min, max);
    const std::string* text = unquoted(expected);
    if (text == nullptr) {
        return min;
    }
    const Parsed<std::int64_t> number = parse_int(*text);
    if (!number.value || *number.value < min || *number.value > max) {
        problem("is " + quote(*text) + number.reason + "; expected " + expected);
        return min;
    }
    return *number.value;
}

double Value::as_double(const Interval& limits) const {
    if (declared_ != nullptr) {
        static_cast<void>(probed({.type = Form::Type::number, .limits = limits}));
        return reading_.log->probe->extreme() == Extreme::largest ? limits.max : smallest(limits);
    }
    const std::string expected = expectation(limits);
    const std::string* text = unquoted(expected);
    if (text == nullptr) {
        return smallest(limits);
    }
    const Parsed<double> number = parse_double(*text);
    if (!number.value || !contains(limits, *number.value)) {
        problem("is " + quote(*text) + number.reason + "; expected " + expected);
        return smallest(limits);
    }
    return *number.value;
}

bool Value::as_bool() const {
    if (declared_ != nullptr) {
        static_cast<void>(probed({.type = Form::Type::truth}));
        return false;
    }
    const std::string* text = unquoted("true or false");
    if (text != nullptr && *text != "true" && *text != "false") {
        problem("is " + quote(*text) + "; expected true or false");
        return false;
    }
    return text != nullptr && *text == "true";
}

std::string Value::as_string() const {
    if (declared_ != nullptr) {
        return probed({.type = Form::Type::text});
    }
    const std::string* text = scalar("a text");
    if (text != nullptr && text->empty()) {
        problem("is an empty text; expected a text");
    }
    return text == nullptr ? "" : *text;
}

std::string Value::as_choice(const std::vector<std::string>& names) const {
    check_invariant(!names.empty(), "a choice offers at least one name");
    if (declared_ != nullptr) {
        if (std::find(names.begin(), names.end(), any_name) != names.end()) { // names that the user chose
            static_cast<void>(probed({.type = Form::Type::text}));
            return any_name;
        }
        static_cast<void>(probed({.type = Form::Type::choice, .names = names}));
        Probe& probe = *reading_.log->probe;
        const Fork fork{.question = Question::choice, .path = declared_->path, .ways = names};
        // A reader may ask twice, the second time for the one name that has got it there.
        const std::string chosen = probe.way_at(fork);
        return std::find(names.begin(), names.end(), chosen) == names.end() ? names.front() : chosen;
    }
    const std::string* text = scalar("one of " + join(names));
    if (text == nullptr) {
        return names.front();
    }
    if (std::find(names.begin(), names.end(), *text) == names.end()) {
        problem("is " + quote(*text) + ", not a known name" + known_names(*text, names));
        return names.front();
    }
    return *text;
}

double Value::as_measure(const Measure& measure) const {
    if (declared_ != nullptr) {
        static_cast<void>(probed({.type = Form::Type::measure, .measure = measure}));
        return reading_.log->probe->extreme() == Extreme::largest ? measure.limits.max : smallest(measure.limits);
    }
    const std::string expected = "a number in " + accepted_units(measure.unit);
    const std::string* text = scalar(expected);
    if (text == nullptr) {
        return smallest(measure.limits);
    }
    const Parsed<double> number = parse_measure(*text, measure);
    const Interval& limits = measure.limits;
    if (!number.value) {
        problem("is " + quote(*text) + number.reason + "; expected " + expected);
    } else if (*number.value > limits.max) {
        problem("is " + quote(*text) + "; expected at most " + measure_text(limits.max, measure.unit));
    } else if (!contains(limits, *number.value)) {
        problem("is " + quote(*text) + "; expected " + (limits.above_min ? "more than " : "at least ") +
                measure_text(limits.min, measure.unit));
    } else if (measure.whole && std::floor(*number.value) != *number.value) {
        problem("is " + quote(*text) + "; expected a whole number of " + measure.unit);
    } else {
        return *number.value;
    }
    return smallest(limits);
}

std::vector<Value> Value::probed_items() const {
    Probe& probe = *reading_.log->probe;
    const std::string kind = probe.kind_of(declared_->path);
    if (!kind.empty() && kind != "list") {
        probe.contradict(declared_->path);
        return {};
    }
    if (declared_->element.empty()) {
        declared_->element.push_back({.path = declared_->path + "/" + element_step});
    }
    const std::size_t count = std::max<std::size_t>(1, probe.answers(declared_->path).size());
    return {count, Value(nullptr, item_path(path_, 0), reading_, &declared_->element.front())};
}

std::vector<Value> Value::as_items() const {
    std::vector<Value> values;
    if (declared_ != nullptr) {
        return probed_items();
    }
    if (!is_sequence()) {
        wrong_kind("a list");
        return values;
    }
    values.reserve(node_->items.size());
    for (const Node& item : node_->items) {
        values.emplace_back(&item, item_path(path_, values.size()), reading_);
    }
    return values;
}

MapReader Value::as_map() const {
    if (declared_ != nullptr) {
        const std::string kind = reading_.log->probe->kind_of(declared_->path);
        if (!kind.empty() && kind != "map") {
            reading_.log->probe->contradict(declared_->path);
            return {nullptr, path_, {.problems = reading_.problems}};
        }
        declared_->is_map = true;
        return {node_, path_, reading_, declared_};
    }
    if (!is_map()) {
        wrong_kind("a map");
    }
    return {is_map() ? node_ : nullptr, path_, reading_};
}

} // namespace lodestone::config
