// SPDX-License-Identifier: Apache-2.0
// Published figures of silicon, and ours beside them.
#pragma once

#include "analysis/report/result.hpp"
#include "arch/cost/spiking_power.hpp"
#include "arch/cost/technology.hpp"
#include "arch/isa/event_counts.hpp"
#include "arch/spec/machine.hpp"
#include "sim/config/map_reader.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace lodestone::anchors {

/// One published figure. `figure` names what of ours stands beside it; see figure_names().
struct Anchor {
    std::string name;
    std::string figure;
    double published = 0; ///< in `unit`
    std::string unit;
    double tolerance = 0;         ///< relative error that is still agreement
    std::optional<double> load;   ///< share of the peak at which the figure holds; as run when absent
    std::string precision;        ///< of a peak
    std::optional<Volts> voltage; ///< of a spiking figure; this and the next as in the run when absent
    std::optional<Hertz> rate;    ///< spikes of a neuron, or frames, per second
    double inputs = 0;            ///< share of the input bits of a spiking network that are set
    bool fits = false;            ///< calibrated constants are fitted to it
    std::string source;
};

/// configs/anchors/*.yaml: the run that is our side of every anchor, and the anchors.
struct AnchorFile {
    std::string name;
    std::filesystem::path run;
    std::vector<Anchor> anchors;
};

/// Keys `kind: anchors`, `name`, `run` (beside the file) and `anchors`, a map by name. `published` carries the unit of
/// its figure: "42460 frame/s". Problems go to the reader.
[[nodiscard]] AnchorFile read_anchors(config::MapReader& reader);

[[nodiscard]] std::vector<std::string> figure_names();
/// True for figures of spiking arrays.
[[nodiscard]] bool is_spiking(const Anchor& anchor);

/// Our side: the run with its resident batch, one frame alone, and what they ran on.
struct Subject {
    const report::Result& resident;
    const report::Result& frame;
    const spec::MachineSpec& machine;
    const cost::Technology& technology;
};

struct Row {
    Anchor anchor;
    double ours = 0;
    double error = 0;        ///< relative to the published figure
    bool calibrated = false; ///< constants fitted to silicon are part of it
    [[nodiscard]] bool agrees() const;
};

/// Our side of one figure of a spiking array: what happened in the run that it names.
struct SpikingSubject {
    const isa::EventCounts& events;
    std::uint64_t cores = 0; ///< that the network uses
    const spec::MachineSpec& machine;
    const cost::SpikingEnergy& technology;
};
[[nodiscard]] Row compare(const Anchor& anchor, const SpikingSubject& subject);

/// Throws UserError when a figure asks for what the machine lacks.
[[nodiscard]] std::vector<Row> compare(const AnchorFile& file, const Subject& subject);

/// What the run's power is made of at a share of the peak: energy per multiply-accumulate is the run's, leakage and
/// clock stay.
struct PowerParts {
    Watts static_and_clock{};
    Watts dynamic{};
    Watts io{};
    [[nodiscard]] Watts total() const { return static_and_clock + dynamic + io; }
};
[[nodiscard]] PowerParts power_at(const report::Result& result, std::optional<double> load);

} // namespace lodestone::anchors
