// SPDX-License-Identifier: Apache-2.0
// The ranks of an MPI job as workers: rank 0 explores and keeps the store, every rank evaluates in processes of its
// own.
#pragma once

#include "apps/worker_processes.hpp"
#include "apps/workers.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace boost::mpi {
class communicator;
class environment;
} // namespace boost::mpi

namespace lodestone::apps {

/// The MPI job that this process belongs to.
class MpiJob {
public:
    /// True when a launcher (mpirun, srun --mpi=…) started the process as one of several ranks.
    [[nodiscard]] static bool is_present();

    MpiJob();
    ~MpiJob();
    MpiJob(const MpiJob&) = delete;
    MpiJob& operator=(const MpiJob&) = delete;

    [[nodiscard]] bool is_first_rank() const;
    [[nodiscard]] std::size_t ranks() const;
    /// Called once by every rank: the first says whether there is anything to do, the others hear it.
    [[nodiscard]] bool agree(bool there_is_work) const;
    /// Ends every rank of the job: for a rank that cannot go on.
    [[noreturn]] void abort(int exit_code) const;
    [[nodiscard]] const boost::mpi::communicator& world() const { return *world_; }

private:
    std::unique_ptr<boost::mpi::environment> environment_;
    std::unique_ptr<boost::mpi::communicator> world_;
};

/// For the first rank. Its own processes are workers like those of the others.
class MpiWorkers : public Workers {
public:
    /// `local` are this rank's processes; every other rank has as many.
    MpiWorkers(const MpiJob& job, WorkerProcesses& local, std::size_t processes_of_a_rank);
    /// Sends the other ranks home; what they still work on is lost.
    ~MpiWorkers() override;
    MpiWorkers(const MpiWorkers&) = delete;
    MpiWorkers& operator=(const MpiWorkers&) = delete;

    [[nodiscard]] bool has_idle() const override;
    [[nodiscard]] std::size_t busy() const override;
    void start(std::uint64_t task, const std::string& message) override;
    [[nodiscard]] std::vector<TaskResult> wait(std::chrono::milliseconds patience) override;

private:
    void receive_answers(std::vector<TaskResult>& ended);

    const MpiJob& job_;
    WorkerProcesses& local_;
    std::vector<std::size_t> idle_; ///< idle processes by rank; that of rank 0 is not used
    std::size_t remote_busy_ = 0;
};

/// For the other ranks: works until the first rank says that all is done.
void serve(const MpiJob& job, WorkerProcesses& local);

} // namespace lodestone::apps
