// SPDX-License-Identifier: Apache-2.0
// Writes the Verilog of the co-simulated units and their top module into one file.
#include "sim/base/file.hpp"
#include "tests/support/mac_cosim/cosim_units.hpp"

#include <set>

/// libsystemc asks for it.
extern "C" int sc_main(int /*argc*/, char** /*argv*/) {
    return 0;
}

int main(int count, char** arguments) {
    if (count != 2) {
        return 2;
    }
    std::string text;
    std::set<std::string> written;
    for (const mac_cosim::MacUnitSpec& spec : mac_cosim::units()) {
        if (!written.insert(lodestone::mac::module_name(spec)).second) {
            return 2; // two units of one name
        }
        text += lodestone::mac::verilog(spec);
    }
    lodestone::write_file(arguments[1], text + mac_cosim::top_module());
    return 0;
}
