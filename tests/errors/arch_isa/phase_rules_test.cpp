// SPDX-License-Identifier: Apache-2.0
// Rules of structure, coverage, formats and instructions: each is broken alone and found.
#include "tests/errors/arch_isa/broken_program.hpp"

#include "arch/isa/slots.hpp"
#include "sim/base/file.hpp"
#include "tests/support/places.hpp"

#include <sstream>

namespace lodestone {
namespace {

using test::check_breaks;
using test::every_split;
using test::Subject;

/// One layer of its own kind over [1, 8, 6, 6], on 2x2 cores.
Subject one_layer(isa::Kernel kernel, isa::Shape output, isa::Split split = {}) {
    test::ProgramBuilder builder({.rows = 2, .cols = 2}, 1);
    const std::uint32_t input = builder.input({1, 8, 6, 6});
    const std::uint32_t result = builder.add({.name = "layer",
                                              .kernel = std::move(kernel),
                                              .inputs = {input},
                                              .output = std::move(output),
                                              .split = std::move(split)});
    return test::on_small_machine(builder.finish({result}));
}

template <class Kernel>
Kernel& kernel_of(Subject& subject, const std::string& layer) {
    return std::get<Kernel>(subject.phase(layer).kernel);
}

/// Breaks PRG-S3 in "layer" of a program with one layer.
template <class Kernel, class Change>
void check_misfit(const Kernel& kernel, const isa::Shape& output, Change change) {
    Subject subject = one_layer(kernel, output);
    REQUIRE(subject.verify().empty());
    change(kernel_of<Kernel>(subject, "layer"));
    check_breaks(subject, "PRG-S3", "layer");
}

} // namespace

TEST_CASE("a legal program breaks no rule", "[isa][errors]") {
    for (const GridShape grid : {GridShape{1, 1}, GridShape{2, 2}, GridShape{4, 4}, GridShape{2, 4}}) {
        CHECK(test::on_small_machine(test::every_split_program(grid)).verify().empty());
    }
}

TEST_CASE("docs/rules.md lists exactly the rules of programs", "[isa][errors]") {
    std::istringstream lines(read_file(tests::source_folder() + "/docs/rules.md"));
    std::vector<std::string> documented;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("| PRG-")) {
            documented.push_back(line);
        }
    }
    std::vector<std::string> examined;
    for (const isa::Rule& rule : isa::program_rules()) {
        examined.push_back(std::string("| ") + rule.name + " | " + rule.text + " |");
    }
    CHECK(documented == examined);
}

TEST_CASE("PRG-S1: the program's grid is the machine's grid", "[isa][errors]") {
    Subject subject = every_split();
    subject.machine.grid.rows = 3;
    check_breaks(subject, "PRG-S1", "all");
}

TEST_CASE("PRG-S2: the first phase loads the inputs, the last stores the outputs", "[isa][errors]") {
    Subject late = every_split();
    late.phase("conv_rows").kernel = isa::LoadKernel{};
    CHECK(std::ranges::any_of(late.verify(), [](const isa::Violation& broken) {
        return broken.rule == "PRG-S2" && broken.layer == "conv_rows";
    }));
    Subject dropped = every_split();
    dropped.program.network_outputs.push_back(dropped.phase("pool").output);
    check_breaks(dropped, "PRG-S2", "Output");
    Subject gathers = every_split();
    gathers.program.phases.front().inputs.push_back(gathers.phase("conv_rows").inputs.front());
    CHECK(std::ranges::any_of(gathers.verify(), [](const isa::Violation& broken) {
        return broken.rule == "PRG-S2" && broken.layer == "Input";
    }));
    Subject nothing = every_split();
    nothing.program.phases.clear();
    check_breaks(nothing, "PRG-S2", "all");
}

TEST_CASE("PRG-S3: a convolution fits its tensors and parameters", "[isa][errors]") {
    const auto broken = [](auto change) {
        Subject subject = every_split();
        change(kernel_of<isa::ConvKernel>(subject, "conv_channels"), subject);
        check_breaks(subject, "PRG-S3", "conv_channels");
    };
    broken([](isa::ConvKernel& conv, Subject&) { conv.window[0].stride = 2; });
    broken([](isa::ConvKernel& conv, Subject&) { conv.window[1].pad_begin = 2; });
    broken([](isa::ConvKernel& conv, Subject&) { conv.window[1].pad_end = 0; });
    broken([](isa::ConvKernel& conv, Subject&) { conv.window[1].dilation = 0; });
    broken([](isa::ConvKernel& conv, Subject&) { conv.window[0] = {.size = 5, .pad_begin = 2, .pad_end = 2}; });
    broken([](isa::ConvKernel& conv, Subject&) { conv.window.pop_back(); });
    broken([](isa::ConvKernel& conv, Subject&) { conv.groups = 3; });
    broken([](isa::ConvKernel& conv, Subject&) { conv.groups = 2; });
    broken([](isa::ConvKernel& conv, Subject&) { conv.in_channels = 4; });
    broken([](isa::ConvKernel&, Subject& s) { s.phase("conv_channels").weights->constant = 8; });
    broken([](isa::ConvKernel&, Subject& s) { s.phase("conv_channels").weights->bias = 9; });
    broken([](isa::ConvKernel&, Subject& s) { s.phase("conv_channels").weights.reset(); });
    broken([](isa::ConvKernel&, Subject& s) { s.program.constants[4].scales.resize(3); });
    broken([](isa::ConvKernel&, Subject& s) { s.phase("conv_channels").inputs.clear(); });
    broken([](isa::ConvKernel&, Subject& s) { s.phase("conv_channels").split.axes.pop_back(); });
}

TEST_CASE("PRG-S3: a matrix product fits its tensors and parameters", "[isa][errors]") {
    const auto broken = [](auto change) {
        Subject subject = every_split();
        change(kernel_of<isa::MatMulKernel>(subject, "classes"), subject);
        check_breaks(subject, "PRG-S3", "classes");
    };
    broken([](isa::MatMulKernel& matmul, Subject&) { matmul.k = 64; });
    broken([](isa::MatMulKernel& matmul, Subject&) { matmul.transpose_a = true; });
    broken([](isa::MatMulKernel& matmul, Subject&) { matmul.transpose_b = true; });
    broken([](isa::MatMulKernel& matmul, Subject&) { matmul.b_is_input = true; });
    broken([](isa::MatMulKernel&, Subject& s) { s.phase("classes").weights->constant = 0; });
}

TEST_CASE("PRG-S3: kernels of the vector unit fit their tensors", "[isa][errors]") {
    const isa::WindowAxis half{.size = 2, .stride = 2};
    check_misfit(isa::PoolKernel{.window = {half, half}}, {1, 8, 3, 3},
                 [](isa::PoolKernel& pool) { pool.window[0].stride = 4; });
    check_misfit(isa::PoolKernel{.window = {half, half}}, {1, 8, 3, 3},
                 [](isa::PoolKernel& pool) { pool.window[1].size = 0; });
    check_misfit(isa::ReduceKernel{.axes = {2, 3}}, {1, 8, 1, 1}, [](isa::ReduceKernel& r) { r.axes = {1, 2}; });
    check_misfit(isa::ReduceKernel{.axes = {2, 3}}, {1, 8, 1, 1}, [](isa::ReduceKernel& r) { r.axes = {2, 4}; });
    check_misfit(isa::SoftmaxKernel{.axis = 1}, {1, 8, 6, 6}, [](isa::SoftmaxKernel& s) { s.axis = 4; });
    check_misfit(isa::LayerNormKernel{.axis = 1}, {1, 8, 6, 6}, [](isa::LayerNormKernel& n) { n.axis = -1; });
    check_misfit(isa::SliceKernel{.starts = {0, 2, 0, 0}, .steps = {1, 1, 1, 2}}, {1, 6, 6, 3},
                 [](isa::SliceKernel& slice) { slice.starts[1] = 3; });
    check_misfit(isa::SliceKernel{.starts = {0, 2, 0, 0}, .steps = {1, 1, 1, 2}}, {1, 6, 6, 3},
                 [](isa::SliceKernel& slice) { slice.steps.pop_back(); });
    const isa::PickKernel pick{.axis = 1, .indices = {7, 0, 7}};
    check_misfit(pick, {1, 3, 6, 6}, [](isa::PickKernel& p) { p.axis = 4; });
    check_misfit(pick, {1, 3, 6, 6}, [](isa::PickKernel& p) { p.indices[1] = 8; });
    check_misfit(pick, {1, 3, 6, 6}, [](isa::PickKernel& p) { p.indices[1] = -1; });
    check_misfit(pick, {1, 3, 6, 6}, [](isa::PickKernel& p) { p.indices.push_back(1); });
    check_misfit(isa::TransposeKernel{.order = {0, 2, 3, 1}}, {1, 6, 6, 8}, [](isa::TransposeKernel& transpose) {
        transpose.order = {0, 1, 2, 3};
    });
    check_misfit(isa::TransposeKernel{.order = {0, 2, 3, 1}}, {1, 6, 6, 8}, [](isa::TransposeKernel& transpose) {
        transpose.order = {0, 2, 2, 1};
    });
    check_misfit(isa::PadKernel{.begin = {0, 0, 1, 1}}, {1, 8, 8, 8}, [](isa::PadKernel& pad) { pad.begin.clear(); });
    check_misfit(isa::ResizeKernel{.scales = {1, 1, 2, 2}}, {1, 8, 12, 12},
                 [](isa::ResizeKernel& resize) { resize.scales.back() = 0; });
    check_misfit(isa::ConcatKernel{.axis = 1}, {1, 8, 6, 6}, [](isa::ConcatKernel& concat) { concat.axis = 5; });
}

TEST_CASE("PRG-S3: a reshape keeps its elements, a concatenation adds up, an element-wise layer broadcasts",
          "[isa][errors]") {
    const auto broken = [](const isa::Kernel& kernel, const isa::Shape& legal, const isa::Shape& other) {
        Subject subject = one_layer(kernel, legal);
        REQUIRE(subject.verify().empty());
        subject.output("layer").shape = other;
        check_breaks(subject, "PRG-S3", "layer");
    };
    broken(isa::ReshapeKernel{}, {8, 36}, {8, 35});
    broken(isa::ConcatKernel{.axis = 1}, {1, 8, 6, 6}, {1, 9, 6, 6});
    broken(isa::ElementwiseKernel{}, {1, 8, 6, 6}, {1, 4, 6, 6});
}

TEST_CASE("PRG-S3: an epilogue step has one operand, which broadcasts to the output", "[isa][errors]") {
    const auto broken = [](auto change) {
        Subject subject = every_split();
        change(subject.phase("residual").epilogue.front());
        check_breaks(subject, "PRG-S3", "residual");
    };
    broken([](isa::EpilogueStep& step) { step.input.reset(); });
    broken([](isa::EpilogueStep& step) { step.constant = 1; });
    broken([](isa::EpilogueStep& step) { step.input = 2; });
    broken([](isa::EpilogueStep& step) { step = {.op = isa::EpilogueOp::add, .constant = 9}; });
    broken([](isa::EpilogueStep& step) { step = {.op = isa::EpilogueOp::add, .constant = 99}; });
}

TEST_CASE("PRG-S3: an epilogue step reads an input of the kernel only when that passes it on", "[isa][errors]") {
    Subject subject = every_split();
    isa::Phase& conv = subject.phase("conv_cols_batch");
    isa::ProgramTensor& read = subject.program.tensors[conv.inputs.front().tensor];
    REQUIRE(read.shape == subject.output("conv_cols_batch").shape); // it would broadcast
    conv.epilogue.push_back({.op = isa::EpilogueOp::add, .input = 0});
    check_breaks(subject, "PRG-S3", "conv_cols_batch");
    subject = every_split();
    subject.phase("residual").epilogue.front().input = 0;
    CHECK(subject.verify().empty()); // element-wise
}

TEST_CASE("PRG-S4: a tensor is made by the phase it names", "[isa][errors]") {
    Subject other = every_split();
    other.output("conv_cols_batch").producer = other.phase_index("conv_rows");
    check_breaks(other, "PRG-S4", "conv_cols_batch");
    Subject nobody = every_split();
    nobody.output("pool").producer.reset();
    check_breaks(nobody, "PRG-S4", "pool");
    Subject given = every_split();
    given.program.tensors[given.program.network_inputs.front()].producer = 1;
    check_breaks(given, "PRG-S4", "conv_rows");
    Subject twice = every_split();
    twice.phase("conv_cols_batch").output = twice.phase("conv_rows").output;
    twice.buffer("conv_cols_batch.home").tensor = twice.phase("conv_rows").output;
    check_breaks(twice, "PRG-S4", "conv_cols_batch");
}

TEST_CASE("PRG-S4: a tensor is read only by later phases", "[isa][errors]") {
    Subject subject = every_split();
    isa::Gather& gather = subject.phase("conv_rows").inputs.front();
    gather.tensor = subject.phase("residual").output;
    subject.program.buffers[gather.buffer].tensor = gather.tensor;
    const std::vector<isa::Violation> found = subject.verify();
    CHECK(std::ranges::any_of(found, [](const isa::Violation& broken) {
        return broken.rule == "PRG-S4" && broken.layer == "conv_rows" && broken.value == "made in phase 5";
    }));
}

TEST_CASE("PRG-S5: a phase keeps its output in a home buffer of that tensor, which no other phase uses",
          "[isa][errors]") {
    Subject other = every_split();
    other.buffer("pool.home").kind = isa::BufferKind::gathered;
    check_breaks(other, "PRG-S5", "pool");
    Subject foreign = every_split();
    foreign.buffer("pool.home").tensor = foreign.phase("residual").output;
    check_breaks(foreign, "PRG-S5", "pool");
}

TEST_CASE("PRG-C1: a split uses no more rows and columns of cores than the grid has", "[isa][errors]") {
    Subject subject = every_split();
    subject.phase("pool").split.axes[2] = {.rows = 4, .cols = 1};
    check_breaks(subject, "PRG-C1", "pool");
    subject.phase("pool").split.axes[2] = {.rows = 1, .cols = 4};
    check_breaks(subject, "PRG-C1", "pool");
    subject.phase("pool").split.axes[2] = {.rows = 2, .cols = 0};
    check_breaks(subject, "PRG-C1", "pool");
}

TEST_CASE("PRG-C2: no part of a reduction is empty", "[isa][errors]") {
    Subject subject =
        test::on_small_machine(test::conv_program({.rows = 1, .cols = 4}, {.in_channels = 3, .reduction_parts = 3}));
    REQUIRE(subject.verify().empty());
    subject.program = test::conv_program({.rows = 1, .cols = 4}, {.in_channels = 3, .reduction_parts = 4});
    const std::vector<isa::Violation> found = subject.verify();
    REQUIRE(!found.empty());
    CHECK(found.front().rule == "PRG-C2");
    CHECK(found.front().value == "4 parts");
    CHECK(found.front().limit == "3");
}

TEST_CASE("PRG-C3: an axis that an operator needs whole is not cut", "[isa][errors]") {
    const isa::Shape shape{1, 8, 6, 6};
    check_breaks(one_layer(isa::SoftmaxKernel{.axis = 1}, shape, test::split_axis(4, 1, {.rows = 2, .cols = 1})),
                 "PRG-C3", "layer");
    check_breaks(one_layer(isa::LayerNormKernel{.axis = 2}, shape, test::split_axis(4, 3, {.rows = 1, .cols = 2})),
                 "PRG-C3", "layer");
    CHECK(one_layer(isa::LayerNormKernel{.axis = 2}, shape, test::split_axis(4, 1, {.rows = 1, .cols = 2}))
              .verify()
              .empty());
}

TEST_CASE("PRG-C4: only the matrix unit reduces across cores, along one side of the grid", "[isa][errors]") {
    Subject square = test::on_small_machine(test::conv_program({.rows = 2, .cols = 2}, {.reduction_parts = 2}));
    REQUIRE(square.verify().empty());
    test::ConvCase both{.reduction_parts = 2};
    square.program = test::conv_program({.rows = 2, .cols = 2}, both);
    isa::Phase& conv = square.phase("conv");
    conv.split.reduction = {.rows = 2, .cols = 2};
    CHECK(square.verify().front().rule == "PRG-C4");
    CHECK(square.verify().front().value == "2x2");
    isa::Split split = isa::whole(4);
    split.reduction = {.rows = 2, .cols = 1};
    const std::vector<isa::Violation> pooled = one_layer(isa::SoftmaxKernel{.axis = 1}, {1, 8, 6, 6}, split).verify();
    CHECK(std::ranges::any_of(pooled, [](const isa::Violation& broken) {
        return broken.rule == "PRG-C4" && broken.layer == "layer" && broken.value == "2 parts";
    }));
}

TEST_CASE("PRG-C5: a step plan cuts each tile into blocks of an axis that may be cut", "[isa][errors]") {
    const auto broken = [](Subject subject, const std::string& layer, isa::StepPlan steps) {
        subject.phase(layer).steps = steps;
        check_breaks(subject, "PRG-C5", layer);
    };
    broken(every_split(), "conv_rows", {.frame_blocks = 0});
    broken(every_split(), "conv_rows", {.axis_blocks = 0});
    broken(every_split(), "conv_rows", {.axis_blocks = 2, .blocked_axis = 4});
    broken(every_split(), "conv_rows", {.axis_blocks = 2, .blocked_axis = 1});
    broken(one_layer(isa::SoftmaxKernel{.axis = 1}, {1, 8, 6, 6}), "layer", {.axis_blocks = 2, .blocked_axis = 1});
}

namespace {

/// A convolution whose channels come in blocks of 32, cut as said.
Subject in_blocks(std::int64_t in, std::int64_t out, const isa::Split& split) {
    Subject subject =
        test::on_small_machine(test::conv_program({.rows = 1, .cols = 4}, {.in_channels = in,
                                                                           .out_channels = out,
                                                                           .kernel = 1,
                                                                           .channel_parts = split.axes[1].cols,
                                                                           .reduction_parts = split.reduction.cols,
                                                                           .format = numerics::FormatId::mxint8}));
    subject.machine.matrix.extra_formats = {"mxint8"};
    return subject;
}

} // namespace

TEST_CASE("PRG-C6: an axis whose elements share scales is not cut into more parts than it has blocks",
          "[isa][errors]") {
    isa::Split split = isa::whole(4);
    split.axes[1].cols = 2;
    REQUIRE(in_blocks(8, 33, split).verify().empty());
    Subject subject = in_blocks(8, 33, split);
    subject.phase("conv").split.axes[1].cols = 3;
    const std::vector<isa::Violation> found = subject.verify();
    REQUIRE(!found.empty());
    CHECK(found.front().rule == "PRG-C6");
    CHECK(found.front().layer == "conv");
    CHECK(found.front().value == "3 parts");
    CHECK(found.front().limit == "33 in blocks of 32");
}

TEST_CASE("PRG-C2: no part of a reduction has no block", "[isa][errors]") {
    isa::Split split = isa::whole(4);
    split.reduction.cols = 2;
    REQUIRE(in_blocks(64, 8, split).verify().empty());
    Subject subject = in_blocks(64, 8, split);
    subject.phase("conv").split.reduction.cols = 4;
    const std::vector<isa::Violation> found = subject.verify();
    REQUIRE(!found.empty());
    CHECK(found.front().rule == "PRG-C2");
    CHECK(found.front().limit == "64 in blocks of 32");
}

TEST_CASE("PRG-F2: sums over blocks with scales have the bits of binary32", "[isa][errors]") {
    Subject subject = in_blocks(64, 8, isa::whole(4));
    subject.phase("conv").accumulator_bits = 32;
    REQUIRE(subject.verify().empty());
    subject.phase("conv").accumulator_bits = 31;
    check_breaks(subject, "PRG-F2", "conv");
}

TEST_CASE("PRG-F1: the matrix unit of the machine supports the formats of the phase", "[isa][errors]") {
    Subject subject = every_split();
    subject.machine.matrix.modes.front().precision = "int4";
    check_breaks(subject, "PRG-F1", "conv_rows");
    Subject wider = every_split();
    wider.phase("classes").matrix.outputs = 16;
    check_breaks(wider, "PRG-F1", "classes");
    wider.phase("classes").matrix.outputs = 0;
    check_breaks(wider, "PRG-F1", "classes");
}

TEST_CASE("PRG-F1: what the unit takes besides its modes is legal", "[isa][errors]") {
    Subject fp8 =
        test::on_small_machine(test::every_split_program({.rows = 2, .cols = 2}, numerics::FormatId::fp8_e4m3));
    check_breaks(fp8, "PRG-F1", "conv_rows");
    fp8.machine.matrix.extra_formats = {"fp8_e4m3"};
    CHECK(fp8.verify().empty());
    Subject narrow_weights = every_split(); // w4a8 runs in the int8 mode
    for (isa::Phase& phase : narrow_weights.program.phases) {
        if (phase.weights) {
            narrow_weights.program.constants[phase.weights->constant].format = numerics::FormatId::int4;
            phase.weight_format = numerics::FormatId::int4;
        }
    }
    CHECK(narrow_weights.verify().empty());
}

TEST_CASE("PRG-F2: the accumulator holds every partial sum of the phase", "[isa][errors]") {
    Subject subject = every_split();
    subject.phase("conv_rows").accumulator_bits = 16 + 7; // 72 products of 8 bit
    CHECK(subject.verify().empty());
    subject.phase("conv_rows").accumulator_bits = 16 + 6;
    check_breaks(subject, "PRG-F2", "conv_rows");
    Subject fp8 =
        test::on_small_machine(test::every_split_program({.rows = 2, .cols = 2}, numerics::FormatId::fp8_e4m3));
    fp8.machine.matrix.extra_formats = {"fp8_e4m3"};
    fp8.phase("conv_rows").accumulator_bits = 2 * 18 + 1 + 7; // magnitudes of 2^-9 to 448
    CHECK(fp8.verify().empty());
    fp8.phase("conv_rows").accumulator_bits -= 1;
    check_breaks(fp8, "PRG-F2", "conv_rows");
}

TEST_CASE("PRG-F3: the matrix unit multiplies in the formats of its operands", "[isa][errors]") {
    Subject subject = every_split();
    subject.machine.matrix.modes.push_back({.precision = "int4", .shape = {.inputs = 8, .outputs = 8}});
    subject.phase("conv_rows").activation_format = numerics::FormatId::int4;
    check_breaks(subject, "PRG-F3", "conv_rows");
    subject = every_split();
    subject.phase("classes").weight_format = numerics::FormatId::int4; // smaller chunks fit where larger ones did
    check_breaks(subject, "PRG-F3", "classes");
}

TEST_CASE("PRG-I1: the programs of a phase and of the next fit the instruction memory together", "[isa][errors]") {
    Subject subject = every_split();
    const Bytes memory = subject.machine.instruction.memory;
    const Bytes before = subject.phase("classes").instruction_bytes;
    subject.phase("Output").instruction_bytes = memory - before;
    CHECK(subject.verify().empty());
    subject.phase("Output").instruction_bytes = memory - before + Bytes(1);
    check_breaks(subject, "PRG-I1", "classes");
}

TEST_CASE("PRG-I2: the instructions of a phase are as long as its buffers, steps and flows need", "[isa][errors]") {
    Subject subject = every_split();
    subject.phase("pool").instruction_bytes -= Bytes(1);
    check_breaks(subject, "PRG-I2", "pool");
    subject = every_split();
    subject.phase("Input").instruction_bytes -= Bytes(1);
    check_breaks(subject, "PRG-I2", "Input");
}

namespace {

/// A slot for every transfer, `apart` cycles from one to the next of its phase and network.
void give_slots(isa::Program& program, std::uint64_t apart) {
    for (std::uint32_t phase = 0; phase < program.phases.size(); ++phase) {
        isa::PhaseSlots slots = isa::empty_slots(program, phase);
        std::uint64_t next = 0;
        const auto spread = [&](std::vector<std::uint64_t>& list) {
            for (std::uint64_t& slot : list) {
                slot = next;
                next += apart;
            }
        };
        std::ranges::for_each(slots.gathers, spread);
        spread(slots.weights);
        spread(slots.partial_sums);
        isa::set_slots(program.phases[phase], std::move(slots));
    }
}

constexpr std::uint64_t kFarApart = 100'000; // cycles: longer than any transfer here

} // namespace

TEST_CASE("PRG-N1: either no transfer has a start slot, or each has one", "[isa][errors]") {
    Subject subject = every_split();
    give_slots(subject.program, kFarApart);
    CHECK(subject.verify().empty());
    Subject broken = subject;
    broken.phase("conv_channels").inputs.front().slots.pop_back();
    check_breaks(broken, "PRG-N1", "conv_channels");
    broken = subject;
    broken.phase("conv_channels").weights->slots.pop_back();
    check_breaks(broken, "PRG-N1", "conv_channels");
    broken = subject;
    broken.phase("conv_reduction").partial_sum_slots.push_back(0);
    check_breaks(broken, "PRG-N1", "conv_reduction");
    broken = subject;
    broken.phase("pool").instruction_slot.reset();
    check_breaks(broken, "PRG-N1", "pool");
}

TEST_CASE("PRG-N2: no two transfers of one moment hold a link in the same cycle, on any network", "[isa][errors]") {
    Subject subject = every_split();
    give_slots(subject.program, kFarApart);
    Subject broken = subject;
    broken.phase("conv_channels").inputs.front().slots = // two flows of one core leave together
        std::vector<std::uint64_t>(subject.phase("conv_channels").inputs.front().slots.size(), 7);
    check_breaks(broken, "PRG-N2", "conv_cols_batch");
    broken = subject;
    std::vector<std::uint64_t>& sums = broken.phase("conv_reduction").partial_sum_slots;
    REQUIRE(sums.size() > 1);
    sums[1] = sums[0];
    check_breaks(broken, "PRG-N2", "conv_reduction");
    const std::vector<isa::Violation> found = broken.verify();
    CHECK(found.front().where.starts_with("partial-sum network link ["));
}

} // namespace lodestone
