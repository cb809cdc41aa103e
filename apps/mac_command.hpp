// SPDX-License-Identifier: Apache-2.0
// `lodestone mac`: what multiply-accumulate units cost and how accurate their formats are.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace lodestone::apps {

/// The options of the command, as written.
struct MacOptions {
    std::vector<std::string> formats{"int8",     "int4",     "fp8_e2m5", "fp8_e3m4",
                                     "fp8_e4m3", "fp8_e5m2", "fp4_e2m1"}; ///< --formats F,F…
    std::vector<std::string> accumulators{"kulisch", "fp16", "fp32"};     ///< --accumulators A,A…
    /// --units U,U: single_mac, fused_dot. None given: both, and with --synthesise single_mac, whose synthesis takes
    /// seconds instead of minutes.
    std::vector<std::string> units;
    int lanes = 32;                     ///< --lanes N: of the fused dot product
    int window = 0;                     ///< --window BITS: alignment window of the fused dot product; 0: exact
    std::optional<double> glitch_share; ///< --glitch-share 0..1: overrides the table's
    std::string table = "configs/tech/mac_osu018.yaml"; ///< --table FILE: synthesised units
    bool json = false;                                  ///< --json
    std::string plot;                                   ///< --plot FILE.svg
    std::string rtl;                                    ///< --rtl DIR: also writes the Verilog of every row
    std::string tech_out;                    ///< --tech-out FILE: synthesises and writes the units as a technology file
    double tech_node = 0;                    ///< --tech-node NM: of the library; 0: 180 nm of the default one
    bool synthesise = false;                 ///< --synthesise: synthesis instead of the stored table
    std::string liberty;                     ///< --liberty FILE: cell library of the synthesis
    std::string cache = "results/synthesis"; ///< --cache DIR: of synthesis results
};

/// Prints the table or the JSON document on stdout, progress on stderr. Returns the exit code; mistakes are UserErrors.
int mac_command(const MacOptions& options);

} // namespace lodestone::apps
