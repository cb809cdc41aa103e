// SPDX-License-Identifier: Apache-2.0
// Traces in Chrome's JSON format, for Perfetto and speedscope; streamed, so memory does not grow with the trace.
#pragma once

#include "sim/trace/trace_file.hpp"
#include "sim/trace/trace_sink.hpp"

#include <map>
#include <vector>

namespace lodestone::trace {

/// Spans become complete events ("X"), signals counters ("C"), times microseconds with picosecond digits.
class ChromeTrace : public TraceSink {
public:
    ChromeTrace(const std::filesystem::path& path, Hertz clock);

    [[nodiscard]] TrackId add_track(const std::string& process, const std::string& thread) override;
    [[nodiscard]] SignalId add_signal(const std::string& process, const std::string& name, unsigned bits) override;
    void span(TrackId track, const Span& span) override;
    void change(SignalId signal, Cycles at, std::uint64_t value) override;
    void close() override;

private:
    struct Row {
        std::uint32_t process = 0;
        std::uint32_t thread = 0;
    };
    struct Signal {
        std::uint32_t process = 0;
        std::string name;
    };

    /// Number of the process, which is announced when it is new.
    std::uint32_t process(const std::string& name);
    void event(const std::string& json);
    [[nodiscard]] std::string microseconds(Cycles cycles) const;

    TraceFile file_;
    Hertz clock_;
    bool first_ = true;
    std::map<std::string, std::uint32_t> processes_;
    std::vector<Row> rows_;
    std::vector<Signal> signals_;
};

} // namespace lodestone::trace
