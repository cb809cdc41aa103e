// SPDX-License-Identifier: Apache-2.0
// Learnt values drawn at random, for networks that come without: enough to run their arithmetic, not to be accurate.
#pragma once

#include "workloads/graph/graph.hpp"

#include <cstdint>

namespace lodestone::import {

enum class Distribution { normal, uniform };

struct RandomParameters {
    std::uint64_t seed = 1;
    Distribution distribution = Distribution::normal;
};

/// Gives every floating parameter without values some, drawn in the order of the tensors: weights of mean 0 and
/// deviation 1 / sqrt(inputs of one output), so that activations keep their size from layer to layer; scales and
/// variances about 1, the rest about 0. The same seed gives the same bits on every machine.
void fill_parameters(graph::Graph& graph, const RandomParameters& random);

} // namespace lodestone::import
