// SPDX-License-Identifier: Apache-2.0
// The list of rules and the order in which they are examined.
#include "arch/isa/verify.hpp"

#include "arch/isa/verify_rules.hpp"

namespace lodestone::isa {

const std::vector<Rule>& program_rules() {
    static const std::vector<Rule> rules{
        {"PRG-S1", "The program's grid is the machine's grid."},
        {"PRG-S2", "The first phase loads the inputs, the last stores the outputs, no other does either."},
        {"PRG-S3", "A kernel, its parameters and its epilogue fit their tensors: number of inputs, ranks, extents, "
                   "windows, reduction length."},
        {"PRG-S4", "A tensor is an input of the network or made by the phase it names, and read only by later phases."},
        {"PRG-S5", "A phase keeps its output in a home buffer of that tensor, which no other phase uses."},
        {"PRG-C1",
         "A split cuts each axis into at least one part and uses no more rows and columns of cores than the grid "
         "has."},
        {"PRG-C2", "No part of a reduction is empty, counted in blocks where elements share scales: every partial sum "
                   "is complete."},
        {"PRG-C3", "An axis that an operator needs whole (softmax, normalisation) is not cut."},
        {"PRG-C4", "Only the matrix unit reduces across cores, and the cores of a reduction are neighbours."},
        {"PRG-C5",
         "A step plan cuts each tile into at least one frame block and one block of an axis that may be cut."},
        {"PRG-C6", "An axis whose elements share scales in blocks is not cut into more parts than it has blocks."},
        {"PRG-F1",
         "The matrix unit of the machine supports the formats of the phase, in the shape that the phase assumes."},
        {"PRG-F2", "The accumulator holds every partial sum of the phase; over blocks with scales it has at least 32 "
                   "bits (binary32)."},
        {"PRG-F3", "The matrix unit multiplies in the formats of its operands."},
        {"PRG-I1", "The programs of a phase and of the next fit the instruction memory together."},
        {"PRG-I2", "The instructions of a phase are as long as its buffers, steps and flows need."},
        {"PRG-W1", "Every group of cores has a home in the grid for each of its weight chunks; that of a resident "
                   "chunk is the first core of the group."},
        {"PRG-W2", "A weight chunk fits half of the weight buffer."},
        {"PRG-W3", "No weight chunk is empty."},
        {"PRG-G1", "An input read in place lies, for each core, within the tile it owns."},
        {"PRG-G2", "A gather is issued once its tensor's producer has begun and before its phase (of the store: at the "
                   "latest in it)."},
        {"PRG-G3",
         "A gather names a buffer that holds what it moves: the home of its tensor, or a gathered buffer that no "
         "other gather fills."},
        {"PRG-M1", "A buffer lies within core memory."},
        {"PRG-M2", "Buffers that live at the same time do not overlap."},
        {"PRG-M3", "A buffer is large enough for the core that needs most, and for all its frames."},
        {"PRG-M4", "A weight chunk lies within its home's memory, clear of buffers and other chunks."},
        {"PRG-M5", "Addresses are multiples of a line of one bank."},
        {"PRG-M6", "A buffer lives from the phase that first writes it to the phase that last reads it."},
        {"PRG-M7", "Inputs and outputs of the resident batch fit the frame buffer."},
        {"PRG-N1", "Either no transfer of the program has a start slot, or each flow, streamed weight chunk, passed-on "
                   "partial sum and broadcast of instructions has one."},
        {"PRG-N2", "No two transfers whose slots count from the same moment hold a link in the same cycle."},
    };
    return rules;
}

std::vector<Violation> verify(const Program& program, const spec::CoreGridSpec& machine) {
    Examination exam{.program = program, .machine = machine, .found = {}};
    if (program.grid != machine.grid) {
        const auto text = [](GridShape grid) { return std::to_string(grid.rows) + "x" + std::to_string(grid.cols); };
        exam.add({.rule = "PRG-S1",
                  .layer = "all",
                  .where = "grid",
                  .value = text(program.grid),
                  .limit = text(machine.grid),
                  .message = "was compiled for another grid; compile it for this machine"});
        return exam.found;
    }
    if (program.phases.size() < 2) {
        exam.add({.rule = "PRG-S2",
                  .layer = "all",
                  .where = "phases",
                  .value = std::to_string(program.phases.size()),
                  .limit = "at least 2",
                  .message = "do not make a program; it begins with load and ends with store"});
        return exam.found;
    }
    bool sound = verify_tensors(exam);
    for (std::uint32_t phase = 0; phase < program.phases.size(); ++phase) {
        sound = verify_phase(exam, phase) && sound;
    }
    if (!sound) {
        return exam.found; // tiles of an unsound phase cannot be computed, so the rest would be guesswork
    }
    for (std::uint32_t phase = 0; phase < program.phases.size(); ++phase) {
        verify_weights(exam, phase);
        verify_gathers(exam, phase);
    }
    verify_memory(exam);
    if (exam.found.empty()) {
        verify_transfers(exam); // what a broken program sends says nothing about its schedule
    }
    return exam.found;
}

} // namespace lodestone::isa
