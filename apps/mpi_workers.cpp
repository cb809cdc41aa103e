// SPDX-License-Identifier: Apache-2.0
// Tasks and answers as MPI messages: a number and a text.
#include "apps/mpi_workers.hpp"

#include "sim/base/error.hpp"

#include <boost/mpi/collectives.hpp>
#include <boost/mpi/communicator.hpp>
#include <boost/mpi/environment.hpp>
#include <boost/serialization/string.hpp>

#include <algorithm>
#include <cstdlib>
#include <thread>

namespace lodestone::apps {
namespace {

constexpr int task_tag = 1;
constexpr int answer_tag = 2;
constexpr int end_tag = 3;
constexpr std::chrono::milliseconds glance{1}; // MPI's own waiting would keep a core busy

/// TaskResult as it travels.
struct Message {
    std::uint64_t task = 0;
    int end = 0;
    std::string text;

    template <class Archive>
    void serialize(Archive& archive, unsigned) {
        archive& task& end& text;
    }
};

} // namespace

bool MpiJob::is_present() {
    // Set by Open MPI, and by launchers that speak PMI (MPICH, Slurm) or PMIx.
    constexpr const char* counts[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"};
    return std::ranges::any_of(counts, [](const char* name) {
        const char* value = std::getenv(name);
        return value != nullptr && std::atoi(value) > 1;
    });
}

MpiJob::MpiJob() {
    ::setenv("OMPI_MCA_mpi_warn_on_fork", "0", 0); // the forked processes never speak MPI
    environment_ = std::make_unique<boost::mpi::environment>(false);
    world_ = std::make_unique<boost::mpi::communicator>();
}

MpiJob::~MpiJob() = default;

bool MpiJob::is_first_rank() const {
    return world_->rank() == 0;
}

std::size_t MpiJob::ranks() const {
    return static_cast<std::size_t>(world_->size());
}

bool MpiJob::agree(bool there_is_work) const {
    boost::mpi::broadcast(*world_, there_is_work, 0);
    return there_is_work;
}

void MpiJob::abort(int exit_code) const {
    world_->abort(exit_code);
    std::abort(); // not reached: the job is gone
}

MpiWorkers::MpiWorkers(const MpiJob& job, WorkerProcesses& local, std::size_t processes_of_a_rank)
    : job_(job), local_(local), idle_(job.ranks(), processes_of_a_rank) {
    idle_.front() = 0;
}

MpiWorkers::~MpiWorkers() {
    for (int rank = 1; rank < job_.world().size(); ++rank) {
        job_.world().send(rank, end_tag);
    }
}

bool MpiWorkers::has_idle() const {
    return local_.has_idle() || std::ranges::any_of(idle_, [](std::size_t idle) { return idle > 0; });
}

std::size_t MpiWorkers::busy() const {
    return local_.busy() + remote_busy_;
}

void MpiWorkers::start(std::uint64_t task, const std::string& message) {
    // The rank with most idle processes, so that work spreads over the machines before it fills one.
    const auto most = std::ranges::max_element(idle_);
    if (*most == 0) {
        local_.start(task, message);
        return;
    }
    --*most;
    ++remote_busy_;
    job_.world().send(static_cast<int>(most - idle_.begin()), task_tag, Message{.task = task, .text = message});
}

void MpiWorkers::receive_answers(std::vector<TaskResult>& ended) {
    while (const auto status = job_.world().iprobe(boost::mpi::any_source, answer_tag)) {
        Message answer;
        job_.world().recv(status->source(), answer_tag, answer);
        ++idle_[static_cast<std::size_t>(status->source())];
        --remote_busy_;
        ended.push_back({.task = answer.task, .end = static_cast<TaskEnd>(answer.end), .text = std::move(answer.text)});
    }
}

std::vector<TaskResult> MpiWorkers::wait(std::chrono::milliseconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    std::vector<TaskResult> ended;
    do {
        ended = local_.wait(glance);
        receive_answers(ended);
    } while (ended.empty() && std::chrono::steady_clock::now() < until);
    return ended;
}

void serve(const MpiJob& job, WorkerProcesses& local) {
    const boost::mpi::communicator& world = job.world();
    while (true) {
        while (const auto status = world.iprobe(0, boost::mpi::any_tag)) {
            if (status->tag() == end_tag) {
                world.recv(0, end_tag);
                return;
            }
            Message task;
            world.recv(0, task_tag, task);
            check_invariant(local.has_idle(), "the first rank gives a task only to a rank with an idle process");
            local.start(task.task, task.text);
        }
        for (TaskResult& result : local.wait(glance)) {
            world.send(
                0, answer_tag,
                Message{.task = result.task, .end = static_cast<int>(result.end), .text = std::move(result.text)});
        }
    }
}

} // namespace lodestone::apps
