// SPDX-License-Identifier: Apache-2.0
// One JSON object per line and event.
#include "sim/trace/chrome_trace.hpp"

#include "sim/base/error.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>

namespace lodestone::trace {
namespace {

std::string in_quotes(std::string_view text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string name_event(const char* what, const std::string& ids, const std::string& name) {
    return std::string(R"({"ph":"M","name":")") + what + "\"," + ids + R"(,"args":{"name":)" + in_quotes(name) + "}}";
}

} // namespace

ChromeTrace::ChromeTrace(const std::filesystem::path& path, Hertz clock) : file_(path), clock_(clock) {
    file_.write("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[");
}

std::uint32_t ChromeTrace::process(const std::string& name) {
    const auto [found, is_new] = processes_.emplace(name, static_cast<std::uint32_t>(processes_.size() + 1));
    if (is_new) {
        event(name_event("process_name", "\"pid\":" + std::to_string(found->second), name));
    }
    return found->second;
}

TrackId ChromeTrace::add_track(const std::string& process_name, const std::string& thread) {
    const TrackId id(static_cast<std::uint32_t>(rows_.size()));
    rows_.push_back({.process = process(process_name), .thread = id.value + 1});
    event(name_event(
        "thread_name",
        "\"pid\":" + std::to_string(rows_.back().process) + ",\"tid\":" + std::to_string(rows_.back().thread), thread));
    return id;
}

SignalId ChromeTrace::add_signal(const std::string& process_name, const std::string& name, unsigned /*bits*/) {
    const SignalId id(static_cast<std::uint32_t>(signals_.size()));
    signals_.push_back({.process = process(process_name), .name = in_quotes(name)});
    return id;
}

void ChromeTrace::span(TrackId track, const Span& span) {
    check_invariant(track.index() < rows_.size(), "spans name a track of this sink");
    const Row& row = rows_[track.index()];
    std::string json = R"({"ph":"X","name":)" + in_quotes(span.name) + ",\"pid\":" + std::to_string(row.process) +
                       ",\"tid\":" + std::to_string(row.thread) + ",\"ts\":" + microseconds(span.start) +
                       ",\"dur\":" + microseconds(span.duration) + R"(,"args":{"cycle":)" +
                       std::to_string(span.start.count()) + ",\"cycles\":" + std::to_string(span.duration.count());
    for (const Detail& detail : span.details) {
        json += "," + in_quotes(detail.key) + ":" + std::to_string(detail.value);
    }
    event(json + "}}");
}

void ChromeTrace::change(SignalId signal, Cycles at, std::uint64_t value) {
    check_invariant(signal.index() < signals_.size(), "changes name a signal of this sink");
    const Signal& target = signals_[signal.index()];
    event(R"({"ph":"C","name":)" + target.name + ",\"pid\":" + std::to_string(target.process) +
          ",\"ts\":" + microseconds(at) + R"(,"args":{"value":)" + std::to_string(value) + "}}");
}

void ChromeTrace::event(const std::string& json) {
    file_.write(first_ ? "\n" : ",\n");
    file_.write(json);
    first_ = false;
}

std::string ChromeTrace::microseconds(Cycles cycles) const {
    constexpr double per_second = 1e6;
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%.6f", duration(cycles, clock_).count() * per_second);
    return text.data();
}

void ChromeTrace::close() {
    file_.write("\n]}\n");
    file_.close();
}

} // namespace lodestone::trace
