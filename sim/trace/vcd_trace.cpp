// SPDX-License-Identifier: Apache-2.0
// Declarations by scope, then the changes in order of time.
#include "sim/trace/vcd_trace.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <cmath>

namespace lodestone::trace {
namespace {

constexpr unsigned widest_signal = 64;

/// Short identifier of a variable from the printable characters '!' to '~', as the format asks.
std::string code(std::uint32_t variable) {
    constexpr std::uint32_t first = '!';
    constexpr std::uint32_t characters = '~' - '!' + 1;
    std::string text;
    std::uint32_t rest = variable;
    do {
        text += static_cast<char>(first + rest % characters);
        rest /= characters;
    } while (rest != 0);
    return text;
}

/// Names end at white space in this format.
std::string without_spaces(std::string name) {
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '$'; }, '_');
    return name;
}

std::string binary(std::uint64_t value, unsigned bits) {
    std::string text;
    for (unsigned bit = bits; bit-- > 0;) {
        const bool set = ((value >> bit) & 1U) != 0;
        if (set || !text.empty() || bit == 0) {
            text += set ? '1' : '0';
        }
    }
    return text;
}

} // namespace

VcdTrace::VcdTrace(const std::filesystem::path& path, Hertz clock) : file_(path), clock_(clock) {}

std::uint32_t VcdTrace::add_variable(const std::string& process, const std::string& name, unsigned bits) {
    check_invariant(bits >= 1 && bits <= widest_signal, "a signal has 1 to 64 bits");
    variables_.push_back({.path = process.empty() ? name : process + "." + name, .bits = bits});
    return static_cast<std::uint32_t>(variables_.size() - 1);
}

TrackId VcdTrace::add_track(const std::string& process, const std::string& thread) {
    tracks_.push_back(add_variable(process, thread, 1));
    return TrackId(static_cast<std::uint32_t>(tracks_.size() - 1));
}

SignalId VcdTrace::add_signal(const std::string& process, const std::string& name, unsigned bits) {
    signals_.push_back(add_variable(process, name, bits));
    return SignalId(static_cast<std::uint32_t>(signals_.size() - 1));
}

void VcdTrace::span(TrackId track, const Span& span) {
    check_invariant(track.index() < tracks_.size(), "spans name a track of this sink");
    const std::uint32_t variable = tracks_[track.index()];
    const std::uint64_t start = span.start.count();
    changes_.push_back({.cycle = start, .variable = variable, .kind = Kind::begin});
    changes_.push_back({.cycle = start + span.duration.count(), .variable = variable, .kind = Kind::end});
}

void VcdTrace::change(SignalId signal, Cycles at, std::uint64_t value) {
    check_invariant(signal.index() < signals_.size(), "changes name a signal of this sink");
    const unsigned bits = variables_[signals_[signal.index()]].bits;
    check_invariant(bits == widest_signal || value >> bits == 0, "the value of a signal fits its width");
    changes_.push_back(
        {.cycle = at.count(), .value = value, .variable = signals_[signal.index()], .kind = Kind::value});
}

void VcdTrace::write_scope(const Scope& scope) {
    for (const std::uint32_t variable : scope.variables) {
        const std::string& path = variables_[variable].path;
        const std::string name = path.substr(path.rfind('.') == std::string::npos ? 0 : path.rfind('.') + 1);
        file_.write("$var wire " + std::to_string(variables_[variable].bits) + " " + code(variable) + " " +
                    without_spaces(name) + " $end\n");
    }
    for (const auto& [name, inner] : scope.inner) {
        file_.write("$scope module " + without_spaces(name) + " $end\n");
        write_scope(inner);
        file_.write("$upscope $end\n");
    }
}

void VcdTrace::write_header() {
    Scope root;
    for (std::uint32_t variable = 0; variable < variables_.size(); ++variable) {
        Scope* scope = &root;
        const std::string& path = variables_[variable].path;
        std::size_t start = 0;
        for (std::size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.', start)) {
            scope = &scope->inner[path.substr(start, dot - start)];
            start = dot + 1;
        }
        scope->variables.push_back(variable);
    }
    file_.write("$version Lodestone $end\n$timescale 1 ps $end\n");
    write_scope(root);
    file_.write("$enddefinitions $end\n#0\n$dumpvars\n");
    for (std::uint32_t variable = 0; variable < variables_.size(); ++variable) {
        write_value(variable);
    }
    file_.write("$end\n");
}

void VcdTrace::write_value(std::uint32_t variable) {
    const Variable& target = variables_[variable];
    const std::string digits = binary(target.shown, target.bits);
    file_.write(target.bits == 1 ? digits + code(variable) + "\n" : "b" + digits + " " + code(variable) + "\n");
}

void VcdTrace::write_cycle(std::size_t begin, std::size_t end) {
    std::vector<std::uint32_t> touched;
    std::map<std::uint32_t, std::uint64_t> next;
    for (std::size_t i = begin; i < end; ++i) {
        const Change& change = changes_[i];
        Variable& variable = variables_[change.variable];
        if (change.kind == Kind::value) {
            next[change.variable] = change.value;
            continue;
        }
        variable.running += change.kind == Kind::begin ? 1U : 0U;
        variable.running -= change.kind == Kind::end ? 1U : 0U;
        next[change.variable] = variable.running != 0 ? 1 : 0;
    }
    for (const auto& [variable, value] : next) {
        if (variables_[variable].shown != value) {
            variables_[variable].shown = value;
            touched.push_back(variable);
        }
    }
    if (touched.empty()) {
        return;
    }
    constexpr double picoseconds = 1e12;
    const double time = duration(Cycles(changes_[begin].cycle), clock_).count() * picoseconds;
    if (changes_[begin].cycle != 0) { // the header opened time 0
        file_.write("#" + std::to_string(std::llround(time)) + "\n");
    }
    for (const std::uint32_t variable : touched) {
        write_value(variable);
    }
}

void VcdTrace::close() {
    write_header();
    // Stable: of two changes of a signal in one cycle the later report wins; a span of no length begins before it ends.
    std::stable_sort(changes_.begin(), changes_.end(),
                     [](const Change& a, const Change& b) { return a.cycle < b.cycle; });
    for (std::size_t begin = 0; begin < changes_.size();) {
        std::size_t end = begin;
        while (end < changes_.size() && changes_[end].cycle == changes_[begin].cycle) {
            ++end;
        }
        write_cycle(begin, end);
        begin = end;
    }
    file_.close();
}

} // namespace lodestone::trace
