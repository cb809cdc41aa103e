// SPDX-License-Identifier: Apache-2.0
// What a model tells about its course: spans of work on tracks and changes of signals, at cycles of one clock.
#pragma once

#include "sim/base/id.hpp"
#include "sim/base/quantity.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace lodestone::trace {

using TrackId = Id<struct TrackKind>;
using SignalId = Id<struct SignalKind>;

/// A number shown with a span: {"bytes", 4096}.
struct Detail {
    std::string_view key;
    std::uint64_t value = 0;
};

/// Work on a track from `start` for `duration`; spans of one track may touch, nest or overlap.
struct Span {
    std::string_view name;
    Cycles start;
    Cycles duration;
    std::span<const Detail> details = {};
};

/// Sink of one file. Declare tracks and signals, then report in any order of time; close() makes the file appear
/// under its name. A sink destroyed before close() leaves no file. Functions throw UserError when writing fails.
class TraceSink {
public:
    TraceSink() = default;
    TraceSink(const TraceSink&) = delete;
    TraceSink& operator=(const TraceSink&) = delete;
    virtual ~TraceSink() = default;

    /// A row of spans: thread "core[3][7]" of process "chip".
    [[nodiscard]] virtual TrackId add_track(const std::string& process, const std::string& thread) = 0;
    /// A number over time, 0 until its first change; `bits` (1-64) is its width where the format has widths.
    [[nodiscard]] virtual SignalId add_signal(const std::string& process, const std::string& name, unsigned bits) = 0;

    virtual void span(TrackId track, const Span& span) = 0;
    virtual void change(SignalId signal, Cycles at, std::uint64_t value) = 0;
    virtual void close() = 0;
};

/// The sink for a file name: ".json" for Chrome's trace format (Perfetto), ".vcd" for value change dumps.
/// `clock` turns cycles into time. Throws UserError for other names and for a clock that is not above zero.
[[nodiscard]] std::unique_ptr<TraceSink> open_trace(const std::filesystem::path& path, Hertz clock);

} // namespace lodestone::trace
