// SPDX-License-Identifier: Apache-2.0
// What the readers asked for: which keys were read, and which defaults stood in for keys that were not written.
#pragma once

#include <string>
#include <vector>

namespace lodestone::config {

class Probe;

struct ReadLog {
    struct Read {
        std::string map_path; ///< path of the map, "" for the root
        std::string key;
        std::string text; ///< the value as written, or the default
        bool is_default = false;
    };
    std::vector<Read> reads;
    Probe* probe = nullptr; ///< set: there is no file, the reader shows what it would ask for
};

} // namespace lodestone::config
