// SPDX-License-Identifier: Apache-2.0
// Traces as value change dumps (IEEE 1364-2005, clause 18), for waveform viewers.
#pragma once

#include "sim/trace/trace_file.hpp"
#include "sim/trace/trace_sink.hpp"

#include <map>
#include <vector>

namespace lodestone::trace {

/// A track is a wire that is 1 while at least one of its spans runs; span names and details have no place in the
/// format. Time is in picoseconds. The format wants changes in order of time, so they are kept (24 bytes each) and
/// written at close().
class VcdTrace : public TraceSink {
public:
    VcdTrace(const std::filesystem::path& path, Hertz clock);

    [[nodiscard]] TrackId add_track(const std::string& process, const std::string& thread) override;
    [[nodiscard]] SignalId add_signal(const std::string& process, const std::string& name, unsigned bits) override;
    void span(TrackId track, const Span& span) override;
    void change(SignalId signal, Cycles at, std::uint64_t value) override;
    void close() override;

private:
    enum class Kind : std::uint8_t { value, begin, end };
    struct Variable {
        std::string path;
        unsigned bits = 1;
        std::uint64_t shown = 0;   ///< value in the file
        std::uint64_t running = 0; ///< spans running on a track
    };
    struct Change {
        std::uint64_t cycle = 0;
        std::uint64_t value = 0;
        std::uint32_t variable = 0;
        Kind kind = Kind::value;
    };
    struct Scope {
        std::map<std::string, Scope> inner;
        std::vector<std::uint32_t> variables;
    };

    std::uint32_t add_variable(const std::string& process, const std::string& name, unsigned bits);
    void write_header();
    void write_scope(const Scope& scope);
    /// Writes the changes of one cycle that show.
    void write_cycle(std::size_t begin, std::size_t end);
    void write_value(std::uint32_t variable);

    TraceFile file_;
    Hertz clock_;
    std::vector<Variable> variables_;
    std::vector<std::uint32_t> tracks_;  ///< variable of each track
    std::vector<std::uint32_t> signals_; ///< variable of each signal
    std::vector<Change> changes_;
};

} // namespace lodestone::trace
