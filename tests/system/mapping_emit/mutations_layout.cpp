// SPDX-License-Identifier: Apache-2.0
// Damage to where things are: buffers, flows, tensors, splits.
#include "tests/system/mapping_emit/mutation_places.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace lodestone::test {
namespace {

// Buffers

std::string move_onto_another(Program& program, Random& random) {
    return in_buffer(program, random, [&](Buffer& buffer) -> std::string {
        const Buffer* other = pick(program.buffers, random, [&](const Buffer& candidate) {
            return &candidate != &buffer && is_kept(candidate) && candidate.address != buffer.address &&
                   candidate.first_phase <= buffer.last_phase && buffer.first_phase <= candidate.last_phase;
        });
        if (other == nullptr) {
            return "alone";
        }
        buffer.address = other->address;
        return "onto " + other->name;
    });
}

std::string move_anywhere(Program& program, Random& random) {
    return in_buffer(program, random, [&](Buffer& buffer) {
        buffer.address = Bytes(kLine * below(random, 4096));
        return "to " + std::to_string(buffer.address.count());
    });
}

std::string misalign(Program& program, Random& random) {
    return in_buffer(program, random, [&](Buffer& buffer) {
        buffer.address += Bytes(1 + below(random, 7));
        return "to " + std::to_string(buffer.address.count());
    });
}

std::string shrink_frame(Program& program, Random& random) {
    return in_buffer(program, random, [&](Buffer& buffer) {
        buffer.frame_bytes -= Bytes(1 + below(random, buffer.frame_bytes.count()));
        return "frames of " + std::to_string(buffer.frame_bytes.count());
    });
}

std::string spread_frames(Program& program, Random& random) {
    return in_buffer(program, random, [&](Buffer& buffer) {
        buffer.frame_bytes += Bytes(1 + below(random, 64));
        return "frames " + std::to_string(buffer.frame_bytes.count()) + " apart";
    });
}

std::string shorten_life(Program& program, Random& random) {
    return in_buffer(program, random, [&](Buffer& buffer) {
        (below(random, 2) == 0 ? ++buffer.first_phase : --buffer.last_phase);
        return "phases " + std::to_string(buffer.first_phase) + " to " + std::to_string(buffer.last_phase);
    });
}

std::string other_output_buffer(Program& program, Random& random) {
    return in_phase(program, random, computes, [&](Phase& phase) {
        const std::uint32_t own = phase.output_buffer;
        phase.output_buffer =
            (own + 1 + below(random, program.buffers.size() - 1)) % static_cast<std::uint32_t>(program.buffers.size());
        return "output in " + program.buffers[phase.output_buffer].name;
    });
}

// Flows

std::string drop_flow(Program& program, Random& random) {
    const Place place = pick_gather(program, random, [&](const Gather& gather) { return is_moved(program, gather); });
    if (place.gather == nullptr) {
        return "";
    }
    place.gather->in_place = true;
    place.gather->buffer = program.phases[*program.tensors[place.gather->tensor].producer].output_buffer;
    Buffer& home = program.buffers[place.gather->buffer];
    home.last_phase =
        std::max(home.last_phase, static_cast<std::uint32_t>(place.phase - program.phases.data())); // it lives on
    return place.phase->name + ": reads " + home.name + " in place";
}

std::string flip_in_place(Program& program, Random& random) {
    const Place place = pick_gather(program, random, [](const Gather&) { return true; });
    place.gather->in_place = !place.gather->in_place;
    return place.phase->name + ": in place " + (place.gather->in_place ? "yes" : "no");
}

std::string other_issue_phase(Program& program, Random& random) {
    const Place place = pick_gather(program, random, [](const Gather&) { return true; });
    const std::uint32_t own = place.gather->issue_phase;
    place.gather->issue_phase =
        (own + 1 + below(random, program.phases.size() - 1)) % static_cast<std::uint32_t>(program.phases.size());
    return place.phase->name + ": issued in " + std::to_string(place.gather->issue_phase);
}

std::string other_gather_buffer(Program& program, Random& random) {
    const Place place = pick_gather(program, random, [](const Gather&) { return true; });
    place.gather->buffer = (place.gather->buffer + 1 + below(random, program.buffers.size() - 1)) %
                           static_cast<std::uint32_t>(program.buffers.size());
    return place.phase->name + ": into " + program.buffers[place.gather->buffer].name;
}

/// The buffer is relabelled too, so that only the values are wrong.
std::string other_source_tensor(Program& program, Random& random) {
    for (int attempt = 0; attempt < 100; ++attempt) {
        const Place place =
            pick_gather(program, random, [&](const Gather& gather) { return is_moved(program, gather); });
        const auto index = static_cast<std::uint32_t>(place.phase - program.phases.data());
        const isa::ProgramTensor& own = program.tensors[place.gather->tensor];
        for (std::uint32_t tensor = 0; tensor < program.tensors.size(); ++tensor) {
            const isa::ProgramTensor& other = program.tensors[tensor];
            if (tensor == place.gather->tensor || other.shape != own.shape || other.format != own.format ||
                !other.producer || *other.producer >= index) {
                continue;
            }
            place.gather->tensor = tensor;
            place.gather->issue_phase = index - 1;
            program.buffers[place.gather->buffer].tensor = tensor;
            Buffer& home = program.buffers[program.phases[*other.producer].output_buffer];
            home.last_phase = std::max(home.last_phase, index - 1);
            return place.phase->name + ": reads " + other.name;
        }
    }
    return "";
}

std::string other_producer(Program& program, Random& random) {
    isa::ProgramTensor* tensor =
        pick(program.tensors, random, [](const isa::ProgramTensor& t) { return t.producer.has_value(); });
    const std::uint32_t own = *tensor->producer;
    tensor->producer =
        (own + 1 + below(random, program.phases.size() - 1)) % static_cast<std::uint32_t>(program.phases.size());
    return tensor->name + ": made in " + std::to_string(*tensor->producer);
}

std::string lose_producer(Program& program, Random& random) {
    isa::ProgramTensor* tensor =
        pick(program.tensors, random, [](const isa::ProgramTensor& t) { return t.producer.has_value(); });
    tensor->producer.reset();
    return tensor->name + ": made by nobody";
}

std::string swap_phases(Program& program, Random& random) {
    const std::size_t first = 1 + below(random, program.phases.size() - 3);
    std::swap(program.phases[first], program.phases[first + 1]);
    return program.phases[first].name + " before " + program.phases[first + 1].name;
}

std::string lose_output(Program& program, Random& /*random*/) {
    program.network_outputs.front() = program.phases[1].output;
    return "output " + program.tensors[program.network_outputs.front()].name;
}

// Tiles

std::string swap_axes_of_split(Program& program, Random& random) {
    return in_phase(
        program, random, [](const Phase& phase) { return computes(phase) && phase.split.axes.size() > 1; },
        [&](Phase& phase) -> std::string {
            std::vector<isa::AxisSplit>& axes = phase.split.axes;
            for (int attempt = 0; attempt < 100; ++attempt) {
                isa::AxisSplit& a = axes[below(random, axes.size())];
                isa::AxisSplit& b = below(random, 4) == 0 ? phase.split.reduction : axes[below(random, axes.size())];
                if (a != b) {
                    std::swap(a, b);
                    return "parts of two axes exchanged";
                }
            }
            return "nothing is cut";
        });
}

std::string turn_split(Program& program, Random& random) {
    return in_phase(program, random, computes, [&](Phase& phase) -> std::string {
        const auto cut = [](const isa::AxisSplit& axis) { return axis.rows != axis.cols; };
        isa::AxisSplit* axis = pick(phase.split.axes, random, cut);
        if (axis == nullptr) {
            return "nothing to turn";
        }
        std::swap(axis->rows, axis->cols);
        return "rows and columns of an axis exchanged";
    });
}

std::string other_part_count(Program& program, Random& random) {
    return in_phase(program, random, computes, [&](Phase& phase) {
        isa::AxisSplit& axis = phase.split.axes[below(random, phase.split.axes.size())];
        std::uint32_t& parts = below(random, 2) == 0 ? axis.rows : axis.cols;
        parts = (parts + 1 + below(random, 3)) % 5;
        return std::to_string(parts) + " parts of an axis";
    });
}

std::string other_steps(Program& program, Random& random) {
    return in_phase(program, random, computes, [&](Phase& phase) {
        const isa::StepPlan own = phase.steps;
        while (phase.steps.frame_blocks == own.frame_blocks && phase.steps.axis_blocks == own.axis_blocks &&
               phase.steps.blocked_axis == own.blocked_axis) {
            phase.steps = {.frame_blocks = below(random, 4),
                           .axis_blocks = below(random, 5),
                           .blocked_axis = below(random, phase.split.axes.size() + 1)};
        }
        return std::to_string(phase.steps.frame_blocks) + " frame blocks, " + std::to_string(phase.steps.axis_blocks) +
               " of axis " + std::to_string(phase.steps.blocked_axis);
    });
}

std::string other_batch(Program& program, Random& random) {
    program.batch += 1 + below(random, 2);
    if (below(random, 2) == 0) {
        program.batch = 1;
    }
    return "batch " + std::to_string(program.batch);
}

std::string other_grid(Program& program, Random& random) {
    (below(random, 2) == 0 ? program.grid.rows : program.grid.cols) += 1;
    return std::to_string(program.grid.rows) + "x" + std::to_string(program.grid.cols);
}

std::string other_extent(Program& program, Random& random) {
    isa::ProgramTensor* tensor = pick(program.tensors, random, [](const isa::ProgramTensor&) { return true; });
    std::int64_t& extent = tensor->shape[1 + below(random, tensor->shape.size() - 1)];
    extent += extent == 1 || below(random, 2) == 0 ? 1 : -1;
    return tensor->name + ": an axis of " + std::to_string(extent);
}

std::string lose_input(Program& program, Random& random) {
    return in_phase(program, random, computes, [](Phase& phase) {
        phase.inputs.pop_back();
        return std::string("an input less");
    });
}

} // namespace

std::vector<Mutation> layout_mutations() {
    return {
        {"buffer onto another", Effect::wrong, move_onto_another},
        {"buffer anywhere", Effect::remapping, move_anywhere},
        {"buffer off the line", Effect::wrong, misalign},
        {"frames too small", Effect::wrong, shrink_frame},
        {"frames further apart", Effect::remapping, spread_frames},
        {"life too short", Effect::wrong, shorten_life},
        {"output in another buffer", Effect::wrong, other_output_buffer},
        {"flow dropped", Effect::wrong, drop_flow},
        {"in place or not", Effect::wrong, flip_in_place},
        {"flow in another phase", Effect::remapping, other_issue_phase},
        {"flow into another buffer", Effect::wrong, other_gather_buffer},
        {"flow of another tensor", Effect::wrong, other_source_tensor},
        {"another producer", Effect::wrong, other_producer},
        {"no producer", Effect::wrong, lose_producer},
        {"phases exchanged", Effect::wrong, swap_phases},
        {"another output", Effect::wrong, lose_output},
        {"parts of two axes exchanged", Effect::remapping, swap_axes_of_split},
        {"parts turned", Effect::remapping, turn_split},
        {"other number of parts", Effect::remapping, other_part_count},
        {"other steps", Effect::remapping, other_steps},
        {"other batch", Effect::wrong, other_batch},
        {"other grid", Effect::wrong, other_grid},
        {"other extent", Effect::wrong, other_extent},
        {"input lost", Effect::wrong, lose_input},
    };
}

} // namespace lodestone::test
