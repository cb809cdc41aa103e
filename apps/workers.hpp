// SPDX-License-Identifier: Apache-2.0
// Whoever works on the tasks of an exploration: processes of this machine, or ranks of an MPI job.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace lodestone::apps {

/// How a task ended.
enum class TaskEnd { answered, crashed, timed_out };

struct TaskResult {
    std::uint64_t task = 0;
    TaskEnd end = TaskEnd::answered;
    std::string text; ///< the answer, or what became of the process
};

/// What turns a task into its answer.
using Work = std::function<std::string(const std::string&)>;

class Workers {
public:
    virtual ~Workers() = default;

    [[nodiscard]] virtual bool has_idle() const = 0;
    /// Tasks under way.
    [[nodiscard]] virtual std::size_t busy() const = 0;
    /// Gives a task to an idle worker; has_idle() must hold.
    virtual void start(std::uint64_t task, const std::string& message) = 0;
    /// The tasks that have ended, after waiting for at most `patience` for one.
    [[nodiscard]] virtual std::vector<TaskResult> wait(std::chrono::milliseconds patience) = 0;
};

} // namespace lodestone::apps
