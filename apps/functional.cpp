// SPDX-License-Identifier: Apache-2.0
// Functional runs: real data through the simulated grid, compared with the reference interpreter value by value.
#include "apps/pipeline.hpp"
#include "sim/base/error.hpp"
#include "workloads/reference/quantised.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <span>

namespace lodestone::apps {
namespace {

using Row = std::span<const float>;

std::int64_t largest(Row values) {
    return std::ranges::max_element(values) - values.begin();
}

/// One input of the program for a block of samples, row-major [batch, shape...]; a short last block is filled up with
/// its last sample.
std::vector<float> batch_values(const Samples& samples, const std::string& input, std::size_t first,
                                std::size_t batch) {
    std::vector<float> values;
    for (std::size_t i = 0; i < batch; ++i) {
        const quantise::Sample& sample = samples.inputs[std::min(first + i, samples.inputs.size() - 1)];
        const std::vector<float> one = sample.at(input).as_floats();
        values.insert(values.end(), one.begin(), one.end());
    }
    return values;
}

/// Compares block after block and adds up what it finds.
class OutputComparison {
public:
    OutputComparison(const graph::QuantisedModel& model, const Samples& samples)
        : reference_(model), samples_(samples), report_{.samples = samples.inputs.size()} {}

    void block(const isa::Execution& execution, std::size_t first, std::size_t batch) {
        for (std::size_t i = first; i < std::min(first + batch, samples_.inputs.size()); ++i) {
            const reference::Values expected = reference_.run(samples_.inputs[i]);
            for (const isa::OutputValues& output : execution.outputs) {
                const std::size_t size = output.values.size() / batch;
                const Row ours = Row(output.values).subspan((i - first) * size, size);
                compare(ours, expected.at(output.name).as_floats());
                if (&output == &execution.outputs.front()) {
                    judge(i, ours);
                }
            }
        }
    }

    [[nodiscard]] FunctionalReport report() const {
        FunctionalReport report = report_;
        const auto samples = static_cast<double>(report.samples);
        if (!samples_.labels.empty()) {
            report.accuracy = static_cast<double>(right_) / samples;
        }
        if (samples_.against) {
            report.against_largest = against_largest_;
            report.against_agreement = static_cast<double>(agreeing_) / samples;
        }
        return report;
    }

private:
    void compare(Row ours, const std::vector<float>& expected) {
        check_invariant(ours.size() == expected.size(), "program and model have the same outputs");
        report_.values += ours.size();
        for (std::size_t k = 0; k < ours.size(); ++k) {
            const bool same = std::bit_cast<std::uint32_t>(ours[k]) == std::bit_cast<std::uint32_t>(expected[k]);
            report_.differing_values += same ? 0U : 1U;
        }
    }

    void judge(std::size_t sample, Row ours) {
        if (!samples_.labels.empty()) {
            right_ += largest(ours) == samples_.labels[sample] ? 1U : 0U;
        }
        if (samples_.against) {
            const std::vector<float> all = samples_.against->as_floats();
            const std::size_t size = all.size() / static_cast<std::size_t>(samples_.against->shape().front());
            if (size != ours.size()) {
                throw UserError("--against: has " + std::to_string(size) +
                                " values per sample; the network's first output has " + std::to_string(ours.size()));
            }
            const Row theirs = Row(all).subspan(sample * size, size);
            agreeing_ += largest(ours) == largest(theirs) ? 1U : 0U;
            for (std::size_t k = 0; k < size; ++k) {
                against_largest_ =
                    std::max(against_largest_, std::abs(static_cast<double>(ours[k]) - static_cast<double>(theirs[k])));
            }
        }
    }

    reference::QuantisedInterpreter reference_;
    const Samples& samples_;
    FunctionalReport report_;
    std::uint64_t right_ = 0;
    std::uint64_t agreeing_ = 0;
    double against_largest_ = 0;
};

} // namespace

FunctionalReport run_functionally(const RunRequest& request, const graph::QuantisedModel& model,
                                  const isa::Program& program, const Samples& samples) {
    const auto batch = static_cast<std::size_t>(program.batch);
    OutputComparison comparison(model, samples);
    for (std::size_t first = 0; first < samples.inputs.size(); first += batch) {
        core_grid::RunOptions options;
        options.functional = true;
        options.flow_control = flow_control(request);
        for (const std::uint32_t input : program.network_inputs) {
            options.inputs.push_back(batch_values(samples, program.tensors.at(input).name, first, batch));
        }
        comparison.block(core_grid::run_core_grid(program, core_grid_of(request.machine), options), first, batch);
    }
    return comparison.report();
}

} // namespace lodestone::apps
