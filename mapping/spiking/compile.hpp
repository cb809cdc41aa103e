// SPDX-License-Identifier: Apache-2.0
// From a trinary network to the cores of a spiking array: packing, axon pairs, copies, splitters, placement.
#pragma once

#include "arch/isa/spiking_program.hpp"
#include "arch/spec/spiking_array.hpp"
#include "mapping/spiking/trinary_network.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lodestone::spiking {

struct CompileOptions {
    std::uint64_t seed = 1;             ///< of the annealing
    std::uint32_t moves_per_core = 200; ///< of the annealing; 0 keeps the order of the layers
};

/// What a layer takes on the array.
struct LayerCores {
    std::string name;
    std::uint32_t cores = 0;      ///< that compute
    std::uint32_t splitters = 0;  ///< that only copy its outputs
    std::uint32_t patch_rows = 1; ///< output positions in one core
    std::uint32_t patch_cols = 1;
    std::uint32_t features = 0;       ///< of one position in one core, at most
    std::uint64_t unpacked_cores = 0; ///< with one output position per core
    std::uint64_t axons = 0;          ///< used, splitters included
    std::uint64_t neurons = 0;        ///< used, splitters included
    std::uint32_t ticks = 1;          ///< from its inputs' tick to its consumers'
};

/// Hops of one spike of every connected neuron.
struct PlacementReport {
    std::uint64_t connections = 0;
    std::uint64_t hops_before = 0; ///< cores row by row in the order of the layers
    std::uint64_t hops_after = 0;
};

struct CompiledNetwork {
    isa::SpikingProgram program; ///< without inputs; its output bus has one output per element of the last layer
    std::vector<LayerCores> layers;
    PlacementReport placement;
    std::uint32_t latency = 0; ///< an image of tick t is on the output bus in row t + latency
    std::vector<std::vector<isa::InputSpike>> input_axons; ///< by input element: where its spike goes, at tick 0

    [[nodiscard]] std::uint32_t cores() const;
};

/// Throws UserError when a rule is broken, before (verify_network) or during packing: SPK-F2, SPK-C1.
/// A core computes a patch of neighbouring output positions of one group (a block-Toeplitz matrix); an input that is
/// used with both signs takes two axons, of weights +1 and -1. A neuron has one destination, so an output with D
/// destinations takes D neurons: in its own core while neurons are left, in a splitter core otherwise.
[[nodiscard]] CompiledNetwork compile(const TrinaryNetwork& network, const spec::SpikingArraySpec& machine,
                                      const CompileOptions& options = {});

/// Input spikes for one image per tick, from tick 0: each image has one entry per input element.
[[nodiscard]] std::vector<isa::InputSpike> encode(const CompiledNetwork& compiled,
                                                  std::span<const std::vector<std::uint8_t>> images);

} // namespace lodestone::spiking
