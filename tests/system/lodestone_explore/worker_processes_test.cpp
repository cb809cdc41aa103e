// SPDX-License-Identifier: Apache-2.0
// What happens in one worker stays there.
#include "apps/worker_processes.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <map>
#include <thread>
#include <unistd.h>

using namespace lodestone::apps;

namespace {

/// Answers with the task's text and its process; some texts do harm.
std::string work(const std::string& task) {
    if (task == "crash") {
        std::raise(SIGKILL); // the signal that no test framework catches
    } else if (task == "hang") {
        std::this_thread::sleep_for(std::chrono::hours(1));
    } else if (task == "memory") {
        const std::vector<char> large(std::size_t{1} << 33U, 'x'); // 8 GiB
        return std::string(large.begin(), large.begin() + 1);
    } else if (task == "large") {
        return std::string(1'000'000, 'y');
    }
    return task + " done";
}

std::map<std::uint64_t, TaskResult> run_all(WorkerProcesses& workers, const std::vector<std::string>& tasks) {
    std::map<std::uint64_t, TaskResult> results;
    const auto collect = [&] {
        for (TaskResult& result : workers.wait(std::chrono::milliseconds(100))) {
            results.emplace(result.task, result);
        }
    };
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        while (!workers.has_idle()) {
            collect();
        }
        workers.start(i, tasks[i]);
    }
    while (workers.busy() > 0) {
        collect();
    }
    return results;
}

} // namespace

TEST_CASE("every task is answered, by one process or by three", "[explore][workers]") {
    for (const std::size_t processes : {1U, 3U}) {
        WorkerProcesses workers({.processes = processes}, work);
        const auto results = run_all(workers, {"a", "b", "large", "c", "d"});
        REQUIRE(results.size() == 5);
        CHECK(results.at(0).text == "a done");
        CHECK(results.at(2).text.size() == 1'000'000);
        CHECK(results.at(4).text == "d done");
    }
}

TEST_CASE("a crash ends one task only", "[explore][workers]") {
    WorkerProcesses workers({.processes = 2}, work);
    const auto results = run_all(workers, {"a", "crash", "b", "crash", "c"});
    CHECK(results.at(1).end == TaskEnd::crashed);
    CHECK_THAT(results.at(1).text, Catch::Contains("ended by signal 9"));
    CHECK(results.at(3).end == TaskEnd::crashed);
    for (const std::uint64_t task : {0U, 2U, 4U}) {
        CHECK(results.at(task).end == TaskEnd::answered);
    }
}

TEST_CASE("a task that takes longer than the limit ends alone", "[explore][workers]") {
    WorkerProcesses workers({.processes = 2, .time = std::chrono::milliseconds(300)}, work);
    const auto results = run_all(workers, {"hang", "a", "b", "c"});
    CHECK(results.at(0).end == TaskEnd::timed_out);
    for (const std::uint64_t task : {1U, 2U, 3U}) {
        CHECK(results.at(task).end == TaskEnd::answered);
    }
}

TEST_CASE("a task that takes more memory than the limit ends alone", "[explore][workers]") {
    WorkerProcesses workers({.processes = 1, .address_space = std::uint64_t{2} << 30U}, work);
    const auto results = run_all(workers, {"a", "memory", "b"});
    CHECK(results.at(1).end == TaskEnd::crashed); // what the task throws ends its process
    CHECK(results.at(2).text == "b done");
}

TEST_CASE("a worker that was killed while idle is replaced", "[explore][workers]") {
    WorkerProcesses workers({.processes = 1}, [](const std::string&) { return std::to_string(::getpid()); });
    const pid_t first = static_cast<pid_t>(std::stol(run_all(workers, {"a"}).at(0).text));
    ::kill(first, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const TaskResult second = run_all(workers, {"b"}).at(0);
    CHECK((second.end == TaskEnd::crashed || second.text != std::to_string(first)));
    CHECK(run_all(workers, {"c"}).at(0).end == TaskEnd::answered);
}
