// SPDX-License-Identifier: Apache-2.0
// Loads that were found before: the layers of a network repeat, and so do those of one network on similar machines.
#pragma once

#include "analysis/bounds/phase_loads.hpp"
#include "arch/isa/program.hpp"
#include "arch/spec/core_grid.hpp"

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace lodestone::bounds {

/// Everything that the loads of a phase's steps, or of one of its gathers, depend on. Two keys with equal parts have
/// equal loads, whatever their programs and machines are otherwise.
struct LoadKey {
    isa::Kernel kernel;
    std::vector<isa::Shape> shapes;     ///< of the output and the inputs
    std::vector<isa::Split> splits;     ///< of the phase; for a gather that of the producer too
    std::vector<std::uint64_t> numbers; ///< kind of key, grid, batch, formats, step plan, parts of the machine
    friend bool operator==(const LoadKey&, const LoadKey&) = default;
};

/// Of the steps of a phase that computes.
[[nodiscard]] LoadKey steps_key(const isa::Program& program, const isa::Phase& phase,
                                const spec::CoreGridSpec& machine);
/// Of input `input` of phase `consumer`.
[[nodiscard]] LoadKey gather_key(const isa::Program& program, std::uint32_t consumer, std::uint32_t input,
                                 const spec::CoreGridSpec& machine);

/// Remembers loads up to a limit of memory, at which it forgets them all.
class KnownLoads {
public:
    /// What is remembered under `key`, or else what `make` gives. Valid until the next call.
    template <class Make>
    const PhaseLoads& get(const LoadKey& key, Make make) {
        const auto found = loads_.find(key);
        return found != loads_.end() ? found->second : remember(key, make());
    }

private:
    struct Hash {
        std::size_t operator()(const LoadKey& key) const;
    };

    const PhaseLoads& remember(const LoadKey& key, PhaseLoads loads);

    std::unordered_map<LoadKey, PhaseLoads, Hash> loads_;
    std::size_t words_ = 0; ///< in the vectors of what is remembered
};

} // namespace lodestone::bounds
