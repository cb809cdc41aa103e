// SPDX-License-Identifier: Apache-2.0
// Loads of links, ports and memories from the flows of a gather.
#include "mapping/route/measure.hpp"

#include "arch/isa/flow.hpp"
#include "arch/isa/flow_counts.hpp"

#include <algorithm>

namespace lodestone::route {
namespace {

double number(std::uint64_t value) {
    return static_cast<double>(value);
}

struct Loads {
    explicit Loads(const GridShape& grid)
        : links(isa::link_count(grid)), sent(grid.size()), received(grid.size()), flows_sent(grid.size()),
          flows_received(grid.size()) {}

    void add(const GridShape& grid, const isa::Flow& flow, Bytes link_width) {
        const std::uint64_t flits = transfer_cycles(flow.bytes, link_width).count();
        for (const isa::LinkUse& use : isa::route(grid, flow)) {
            links[use.link.index()] += flits;
        }
        if (flow.from_frame_buffer) {
            from_frame_buffer += flow.bytes.count();
        } else {
            sent[flow.source.index()] += flow.bytes.count();
            ++flows_sent[flow.source.index()];
        }
        for (const CoreId destination : flow.destinations) {
            received[destination.index()] += flow.bytes.count();
            ++flows_received[destination.index()];
        }
    }

    std::vector<std::uint64_t> links;
    std::vector<std::uint64_t> sent;
    std::vector<std::uint64_t> received;
    std::vector<std::uint64_t> flows_sent;
    std::vector<std::uint64_t> flows_received;
    std::uint64_t from_frame_buffer = 0;
};

std::uint64_t largest(const std::vector<std::uint64_t>& values) {
    return *std::ranges::max_element(values);
}

} // namespace

Transfer measure_move(isa::Program& program, std::uint32_t phase, std::uint32_t input,
                      const spec::CoreGridSpec& machine) {
    program.phases.at(phase).inputs.at(input).in_place = false;
    const Bytes width = machine.activation_network.link_width;
    const std::vector<isa::Flow> flows = isa::gather_flows(program, phase, input);
    Transfer transfer{.in_place = flows.empty(), .is_measured = true, .link_width = number(width.count())};
    if (flows.empty()) {
        return transfer;
    }
    Loads loads(program.grid);
    for (const isa::Flow& flow : flows) {
        loads.add(program.grid, flow, width);
    }
    std::uint64_t copied = 0;
    for (const Bytes bytes : isa::local_copies(program, phase, input)) {
        copied = std::max(copied, bytes.count());
    }
    const double frame_buffer_cycles = number(loads.from_frame_buffer) / number(machine.frame_buffer.width.count());
    transfer.link_bytes = std::max(number(largest(loads.links)), frame_buffer_cycles) * transfer.link_width;
    transfer.latency =
        number(machine.activation_network.hop_latency.count() * (program.grid.rows + program.grid.cols) / 2);
    transfer.received = number(largest(loads.received));
    transfer.sent = number(largest(loads.sent));
    transfer.copied = number(copied);
    transfer.pieces = number(std::max(largest(loads.flows_sent), largest(loads.flows_received)));
    transfer.sends = number(largest(loads.flows_sent));
    return transfer;
}

} // namespace lodestone::route
