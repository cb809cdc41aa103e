// SPDX-License-Identifier: Apache-2.0
// The list of trace formats by file name.
#include "sim/base/error.hpp"
#include "sim/trace/chrome_trace.hpp"
#include "sim/trace/vcd_trace.hpp"

namespace lodestone::trace {

std::unique_ptr<TraceSink> open_trace(const std::filesystem::path& path, Hertz clock) {
    constexpr double fastest = 1e12; // a cycle is then the picosecond that both formats resolve
    if (!(clock.count() > 0) || clock.count() > fastest) {
        throw UserError({.file = path.string()}, "",
                        "the clock of a trace is above 0 Hz and at most 1 THz, this is " +
                            std::to_string(clock.count()) + " Hz");
    }
    const std::string kind = path.extension().string();
    if (kind == ".json") {
        return std::make_unique<ChromeTrace>(path, clock);
    }
    if (kind == ".vcd") {
        return std::make_unique<VcdTrace>(path, clock);
    }
    throw UserError({.file = path.string()}, "",
                    "is no trace file name; end it in .json (Chrome trace, Perfetto) or .vcd (waveforms)");
}

} // namespace lodestone::trace
