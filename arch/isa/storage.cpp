// SPDX-License-Identifier: Apache-2.0
// Elements, scales and open blocks, counted.
#include "arch/isa/storage.hpp"

namespace lodestone::isa {

Region scale_region(const Region& region, numerics::FormatId format, std::uint32_t block_axis) {
    Region scales = region;
    const std::int64_t length = block_length(format);
    Interval& axis = scales[block_axis];
    axis.begin /= length;
    axis.end = (axis.end + length - 1) / length;
    return scales;
}

Bytes packed_bytes(const Region& region, numerics::FormatId format, std::uint32_t block_axis) {
    const numerics::Format& kind = numerics::format(format);
    const auto elements = static_cast<std::uint64_t>(region.elements());
    Bits bits = numerics::storage_bits(kind) * elements;
    if (kind.block && elements > 0) {
        const auto scales = static_cast<std::uint64_t>(scale_region(region, format, block_axis).elements());
        bits += Bits(scales * kind.block->scale_bits);
    }
    return bytes_for(bits);
}

Bytes packed_bytes(const Region& region, const ProgramTensor& tensor) {
    return packed_bytes(region, tensor.format, tensor.block_axis);
}

std::uint32_t weight_block_axis(const Kernel& kernel) {
    const auto* matmul = std::get_if<MatMulKernel>(&kernel);
    return matmul != nullptr && !matmul->transpose_b ? 0 : 1;
}

Region open_region(const Program& program, const Phase& phase, const Tile& tile) {
    const ProgramTensor& tensor = program.tensors.at(phase.output);
    const std::int64_t length = block_length(tensor.format);
    Region open = tile.output;
    if (length > 1) {
        const Interval whole = tile.output[tensor.block_axis];
        const auto pieces = static_cast<std::int64_t>(step_pieces(program, phase, tile, tensor.block_axis));
        for (std::int64_t piece = 1; piece < pieces; ++piece) {
            if (part_of(whole.size(), pieces, piece).begin % length != 0) {
                open[tensor.block_axis] = {.begin = 0, .end = std::min(length, whole.size())};
                return open;
            }
        }
    }
    for (std::size_t axis = 0; axis < open.rank(); ++axis) {
        open[axis] = {};
    }
    return open;
}

Bytes home_bytes(const Program& program, const Phase& phase, const Tile& tile) {
    const auto open = static_cast<std::uint64_t>(open_region(program, phase, tile).elements());
    return packed_bytes(tile.output, program.tensors.at(phase.output)) + bytes_for(Bits(open * kOpenValueBits));
}

OpenElements open_elements(const Program& program, const Phase& phase, const Step& step) {
    const std::uint32_t axis = program.tensors.at(phase.output).block_axis;
    const Region& piece = step.tile.output;
    if (piece.empty() || step.finished == piece) {
        return {};
    }
    const Interval finished = step.finished[axis];
    const std::int64_t others = piece.elements() / piece[axis].size();
    return {.left = others * (piece[axis].end - std::max(piece[axis].begin, finished.end)),
            .fetched = others * (finished.empty() ? 0 : piece[axis].begin - finished.begin)};
}

} // namespace lodestone::isa
