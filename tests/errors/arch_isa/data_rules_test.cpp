// SPDX-License-Identifier: Apache-2.0
// Rules of weights, gathers and memory: each is broken alone and found.
#include "tests/errors/arch_isa/broken_program.hpp"

namespace lodestone {
namespace {

using test::check_breaks;
using test::every_split;
using test::Subject;

/// The first address behind everything that the program keeps.
Bytes free_address(const Subject& subject) {
    Bytes end;
    for (const isa::Buffer& buffer : subject.program.buffers) {
        end = std::max(end, buffer.address + buffer.bytes);
    }
    for (const isa::Phase& phase : subject.program.phases) {
        for (std::uint32_t i = 0; phase.weights && i < phase.weights->homes.size(); ++i) {
            end = std::max(end, phase.weights->homes[i].address + isa::chunk_bytes(subject.program, phase,
                                                                                   i / phase.weights->chunks,
                                                                                   i % phase.weights->chunks));
        }
    }
    constexpr std::uint64_t line = 128;
    return Bytes(line * ceil_div(end.count(), line));
}

} // namespace

TEST_CASE(
    "PRG-W1: every group of cores has a home in the grid for each of its weight chunks, its first core if resident",
    "[isa][errors]") {
    Subject shortened = every_split();
    shortened.phase("conv_channels").weights->homes.pop_back();
    check_breaks(shortened, "PRG-W1", "conv_channels");
    Subject outside = every_split();
    outside.phase("conv_channels").weights->homes[1].core = CoreId(4);
    check_breaks(outside, "PRG-W1", "conv_channels");
    Subject resident = every_split();
    isa::WeightPlan& plan = *resident.phase("conv_channels").weights;
    plan.resident = true;
    plan.homes.back().core = CoreId(0); // its group begins further on
    check_breaks(resident, "PRG-W1", "conv_channels");
}

TEST_CASE("PRG-W2: a weight chunk fits half of the weight buffer", "[isa][errors]") {
    Subject subject = every_split();
    subject.machine.matrix.weight_buffer = Bytes(2 * 640); // classes: 128 x 5 of 8 bit
    CHECK(subject.verify().empty());
    subject.machine.matrix.weight_buffer = Bytes(2 * 640 - 1);
    check_breaks(subject, "PRG-W2", "classes");
}

TEST_CASE("PRG-W3: no weight chunk is empty", "[isa][errors]") {
    Subject subject = every_split();
    isa::WeightPlan& plan = *subject.phase("classes").weights; // 2 groups of 5 channels
    plan.resident = false;                                     // any core may be the home
    plan.chunks = 6;
    plan.homes.assign(12, plan.homes.front());
    for (std::uint64_t i = 0; i < plan.homes.size(); ++i) {
        plan.homes[i].address = free_address(every_split()) + Bytes(i * 1024);
    }
    check_breaks(subject, "PRG-W3", "classes");
}

TEST_CASE("PRG-G1: an input read in place lies, for each core, within the tile it owns", "[isa][errors]") {
    Subject subject = every_split();
    isa::Gather& gather = subject.phase("conv_cols_batch").inputs.front();
    gather.in_place = true;
    gather.buffer = subject.phase("conv_rows").output_buffer;
    check_breaks(subject, "PRG-G1", "conv_cols_batch");
    Subject frames = every_split(); // the network's input lies in the frame buffer
    frames.phase("conv_rows").inputs.front().in_place = true;
    CHECK(std::ranges::any_of(frames.verify(), [](const isa::Violation& broken) {
        return broken.rule == "PRG-G1" && broken.layer == "conv_rows" && broken.value == "in the frame buffer";
    }));
}

TEST_CASE("PRG-G2: a gather is issued once its tensor's producer has begun and before its phase", "[isa][errors]") {
    Subject late = every_split();
    late.phase("conv_channels").inputs.front().issue_phase = late.phase_index("conv_channels");
    check_breaks(late, "PRG-G2", "conv_channels");
    Subject early = every_split();
    early.phase("conv_channels").inputs.front().issue_phase = early.phase_index("conv_rows");
    for (const char* name : {"conv_channels.input0", "conv_cols_batch.home"}) {
        early.buffer(name).first_phase = early.phase_index("conv_rows");
    }
    check_breaks(early, "PRG-G2", "conv_channels");
    Subject store = every_split();
    store.phase("Output").inputs.front().issue_phase = store.phase_index("flatten");
    store.buffer("classes.home").first_phase = store.phase_index("flatten");
    check_breaks(store, "PRG-G2", "Output");
}

TEST_CASE("PRG-G3: a gather names a buffer that holds what it moves", "[isa][errors]") {
    Subject other_tensor = every_split();
    other_tensor.buffer("conv_channels.input0").tensor = other_tensor.phase("conv_rows").output;
    check_breaks(other_tensor, "PRG-G3", "conv_channels");
    Subject kind = every_split();
    kind.buffer("conv_channels.input0").kind = isa::BufferKind::home;
    check_breaks(kind, "PRG-G3", "conv_channels");
    Subject shared = every_split();
    shared.phase("conv_cols_batch").inputs.push_back(shared.phase("conv_cols_batch").inputs.front());
    check_breaks(shared, "PRG-G3", "conv_cols_batch");
    Subject store = every_split();
    store.phase("Output").inputs.front().buffer = store.phase("pool").output_buffer;
    check_breaks(store, "PRG-G3", "Output");
}

TEST_CASE("PRG-M1: a buffer lies within core memory", "[isa][errors]") {
    Subject subject = every_split();
    isa::Buffer& buffer = subject.buffer("pool.home");
    const Bytes capacity = subject.machine.memory.capacity;
    buffer.address = capacity - Bytes(128); // 128 B
    CHECK(subject.verify().empty());
    buffer.address = capacity - Bytes(120);
    check_breaks(subject, "PRG-M1", "pool");
    buffer.address = Bytes(~std::uint64_t{0} - 7);
    check_breaks(subject, "PRG-M1", "pool");
}

TEST_CASE("PRG-M2: buffers that live at the same time do not overlap", "[isa][errors]") {
    Subject subject = every_split();
    subject.buffer("conv_reduction.input0").address = subject.buffer("conv_reduction.home").address;
    check_breaks(subject, "PRG-M2", "conv_reduction");
    subject.buffer("conv_reduction.input0").address += Bytes(8);
    check_breaks(subject, "PRG-M2", "conv_reduction");
    Subject in_turn = every_split(); // the input of one layer where an earlier layer's was
    in_turn.buffer("classes.input0").address = in_turn.buffer("conv_rows.input0").address;
    CHECK(in_turn.verify().empty());
}

TEST_CASE("PRG-M2: an empty buffer between two others hides no overlap", "[isa][errors]") {
    Subject subject = every_split();
    isa::Buffer nothing = subject.buffer("conv_reduction.home");
    nothing.name = "nothing";
    nothing.frame_bytes = Bytes(0);
    nothing.bytes = Bytes(0);
    subject.program.buffers.push_back(nothing); // behind the home, which begins there too
    subject.buffer("nothing").address += Bytes(16);
    CHECK(subject.verify().empty());
    subject.buffer("nothing").address = nothing.address;
    CHECK(subject.verify().empty());
    subject.buffer("conv_reduction.input0").address = nothing.address + Bytes(8);
    check_breaks(subject, "PRG-M2", "conv_reduction");
}

TEST_CASE("PRG-M3: a buffer is large enough for the core that needs most, and for all its frames", "[isa][errors]") {
    Subject frame = every_split();
    frame.buffer("pool.home").frame_bytes -= Bytes(1);
    check_breaks(frame, "PRG-M3", "pool");
    Subject frames = every_split();
    frames.buffer("pool.home").bytes -= Bytes(1);
    check_breaks(frames, "PRG-M3", "pool");
    Subject spaced = every_split(); // two frames further apart than the buffer has room for
    spaced.buffer("pool.home").frame_bytes += Bytes(8);
    check_breaks(spaced, "PRG-M3", "pool");
    spaced.buffer("pool.home").bytes += Bytes(16);
    spaced.buffer("pool.home").address = free_address(spaced);
    CHECK(spaced.verify().empty());
}

TEST_CASE("PRG-M4: a weight chunk lies within its home's memory, clear of buffers and other chunks", "[isa][errors]") {
    Subject on_buffer = every_split();
    on_buffer.phase("conv_rows").weights->homes[0].address = on_buffer.buffer("pool.home").address;
    check_breaks(on_buffer, "PRG-M4", "conv_rows");
    Subject on_chunk = every_split();
    on_chunk.phase("conv_rows").weights->homes[0] = on_chunk.phase("conv_channels").weights->homes[1];
    check_breaks(on_chunk, "PRG-M4", "conv_rows");
    Subject outside = every_split();
    outside.phase("conv_rows").weights->homes[0].address = outside.machine.memory.capacity;
    check_breaks(outside, "PRG-M4", "conv_rows");
}

TEST_CASE("PRG-M5: addresses are multiples of a line of one bank", "[isa][errors]") {
    Subject buffer = every_split(); // lines of 8 B
    buffer.buffer("pool.home").address = free_address(buffer) + Bytes(8);
    CHECK(buffer.verify().empty());
    buffer.buffer("pool.home").address += Bytes(4);
    check_breaks(buffer, "PRG-M5", "pool");
    Subject chunk = every_split();
    chunk.phase("conv_rows").weights->homes[0].address = free_address(chunk) + Bytes(4);
    check_breaks(chunk, "PRG-M5", "conv_rows");
}

TEST_CASE("PRG-M6: a buffer lives from the phase that first writes it to the phase that last reads it",
          "[isa][errors]") {
    Subject late = every_split();
    ++late.buffer("conv_channels.input0").first_phase;
    check_breaks(late, "PRG-M6", "conv_channels");
    Subject early = every_split();
    --early.buffer("conv_channels.input0").last_phase;
    check_breaks(early, "PRG-M6", "conv_channels");
    Subject home = every_split();
    home.buffer("conv_rows.home").last_phase = home.phase_index("conv_channels"); // residual reads it later
    check_breaks(home, "PRG-M6", "residual");
}

TEST_CASE("PRG-M7: inputs and outputs of the resident batch fit the frame buffer", "[isa][errors]") {
    Subject subject = every_split();
    const std::uint64_t needed = 2 * (8 * 8 * 8 + 10 * 4); // two frames: codes in, binary32 out
    subject.machine.frame_buffer.capacity = Bytes(needed);
    CHECK(subject.verify().empty());
    subject.machine.frame_buffer.capacity = Bytes(needed - 1);
    check_breaks(subject, "PRG-M7", "Input");
}

} // namespace lodestone
