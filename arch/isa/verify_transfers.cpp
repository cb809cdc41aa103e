// SPDX-License-Identifier: Apache-2.0
// Rules of instructions and start slots: what a program sends, on which links, in which cycles.
#include "arch/isa/flow.hpp"
#include "arch/isa/instructions.hpp"
#include "arch/isa/slots.hpp"
#include "arch/isa/verify_rules.hpp"

#include <algorithm>
#include <functional>
#include <tuple>

namespace lodestone::isa {
namespace {

void verify_instruction_bytes(Examination& exam, std::uint32_t index) {
    const Phase& phase = exam.program.phases[index];
    const std::uint64_t count = descriptors(exam.program, index);
    const Bytes needed = exam.machine.instruction.bytes_per_descriptor * count;
    if (phase.instruction_bytes < needed) {
        exam.add({.rule = "PRG-I2",
                  .layer = phase.name,
                  .where = "instructions",
                  .value = bytes_text(phase.instruction_bytes),
                  .limit = bytes_text(needed) + " for " + std::to_string(count) + " descriptors",
                  .message = "are too short for what the busiest core has to do; name the size they need"});
    }
}

/// A link held by a transfer, for its flits at least: a slow source holds it longer.
struct Hold {
    LinkId link;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::uint32_t transfer = 0;
};

/// The transfers of one network whose slots count from one moment.
class Moment {
public:
    Moment(Examination& exam, const Phase& phase, std::string network, const spec::NetworkSpec& spec)
        : exam_(exam), phase_(phase), network_(std::move(network)), spec_(spec) {}

    void add(std::string name, std::span<const LinkUse> links, Bytes bytes, std::uint64_t slot) {
        const std::uint64_t flits = transfer_cycles(bytes, spec_.link_width).count();
        for (const LinkUse& use : links) {
            const std::uint64_t begin = slot + spec_.hop_latency.count() * use.depth;
            holds_.push_back({.link = use.link,
                              .begin = begin,
                              .end = begin + flits,
                              .transfer = static_cast<std::uint32_t>(names_.size())});
        }
        names_.push_back(std::move(name));
    }

    void verify() {
        std::ranges::sort(holds_, {}, [](const Hold& hold) { return std::tuple(hold.link, hold.begin, hold.end); });
        const Hold* longest = nullptr; // that began on this link
        for (const Hold& hold : holds_) {
            const bool same_link = longest != nullptr && longest->link == hold.link;
            if (same_link && hold.begin < longest->end) {
                report(hold, *longest);
            }
            if (!same_link || hold.end > longest->end) {
                longest = &hold;
            }
        }
    }

private:
    static std::string cycles(const Hold& hold) {
        return "cycles " + std::to_string(hold.begin) + " to " + std::to_string(hold.end);
    }
    void report(const Hold& late, const Hold& early) {
        exam_.add({.rule = "PRG-N2",
                   .layer = phase_.name,
                   .where = network_ + " network link " + link_name(exam_.program.grid, late.link),
                   .value = cycles(late) + " of " + names_[late.transfer],
                   .limit = "free of " + names_[early.transfer] + " in " + cycles(early),
                   .message = "is taken twice; give one of the transfers another slot"});
    }

    Examination& exam_;
    const Phase& phase_;
    std::string network_;
    const spec::NetworkSpec& spec_;
    std::vector<Hold> holds_;
    std::vector<std::string> names_;
};

/// Flows that leave during phase `index`, whoever gathers them.
void verify_flows(Examination& exam, std::uint32_t index) {
    const Program& program = exam.program;
    Moment moment(exam, program.phases[index], "activation", exam.machine.activation_network);
    for (std::uint32_t reader = index; reader < program.phases.size(); ++reader) {
        const Phase& phase = program.phases[reader];
        for (std::uint32_t input = 0; input < phase.inputs.size(); ++input) {
            if (phase.inputs[input].issue_phase != index) {
                continue;
            }
            for (const Flow& flow : gather_flows(program, reader, input)) {
                moment.add("flow " + std::to_string(flow.index) + " for " + phase.name, route(program.grid, flow),
                           flow.bytes, phase.inputs[input].slots[flow.index]);
            }
        }
    }
    moment.verify();
}

void verify_chunks(Examination& exam, std::uint32_t index) {
    const Phase& phase = exam.program.phases[index];
    if (!phase.weights || phase.weights->resident) {
        return;
    }
    Moment moment(exam, phase, "model", exam.machine.model_network);
    for (const ChunkDelivery& delivery : chunk_deliveries(exam.program, index)) {
        moment.add("chunk " + std::to_string(delivery.chunk) + " of group " + std::to_string(delivery.group),
                   multicast_tree(exam.program.grid, delivery.home, delivery.members), delivery.bytes,
                   phase.weights->slots[std::size_t{delivery.group} * phase.weights->chunks + delivery.chunk]);
    }
    moment.verify();
}

/// Every link of the partial-sum network serves one core, whose sums must not run into each other.
void verify_sums(Examination& exam, std::uint32_t index) {
    const Program& program = exam.program;
    const Phase& phase = program.phases[index];
    Moment moment(exam, phase, "partial-sum", exam.machine.partial_sum_network);
    std::size_t place = 0;
    for (const SumSender& sender : sum_senders(program, phase)) {
        PartIndex part = part_index(phase.split, program.grid.position(sender.core));
        ++part.reduction;
        const CoreId next = program.grid.at(core_of(phase.split, part));
        const std::vector<LinkUse> links = multicast_tree(program.grid, sender.core, {next});
        const Tile tile = tile_of(phase.split, work_shape(program, phase), program.grid.position(sender.core));
        for (std::uint32_t step = 0; step < sender.steps; ++step, ++place) {
            const Tile piece = step_of(program, phase, tile, step).tile;
            const auto sums = static_cast<std::uint64_t>(piece.frames.size() * piece.output.elements());
            moment.add("step " + std::to_string(step) + " of " + exam.core_name(sender.core), links,
                       bytes_for(Bits(sums * phase.accumulator_bits)), phase.partial_sum_slots[place]);
        }
    }
    moment.verify();
}

} // namespace

void verify_transfers(Examination& exam) {
    const auto phases = static_cast<std::uint32_t>(exam.program.phases.size());
    for (std::uint32_t index = 0; index < phases; ++index) {
        verify_instruction_bytes(exam, index);
    }
    if (!is_scheduled(exam.program)) {
        return;
    }
    bool complete = true;
    for (std::uint32_t index = 0; index < phases; ++index) {
        for (const std::string& missing : missing_slots(exam.program, index)) {
            complete = false;
            exam.add({.rule = "PRG-N1",
                      .layer = exam.program.phases[index].name,
                      .where = "slots",
                      .value = missing,
                      .limit = "one each",
                      .message = "leaves transfers without a time to leave; schedule the whole program"});
        }
    }
    for (std::uint32_t index = 0; index < phases && complete; ++index) {
        verify_flows(exam, index);
        verify_chunks(exam, index);
        verify_sums(exam, index);
    }
}

} // namespace lodestone::isa
