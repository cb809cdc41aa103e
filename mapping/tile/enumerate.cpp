// SPDX-License-Identifier: Apache-2.0
// Enumeration of part counts and placements.
#include "mapping/tile/enumerate.hpp"

#include "arch/isa/work.hpp"
#include "mapping/tile/dimensions.hpp"

#include <algorithm>
#include <cmath>

namespace lodestone::tile {
namespace {

double bytes_per_element(numerics::FormatId format) {
    constexpr double kBitsPerByte = 8;
    const auto block = static_cast<std::uint64_t>(isa::block_length(format));
    return number(numerics::storage_bits(numerics::format(format), block).count()) / number(block) / kBitsPerByte;
}

/// The quick estimate: everything scales with the largest tile.
class QuickCost {
public:
    QuickCost(const isa::Program& program, const isa::Phase& phase, const spec::CoreGridSpec& machine,
              const std::vector<Dimension>& dims)
        : machine_(machine), dims_(dims), phase_(phase), channel_(isa::channel_axis(program, phase)) {
        const isa::WorkShape work = isa::work_shape(program, phase);
        frames_ = work.batch;
        output_ = work.output;
        reduction_ = work.reduction;
        isa::Phase whole = phase;
        whole.split = isa::whole(work.output.size());
        whole.steps = {};
        if (whole.weights) {
            whole.weights->chunks = 1;
        }
        const isa::Tile tile = isa::tile_of(whole.split, work, {});
        const isa::StepWork all =
            isa::step_work(program, whole, machine, {.tile = tile, .chunk = 0, .finished = tile.output});
        vector_cycles_ = number(all.vector_cycles.count());
        output_bytes_ = number(all.output_writes.count());
        for (const isa::Gather& gather : phase.inputs) {
            const isa::ProgramTensor& tensor = program.tensors[gather.tensor];
            inputs_.push_back(static_cast<double>(isa::Region(tensor.shape).elements() * work.batch) *
                              bytes_per_element(tensor.format));
        }
        if (const auto* conv = std::get_if<isa::ConvKernel>(&phase.kernel)) {
            for (const isa::WindowAxis& axis : conv->window) {
                positions_ *= static_cast<double>(axis.size);
            }
            groups_ = conv->groups;
        }
        weight_bytes_ = phase.weights ? bytes_per_element(phase.weight_format) : 0;
    }

    /// Fills in estimate and memory.
    void operator()(Parts& parts) {
        const std::vector<std::uint32_t>& counts = parts.counts;
        std::int64_t frames = frames_;
        std::int64_t reduction = reduction_;
        isa::Shape& tile = scratch_;
        tile = output_;
        for (std::size_t i = 0; i < dims_.size(); ++i) {
            const auto blocks = static_cast<std::uint64_t>(isa::blocks_in(dims_[i].size, dims_[i].block));
            const std::int64_t part =
                std::min(dims_[i].size, static_cast<std::int64_t>(ceil_div(blocks, counts[i])) * dims_[i].block);
            if (dims_[i].kind == Dimension::Kind::batch) {
                frames = part;
            } else if (dims_[i].kind == Dimension::Kind::reduction) {
                reduction = part;
            } else {
                tile[dims_[i].axis] = part;
            }
        }
        double share = static_cast<double>(frames) / static_cast<double>(frames_);
        double elements = static_cast<double>(frames);
        for (std::size_t axis = 0; axis < tile.size(); ++axis) {
            share *= static_cast<double>(tile[axis]) / static_cast<double>(output_[axis]);
            elements *= static_cast<double>(tile[axis]);
        }
        const double reduced = static_cast<double>(reduction) / static_cast<double>(reduction_);
        const double in = input_bytes(tile, share, reduced);
        const double out = output_bytes_ * share;
        double cycles = vector_cycles_ * share;
        double slice = 0;
        if (isa::uses_matrix_unit(phase_.kernel)) {
            const double channels = static_cast<double>(tile[channel_]);
            cycles = std::max(cycles, matrix_cycles(elements / channels, tile[channel_], reduction));
            slice = channels * static_cast<double>(reduction) * positions_ * weight_bytes_;
            const double sums = reduced < 1 ? elements * phase_.accumulator_bits / kBitsPerByte : 0;
            cycles = std::max(cycles, sums / number(machine_.partial_sum_network.link_width.count()));
        }
        const double port = (in + out + in) / number(machine_.memory.width.count());
        const double gather = in / number(machine_.activation_network.link_width.count());
        const double weights = slice / number(machine_.memory.width.count());
        parts.estimate = std::max({cycles, port, gather, weights}) + (port + gather + 2 * weights) * kTrafficWeight;
        parts.memory = in + out;
    }

private:
    static constexpr double kBitsPerByte = 8;
    static constexpr double kTrafficWeight = 0.25; ///< traffic mostly overlaps; less of it is still better

    [[nodiscard]] double matrix_cycles(double rows, std::int64_t channels, std::int64_t reduction) const {
        const double inputs = static_cast<double>(reduction) * positions_;
        double groups = 1;
        double outputs = static_cast<double>(channels);
        if (groups_ > 1) {
            const std::int64_t per_group = std::max<std::int64_t>(1, output_[channel_] / groups_);
            groups = std::max(1.0, outputs / static_cast<double>(per_group));
            outputs = std::min(outputs, static_cast<double>(per_group));
            const double together =
                std::min(std::floor(phase_.matrix.inputs / inputs), std::floor(phase_.matrix.outputs / outputs));
            if (together >= 1) {
                return rows * std::ceil(groups / together);
            }
        }
        return rows * groups * std::ceil(inputs / phase_.matrix.inputs) * std::ceil(outputs / phase_.matrix.outputs);
    }

    [[nodiscard]] double input_bytes(const isa::Shape& tile, double share, double reduced) const {
        if (inputs_.empty()) {
            return 0;
        }
        double others = 0;
        for (std::size_t i = 1; i < inputs_.size(); ++i) {
            others += inputs_[i] * share;
        }
        double first = inputs_[0] * share;
        if (const auto* conv = std::get_if<isa::ConvKernel>(&phase_.kernel)) {
            // Channels come whole (or by group); image axes with their halo.
            first = inputs_[0] * reduced * share;
            if (groups_ == 1) {
                first *= static_cast<double>(output_[1]) / static_cast<double>(tile[1]);
            }
            for (std::size_t axis = 0; axis < conv->window.size(); ++axis) {
                const isa::WindowAxis& window = conv->window[axis];
                const auto out = static_cast<double>(tile[axis + 2]);
                const double halo = static_cast<double>((window.size - 1) * window.dilation + 1 - window.stride);
                first *= 1 + std::max(0.0, halo) / (out * static_cast<double>(window.stride));
            }
        } else if (std::holds_alternative<isa::MatMulKernel>(phase_.kernel)) {
            const double channels = static_cast<double>(tile[channel_]) / static_cast<double>(output_[channel_]);
            first = inputs_[0] * reduced * share / channels;
        }
        return first + others;
    }

    const spec::CoreGridSpec& machine_;
    const std::vector<Dimension>& dims_;
    const isa::Phase& phase_;
    std::size_t channel_;
    std::int64_t frames_ = 1;
    isa::Shape output_;
    isa::Shape scratch_;
    std::int64_t reduction_ = 1;
    std::int64_t groups_ = 1;
    double positions_ = 1;
    double vector_cycles_ = 0;
    double output_bytes_ = 0;
    double weight_bytes_ = 0;
    std::vector<double> inputs_;
};

/// The smallest of what is offered, by one key.
class Best {
public:
    Best(double Parts::*key, std::size_t keep) : key_(key), keep_(keep) {}

    void offer(const Parts& parts) {
        const auto smaller = [this](const Parts& x, const Parts& y) { return is_smaller(x, y); };
        if (kept_.size() < keep_) {
            kept_.push_back(parts);
            std::ranges::push_heap(kept_, smaller);
        } else if (keep_ > 0 && is_smaller(parts, kept_.front())) {
            std::ranges::pop_heap(kept_, smaller);
            kept_.back() = parts;
            std::ranges::push_heap(kept_, smaller);
        }
    }
    std::vector<Parts> sorted() {
        std::ranges::sort_heap(kept_, [this](const Parts& x, const Parts& y) { return is_smaller(x, y); });
        return std::move(kept_);
    }

private:
    [[nodiscard]] bool is_smaller(const Parts& x, const Parts& y) const {
        return x.*key_ != y.*key_ ? x.*key_ < y.*key_ : x.counts < y.counts;
    }

    double Parts::*key_;
    std::size_t keep_;
    std::vector<Parts> kept_; ///< heap, the worst first
};

/// Depth first over the dimensions.
class PartSearch {
public:
    PartSearch(const std::vector<Dimension>& dims, QuickCost& quick, std::uint32_t cores, std::size_t keep)
        : dims_(dims), quick_(quick), cores_(cores), fastest_(&Parts::estimate, keep),
          leanest_(&Parts::memory, keep / 4) {
        parts_.counts.assign(dims.size(), 1);
    }

    std::vector<Parts> run(std::uint64_t& examined) {
        descend(0, 1, examined);
        std::vector<Parts> best = fastest_.sorted();
        for (Parts& parts : leanest_.sorted()) {
            if (std::ranges::find(best, parts.counts, &Parts::counts) == best.end()) {
                best.push_back(std::move(parts));
            }
        }
        return best;
    }

private:
    void descend(std::size_t dim, std::uint64_t used, std::uint64_t& examined) {
        if (dim == dims_.size()) {
            ++examined;
            quick_(parts_);
            fastest_.offer(parts_);
            leanest_.offer(parts_);
            return;
        }
        for (const std::uint32_t option : dims_[dim].options) {
            if (used * option > cores_) {
                break;
            }
            parts_.counts[dim] = option;
            descend(dim + 1, used * option, examined);
        }
        parts_.counts[dim] = 1;
    }

    const std::vector<Dimension>& dims_;
    QuickCost& quick_;
    std::uint64_t cores_;
    Parts parts_;
    Best fastest_;
    Best leanest_;
};

/// Cuts the dimensions in order; each takes as much of the side it prefers as divides its parts.
class Placer {
public:
    Placer(const std::vector<Dimension>& dims, const std::vector<std::uint32_t>& counts, const GridShape& grid,
           const std::vector<bool>& rows_first)
        : dims_(dims), counts_(counts), grid_(grid), rows_first_(rows_first) {}

    bool place(isa::Split& split) { return descend(0, 1, 1, split); }

private:
    bool descend(std::size_t dim, std::uint32_t rows, std::uint32_t cols, isa::Split& split) {
        if (dim == dims_.size()) {
            return true;
        }
        const std::uint32_t parts = counts_[dim];
        for (std::uint32_t larger = parts; larger >= 1; --larger) {
            if (parts % larger != 0) {
                continue;
            }
            const std::uint32_t down = rows_first_[dim] ? larger : parts / larger;
            const std::uint32_t across = parts / down;
            const bool one_sided = dims_[dim].kind != Dimension::Kind::reduction || down == 1 || across == 1;
            if (!one_sided || rows * down > grid_.rows || cols * across > grid_.cols) {
                continue;
            }
            cut(split, dims_[dim]) = {.rows = down, .cols = across};
            if (descend(dim + 1, rows * down, cols * across, split)) {
                return true;
            }
        }
        cut(split, dims_[dim]) = {};
        return false;
    }

    const std::vector<Dimension>& dims_;
    const std::vector<std::uint32_t>& counts_;
    const GridShape& grid_;
    const std::vector<bool>& rows_first_;
};

/// The most parts of an axis of `size` that a side with `left` positions takes.
std::uint32_t take(std::int64_t size, std::uint32_t left) {
    return static_cast<std::uint32_t>(std::min<std::int64_t>(size, left));
}

} // namespace

std::vector<Parts> best_parts(const isa::Program& program, const isa::Phase& phase, const spec::CoreGridSpec& machine,
                              std::size_t keep, std::uint64_t& examined) {
    const std::vector<Dimension> dims = dimensions(program, phase);
    QuickCost quick(program, phase, machine, dims);
    return PartSearch(dims, quick, program.grid.size(), keep).run(examined);
}

std::vector<isa::Split> placements(const isa::Program& program, const isa::Phase& phase,
                                   const std::vector<std::uint32_t>& counts) {
    const std::vector<Dimension> dims = dimensions(program, phase);
    const std::size_t channel = isa::channel_axis(program, phase);
    const std::size_t rank = program.tensors[phase.output].shape.size();
    std::vector<isa::Split> found;
    enum Variant { image_axes, spatial_down, channels_down, all_down };
    for (const Variant variant : {image_axes, spatial_down, channels_down, all_down}) {
        std::vector<bool> rows_first;
        for (const Dimension& dim : dims) {
            const bool is_channel =
                dim.kind == Dimension::Kind::reduction || (dim.kind == Dimension::Kind::axis && dim.axis == channel);
            const bool is_last = dim.kind == Dimension::Kind::axis && !is_channel && dim.axis + 1 == rank;
            const bool down[] = {!is_channel && !is_last, !is_channel, is_channel, true};
            rows_first.push_back(down[variant]);
        }
        isa::Split split = isa::whole(rank);
        if (Placer(dims, counts, program.grid, rows_first).place(split) &&
            std::ranges::find(found, split) == found.end()) {
            found.push_back(std::move(split));
        }
    }
    return found;
}

isa::Split fixed_rule(const isa::Program& program, const isa::Phase& phase) {
    const std::vector<Dimension> dims = dimensions(program, phase);
    const std::size_t channel = isa::channel_axis(program, phase);
    const std::size_t rank = program.tensors[phase.output].shape.size();
    isa::Split split = isa::whole(rank);
    std::uint32_t rows = program.grid.rows;
    std::uint32_t cols = program.grid.cols;
    bool down = true;
    for (const Dimension& dim : dims) { // image axes, alternately down and across
        if (dim.kind == Dimension::Kind::axis && dim.axis != channel) {
            std::uint32_t& side = down ? rows : cols;
            const std::uint32_t parts = take(isa::blocks_in(dim.size, dim.block), side);
            (down ? cut(split, dim).rows : cut(split, dim).cols) = parts;
            side /= parts;
            down = !down;
        }
    }
    for (const Dimension::Kind kind : {Dimension::Kind::axis, Dimension::Kind::batch}) {
        for (const Dimension& dim : dims) {
            if (dim.kind == kind && (kind == Dimension::Kind::batch || dim.axis == channel)) {
                isa::AxisSplit& parts = cut(split, dim);
                parts.rows = take(isa::blocks_in(dim.size, dim.block), rows);
                parts.cols = take(isa::blocks_in(dim.size, dim.block) / parts.rows, cols);
                rows /= parts.rows;
                cols /= parts.cols;
            }
        }
    }
    return split;
}

} // namespace lodestone::tile
