// SPDX-License-Identifier: Apache-2.0
// Ports from what each core lacks, links from what must cross the middle of the grid.
#include "mapping/route/estimate.hpp"

#include "arch/isa/demand.hpp"

#include <algorithm>
#include <cmath>

namespace lodestone::route {
namespace {

constexpr std::uint32_t kSampleSide = 8;

std::vector<std::uint32_t> spread(std::uint32_t size) {
    std::vector<std::uint32_t> chosen;
    const std::uint32_t count = std::min(size, kSampleSide);
    for (std::uint32_t i = 0; i < count; ++i) {
        chosen.push_back(count == 1 ? 0 : i * (size - 1) / (count - 1));
    }
    return chosen;
}

Box box_of(isa::Interval frames, const isa::Region& region) {
    Box box;
    box.rank = region.rank() + 1;
    box.axes[0] = frames;
    std::ranges::copy(region.axes(), box.axes.begin() + 1);
    return box.empty() ? Box{} : box;
}

void include(Layout::Part& part, const Box& box) {
    part.box = hull(part.box, box);
    part.elements += box.elements();
}

double bytes_of(double elements, const TransferContext& context) {
    constexpr double kBitsPerByte = 8;
    return elements * context.bits / kBitsPerByte;
}

double width_of(Bytes width) {
    return static_cast<double>(width.count());
}

/// Bytes that the holders of `from` must send so that the readers of `to` get what they want.
double crossing(const Layout::Part& from, const Layout::Part& to) {
    return shared_elements(from.box, to.box) * from.density();
}

double diameter(const TransferContext& context) {
    const GridShape& grid = context.machine.grid;
    return static_cast<double>(context.machine.activation_network.hop_latency.count()) *
           static_cast<double>(grid.rows + grid.cols) / 2;
}

} // namespace

double Box::elements() const {
    if (rank == 0) {
        return 0;
    }
    std::int64_t product = 1;
    for (std::size_t axis = 0; axis < rank; ++axis) {
        product *= axes[axis].size();
    }
    return static_cast<double>(product);
}

double shared_elements(const Box& a, const Box& b) {
    if (a.rank == 0 || b.rank == 0) {
        return 0;
    }
    std::int64_t product = 1;
    for (std::size_t axis = 0; axis < a.rank; ++axis) {
        product *= isa::intersect(a.axes[axis], b.axes[axis]).size();
    }
    return static_cast<double>(product);
}

Box hull(const Box& a, const Box& b) {
    if (a.rank == 0) {
        return b;
    }
    if (b.rank == 0) {
        return a;
    }
    Box around;
    around.rank = a.rank;
    for (std::size_t axis = 0; axis < a.rank; ++axis) {
        around.axes[axis] = {.begin = std::min(a.axes[axis].begin, b.axes[axis].begin),
                             .end = std::max(a.axes[axis].end, b.axes[axis].end)};
    }
    return around;
}

Sample::Sample(const GridShape& of_grid) : grid(of_grid), rows(spread(of_grid.rows)), cols(spread(of_grid.cols)) {}

double Layout::Part::density() const {
    const double volume = box.elements();
    return volume > 0 ? std::min(1.0, elements / volume) : 0.0;
}

void Layout::summarise(const Sample& sample) {
    row_halves.resize(sample.rows.size());
    col_halves.resize(sample.cols.size());
    for (std::size_t index = 0; index < boxes.size(); ++index) {
        const std::size_t row = index / sample.cols.size();
        const std::size_t col = index % sample.cols.size();
        const std::size_t side = col < sample.middle_col() ? 0 : 1;
        const std::size_t end = row < sample.middle_row() ? 0 : 1;
        largest = std::max(largest, boxes[index].elements());
        include(row_halves[row][side], boxes[index]);
        include(col_halves[col][end], boxes[index]);
        include(sides[side], boxes[index]);
        include(ends[end], boxes[index]);
    }
    // A core of the sample stands for several of the grid.
    const double per_row = static_cast<double>(sample.grid.cols) / static_cast<double>(sample.cols.size());
    const double per_col = static_cast<double>(sample.grid.rows) / static_cast<double>(sample.rows.size());
    for (std::size_t half = 0; half < 2; ++half) {
        for (auto& row : row_halves) {
            row[half].elements *= per_row;
        }
        for (auto& col : col_halves) {
            col[half].elements *= per_col;
        }
        sides[half].elements *= sample.weight();
        ends[half].elements *= sample.weight();
    }
}

Layout Layout::homes(const isa::Program& program, const isa::Phase& phase, const Sample& sample) {
    Layout layout;
    const isa::WorkShape work = isa::work_shape(program, phase);
    layout.boxes.reserve(sample.size());
    for (std::size_t index = 0; index < sample.size(); ++index) {
        const isa::Tile tile = isa::tile_of(phase.split, work, sample.at(index));
        layout.boxes.push_back(tile.owns_output ? box_of(tile.frames, tile.output) : Box{});
    }
    layout.summarise(sample);
    layout.sizes[0] = work.batch;
    layout.block[0] = 1;
    layout.parts[0] = phase.split.batch.parts();
    for (std::size_t axis = 0; axis < work.output.size(); ++axis) {
        layout.block[axis + 1] = work.block_along(axis);
        layout.sizes[axis + 1] = isa::blocks_in(work.output[axis], work.block_along(axis));
        layout.parts[axis + 1] = phase.split.axes[axis].parts();
    }
    return layout;
}

double Layout::pieces(const Box& wanted) const {
    // Part i ends before size * (i + 1) / parts: block x lies in part ((x + 1) * parts - 1) / size.
    double product = 1;
    for (std::size_t axis = 0; axis < wanted.rank; ++axis) {
        const isa::Interval range{.begin = wanted.axes[axis].begin / block[axis],
                                  .end = isa::blocks_in(wanted.axes[axis].end, block[axis])};
        const std::int64_t first = ((range.begin + 1) * parts[axis] - 1) / sizes[axis];
        const std::int64_t last = (range.end * parts[axis] - 1) / sizes[axis];
        product *= static_cast<double>(last - first + 1);
    }
    return product;
}

double Transfer::cuts(double steps) const {
    if (is_measured || piece_bytes == 0) {
        return 1;
    }
    return std::clamp(steps * piece_bytes / std::max(home_bytes, 1.0), 1.0, std::max(steps, 1.0));
}

double Transfer::flows(double steps) const {
    if (is_measured) {
        return sends;
    }
    return in_place ? 0 : pieces * cuts(steps);
}

double Transfer::cycles(double steps) const {
    // Trees that share links wait for each other; a flow takes its ports for some cycles beside its flits.
    constexpr double kContention = 1.25;
    constexpr double kFlowOverhead = 2;
    if (in_place) {
        return 0;
    }
    if (is_measured || piece_bytes == 0) {
        return latency + std::max(kContention * link_bytes / link_width, pieces * (1 + kFlowOverhead));
    }
    const double cut = cuts(steps);
    const double flits = std::ceil(piece_bytes / cut / link_width);
    const double padding = flits * cut * link_width / piece_bytes;
    return latency + std::max(kContention * padding * link_bytes / link_width, pieces * cut * (flits + kFlowOverhead));
}

Layout Layout::wants(const isa::Program& program, const isa::Phase& phase, std::size_t input, const Sample& sample) {
    Layout layout;
    const isa::WorkShape work = isa::work_shape(program, phase);
    layout.boxes.reserve(sample.size());
    for (std::size_t index = 0; index < sample.size(); ++index) {
        const isa::Tile tile = isa::tile_of(phase.split, work, sample.at(index));
        layout.boxes.push_back(tile.idle ? Box{} : box_of(tile.frames, isa::demand(program, phase, input, tile)));
    }
    layout.summarise(sample);
    return layout;
}

Transfer estimate_move(const Layout& homes, const Layout& wants, const TransferContext& context) {
    Transfer transfer{.in_place = true, .link_width = width_of(context.machine.activation_network.link_width)};
    double lacking = 0;
    double copied = 0;
    const Box* poorest = nullptr;
    for (std::size_t index = 0; index < wants.boxes.size(); ++index) {
        const Box& wanted = wants.boxes[index];
        if (wanted.rank == 0) {
            continue;
        }
        const double own = shared_elements(homes.boxes[index], wanted);
        const double missing = wanted.elements() - own;
        transfer.in_place = transfer.in_place && missing == 0;
        copied = std::max(copied, own);
        if (missing > lacking) {
            lacking = missing;
            poorest = &wanted;
        }
    }
    if (transfer.in_place) {
        return transfer;
    }
    double busiest = lacking;
    for (const auto& col : wants.col_halves) {
        busiest = std::max({busiest, crossing(homes.ends[0], col[1]), crossing(homes.ends[1], col[0])});
    }
    for (const auto& row : homes.row_halves) {
        busiest = std::max({busiest, crossing(row[0], wants.sides[1]), crossing(row[1], wants.sides[0])});
    }
    transfer.pieces = homes.pieces(*poorest);
    transfer.piece_bytes = bytes_of(poorest->elements(), context) / transfer.pieces;
    transfer.home_bytes = bytes_of(homes.largest, context);
    transfer.received = bytes_of(lacking, context);
    transfer.sent = bytes_of(std::min(homes.largest, lacking), context);
    transfer.copied = bytes_of(copied, context);
    transfer.link_bytes = bytes_of(busiest, context);
    transfer.latency = diameter(context);
    return transfer;
}

Transfer estimate_load(const Layout& wants, const TransferContext& context) {
    // One multicast per distinct demand, through the port of the first reader's row.
    double total = 0;
    double busiest_row = 0;
    std::vector<const Box*> seen;
    const std::size_t cols = context.sample.cols.size();
    const double per_row = static_cast<double>(context.sample.grid.cols) / static_cast<double>(cols);
    for (std::size_t row = 0; row < context.sample.rows.size(); ++row) {
        double of_row = 0;
        std::size_t distinct = 0;
        for (std::size_t col = 0; col < cols; ++col) {
            const Box& box = wants.boxes[row * cols + col];
            const bool known = std::ranges::any_of(seen, [&](const Box* other) { return *other == box; });
            if (box.rank != 0 && !known) {
                seen.push_back(&box);
                of_row += box.elements();
                ++distinct;
            }
        }
        // Neighbours of a row that all differ in the sample differ in the grid.
        of_row *= distinct == cols ? per_row : 1;
        busiest_row = std::max(busiest_row, of_row);
        total += of_row;
    }
    total *= static_cast<double>(context.sample.grid.rows) / static_cast<double>(context.sample.rows.size());
    const double width = width_of(context.machine.activation_network.link_width);
    const double share = width / width_of(context.machine.frame_buffer.width);
    Transfer transfer{.latency = diameter(context), .received = bytes_of(wants.largest, context), .link_width = width};
    transfer.link_bytes = bytes_of(std::max(total * share, busiest_row), context);
    return transfer;
}

Transfer estimate_store(const Layout& homes, const TransferContext& context) {
    double busiest_row = 0;
    for (const auto& row : homes.row_halves) {
        busiest_row = std::max(busiest_row, row[0].elements + row[1].elements);
    }
    const double total = homes.ends[0].elements + homes.ends[1].elements;
    const double width = width_of(context.machine.activation_network.link_width);
    const double share = width / width_of(context.machine.frame_buffer.width);
    Transfer transfer{.latency = diameter(context), .sent = bytes_of(homes.largest, context), .link_width = width};
    transfer.link_bytes = bytes_of(std::max(total * share, busiest_row), context);
    return transfer;
}

} // namespace lodestone::route
