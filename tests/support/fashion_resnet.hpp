// SPDX-License-Identifier: Apache-2.0
// The trained network of configs/workloads on core grids: quantised, compiled, run on data, compared bit for bit.
#pragma once

#include "arch/core_grid/run.hpp"
#include "arch/isa/program.hpp"
#include "arch/spec/core_grid.hpp"
#include "workloads/graph/quantised.hpp"
#include "workloads/quantise/calibrate.hpp"
#include "workloads/quantise/prepare.hpp"

#include <string>
#include <vector>

namespace lodestone::test {

/// A compiled network with a batch of data and what must come out.
struct Compiled {
    spec::CoreGridSpec machine;
    isa::Program program;
    std::vector<core_grid::InputValues> inputs;
    std::vector<float> expected; ///< of all outputs, one after the other, by the reference interpreter

    /// Runs `variant` of the program on the data, with weights loaded where the program has them; strictly if it is
    /// scheduled. Throws as run_core_grid does.
    [[nodiscard]] std::vector<float> run(const isa::Program& variant) const { return run(variant, program); }
    /// The same with the weights that `loaded` names where it has them.
    [[nodiscard]] std::vector<float> run(const isa::Program& variant, const isa::Program& loaded) const;
};

/// All outputs, one after the other.
[[nodiscard]] std::vector<float> outputs_of(const isa::Execution& execution);
/// True when both have the same bits.
[[nodiscard]] bool same_bits(const std::vector<float>& a, const std::vector<float>& b);

class FashionResnet {
public:
    FashionResnet();
    /// The same for another network with weights.
    explicit FashionResnet(graph::Graph network);

    [[nodiscard]] const graph::Graph& graph() const { return prepared_.graph; }
    [[nodiscard]] graph::QuantisedModel quantised(const std::string& precision) const;
    /// On the cores of configs/arch/tiny_2x2.yaml in a grid of another shape, which also multiply 16-bit formats;
    /// `mapping` as in mapping files, "" leaves all to the mapper.
    [[nodiscard]] Compiled compiled(const graph::QuantisedModel& model, GridShape grid, std::int64_t batch,
                                    const std::string& mapping = "") const;

private:
    quantise::Prepared prepared_;
    std::vector<quantise::Sample> samples_; ///< random values for every input
    quantise::ActivationRanges ranges_;
};

} // namespace lodestone::test
