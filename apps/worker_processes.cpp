// SPDX-License-Identifier: Apache-2.0
// Forked workers behind pipes; each message is its length and its bytes.
#include "apps/worker_processes.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <malloc.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace lodestone::apps {
namespace {

using Clock = std::chrono::steady_clock;

/// False when the other end is gone.
bool write_all(int descriptor, const char* bytes, std::size_t size) {
    while (size > 0) {
        const ssize_t written = ::write(descriptor, bytes, size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        bytes += written;
        size -= static_cast<std::size_t>(written);
    }
    return true;
}

bool read_all(int descriptor, char* bytes, std::size_t size) {
    while (size > 0) {
        const ssize_t got = ::read(descriptor, bytes, size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        bytes += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

bool send(int descriptor, const std::string& message) {
    const std::uint64_t size = message.size();
    std::array<char, sizeof size> head{};
    std::memcpy(head.data(), &size, sizeof size);
    return write_all(descriptor, head.data(), head.size()) && write_all(descriptor, message.data(), message.size());
}

std::optional<std::string> receive(int descriptor) {
    std::uint64_t size = 0;
    std::array<char, sizeof size> head{};
    if (!read_all(descriptor, head.data(), head.size())) {
        return std::nullopt;
    }
    std::memcpy(&size, head.data(), sizeof size);
    std::string message(size, '\0');
    if (!read_all(descriptor, message.data(), message.size())) {
        return std::nullopt;
    }
    return message;
}

std::string text_of_end(int status) {
    if (WIFSIGNALED(status)) {
        const int number = WTERMSIG(status);
        return "its process was ended by signal " + std::to_string(number) + " (" + ::strsignal(number) + ")";
    }
    return "its process ended with exit code " + std::to_string(WEXITSTATUS(status));
}

/// Each task needs about as much memory as the one before; giving it back in between costs a tenth of a short task.
void keep_freed_memory() {
    constexpr int kept = 256 << 20; // bytes
    ::mallopt(M_TRIM_THRESHOLD, kept);
    ::mallopt(M_MMAP_THRESHOLD, kept);
}

void ignore(int signal_number) {
    struct sigaction action {};
    action.sa_handler = SIG_IGN;
    ::sigaction(signal_number, &action, nullptr);
}

} // namespace

struct WorkerProcesses::Worker {
    pid_t process = -1;
    int tasks = -1;   ///< writing end
    int answers = -1; ///< reading end
    bool is_busy = false;
    std::uint64_t task = 0;
    Clock::time_point begin;
};

WorkerProcesses::WorkerProcesses(WorkerLimits limits, Work work, std::function<void()> in_child)
    : limits_(limits), work_(std::move(work)), in_child_(std::move(in_child)) {
    ignore(SIGPIPE); // a worker that died is noticed when its pipe is written or read
    for (std::size_t i = 0; i < limits_.processes; ++i) {
        workers_.push_back(std::make_unique<Worker>());
    }
    for (const auto& worker : workers_) {
        fork_worker(*worker);
    }
}

WorkerProcesses::~WorkerProcesses() {
    for (const auto& worker : workers_) {
        ::kill(worker->process, SIGKILL);
        ::close(worker->tasks);
        ::close(worker->answers);
        ::waitpid(worker->process, nullptr, 0);
    }
}

void WorkerProcesses::run_child(int tasks, int answers) {
    in_child_();
    keep_freed_memory();
    ignore(SIGINT); // the parent decides what a Ctrl-C means
    if (limits_.address_space) {
        const rlimit limit{.rlim_cur = *limits_.address_space, .rlim_max = *limits_.address_space};
        ::setrlimit(RLIMIT_AS, &limit);
    }
    const rlimit no_core{.rlim_cur = 0, .rlim_max = 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    while (const auto task = receive(tasks)) {
        if (!send(answers, work_(*task))) {
            return;
        }
    }
}

void WorkerProcesses::fork_worker(Worker& worker) {
    std::array<int, 2> tasks{};
    std::array<int, 2> answers{};
    if (::pipe(tasks.data()) != 0 || ::pipe(answers.data()) != 0) {
        throw UserError(std::string("no pipe to another process can be made: ") + std::strerror(errno) +
                        "; raise the limit of open files, or use fewer --jobs");
    }
    const pid_t parent = ::getpid();
    const pid_t process = ::fork();
    if (process < 0) {
        throw UserError(std::string("no process can be started: ") + std::strerror(errno) + "; use fewer --jobs");
    }
    if (process == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) { // it died before the line above
            ::_exit(1);
        }
        for (const auto& other : workers_) {
            ::close(other->tasks);
            ::close(other->answers);
        }
        ::close(tasks[1]);
        ::close(answers[0]);
        int code = 1;
        try {
            run_child(tasks[0], answers[1]);
            code = 0;
        } catch (...) { // the parent reads the exit code; nothing of its state may be unwound here
        }
        ::_exit(code);
    }
    ::close(tasks[0]);
    ::close(answers[1]);
    worker = {.process = process, .tasks = tasks[1], .answers = answers[0]};
}

std::string WorkerProcesses::replace(Worker& worker) {
    int status = 0;
    ::close(worker.tasks);
    ::close(worker.answers);
    ::waitpid(worker.process, &status, 0);
    worker.tasks = -1;
    worker.answers = -1;
    fork_worker(worker);
    return text_of_end(status);
}

bool WorkerProcesses::has_idle() const {
    return std::ranges::any_of(workers_, [](const auto& worker) { return !worker->is_busy; });
}

std::size_t WorkerProcesses::busy() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(workers_, [](const auto& worker) { return worker->is_busy; }));
}

void WorkerProcesses::start(std::uint64_t task, const std::string& message) {
    const auto idle = std::ranges::find_if(workers_, [](const auto& worker) { return !worker->is_busy; });
    check_invariant(idle != workers_.end(), "a task is started only when a worker is idle");
    Worker& worker = **idle;
    if (!send(worker.tasks, message)) { // it died while it had nothing to do: the next one takes the task
        static_cast<void>(replace(worker));
        static_cast<void>(send(worker.tasks, message));
    }
    worker.is_busy = true;
    worker.task = task;
    worker.begin = Clock::now();
}

std::vector<TaskResult> WorkerProcesses::wait(std::chrono::milliseconds patience) {
    std::vector<pollfd> watched;
    std::vector<Worker*> owners;
    for (const auto& worker : workers_) {
        if (!worker->is_busy) {
            continue;
        }
        watched.push_back({.fd = worker->answers, .events = POLLIN, .revents = 0});
        owners.push_back(worker.get());
        if (limits_.time) {
            const auto left =
                std::chrono::ceil<std::chrono::milliseconds>(worker->begin + *limits_.time - Clock::now());
            patience = std::clamp(left, std::chrono::milliseconds(0), patience);
        }
    }
    ::poll(watched.data(), watched.size(), static_cast<int>(patience.count()));
    std::vector<TaskResult> ended;
    for (std::size_t i = 0; i < watched.size(); ++i) {
        Worker& worker = *owners[i];
        TaskResult result{.task = worker.task};
        if ((watched[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
            if (auto answer = receive(worker.answers)) {
                worker.is_busy = false;
                result.text = std::move(*answer);
            } else {
                result.end = TaskEnd::crashed;
                result.text = replace(worker);
            }
            ended.push_back(std::move(result));
        } else if (limits_.time && Clock::now() - worker.begin >= *limits_.time) {
            ::kill(worker.process, SIGKILL);
            static_cast<void>(replace(worker));
            result.end = TaskEnd::timed_out;
            ended.push_back(std::move(result));
        }
    }
    return ended;
}

} // namespace lodestone::apps
