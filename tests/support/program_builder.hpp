// SPDX-License-Identifier: Apache-2.0
// Small core-grid programs made by hand: buffers laid out one after the other, every gather in the phase before.
#pragma once

#include "arch/isa/program.hpp"

#include <string>
#include <vector>

namespace lodestone::test {

/// One computing phase; tensors and constants by index.
struct Layer {
    std::string name = "layer";
    isa::Kernel kernel;
    std::vector<std::uint32_t> inputs;
    std::vector<isa::EpilogueStep> epilogue;
    isa::Shape output;
    isa::Split split; ///< left empty: everything on core [0][0]
    isa::StepPlan steps;
    std::optional<std::uint32_t> weights;
    std::optional<std::uint32_t> bias;
    std::uint32_t chunks = 1;
    bool resident = false;
    numerics::FormatId format = numerics::FormatId::int8; ///< of the output
    double scale = 1.0;
};

class ProgramBuilder {
public:
    ProgramBuilder(GridShape grid, std::int64_t batch, spec::MatrixShape matrix = {.inputs = 8, .outputs = 8});

    std::uint32_t input(isa::Shape shape, numerics::FormatId format = numerics::FormatId::int8, double scale = 1.0);
    std::uint32_t constant(isa::Constant constant);
    /// The output tensor.
    std::uint32_t add(Layer layer);
    /// With the phases that load and store, buffers, gathers and homes of weights.
    [[nodiscard]] isa::Program finish(const std::vector<std::uint32_t>& outputs);

private:
    Bytes take(Bytes bytes);
    std::uint32_t add_home(std::uint32_t phase);
    void add_gathers(std::uint32_t phase);
    void add_weights(std::uint32_t phase);
    [[nodiscard]] bool is_in_place(std::uint32_t phase, std::uint32_t input) const;

    isa::Program program_;
    std::vector<Layer> layers_;
    spec::MatrixShape matrix_;
    Bytes next_address_{};
    std::uint32_t next_home_ = 0;
};

/// A machine of this grid whose other parts are small round numbers.
[[nodiscard]] spec::CoreGridSpec small_machine(GridShape grid);

/// A split that cuts axis `axis` of `rank` axes.
[[nodiscard]] isa::Split split_axis(std::size_t rank, std::size_t axis, isa::AxisSplit parts);

} // namespace lodestone::test
