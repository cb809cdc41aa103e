// SPDX-License-Identifier: Apache-2.0
// Checks of a spiking program against the limits of its machine, all of them collected.
#include "arch/spiking_array/verify_program.hpp"

#include <set>
#include <utility>

namespace lodestone::spiking_array {

namespace {

/// Where a value is, put into words only when it is wrong: a chip has a million neurons. The parent outlives it.
struct Path {
    const Path* parent = nullptr;
    const char* key = ""; ///< with the dot before it
    std::size_t index = no_index;

    static constexpr std::size_t no_index = ~std::size_t{0};

    [[nodiscard]] Path to(const char* name, std::size_t item = no_index) const {
        return {.parent = this, .key = name, .index = item};
    }
    [[nodiscard]] std::string text() const {
        return (parent == nullptr ? "" : parent->text()) + key +
               (index == no_index ? "" : "[" + std::to_string(index) + "]");
    }
};

class Check {
public:
    Check(const isa::SpikingProgram& program, const spec::SpikingArraySpec& spec, Problems& problems)
        : program_(program), spec_(spec), problems_(problems) {}

    void run() {
        within(Path{.key = "axons"}, program_.axons, {1, spec_.axons});
        within(Path{.key = "neurons"}, program_.neurons, {1, spec_.neurons});
        within(Path{.key = "columns"}, program_.columns, {1, spec_.mesh().cols});
        within(Path{.key = "rows"}, program_.rows, {1, spec_.mesh().rows});
        if (program_.cores.empty()) {
            problems_.error({}, "cores", "is empty; a program needs at least one core");
        }
        if (program_.output_bus) {
            position(Path{.key = "output_bus"}, program_.output_bus->x, program_.output_bus->y);
        }
        for (std::size_t index = 0; index < program_.cores.size(); ++index) {
            core(Path{.key = "cores", .index = index}, program_.cores[index]);
        }
        for (std::size_t index = 0; index < program_.inputs.size(); ++index) {
            const isa::InputSpike& input = program_.inputs[index];
            const Path path{.key = "inputs", .index = index};
            position(path, input.x, input.y);
            within(path.to(".axon"), input.axon, {0, program_.axons - 1});
            within(path.to(".delay"), input.delay, {0, spec_.max_delay()});
        }
    }

private:
    void within(const Path& path, std::int64_t value, spec::IntegerRange range) {
        if (!range.contains(value)) {
            problems_.error({}, path.text(),
                            "is " + std::to_string(value) + "; the machine allows " + std::to_string(range.min) +
                                " to " + std::to_string(range.max));
        }
    }

    void position(const Path& path, std::int64_t x, std::int64_t y) {
        if (x < 0 || y < 0 || x >= program_.columns || y >= program_.rows) {
            problems_.error({}, path.text(),
                            "lies at (" + std::to_string(x) + ", " + std::to_string(y) + "), outside the mesh of " +
                                std::to_string(program_.columns) + " x " + std::to_string(program_.rows) + " cores");
        }
    }

    void core(const Path& path, const isa::SpikingCoreProgram& core) {
        position(path, core.x, core.y);
        if (!places_.insert({core.x, core.y}).second) {
            problems_.error({}, path.text(),
                            "there is already a core at (" + std::to_string(core.x) + ", " + std::to_string(core.y) +
                                ")");
        }
        if (program_.output_bus && core.x == program_.output_bus->x && core.y == program_.output_bus->y) {
            problems_.error({}, path.text(), "stands where the output bus is; move the core or the bus");
        }
        within(path.to(".types.size"), static_cast<std::int64_t>(core.types.size()), {0, program_.axons});
        for (const std::uint8_t type : core.types) {
            within(path.to(".types"), type, {0, isa::axon_types - 1});
        }
        within(path.to(".neurons.size"), static_cast<std::int64_t>(core.neurons.size()), {0, program_.neurons});
        const std::size_t words = core.neurons.size() * program_.words_per_row();
        if (core.synapses.size() != words) {
            problems_.error({}, path.to(".synapses").text(),
                            "has " + std::to_string(core.synapses.size()) + " words; its neurons need " +
                                std::to_string(words));
        } else {
            stray_synapses(path, core);
        }
        for (std::size_t index = 0; index < core.neurons.size(); ++index) {
            neuron(path.to(".neurons", index), core, core.neurons[index]);
        }
    }

    void stray_synapses(const Path& path, const isa::SpikingCoreProgram& core) {
        if (program_.axons % 64 == 0) {
            return;
        }
        for (std::size_t index = 0; index < core.neurons.size(); ++index) {
            if (isa::synapse_row(program_, core, index).back() >> (program_.axons % 64) != 0) {
                problems_.error({}, path.to(".synapses", index).text(),
                                "has a synapse past the last axon, " + std::to_string(program_.axons - 1));
            }
        }
    }

    void neuron(const Path& path, const isa::SpikingCoreProgram& core, const isa::SpikingNeuron& neuron) {
        for (std::size_t type = 0; type < isa::axon_types; ++type) {
            within(path.to(".weights", type), neuron.weights[type], spec_.weight_range());
        }
        within(path.to(".leak"), neuron.leak, spec_.leak_range());
        within(path.to(".potential"), neuron.potential, spec_.potential_range());
        within(path.to(".reset"), neuron.reset, spec_.potential_range());
        within(path.to(".negative_reset"), neuron.negative_reset, spec_.potential_range());
        within(path.to(".positive_threshold"), neuron.positive_threshold, spec_.threshold_range());
        within(path.to(".negative_threshold"), neuron.negative_threshold, spec_.threshold_range());
        within(path.to(".threshold_mask_bits"), neuron.threshold_mask_bits, {0, spec_.threshold_mask_bits});
        if (neuron.destination.connected) {
            destination(path.to(".destination"), core, neuron.destination);
        }
    }

    void destination(const Path& path, const isa::SpikingCoreProgram& core, const isa::SpikeDestination& to) {
        within(path.to(".dx"), to.dx, spec_.hop_range());
        within(path.to(".dy"), to.dy, spec_.hop_range());
        within(path.to(".delay"), to.delay, {0, spec_.max_delay()});
        const std::int64_t x = std::int64_t{core.x} + to.dx;
        const std::int64_t y = std::int64_t{core.y} + to.dy;
        position(path, x, y);
        if (program_.output_bus && x == program_.output_bus->x && y == program_.output_bus->y) {
            within(path.to(".axon"), to.axon, {0, std::int64_t{program_.output_bus->outputs} - 1});
        } else {
            within(path.to(".axon"), to.axon, {0, std::int64_t{program_.axons} - 1});
        }
    }

    const isa::SpikingProgram& program_;
    const spec::SpikingArraySpec& spec_;
    Problems& problems_;
    std::set<std::pair<std::uint32_t, std::uint32_t>> places_;
};

} // namespace

Problems verify_program(const isa::SpikingProgram& program, const spec::SpikingArraySpec& spec) {
    Problems problems = spec::verify_spec(spec);
    if (!problems.has_errors()) {
        Check(program, spec, problems).run();
    }
    return problems;
}

} // namespace lodestone::spiking_array
