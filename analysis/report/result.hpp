// SPDX-License-Identifier: Apache-2.0
// The result of one run: what the result file holds, as types. Every key is defined in docs/result_format.md.
#pragma once

#include "analysis/report/detail.hpp"
#include "arch/cost/technology.hpp"
#include "arch/isa/event_counts.hpp"
#include "sim/base/quantity.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lodestone::report {

inline constexpr const char* kResultSchema = "lodestone.result/1";

/// Values by name, in the order in which they are shown; a part that the machine lacks is absent.
template <class T>
using Named = std::vector<std::pair<std::string, T>>;

template <class T>
[[nodiscard]] const T* find(const Named<T>& values, const std::string& name) {
    for (const auto& [key, value] : values) {
        if (key == name) {
            return &value;
        }
    }
    return nullptr;
}

template <class T>
[[nodiscard]] T sum(const Named<T>& values) {
    T total{};
    for (const auto& [key, value] : values) {
        total += value;
    }
    return total;
}

/// One phase of the run, loading of inputs and storing of outputs included, so that layers sum to the run.
struct LayerResult {
    std::string name;
    std::string op;
    Macs macs;
    Cycles cycles;
    double utilization = 0; ///< useful MACs over what the grid could do in these cycles at the layer's formats
    Named<Joules> energy;   ///< by component
    Named<Bytes> traffic;
    std::string bound_by; ///< resource with the largest bound
    Named<Cycles> bounds; ///< fewest cycles by resource
};

/// Batches that follow each other without a gap; see docs/result_format.md.
struct SteadyState {
    Cycles period;    ///< from batch to batch
    Cycles io_cycles; ///< chip I/O of one batch
    double utilization = 0;
    Named<Joules> energy_per_inference; ///< by component
};

/// What only a spiking array has; its counts are in `events.spiking`.
struct SpikingFigures {
    Hertz tick_rate{}; ///< ticks of the run over its time
    Joules energy_per_frame{};
    std::uint64_t cores_in_use = 0;
    Watts power_of_used_cores{}; ///< as `power`, but without the cores that the network does not use
    Hertz fastest_tick_rate{};   ///< that the timing model found safe; zero without it
};

/// What a functional run found; absent keys were not asked for.
using FunctionalFigures = Named<double>;

struct Result {
    std::string version;
    std::string machine;
    std::string workload;
    std::string precision;
    std::uint64_t batch = 1;
    std::uint64_t seed = 0;
    std::string config_hash;
    std::string fidelity; ///< event | analytic | functional (spiking arrays)

    Hertz clock{};
    Cycles cycles;
    Seconds latency{};
    double throughput_per_s = 0;
    Watts power{};
    double utilization = 0;
    Named<Joules> energy; ///< by component; the total is their sum
    Named<SquareMillimetres> area;
    Named<Bytes> traffic;
    std::vector<LayerResult> layers;
    isa::EventCounts events;
    std::vector<std::string> warnings;

    SteadyState steady;
    Named<isa::NetworkCount> networks;
    Named<isa::MemoryCount> memories;
    Named<Hertz> clock_limits;
    std::uint64_t kernel_events = 0;
    std::string technology;
    Volts voltage{};
    std::vector<cost::CalibratedConstant> calibrated;
    FunctionalFigures functional;
    std::optional<RunDetail> detail; ///< absent unless the run was asked for it
    std::optional<SpikingFigures> spiking;
    std::optional<SpikingDetail> spiking_detail; ///< as `detail`, of a spiking array
};

} // namespace lodestone::report
