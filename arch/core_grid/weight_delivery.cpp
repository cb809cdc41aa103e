// SPDX-License-Identifier: Apache-2.0
// Room, readiness and departure of weight chunks.
#include "arch/core_grid/weight_delivery.hpp"

#include "sim/base/error.hpp"

#include <algorithm>

namespace lodestone::core_grid {
namespace {

constexpr std::uint64_t kUnknown = ~std::uint64_t{0};
constexpr std::uint32_t kRunning = 0;
constexpr std::uint32_t kNext = 1;

} // namespace

WeightDelivery::WeightDelivery(const isa::Program& program, Resources& resources, Wakeups& wakeups)
    : program_(program), resources_(resources), wakeups_(wakeups),
      room_(program.grid.size(), resources.machine.matrix.weight_buffer), waiting_(program.grid.size()) {
    for (Window& window : windows_) {
        window.seats.resize(program.grid.size());
    }
}

void WeightDelivery::open(std::uint32_t phase, Cycles now) {
    Window& window = windows_[kNext];
    window.phase = phase;
    window.lines.clear();
    window.seats.assign(program_.grid.size(), Seat{});
    if (phase >= program_.phases.size() || !program_.phases[phase].weights) {
        return;
    }
    build_lines(window);
    seat_members(window);
    for (std::uint32_t core = 0; core < window.seats.size(); ++core) {
        if (window.seats[core].line != no_line) {
            grant_room(CoreId(core));
        }
    }
    issue_ready(now);
}

void WeightDelivery::enter_phase() {
    for (const Line& line : windows_[kRunning].lines) {
        check_invariant(line.issued == line.chunks.size(), "a phase ends after its steps, which use every chunk");
    }
    std::swap(windows_[kRunning], windows_[kNext]);
}

void WeightDelivery::build_lines(Window& window) const {
    const isa::WeightPlan& plan = *program_.phases[window.phase].weights;
    std::vector<std::uint32_t> line_of(program_.grid.size(), no_line); // by first member
    for (const isa::ChunkDelivery& delivery : isa::chunk_deliveries(program_, window.phase)) {
        if (delivery.members.empty()) {
            continue;
        }
        std::uint32_t& index = line_of[delivery.members.front().index()];
        if (index == no_line) {
            index = static_cast<std::uint32_t>(window.lines.size());
            window.lines.push_back({.group = delivery.group, .resident = plan.resident, .members = delivery.members});
            window.lines.back().chunks.reserve(plan.chunks);
        }
        Line& line = window.lines[index];
        const std::size_t place = std::size_t{delivery.group} * plan.chunks + delivery.chunk;
        line.chunks.push_back({.home = delivery.home,
                               .place = place,
                               .address = plan.homes.at(place).address,
                               .bytes = delivery.bytes,
                               .without_room = static_cast<std::uint32_t>(line.members.size())});
    }
}

void WeightDelivery::seat_members(Window& window) const {
    for (std::uint32_t index = 0; index < window.lines.size(); ++index) {
        Line& line = window.lines[index];
        verify_fits(window, line);
        line.arrivals.assign(line.chunks.size() * line.members.size(), kUnknown);
        for (std::uint32_t member = 0; member < line.members.size(); ++member) {
            window.seats[line.members[member].index()] = {.line = index, .member = member, .granted = 0};
        }
    }
}

void WeightDelivery::verify_fits(const Window& window, const Line& line) const {
    const Bytes largest = std::ranges::max_element(line.chunks, {}, &Chunk::bytes)->bytes;
    const Bytes buffer = resources_.machine.matrix.weight_buffer;
    if (largest > buffer) {
        throw MachineError(Cycles(0), core_name(program_.grid, line.members.front()),
                           "a weight chunk of layer '" + program_.phases[window.phase].name + "' has " +
                               std::to_string(largest.count()) + " bytes, the weight buffer " +
                               std::to_string(buffer.count()) + "; cut the layer into more chunks");
    }
}

void WeightDelivery::grant_room(CoreId core) {
    while (grant_in(kRunning, core)) {
    }
    const Seat& running = windows_[kRunning].seats[core.index()];
    const bool all_granted =
        running.line == no_line || running.granted == windows_[kRunning].lines[running.line].chunks.size();
    while (all_granted && grant_in(kNext, core)) {
    }
}

bool WeightDelivery::grant_in(std::uint32_t window, CoreId core) {
    Seat& seat = windows_[window].seats[core.index()];
    if (seat.line == no_line) {
        return false;
    }
    Line& line = windows_[window].lines[seat.line];
    if (seat.granted == line.chunks.size() || line.chunks[seat.granted].bytes > room_[core.index()]) {
        return false;
    }
    Chunk& chunk = line.chunks[seat.granted];
    room_[core.index()] -= chunk.bytes;
    if (--chunk.without_room == 0) {
        ready_.push_back({.window = window, .chunk = seat.granted, .line = seat.line});
    }
    ++seat.granted;
    return true;
}

void WeightDelivery::issue_ready(Cycles now) {
    std::ranges::sort(ready_); // as they are wanted: running phase first, then by chunk
    for (const Ready& ready : ready_) {
        issue(windows_[ready.window], windows_[ready.window].lines[ready.line], now);
    }
    ready_.clear();
}

void WeightDelivery::issue(Window& window, Line& line, Cycles now) {
    const std::uint32_t chunk = line.issued++; // members grant in order, so that chunks become ready in order
    const CoreId home = line.chunks[chunk].home;
    const std::size_t place = line.chunks[chunk].place;
    const Bytes bytes = line.chunks[chunk].bytes;
    resources_.tally.core_memory.read += bytes;
    resources_.tally.weight_buffer.written += bytes * line.members.size();
    if (observer_) {
        observer_({.phase = window.phase, .place = place, .home = home, .members = line.members});
    }
    if (line.resident) {
        line.tickets.push_back(resources_.memories[home.index()].post_background_read(bytes, now));
    } else {
        multicast(window, line, chunk, now);
    }
    if (&window != &windows_[kRunning]) {
        return;
    }
    for (std::size_t member = 0; member < line.members.size(); ++member) {
        char& waits = waiting_[line.members[member].index()];
        if (waits != 0) {
            waits = 0;
            const Cycles arrival(line.arrivals[chunk * line.members.size() + member]);
            wakeups_.wake_core(line.members[member], line.resident ? now : arrival);
        }
    }
}

void WeightDelivery::multicast(const Window& window, Line& line, std::uint32_t chunk, Cycles now) {
    const CoreId home = line.chunks[chunk].home;
    const Bytes bytes = line.chunks[chunk].bytes;
    const memory::Grant read =
        without_gaps(resources_.memories[home.index()].reserve(line.chunks[chunk].address, bytes, now),
                     transfer_cycles(bytes, resources_.machine.memory.width));
    const std::vector<isa::LinkUse> links = isa::multicast_tree(program_.grid, home, line.members);
    resources_.model_times.send({.links = links,
                                 .bytes = bytes,
                                 .destinations = static_cast<std::uint32_t>(line.members.size()),
                                 .earliest = read.begin + resources_.machine.memory.access_latency,
                                 .source = home,
                                 .source_cycles = read.end - read.begin},
                                resources_.schedule.chunk(window.phase, line.chunks[chunk].place), [&] {
                                    return "chunk " + std::to_string(chunk) + " of group " +
                                           std::to_string(line.group) + " of " + program_.phases[window.phase].name +
                                           " from " + core_name(program_.grid, home);
                                });
    for (std::size_t member = 0; member < line.members.size(); ++member) {
        line.arrivals[chunk * line.members.size() + member] =
            resources_.model.tail_arrival(line.members[member]).count();
        resources_.model.receive(bytes);
    }
}

std::optional<Cycles> WeightDelivery::arrival(CoreId core, std::uint32_t chunk, Cycles now) {
    const Seat& seat = windows_[kRunning].seats[core.index()];
    check_invariant(seat.line != no_line, "a core with steps is a member of its weight group");
    Line& line = windows_[kRunning].lines[seat.line];
    std::uint64_t& cycle = line.arrivals[chunk * line.members.size() + seat.member];
    if (chunk >= line.issued) {
        waiting_[core.index()] = 1;
        return std::nullopt;
    }
    if (cycle == kUnknown) {
        const Cycles read = resources_.memories[core.index()].finish_background_read(line.tickets[chunk], now);
        cycle = (read + resources_.machine.memory.access_latency).count();
    }
    return Cycles(cycle);
}

Bytes WeightDelivery::chunk_bytes(CoreId core, std::uint32_t chunk) const {
    const Seat& seat = windows_[kRunning].seats[core.index()];
    return windows_[kRunning].lines[seat.line].chunks[chunk].bytes;
}

void WeightDelivery::release(CoreId core, std::uint32_t chunk, Cycles now) {
    room_[core.index()] += chunk_bytes(core, chunk);
    grant_room(core);
    issue_ready(now);
}

} // namespace lodestone::core_grid
