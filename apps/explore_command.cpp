// SPDX-License-Identifier: Apache-2.0
// `lodestone explore`: a sweep into its store, or what a store holds.
#include "apps/explore_command.hpp"

#include "analysis/explore/measured.hpp"
#include "apps/explore_output.hpp"
#include "apps/explore_reprice.hpp"
#include "apps/explorer.hpp"
#include "sim/base/error.hpp"

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

int run_sweep(const ExploreOptions& options) {
    check_options(options);
    const WorkerLimits limits = limits_of(options);
    const PreparedSweep sweep = load_sweep(options.sweep, options.overrides);
    bool is_finished = false;
    {
        explore::Store store(options.store);
        const bool is_known = store.open_sweep(sweep.record);
        if (options.resume && !is_known) {
            throw UserError({.file = options.store}, "",
                            "has no sweep like " + options.sweep + " to resume; leave out --resume to begin it");
        }
        Explorer explorer(sweep, store, {.limits = limits, .retry = options.retry});
        struct sigaction action {};
        action.sa_handler = [](int) { interrupted = 1; };
        ::sigaction(SIGINT, &action, nullptr);
        ::sigaction(SIGTERM, &action, nullptr);
        is_finished = explorer.run([] { return interrupted != 0; });
    }
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
    if (counts.done == 0) {
        std::cerr << "error: no point could be evaluated; --export csv shows why\n";
        return users_mistake;
    }
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
    if (options.is_repricing) {
        return run_repricing(options);
    }
    return !options.status.empty() || !options.export_format.empty() ? show_store(options) : run_sweep(options);
}

} // namespace lodestone::apps
