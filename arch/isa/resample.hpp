// SPDX-License-Identifier: Apache-2.0
// Where padding and resizing read: input positions for an output position, with ONNX meaning.
#pragma once

#include "arch/isa/kernel.hpp"

namespace lodestone::isa {

/// Input position of output position `index` of an axis, or -1 when the padding value stands there.
[[nodiscard]] std::int64_t pad_source(const PadKernel& pad, std::size_t axis, std::int64_t index, std::int64_t size);

struct ResizeAxis {
    double scale = 1.0;
    std::int64_t in = 1;
    std::int64_t out = 1;
};

/// Real-valued input coordinate of output position `index` (ONNX Resize, coordinate_transformation_mode).
[[nodiscard]] double resize_coordinate(const ResizeKernel& resize, const ResizeAxis& axis, std::int64_t index);
/// The one input position that nearest mode takes, within the axis.
[[nodiscard]] std::int64_t resize_nearest(const ResizeKernel& resize, const ResizeAxis& axis, std::int64_t index);
/// Input positions read: one for nearest, the two neighbours (clamped) for linear.
[[nodiscard]] Interval resize_source(const ResizeKernel& resize, const ResizeAxis& axis, std::int64_t index);

} // namespace lodestone::isa
