// SPDX-License-Identifier: Apache-2.0
// SystemC's global state, owned: a fresh kernel per simulation, its messages caught instead of printed.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace sc_core {
class sc_simcontext;
}

namespace lodestone::kernel {

/// While it lives, SystemC modules can be built and run in a fresh kernel; when it goes, the kernel's global state is
/// as before. Delete all modules first. One at a time per process (SystemC's state is global): a second one is an
/// InternalError. Warnings of SystemC are kept; its errors are thrown as sc_report.
class Context {
public:
    Context();
    ~Context();
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    [[nodiscard]] const std::vector<std::string>& warnings() const;

private:
    sc_core::sc_simcontext* context_;
};

} // namespace lodestone::kernel
