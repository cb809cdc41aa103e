// SPDX-License-Identifier: Apache-2.0
// Texts of the three failure kinds.
#include "sim/base/error.hpp"

#include <utility>

namespace lodestone {
namespace {

std::string all_texts(const Problems& problems) {
    std::string text;
    for (const auto& diagnostic : problems.all()) {
        text += (text.empty() ? "" : "\n") + to_string(diagnostic);
    }
    return text;
}

Problems single(Location where, std::string path, std::string message) {
    Problems problems;
    problems.error(std::move(where), std::move(path), std::move(message));
    return problems;
}

} // namespace

UserError::UserError(Problems problems) : std::runtime_error(all_texts(problems)), problems_(std::move(problems)) {}
UserError::UserError(const std::string& message) : UserError(single({}, "", message)) {}
UserError::UserError(Location where, std::string path, std::string message)
    : UserError(single(std::move(where), std::move(path), std::move(message))) {}

MachineError::MachineError(Cycles cycle, const std::string& module_path, const std::string& message)
    : std::runtime_error("cycle " + std::to_string(cycle.count()) + ": " + module_path + ": " + message) {}

} // namespace lodestone
