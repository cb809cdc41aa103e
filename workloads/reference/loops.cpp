// SPDX-License-Identifier: Apache-2.0
// Which outputs each tap of a window meets.
#include "workloads/reference/loops.hpp"

namespace lodestone::reference {
namespace {

/// Outputs o of one dimension for which input position o * stride + shift exists: from begin to before end.
struct TapRange {
    std::int64_t begin;
    std::int64_t end;
    std::int64_t shift;
};

TapRange tap_range(const graph::Window& w, std::size_t d, std::int64_t tap) {
    const std::int64_t stride = w.strides[d];
    const std::int64_t shift = tap * w.dilations[d] - w.pads_begin[d];
    const std::int64_t last = w.input[d] - 1 - shift; // the largest o * stride
    return {.begin = shift >= 0 ? 0 : (-shift + stride - 1) / stride,
            .end = last < 0 ? 0 : std::min(w.output[d], last / stride + 1),
            .shift = shift};
}

/// Appends the rows of tap number `tap`, whose remaining digits (last dimension first) are the position in the kernel.
class RowWalk {
public:
    RowWalk(const graph::Window& w, std::int64_t tap, std::vector<Row>& rows) : w_(w), tap_(tap), rows_(rows) {
        for (std::size_t d = w.rank(); d-- > 0;) {
            ranges_.insert(ranges_.begin(), tap_range(w, d, tap % w.kernel[d]));
            tap /= w.kernel[d];
        }
    }

    void run(std::size_t d, std::int64_t output, std::int64_t input) {
        const TapRange& range = ranges_[d];
        output *= w_.output[d];
        input = input * w_.input[d] + range.shift;
        if (d + 1 == w_.rank()) {
            if (range.begin < range.end) {
                rows_.push_back({.tap = tap_,
                                 .output = output + range.begin,
                                 .input = input + range.begin * w_.strides[d],
                                 .count = range.end - range.begin});
            }
            return;
        }
        for (std::int64_t o = range.begin; o < range.end; ++o) {
            run(d + 1, output + o, input + o * w_.strides[d]);
        }
    }

private:
    const graph::Window& w_;
    std::int64_t tap_;
    std::vector<Row>& rows_;
    std::vector<TapRange> ranges_;
};

} // namespace

std::vector<Row> rows_of(const graph::Window& w) {
    std::vector<Row> rows;
    const std::int64_t taps = w.taps();
    for (std::int64_t tap = 0; tap < taps; ++tap) {
        RowWalk(w, tap, rows).run(0, 0, 0);
    }
    return rows;
}

} // namespace lodestone::reference
