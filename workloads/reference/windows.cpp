// SPDX-License-Identifier: Apache-2.0
// Pools: the largest or the mean element under a window.
#include "workloads/reference/kernels.hpp"
#include "workloads/reference/loops.hpp"

#include "sim/base/error.hpp"

namespace lodestone::reference {
namespace {

using graph::Call;
using graph::OpKind;
using graph::Shape;
using graph::TensorData;
using graph::Window;

std::int64_t planes(const Shape& shape) {
    return shape[0] * shape[1];
}

/// Padding never wins. The first of equal elements gives the index, which counts over the whole input tensor.
template <class T>
void max_plane(const std::vector<Row>& rows, std::int64_t stride, const T* input, T* output, std::int64_t* index) {
    for (const Row& row : rows) {
        for (std::int64_t k = 0; k < row.count; ++k) {
            const std::int64_t from = row.input + k * stride;
            const std::int64_t to = row.output + k;
            const T value = input[from];
            const bool is_first_nan = value != value && output[to] == output[to];
            if (index[to] < 0 || value > output[to] || is_first_nan) {
                output[to] = value;
                index[to] = from;
            }
        }
    }
}

Outputs max_pool(const Call& call) {
    const Window w = graph::window(call.graph, call.op);
    TensorData out = call.result();
    TensorData index(graph::ElementType::int64, out.shape());
    std::fill(index.values<std::int64_t>().begin(), index.values<std::int64_t>().end(), -1);
    const std::vector<Row> rows = rows_of(w);
    std::visit(
        [&]<class T>(std::vector<T>& to) {
            const auto& from = call.operand(0).values<T>();
            for (std::int64_t p = 0; p < planes(out.shape()); ++p) {
                std::int64_t* const indices = index.values<std::int64_t>().data() + p * volume(w.output);
                max_plane(rows, w.strides.back(), from.data() + p * volume(w.input), to.data() + p * volume(w.output),
                          indices);
                for (std::int64_t o = 0; o < volume(w.output); ++o) {
                    indices[o] += p * volume(w.input);
                }
            }
        },
        out.any());
    Outputs outputs;
    outputs.push_back(std::move(out));
    if (call.op.outputs.size() > 1) {
        outputs.push_back(std::move(index));
    }
    return outputs;
}

/// How many taps of each output lie on the input or, with `with_pads`, on input and padding. Positions that ceil_mode
/// adds beyond the padding never count.
std::vector<double> divisors(Window w, bool with_pads) {
    if (with_pads) {
        for (std::size_t d = 0; d < w.rank(); ++d) {
            w.input[d] += w.pads_begin[d] + w.pads_end[d];
            w.pads_begin[d] = 0;
        }
    }
    std::vector<double> count(static_cast<std::size_t>(volume(w.output)), 0.0);
    const std::vector<double> ones(static_cast<std::size_t>(volume(w.input)), 1.0);
    const std::vector<double> taps(static_cast<std::size_t>(w.taps()), 1.0);
    add_plane(rows_of(w), w.strides.back(), ones.data(), taps.data(), count.data());
    return count;
}

Outputs average_pool(const Call& call) {
    const Window w = graph::window(call.graph, call.op);
    const bool with_pads = call.op.attributes.integer("count_include_pad", 0) != 0;
    const std::vector<double> divisor = divisors(w, with_pads);
    const std::vector<double> input = doubles(call.operand(0));
    const std::vector<double> ones(static_cast<std::size_t>(w.taps()), 1.0);
    const std::vector<Row> rows = rows_of(w);
    std::vector<double> sums(graph::element_count(call.result_shape()), 0.0);
    for (std::int64_t p = 0; p < planes(call.result_shape()); ++p) {
        add_plane(rows, w.strides.back(), input.data() + p * volume(w.input), ones.data(),
                  sums.data() + p * volume(w.output));
    }
    for (std::size_t i = 0; i < sums.size(); ++i) {
        sums[i] /= divisor[i % divisor.size()];
    }
    return {rounded(sums, call.operand(0).type(), call.result_shape())};
}

} // namespace

graph::Kernel window_kernel(OpKind kind) {
    switch (kind) {
    case OpKind::max_pool:
    case OpKind::global_max_pool:
        return max_pool;
    case OpKind::average_pool:
    case OpKind::global_average_pool:
        return average_pool;
    default:
        return nullptr;
    }
}

} // namespace lodestone::reference
