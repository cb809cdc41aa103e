// SPDX-License-Identifier: Apache-2.0
// `lodestone explore`: a sweep into its store, or what a store holds.
#include "apps/explore_command.hpp"

#include "analysis/explore/measured.hpp"
#include "apps/commands.hpp"
#include "apps/explore_output.hpp"
#include "apps/explore_reprice.hpp"
#include "apps/explorer.hpp"
#include "apps/mpi_workers.hpp"
#include "apps/worker_processes.hpp"
#include "sim/base/error.hpp"

#include <charconv>
#include <csignal>
#include <iostream>
#include <thread>

namespace lodestone::apps {
namespace {

volatile std::sig_atomic_t interrupted = 0; // the only thing that a signal handler may write

constexpr int users_mistake = 2;
constexpr int interrupted_by_user = 130; // 128 + SIGINT, as shells report it
constexpr std::uint64_t most_jobs = 1024;

void print(const explore::Exploration& exploration, const ExploreOptions& options) {
    if (options.export_format == "csv") {
        std::cout << rows_csv(exploration);
    } else if (options.export_format == "json") {
        std::cout << rows_json(exploration);
    } else if (options.json) {
        std::cout << front_json(exploration);
    } else {
        std::cout << front_table(exploration) << summary(exploration);
    }
}

/// A limit of the command line in base units; nothing when it was not given.
std::optional<double> limit_of(const std::string& text, const char* option, const std::string& unit) {
    if (text.empty()) {
        return std::nullopt;
    }
    const auto limit = explore::parse_measured(text);
    const auto one = *explore::parse_measured("1 " + unit);
    if (!limit || limit->dimensions != one.dimensions || limit->value <= 0) {
        throw UserError({.file = option}, "", "is '" + text + "'; a value above 0 in " + unit + " is needed");
    }
    return limit->value / one.value;
}

WorkerLimits limits_of(const ExploreOptions& options) {
    WorkerLimits limits;
    limits.processes = options.jobs.value_or(std::max(1U, std::thread::hardware_concurrency()));
    if (limits.processes < 1 || limits.processes > most_jobs) {
        throw UserError({.file = "--jobs"}, "",
                        "is " + std::to_string(limits.processes) + "; from 1 to " + std::to_string(most_jobs));
    }
    if (const auto seconds = limit_of(options.time_limit, "--time-limit", "s")) {
        constexpr double milli = 1e3;
        limits.time = std::chrono::milliseconds(std::max<std::int64_t>(1, static_cast<std::int64_t>(*seconds * milli)));
    }
    if (const auto bytes = limit_of(options.memory_limit, "--memory-limit", "B")) {
        limits.address_space = static_cast<std::uint64_t>(*bytes);
    }
    return limits;
}

int show_store(const ExploreOptions& options) {
    const std::string& store = options.status.empty() ? options.store : options.status;
    if (!options.sweep.empty()) {
        throw UserError({.file = options.sweep}, "",
                        "stands beside --status or --export, which show a store; leave the sweep out, or name one with "
                        "--sweep NAME");
    }
    if (store.empty()) {
        throw UserError({.file = "--db"}, "", "is missing; name the store to export");
    }
    print(explore::load_exploration(store, options.sweep_name), options);
    return 0;
}

void check_options(const ExploreOptions& options) {
    Problems problems;
    if (options.sweep.empty()) {
        problems.error({.file = "SWEEP"}, "", "is missing; name a sweep file, or a store with --status FILE");
    }
    if (options.store.empty()) {
        problems.error({.file = "--db"}, "", "is missing; name the store (a file, made when it is not there)");
    }
    if (!options.sweep_name.empty()) {
        problems.error({.file = "--sweep"}, "", "is for --status and --export; a sweep file has its name in it");
    }
    problems.throw_if_errors();
}

/// "2/8" is the third of eight parts.
Shard shard_of(const ExploreOptions& options, const explore::SweepSpec& sweep) {
    if (options.shard.empty()) {
        return {};
    }
    Shard shard;
    const char* const end = options.shard.data() + options.shard.size();
    const auto index = std::from_chars(options.shard.data(), end, shard.index);
    const bool has_count = index.ec == std::errc{} && index.ptr != end && *index.ptr == '/';
    const auto count = has_count ? std::from_chars(index.ptr + 1, end, shard.count) : index;
    if (!has_count || count.ec != std::errc{} || count.ptr != end || shard.index >= shard.count) {
        throw UserError({.file = "--shard"}, "",
                        "is '" + options.shard + "'; K/N is needed, with K from 0 to N - 1, as 0/8");
    }
    if (sweep.strategy.kind == explore::StrategyKind::nsga2) {
        throw UserError({.file = "--shard"}, "",
                        "cannot cut a search, whose next points depend on all before; run it with --jobs or under "
                        "mpirun, or choose another strategy");
    }
    return shard;
}

void open_sweep(explore::Store& store, const PreparedSweep& sweep, const ExploreOptions& options) {
    const bool is_known = store.open_sweep(sweep.record);
    if (options.resume && !is_known) {
        throw UserError({.file = options.store}, "",
                        "has no sweep like " + options.sweep + " to resume; leave out --resume to begin it");
    }
}

/// False when the user stopped it.
bool explore_with(Workers& workers, const PreparedSweep& sweep, explore::Store& store, const ExploreOptions& options) {
    if (sweep.has_usual_effort) {
        std::cerr << "mapping effort: quick, as the sweep names none; --set run.mapping.effort=normal maps each point "
                     "better and takes more than ten times as long\n";
    }
    Explorer explorer(sweep, store, workers, {.retry = options.retry, .shard = shard_of(options, sweep.spec)});
    struct sigaction action {};
    action.sa_handler = [](int) { interrupted = 1; };
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
    return explorer.run([] { return interrupted != 0; });
}

/// Prints what the store holds; the exit code.
int conclude(const PreparedSweep& sweep, const ExploreOptions& options, bool is_finished) {
    const explore::Exploration exploration = explore::load_exploration(options.store, sweep.spec.name);
    print(exploration, options);
    if (!is_finished) {
        std::cerr << "stopped; the same command goes on from here\n";
        return interrupted_by_user;
    }
    const PointCounts counts = count_points(exploration);
    if (counts.failed > 0) {
        std::cerr << counts.failed << " points failed; --export csv shows why, --retry tries them again\n";
    }
    if (!options.shard.empty() && sweep.spec.fidelity.then) {
        std::cerr << "the shard has its points at fidelity " << sweep.spec.fidelity.first
                  << "; the sweep on the merged store, without --shard, evaluates the best again\n";
    }
    if (counts.done == 0 && options.shard.empty()) {
        std::cerr << "error: no point could be evaluated; --export csv shows why\n";
        return users_mistake;
    }
    return 0;
}

int run_here(const ExploreOptions& options, const WorkerLimits& limits) {
    const PreparedSweep sweep = load_sweep(options.sweep, options.overrides);
    bool is_finished = false;
    {
        explore::Store store(options.store);
        open_sweep(store, sweep, options);
        WorkerProcesses workers(limits, point_work(sweep), [&store] { store.leave_to_parent(); });
        is_finished = explore_with(workers, sweep, store, options);
    }
    return conclude(sweep, options, is_finished);
}

int lead_ranks(const MpiJob& job, const ExploreOptions& options, const WorkerLimits& limits) {
    bool has_agreed = false;
    try {
        const PreparedSweep sweep = load_sweep(options.sweep, options.overrides);
        bool is_finished = false;
        {
            explore::Store store(options.store);
            open_sweep(store, sweep, options);
            WorkerProcesses local(limits, point_work(sweep), [&store] { store.leave_to_parent(); });
            has_agreed = job.agree(true);
            MpiWorkers workers(job, local, limits.processes);
            is_finished = explore_with(workers, sweep, store, options);
        }
        return conclude(sweep, options, is_finished);
    } catch (...) { // the other ranks wait to hear whether there is anything to do
        if (!has_agreed) {
            static_cast<void>(job.agree(false));
        }
        throw;
    }
}

int follow_first_rank(const MpiJob& job, const ExploreOptions& options, const WorkerLimits& limits) {
    std::signal(SIGINT, SIG_IGN); // the first rank decides what a Ctrl-C means
    if (!job.agree(false)) {
        return 0;
    }
    try {
        const PreparedSweep sweep = load_sweep(options.sweep, options.overrides);
        WorkerProcesses local(limits, point_work(sweep));
        serve(job, local);
    } catch (const UserError& error) { // as when this machine does not see the files
        print_diagnostics(error.problems());
        job.abort(users_mistake);
    }
    return 0;
}

int run_sweep(const ExploreOptions& options) {
    check_options(options);
    WorkerLimits limits = limits_of(options);
    if (!MpiJob::is_present()) {
        return run_here(options, limits);
    }
    limits.processes = options.jobs.value_or(1); // of each rank
    const MpiJob job;
    return job.is_first_rank() ? lead_ranks(job, options, limits) : follow_first_rank(job, options, limits);
}

int run_merge(const ExploreOptions& options) {
    Problems problems;
    if (options.store.empty()) {
        problems.error({.file = "--db"}, "", "is missing; name the store that the shards go to");
    }
    if (!options.sweep.empty()) {
        problems.error({.file = options.sweep}, "", "stands beside --merge, which takes stores; leave it out");
    }
    problems.throw_if_errors();
    {
        explore::Store store(options.store);
        for (const std::string& shard : options.shards) {
            store.merge(shard);
        }
    }
    print(explore::load_exploration(options.store, options.sweep_name), options);
    return 0;
}

int run_repricing(const ExploreOptions& options) {
    if (options.store.empty() || !options.sweep.empty()) {
        throw UserError({.file = "--reprice"}, "",
                        "prices the points of a store: name it with --db, and leave the sweep file out");
    }
    const Repricing repricing = reprice(options);
    print(explore::load_exploration(options.store, repricing.sweep), options);
    if (repricing.missing > 0) {
        std::cerr << repricing.missing << " rows cannot be priced without running them: they failed, or their run "
                  << "depends on what changed; explore the sweep with --set to have them too\n";
    }
    return 0;
}

} // namespace

int explore_command(const ExploreOptions& options) {
    std::signal(SIGXFSZ, SIG_IGN); // a store at the limit of file sizes is an error with a message, not a death
    if (!options.shards.empty()) {
        return run_merge(options);
    }
    if (options.is_repricing) {
        return run_repricing(options);
    }
    return !options.status.empty() || !options.export_format.empty() ? show_store(options) : run_sweep(options);
}

} // namespace lodestone::apps
