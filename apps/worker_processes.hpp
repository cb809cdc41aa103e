// SPDX-License-Identifier: Apache-2.0
// Runs one function on many messages in processes of their own: a crash, a hang or a lack of memory ends one task only.
#pragma once

#include "apps/workers.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lodestone::apps {

/// How many processes, and what each may use.
struct WorkerLimits {
    std::size_t processes = 1;
    std::optional<std::chrono::milliseconds> time; ///< for one task
    std::optional<std::uint64_t> address_space;    ///< bytes of one process
};

/// Forks before it has any task, so it must be made while the process has one thread. The processes die with the one
/// that made them.
class WorkerProcesses : public Workers {
public:
    /// `work` runs in the child. `in_child` runs there once before, to let go of what belongs to the parent alone.
    WorkerProcesses(
        WorkerLimits limits, Work work, std::function<void()> in_child = [] {});
    /// Ends the processes.
    ~WorkerProcesses() override;
    WorkerProcesses(const WorkerProcesses&) = delete;
    WorkerProcesses& operator=(const WorkerProcesses&) = delete;

    [[nodiscard]] bool has_idle() const override;
    [[nodiscard]] std::size_t busy() const override;
    void start(std::uint64_t task, const std::string& message) override;
    [[nodiscard]] std::vector<TaskResult> wait(std::chrono::milliseconds patience) override;

private:
    struct Worker;

    void fork_worker(Worker& worker);
    /// Ends a worker's process and puts a new one in its place; what became of the old one.
    std::string replace(Worker& worker);
    void run_child(int tasks, int answers);

    WorkerLimits limits_;
    Work work_;
    std::function<void()> in_child_;
    std::vector<std::unique_ptr<Worker>> workers_;
};

} // namespace lodestone::apps
