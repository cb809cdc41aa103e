// SPDX-License-Identifier: Apache-2.0
// The stages that the command runs, without the command.
#include "tests/support/fashion_resnet.hpp"

#include "arch/cost/matrix_shape.hpp"
#include "arch/isa/slots.hpp"
#include "mapping/emit/compile.hpp"
#include "numerics/precision.hpp"
#include "tests/support/cost_fixture.hpp"
#include "workloads/import/import.hpp"
#include "workloads/quantise/quantise.hpp"
#include "workloads/reference/quantised.hpp"

#include <algorithm>
#include <bit>
#include <random>

namespace lodestone::test {
namespace {

constexpr std::size_t kSamples = 8;

/// Pixels uniform in [0, 1), from the engine's own bits: the same everywhere.
quantise::Sample random_sample(const graph::Graph& graph, std::mt19937& random) {
    quantise::Sample sample;
    for (const TensorId id : graph.inputs) {
        const graph::Tensor& input = graph.at(id);
        std::vector<float> values(input.size());
        constexpr int kBits = 24;
        std::ranges::generate(values, [&random] {
            return static_cast<float>(random() >> (32 - kBits)) / static_cast<float>(1 << kBits);
        });
        sample.emplace(input.name, graph::TensorData::of_floats(input.shape, std::move(values)));
    }
    return sample;
}

} // namespace

std::vector<float> Compiled::run(const isa::Program& variant, const isa::Program& loaded) const {
    constexpr Cycles kLimit(10'000'000);
    using core_grid::FlowControl;
    return outputs_of(core_grid::run_core_grid(
        variant, machine,
        {.flow_control = isa::is_scheduled(variant) ? FlowControl::strict : FlowControl::elastic,
         .functional = true,
         .inputs = inputs,
         .loaded = &loaded,
         .cycle_limit = kLimit}));
}

std::vector<float> outputs_of(const isa::Execution& execution) {
    std::vector<float> all;
    for (const isa::OutputValues& output : execution.outputs) {
        all.insert(all.end(), output.values.begin(), output.values.end());
    }
    return all;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
    return std::ranges::equal(
        a, b, [](float x, float y) { return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y); });
}

FashionResnet::FashionResnet()
    : FashionResnet(import::import_network(source_path("configs/workloads/fashion_resnet.onnx"))) {}

FashionResnet::FashionResnet(graph::Graph network) : prepared_(quantise::prepare(std::move(network))) {
    std::mt19937 random(1);
    for (std::size_t i = 0; i < kSamples; ++i) {
        samples_.push_back(random_sample(prepared_.graph, random));
    }
    reference::Interpreter interpreter(prepared_.graph);
    quantise::Sample seen;
    interpreter.observe([&](const graph::Operator& op, const std::vector<graph::TensorData>& outputs) {
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            seen.insert_or_assign(prepared_.graph.at(op.outputs[i]).name, outputs[i]);
        }
    });
    ranges_ = quantise::collect_ranges(
        [&](const quantise::Sample& inputs) {
            seen = inputs;
            static_cast<void>(interpreter.run(inputs));
            return seen;
        },
        samples_);
}

graph::QuantisedModel FashionResnet::quantised(const std::string& precision) const {
    return quantise::quantise(prepared_, {.precision = numerics::parse_precision(precision), .ranges = ranges_});
}

Compiled FashionResnet::compiled(const graph::QuantisedModel& model, GridShape grid, std::int64_t batch,
                                 const std::string& mapping) const {
    Compiled compiled{.machine = std::get<spec::CoreGridSpec>(load_machine("tiny_2x2.yaml").family)};
    compiled.machine.grid = grid;
    compiled.machine.matrix.modes.push_back({.precision = "int16", .shape = {.inputs = 4, .outputs = 8}});
    compiled.machine.matrix.extra_formats.insert(compiled.machine.matrix.extra_formats.end(), {"fp16", "bf16"});
    const cost::Technology technology = load_technology("12nm.yaml");
    emit::CompileOptions options;
    options.batch = batch;
    options.matrix_shape = [&](numerics::FormatId weights, numerics::FormatId activations) {
        return cost::matrix_shape(compiled.machine.matrix, technology, weights, activations);
    };
    if (!mapping.empty()) {
        options.mapping = emit::read_mapping_text(mapping, "mapping.yaml");
    }
    compiled.program = emit::compile(model, compiled.machine, options);
    const isa::Program& program = compiled.program;
    const reference::QuantisedInterpreter interpreter(model);
    const auto frames_of = [&](std::uint32_t tensor, const auto& values_of) {
        std::vector<float> all;
        for (std::size_t frame = 0; frame < static_cast<std::size_t>(batch); ++frame) {
            const quantise::Sample& sample = samples_.at(frame % samples_.size());
            const std::vector<float> values = values_of(sample).at(program.tensors[tensor].name).as_floats();
            all.insert(all.end(), values.begin(), values.end());
        }
        return all;
    };
    for (const std::uint32_t input : program.network_inputs) {
        compiled.inputs.push_back(frames_of(input, [](const quantise::Sample& sample) { return sample; }));
    }
    for (const std::uint32_t output : program.network_outputs) {
        const auto values = frames_of(output, [&](const quantise::Sample& sample) { return interpreter.run(sample); });
        compiled.expected.insert(compiled.expected.end(), values.begin(), values.end());
    }
    return compiled;
}

} // namespace lodestone::test
