// SPDX-License-Identifier: Apache-2.0
// Printing of mappings.
#include "mapping/emit/mapping_file.hpp"

#include "mapping/tile/dimensions.hpp"

namespace lodestone::emit {
namespace {

std::string text_of(isa::AxisSplit parts) {
    return std::to_string(parts.rows) + "x" + std::to_string(parts.cols);
}

/// Names of layers hold slashes, colons and dots: always quoted.
std::string quoted(const std::string& name) {
    std::string text = "\"";
    for (const char c : name) {
        if (c == '"' || c == '\\') {
            text += '\\';
        }
        text += c;
    }
    return text + "\"";
}

std::string split_text(const isa::Program& program, const isa::Phase& phase) {
    const std::vector<std::string> names = tile::axis_names(program, phase);
    std::vector<std::string> cuts;
    const auto add = [&](const std::string& name, isa::AxisSplit parts) {
        if (parts.parts() > 1) {
            cuts.push_back(name + ": " + text_of(parts));
        }
    };
    add("batch", phase.split.batch);
    for (std::size_t axis = 0; axis < names.size(); ++axis) {
        add(names[axis], phase.split.axes[axis]);
    }
    add("input_channels", phase.split.reduction);
    return "{" + join(cuts) + "}";
}

std::string steps_text(const isa::Program& program, const isa::Phase& phase) {
    const std::vector<std::string> names = tile::axis_names(program, phase);
    std::string text = "{frame_blocks: " + std::to_string(phase.steps.frame_blocks);
    if (phase.steps.axis_blocks > 1) {
        text += ", axis: " + names.at(phase.steps.blocked_axis) +
                ", axis_blocks: " + std::to_string(phase.steps.axis_blocks);
    }
    return text + "}";
}

std::string precision_text(const isa::Program& program, const isa::Phase& phase) {
    const std::string out(numerics::name_of(program.tensors[phase.output].format));
    if (!isa::uses_matrix_unit(phase.kernel)) {
        return out;
    }
    return std::string(numerics::name_of(phase.weight_format)) + " x " +
           std::string(numerics::name_of(phase.activation_format)) + " to " + out;
}

std::string layer_text(const isa::Program& program, const isa::Phase& phase) {
    std::string text = "  - name: " + quoted(phase.name) + "\n";
    text += "    # " + phase.op + ", " + precision_text(program, phase) + ", " +
            std::to_string(phase.split.cores_used()) + " cores\n";
    text += "    split: " + split_text(program, phase) + "\n";
    if (phase.weights) {
        text += "    weights: {resident: " + std::string(phase.weights->resident ? "true" : "false") +
                ", chunks: " + std::to_string(phase.weights->chunks) + "}\n";
    }
    text += "    steps: " + steps_text(program, phase) + "\n";
    for (const isa::Gather& gather : phase.inputs) {
        text += "    # reads " + program.tensors[gather.tensor].name +
                (gather.in_place ? " in place" : ", gathered in phase " + std::to_string(gather.issue_phase)) + "\n";
    }
    return text;
}

std::string buffer_text(const isa::Buffer& buffer) {
    return "#   " + std::to_string(buffer.address.count()) + " + " + std::to_string(buffer.bytes.count()) +
           ", phases " + std::to_string(buffer.first_phase) + " to " + std::to_string(buffer.last_phase) + ": " +
           buffer.name + "\n";
}

} // namespace

std::string mapping_yaml(const isa::Program& program) {
    std::string text = "# Mapping of " + program.workload + " (" + program.precision + ") to " + program.machine +
                       ", " + std::to_string(program.grid.rows) + " x " + std::to_string(program.grid.cols) +
                       " cores, batch " + std::to_string(program.batch) + ".\n" +
                       "# Parts are written: along the rows of the grid x along its columns.\n" + "layers:\n";
    for (std::size_t index = 1; index + 1 < program.phases.size(); ++index) {
        text += layer_text(program, program.phases[index]);
    }
    text += "# Buffers in every core: address + bytes, life, content\n";
    for (const isa::Buffer& buffer : program.buffers) {
        text += buffer_text(buffer);
    }
    return text;
}

} // namespace lodestone::emit
