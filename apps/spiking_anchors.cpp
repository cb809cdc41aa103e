// SPDX-License-Identifier: Apache-2.0
// Few ticks of a full chip are enough: a million neurons spike in each.
#include "apps/spiking_anchors.hpp"

#include "arch/spiking_array/simulate.hpp"
#include "mapping/spiking/compile.hpp"
#include "sim/base/error.hpp"
#include "workloads/import/spiking_recurrent.hpp"

#include <map>
#include <optional>
#include <random>

namespace lodestone::apps {
namespace {

constexpr std::uint64_t counted_ticks = 20;  // of the recurrent network: 21 million neuron updates
constexpr std::uint64_t counted_frames = 4;  // of the one-chip network, each through all cores
constexpr double weight_density = 0.5;       // of the one-chip network: weights that are not zero
constexpr std::uint32_t moves_per_core = 20; // of the annealing

/// What happened, and on how many cores.
struct Found {
    isa::EventCounts events;
    std::uint64_t cores = 0;
};

Found run(const isa::SpikingProgram& program, const spec::SpikingArraySpec& machine,
          const spiking_array::SimulationOptions& options) {
    const auto found = spiking_array::simulate(program, machine, options);
    return {.events = event_counts(found.counts), .cores = program.cores.size()};
}

/// The networks are made once, when the first anchor asks, and run once for each rate.
class Subjects {
public:
    explicit Subjects(const RunRequest& request) : request_(request), machine_(*request.spiking_array()) {}

    const Found& of(const anchors::Anchor& anchor) {
        return anchor.figure == "recurrent_power" ? recurrent(anchor) : one_chip(anchor);
    }

private:
    const Found& recurrent(const anchors::Anchor& anchor) {
        const import::RecurrentNetwork& knobs = *request_.spiking.recurrent;
        const Hertz rate = anchor.rate.value_or(knobs.rate);
        const auto known = by_rate_.find(rate.count());
        if (known != by_rate_.end()) {
            return known->second;
        }
        const spiking_array::SimulationOptions options{.ticks = request_.spiking.warm_up + counted_ticks,
                                                       .warm_up = request_.spiking.warm_up,
                                                       .seed = request_.seed};
        if (rate == Hertz(0)) { // the published idle chip has no synapses either
            import::RecurrentNetwork idle = knobs;
            idle.rate = rate;
            idle.synapses = 0;
            return by_rate_[0] = run(import::generate(idle, machine_), machine_, options);
        }
        if (!recurrent_) {
            recurrent_ = import::generate(knobs, machine_);
        }
        import::set_rate(*recurrent_, rate, machine_, knobs.seed);
        return by_rate_[rate.count()] = run(*recurrent_, machine_, options);
    }

    const Found& one_chip(const anchors::Anchor& anchor) {
        if (!one_chip_) {
            spiking::TrinaryNetwork network = spiking::one_chip_network();
            spiking::draw_weights(network, weight_density, request_.seed);
            one_chip_ = spiking::compile(network, machine_, {.seed = request_.seed, .moves_per_core = moves_per_core});
        }
        const auto known = by_inputs_.find(anchor.inputs);
        if (known != by_inputs_.end()) {
            return known->second;
        }
        const std::uint64_t ticks = one_chip_->latency + counted_frames;
        one_chip_->program.inputs = spiking::encode(*one_chip_, images(anchor.inputs, ticks));
        return by_inputs_[anchor.inputs] =
                   run(one_chip_->program, machine_, {.ticks = ticks, .warm_up = one_chip_->latency});
    }

    [[nodiscard]] std::vector<std::vector<std::uint8_t>> images(double share, std::size_t count) const {
        std::mt19937_64 engine(request_.seed);
        const auto limit = static_cast<std::uint64_t>(share * 0x1p32); // of the upper half of a draw
        std::vector<std::vector<std::uint8_t>> images(count, std::vector<std::uint8_t>(one_chip_->input_axons.size()));
        for (auto& image : images) {
            for (std::uint8_t& value : image) {
                value = engine() >> 32 < limit ? 1 : 0;
            }
        }
        return images;
    }

    const RunRequest& request_;
    const spec::SpikingArraySpec& machine_;
    std::optional<isa::SpikingProgram> recurrent_;
    std::optional<spiking::CompiledNetwork> one_chip_;
    std::map<double, Found> by_rate_;   ///< hertz
    std::map<double, Found> by_inputs_; ///< share of the input bits
};

} // namespace

std::vector<anchors::Row> spiking_anchor_rows(const anchors::AnchorFile& file, const RunRequest& request) {
    if (!request.spiking.recurrent) {
        throw UserError({.file = file.run.string()}, "workload",
                        "is no recurrent benchmark; anchors of spiking arrays are figures of that network");
    }
    Subjects subjects(request);
    std::vector<anchors::Row> rows;
    for (const anchors::Anchor& anchor : file.anchors) {
        if (!anchors::is_spiking(anchor)) {
            throw UserError({.file = file.run.string()}, "anchors." + anchor.name,
                            "is a figure of core grids; the machine is a spiking array");
        }
        const Found& found = subjects.of(anchor);
        rows.push_back(
            anchors::compare(anchor, {.events = found.events,
                                      .cores = found.cores,
                                      .machine = request.machine.machine,
                                      .technology = std::get<cost::SpikingEnergy>(request.machine.technology)}));
    }
    return rows;
}

} // namespace lodestone::apps
