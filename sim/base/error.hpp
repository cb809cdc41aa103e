// SPDX-License-Identifier: Apache-2.0
// The three ways to fail: the user's mistake (exit 2), an impossible machine state (exit 3), our bug (exit 4).
#pragma once

#include "sim/base/diagnostics.hpp"
#include "sim/base/quantity.hpp"

#include <stdexcept>
#include <string>

namespace lodestone {

/// The input is wrong; carries every diagnostic found. Commands print them and exit with 2.
class UserError : public std::runtime_error {
public:
    explicit UserError(Problems problems);
    /// A problem with no place in a file.
    explicit UserError(const std::string& message);
    UserError(Location where, std::string path, std::string message);
    [[nodiscard]] const Problems& problems() const { return problems_; }

private:
    Problems problems_;
};

/// The simulated machine did something that cannot happen in hardware. Commands exit with 3.
class MachineError : public std::runtime_error {
public:
    MachineError(Cycles cycle, const std::string& module_path, const std::string& message);
};

/// A contract between our own parts is broken. Commands exit with 4.
class InternalError : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

/// Always-on check of something that our own code guarantees; `why` says why it must hold.
inline void check_invariant(bool holds, const char* why) {
    if (!holds) {
        throw InternalError(why);
    }
}

} // namespace lodestone
