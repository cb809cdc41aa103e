// SPDX-License-Identifier: Apache-2.0
// What a simulation runs: a model whose processes are counted, watched, and may fail.
#pragma once

#include "sim/base/quantity.hpp"

#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <vector>

namespace lodestone::run {

/// Base of every top module. Each process of the model does its work inside `activate`, which counts it as one kernel
/// event, keeps an exception for the Runner and stops the simulation then.
class Model {
public:
    Model() = default;
    virtual ~Model() = default;
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;

    /// Who waits for what ("core[0][3] waits for weight chunk 2 of conv1"); empty when all work is done. Asked when no
    /// event is left.
    [[nodiscard]] virtual std::vector<std::string> unfinished() const = 0;

    [[nodiscard]] std::uint64_t kernel_events() const { return events_; }

    template <class Body>
    void activate(Body&& body) {
        try {
            count_event();
            body();
        } catch (...) {
            fail(std::current_exception());
        }
    }

private:
    friend class Runner;
    using WallClock = std::chrono::steady_clock;

    void count_event() {
        constexpr std::uint64_t events_between_looks_at_the_clock = 4096;
        if (++events_ % events_between_looks_at_the_clock == 0) {
            check_deadline();
        }
    }
    void check_deadline() const;
    void fail(std::exception_ptr failure);

    std::uint64_t events_ = 0;
    std::exception_ptr failure_;
    std::optional<WallClock::time_point> deadline_;
    Seconds wall_limit_{};
};

} // namespace lodestone::run
