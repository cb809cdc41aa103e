// SPDX-License-Identifier: Apache-2.0
// The catalogue of mutations. Random numbers are drawn from the engine itself: the same on every library.
#include "tests/system/mapping_emit/mutations.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace lodestone::test {
namespace {

using isa::Buffer;
using isa::BufferKind;
using isa::ConvKernel;
using isa::EpilogueOp;
using isa::Gather;
using isa::Phase;
using isa::Program;
using Random = std::mt19937;

std::uint32_t below(Random& random, std::size_t limit) {
    return static_cast<std::uint32_t>(random() % limit);
}

/// A random item that satisfies `good`, or null.
template <class Item, class Good>
Item* pick(std::vector<Item>& items, Random& random, Good good) {
    std::vector<Item*> candidates;
    for (Item& item : items) {
        if (good(item)) {
            candidates.push_back(&item);
        }
    }
    return candidates.empty() ? nullptr : candidates[below(random, candidates.size())];
}

bool computes(const Phase& phase) {
    return !std::holds_alternative<isa::LoadKernel>(phase.kernel) &&
           !std::holds_alternative<isa::StoreKernel>(phase.kernel);
}

bool is_conv(const Phase& phase) {
    return std::holds_alternative<ConvKernel>(phase.kernel);
}

bool has_window(const Phase& phase) {
    return is_conv(phase) && std::get<ConvKernel>(phase.kernel).window.front().size > 1;
}

bool has_weights(const Phase& phase) {
    return phase.weights.has_value();
}

bool is_kept(const Buffer& buffer) {
    return buffer.bytes.count() != 0;
}

/// A phase for which `good` holds, damaged by `change`, which gives the description.
template <class Good, class Change>
std::string in_phase(Program& program, Random& random, Good good, Change change) {
    Phase* phase = pick(program.phases, random, good);
    return phase == nullptr ? "" : phase->name + ": " + change(*phase);
}

template <class Change>
std::string in_buffer(Program& program, Random& random, Change change) {
    Buffer* buffer = pick(program.buffers, random, is_kept);
    return buffer == nullptr ? "" : buffer->name + ": " + change(*buffer);
}

/// A gather that moves values between cores, with its phase.
struct Place {
    Phase* phase = nullptr;
    Gather* gather = nullptr;
};

template <class Good>
Place pick_gather(Program& program, Random& random, Good good) {
    std::vector<Place> places;
    for (Phase& phase : program.phases) {
        for (Gather& gather : phase.inputs) {
            if (computes(phase) && good(gather)) {
                places.push_back({.phase = &phase, .gather = &gather});
            }
        }
    }
    return places.empty() ? Place{} : places[below(random, places.size())];
}

bool is_moved(const Program& program, const Gather& gather) {
    return !gather.in_place && program.tensors[gather.tensor].producer.has_value();
}

constexpr std::uint64_t kLine = 16; ///< bytes: a multiple of a bank's line on the machines of the test

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

// Weights

std::string shorten_chunks(Program& program, Random& random) {
    return in_phase(program, random, has_weights, [](Phase& phase) {
        phase.weights->homes.pop_back();
        return "a chunk lost its home";
    });
}

std::string fewer_groups(Program& program, Random& random) {
    return in_phase(program, random, has_weights, [](Phase& phase) {
        phase.weights->homes.resize(phase.weights->homes.size() -
                                    std::min<std::size_t>(phase.weights->chunks, phase.weights->homes.size()));
        return "a group lost its chunks";
    });
}

std::string more_chunks(Program& program, Random& random) {
    return in_phase(program, random, has_weights, [&](Phase& phase) {
        phase.weights->chunks += 1 + below(random, 3);
        return std::to_string(phase.weights->chunks) + " chunks";
    });
}

std::string other_home_core(Program& program, Random& random) {
    const auto is_streamed = [](const Phase& phase) { return phase.weights && !phase.weights->resident; };
    return in_phase(program, random, is_streamed, [&](Phase& phase) {
        isa::ChunkHome& home = phase.weights->homes[below(random, phase.weights->homes.size())];
        home.core = CoreId((home.core.value + 1 + below(random, program.grid.size() - 1)) % program.grid.size());
        return "a chunk in core " + std::to_string(home.core.value);
    });
}

std::string home_outside(Program& program, Random& random) {
    return in_phase(program, random, has_weights, [&](Phase& phase) {
        phase.weights->homes[below(random, phase.weights->homes.size())].core = CoreId(program.grid.size());
        return "a chunk outside the grid";
    });
}

std::string other_home_address(Program& program, Random& random) {
    return in_phase(program, random, has_weights, [&](Phase& phase) {
        isa::ChunkHome& home = phase.weights->homes[below(random, phase.weights->homes.size())];
        const Bytes own = home.address;
        while (home.address == own) {
            home.address = Bytes(kLine * below(random, 4096));
        }
        return "a chunk at " + std::to_string(home.address.count());
    });
}

std::string home_onto_buffer(Program& program, Random& random) {
    return in_phase(program, random, has_weights, [&](Phase& phase) {
        const Buffer* buffer = pick(program.buffers, random, is_kept);
        phase.weights->homes[below(random, phase.weights->homes.size())].address = buffer->address;
        return "a chunk onto " + buffer->name;
    });
}

std::string flip_residency(Program& program, Random& random) {
    return in_phase(program, random, has_weights, [](Phase& phase) {
        phase.weights->resident = !phase.weights->resident;
        return phase.weights->resident ? std::string("resident") : std::string("streamed");
    });
}

std::string other_weights(Program& program, Random& random) {
    return in_phase(program, random, has_weights, [&](Phase& phase) {
        phase.weights->constant = (phase.weights->constant + 1 + below(random, program.constants.size() - 1)) %
                                  static_cast<std::uint32_t>(program.constants.size());
        return "weights " + program.constants[phase.weights->constant].name;
    });
}

std::string other_bias(Program& program, Random& random) {
    return in_phase(
        program, random, [](const Phase& phase) { return phase.weights && phase.weights->bias; },
        [&](Phase& phase) {
            phase.weights->bias = (*phase.weights->bias + 1 + below(random, program.constants.size() - 1)) %
                                  static_cast<std::uint32_t>(program.constants.size());
            return "bias " + program.constants[*phase.weights->bias].name;
        });
}

std::string lose_bias(Program& program, Random& random) {
    return in_phase(
        program, random, [](const Phase& phase) { return phase.weights && phase.weights->bias; },
        [](Phase& phase) {
            phase.weights->bias.reset();
            return std::string("no bias");
        });
}

std::string next_home_line(Program& program, Random& random) {
    return in_phase(program, random, has_weights, [&](Phase& phase) {
        isa::ChunkHome& home = phase.weights->homes[below(random, phase.weights->homes.size())];
        home.address += Bytes(kLine);
        return "a chunk read from the next line, " + std::to_string(home.address.count());
    });
}

std::string swap_chunks(Program& program, Random& random) {
    return in_phase(
        program, random, [](const Phase& phase) { return phase.weights && phase.weights->homes.size() > 1; },
        [&](Phase& phase) {
            std::vector<isa::ChunkHome>& homes = phase.weights->homes;
            const std::size_t first = below(random, homes.size() - 1);
            std::swap(homes[first], homes[first + 1]);
            return "chunks " + std::to_string(first) + " and the next exchanged";
        });
}

std::string chunk_of_another_layer(Program& program, Random& random) {
    return in_phase(program, random, has_weights, [&](Phase& phase) {
        const Phase* other = pick(program.phases, random,
                                  [&](const Phase& candidate) { return candidate.weights && &candidate != &phase; });
        phase.weights->homes.front() = other->weights->homes.front();
        return "its first chunk read from that of " + other->name;
    });
}

std::string short_instructions(Program& program, Random& random) {
    return in_phase(
        program, random, [](const Phase&) { return true; },
        [&](Phase& phase) {
            phase.instruction_bytes -= Bytes(1 + below(random, phase.instruction_bytes.count()));
            return std::to_string(phase.instruction_bytes.count()) + " bytes of instructions";
        });
}

std::string long_instructions(Program& program, Random& random) {
    return in_phase(
        program, random, [](const Phase&) { return true; },
        [&](Phase& phase) {
            constexpr std::uint64_t far_too_many = 1 << 20;
            phase.instruction_bytes += Bytes(far_too_many);
            return std::string("more instructions than fit");
        });
}

// Slots, of scheduled programs

/// A list of slots of a random transfer with a slot above `least`, and its place; null when there is none.
std::uint64_t* pick_slot(Program& program, Random& random, std::uint64_t least) {
    std::vector<std::uint64_t*> slots;
    const auto add = [&](std::vector<std::uint64_t>& list) {
        for (std::uint64_t& slot : list) {
            if (slot > least) {
                slots.push_back(&slot);
            }
        }
    };
    for (Phase& phase : program.phases) {
        for (Gather& gather : phase.inputs) {
            add(gather.slots);
        }
        if (phase.weights) {
            add(phase.weights->slots);
        }
        add(phase.partial_sum_slots);
    }
    return slots.empty() ? nullptr : slots[below(random, slots.size())];
}

/// The schedule lets every transfer leave as early as it can, so earlier is too early.
std::string earlier_slot(Program& program, Random& random) {
    std::uint64_t* slot = pick_slot(program, random, 0);
    if (slot == nullptr) {
        return "";
    }
    --*slot;
    return "a slot one cycle earlier, at " + std::to_string(*slot);
}

std::string lose_slot(Program& program, Random& random) {
    return in_phase(
        program, random, [](const Phase& phase) { return phase.instruction_slot.has_value(); },
        [&](Phase& phase) {
            const bool has_slots = phase.weights && !phase.weights->slots.empty();
            if (has_slots && below(random, 2) == 0) {
                phase.weights->slots.pop_back();
                return std::string("a chunk without a slot");
            }
            phase.instruction_slot.reset();
            return std::string("instructions without a slot");
        });
}

std::string later_slot(Program& program, Random& random) {
    std::uint64_t* slot = pick_slot(program, random, 0);
    if (slot == nullptr) {
        return "";
    }
    *slot += 1 + below(random, 16);
    return "a slot later, at " + std::to_string(*slot);
}

std::string rotate_scales(Program& program, Random& random) {
    return in_phase(
        program, random,
        [&](const Phase& phase) {
            return phase.weights && program.constants[phase.weights->constant].scales.size() > 1;
        },
        [&](Phase& phase) {
            std::vector<double>& scales = program.constants[phase.weights->constant].scales;
            std::ranges::rotate(scales, scales.begin() + 1);
            return std::string("scales of the next channels");
        });
}

std::string other_scale(Program& program, Random& random) {
    isa::ProgramTensor* tensor =
        pick(program.tensors, random, [](const isa::ProgramTensor& t) { return t.format != numerics::FormatId::fp32; });
    tensor->scale *= below(random, 2) == 0 ? 1.5 : 0.7;
    return tensor->name + ": scale " + std::to_string(tensor->scale);
}

// Formats

std::string other_weight_format(Program& program, Random& random) {
    return in_phase(program, random, has_weights, [](Phase& phase) {
        phase.weight_format =
            phase.weight_format == numerics::FormatId::int2 ? numerics::FormatId::int8 : numerics::FormatId::int2;
        return "weights as " + std::string(numerics::name_of(phase.weight_format));
    });
}

std::string other_tensor_format(Program& program, Random& random) {
    isa::ProgramTensor* tensor =
        pick(program.tensors, random, [](const isa::ProgramTensor& t) { return t.format != numerics::FormatId::fp32; });
    tensor->format = tensor->format == numerics::FormatId::int4 ? numerics::FormatId::int2 : numerics::FormatId::int4;
    return tensor->name + ": " + std::string(numerics::name_of(tensor->format));
}

std::string narrow_accumulator(Program& program, Random& random) {
    return in_phase(program, random, has_weights, [&](Phase& phase) {
        phase.accumulator_bits = 2 + below(random, 8);
        return std::to_string(phase.accumulator_bits) + " bits of accumulator";
    });
}

std::string larger_unit(Program& program, Random& random) {
    return in_phase(program, random, has_weights, [&](Phase& phase) {
        (below(random, 2) == 0 ? phase.matrix.inputs : phase.matrix.outputs) *= 2;
        return std::to_string(phase.matrix.inputs) + "x" + std::to_string(phase.matrix.outputs) + " unit";
    });
}

// Kernels and epilogues

template <class Change>
std::string in_window(Program& program, Random& random, Change change) {
    return in_phase(program, random, has_window, [&](Phase& phase) {
        std::vector<isa::WindowAxis>& window = std::get<ConvKernel>(phase.kernel).window;
        isa::WindowAxis& axis = window[below(random, window.size())];
        change(axis);
        return "window of " + std::to_string(axis.size) + ", stride " + std::to_string(axis.stride) + ", dilation " +
               std::to_string(axis.dilation) + ", pads " + std::to_string(axis.pad_begin) + " and " +
               std::to_string(axis.pad_end);
    });
}

std::string other_size(Program& program, Random& random) {
    return in_window(program, random, [&](isa::WindowAxis& axis) { axis.size = 1 + 4 * below(random, 2); });
}
std::string other_stride(Program& program, Random& random) {
    return in_window(program, random, [](isa::WindowAxis& axis) { axis.stride = 3 - axis.stride; });
}
std::string other_dilation(Program& program, Random& random) {
    return in_window(program, random, [&](isa::WindowAxis& axis) {
        axis.dilation = 2;
        axis.pad_begin += below(random, 2); // the second time with the padding that keeps the extent
        axis.pad_end += axis.pad_begin - 1;
    });
}
std::string shift_window(Program& program, Random& random) {
    return in_window(program, random, [&](isa::WindowAxis& axis) {
        const std::int64_t by = below(random, 2) == 0 ? 1 : -1;
        axis.pad_begin += by;
        axis.pad_end -= by;
    });
}
std::string other_pad_begin(Program& program, Random& random) {
    return in_window(program, random, [](isa::WindowAxis& axis) { ++axis.pad_begin; });
}
std::string other_pad_end(Program& program, Random& random) {
    return in_window(program, random, [&](isa::WindowAxis& axis) { axis.pad_end = 2 * below(random, 2); });
}

std::string other_groups(Program& program, Random& random) {
    return in_phase(program, random, is_conv, [&](Phase& phase) {
        std::get<ConvKernel>(phase.kernel).groups = 2 + below(random, 3);
        return std::string("other groups");
    });
}

std::string other_pool(Program& program, Random& random) {
    return in_phase(
        program, random, [](const Phase& phase) { return std::holds_alternative<isa::PoolKernel>(phase.kernel); },
        [](Phase& phase) {
            std::get<isa::PoolKernel>(phase.kernel).kind = isa::PoolKind::maximum;
            return std::string("maximum pool");
        });
}

std::string transpose_matrix(Program& program, Random& random) {
    return in_phase(
        program, random, [](const Phase& phase) { return std::holds_alternative<isa::MatMulKernel>(phase.kernel); },
        [&](Phase& phase) {
            auto& matmul = std::get<isa::MatMulKernel>(phase.kernel);
            bool& flag = below(random, 2) == 0 ? matmul.transpose_a : matmul.transpose_b;
            flag = !flag;
            return std::string("an operand transposed");
        });
}

bool has_epilogue(const Phase& phase) {
    return !phase.epilogue.empty();
}
bool has_residual(const Phase& phase) {
    return phase.epilogue.size() > 1;
}

std::string drop_step(Program& program, Random& random) {
    return in_phase(program, random, has_epilogue, [&](Phase& phase) {
        const std::uint32_t at = below(random, phase.epilogue.size());
        const std::string name = isa::epilogue_name(phase.epilogue[at].op);
        phase.epilogue.erase(phase.epilogue.begin() + at);
        return "without " + name;
    });
}

std::string swap_steps(Program& program, Random& random) {
    return in_phase(program, random, has_residual, [](Phase& phase) {
        std::swap(phase.epilogue[0], phase.epilogue[1]);
        return std::string("steps exchanged");
    });
}

std::string other_operand(Program& program, Random& random) {
    return in_phase(program, random, has_residual, [](Phase& phase) {
        phase.epilogue.front().input = 0;
        return std::string("adds its own input");
    });
}

std::string lose_operand(Program& program, Random& random) {
    return in_phase(program, random, has_residual, [](Phase& phase) {
        phase.epilogue.front().input.reset();
        return std::string("adds nothing");
    });
}

std::string other_operation(Program& program, Random& random) {
    return in_phase(program, random, has_epilogue, [&](Phase& phase) {
        isa::EpilogueStep& step = phase.epilogue[below(random, phase.epilogue.size())];
        const std::vector<EpilogueOp> binary{EpilogueOp::subtract, EpilogueOp::multiply, EpilogueOp::maximum};
        const std::vector<EpilogueOp> unary{EpilogueOp::absolute, EpilogueOp::sigmoid, EpilogueOp::negate};
        step.op = (isa::is_binary(step.op) ? binary : unary)[below(random, 3)];
        return isa::epilogue_name(step.op);
    });
}

} // namespace

const std::vector<Mutation>& mutations() {
    static const std::vector<Mutation> all{
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
        {"chunk list shortened", Effect::wrong, shorten_chunks},
        {"broadcast shortened", Effect::wrong, fewer_groups},
        {"more chunks than homes", Effect::wrong, more_chunks},
        {"chunk in another core", Effect::wrong, other_home_core},
        {"chunk outside the grid", Effect::wrong, home_outside},
        {"chunk anywhere", Effect::wrong, other_home_address},
        {"chunk onto a buffer", Effect::wrong, home_onto_buffer},
        {"resident or not", Effect::remapping, flip_residency},
        {"other weights", Effect::wrong, other_weights},
        {"other bias", Effect::wrong, other_bias},
        {"no bias", Effect::wrong, lose_bias},
        {"chunk from the next line", Effect::wrong, next_home_line},
        {"chunks exchanged", Effect::wrong, swap_chunks},
        {"chunk of another layer", Effect::wrong, chunk_of_another_layer},
        {"instructions too short", Effect::wrong, short_instructions},
        {"instructions too long", Effect::wrong, long_instructions},
        {"slot earlier", Effect::wrong, earlier_slot},
        {"slot later", Effect::remapping, later_slot},
        {"slot lost", Effect::wrong, lose_slot},
        {"scales one channel on", Effect::wrong, rotate_scales},
        {"other scale", Effect::wrong, other_scale},
        {"other weight format", Effect::wrong, other_weight_format},
        {"other tensor format", Effect::wrong, other_tensor_format},
        {"accumulator too narrow", Effect::wrong, narrow_accumulator},
        {"unit too large", Effect::wrong, larger_unit},
        {"other window size", Effect::wrong, other_size},
        {"other stride", Effect::wrong, other_stride},
        {"other dilation", Effect::wrong, other_dilation},
        {"window shifted", Effect::wrong, shift_window},
        {"more padding before", Effect::wrong, other_pad_begin},
        {"other padding behind", Effect::remapping, other_pad_end},
        {"other groups", Effect::wrong, other_groups},
        {"other pool", Effect::wrong, other_pool},
        {"operand transposed", Effect::wrong, transpose_matrix},
        {"step dropped", Effect::wrong, drop_step},
        {"steps exchanged", Effect::wrong, swap_steps},
        {"other operand", Effect::wrong, other_operand},
        {"no operand", Effect::wrong, lose_operand},
        {"other operation", Effect::wrong, other_operation},
    };
    return all;
}

} // namespace lodestone::test
