// SPDX-License-Identifier: Apache-2.0
// Two barriers in each tick: spikes have been sent; spikes have been taken and the tick has ended.
#include "arch/spiking_array/threaded_run.hpp"

#include "arch/spiking_array/timed_run.hpp"
#include "sim/base/error.hpp"

#include <atomic>
#include <barrier>
#include <exception>
#include <latch>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace lodestone::spiking_array {

namespace {

/// The first exception of all threads. Threads go on to their barriers after one, so that none waits for ever.
class Failure {
public:
    template <class Work>
    void run(const Work& work) noexcept {
        if (has_failed_) {
            return;
        }
        try {
            work();
        } catch (...) {
            const std::lock_guard lock(mutex_);
            first_ = first_ ? first_ : std::current_exception();
            has_failed_ = true;
        }
    }
    [[nodiscard]] bool has_failed() const { return has_failed_; }
    void rethrow() const {
        if (first_) {
            std::rethrow_exception(first_);
        }
    }

private:
    std::atomic<bool> has_failed_ = false;
    std::mutex mutex_;
    std::exception_ptr first_;
};

template <class Work>
std::jthread start(const Work& work, std::size_t part) {
    try {
        return std::jthread(work, part);
    } catch (const std::system_error& error) {
        throw UserError("thread " + std::to_string(part + 1) + " could not be started (" + error.what() +
                        "); ask for fewer with --threads");
    }
}

} // namespace

void run_threaded(SpikingArray& array, const SimulationOptions& options) {
    check_invariant(array.parts() == options.threads, "a thread has a part of the cores, and a part its thread");
    Failure failure;
    bool is_over = run_is_over(array, options);
    std::barrier all_sent(static_cast<std::ptrdiff_t>(options.threads));
    const auto end_tick = [&]() noexcept {
        failure.run([&] {
            array.end_tick();
            is_over = run_is_over(array, options);
        });
        is_over = is_over || failure.has_failed();
    };
    std::barrier all_taken(static_cast<std::ptrdiff_t>(options.threads), end_tick);
    std::latch all_started(1);
    const auto advance = [&](std::size_t part) {
        all_started.wait();
        while (!is_over) {
            failure.run([&] { array.run_part(part); });
            all_sent.arrive_and_wait();
            failure.run([&] { array.take_mail(part); });
            all_taken.arrive_and_wait();
        }
    };
    {
        std::vector<std::jthread> threads;
        failure.run([&] {
            for (std::size_t part = 1; part < options.threads; ++part) {
                threads.push_back(start(advance, part));
            }
        });
        is_over = is_over || failure.has_failed();
        all_started.count_down();
        advance(0);
    } // joined
    failure.rethrow();
}

} // namespace lodestone::spiking_array
