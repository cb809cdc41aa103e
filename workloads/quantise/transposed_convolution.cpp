// SPDX-License-Identifier: Apache-2.0
// Taps sorted by what they leave of the strides.
#include "workloads/quantise/transposed_convolution.hpp"

#include "workloads/graph/window.hpp"
#include "workloads/quantise/op_class.hpp"
#include "workloads/quantise/rewriter.hpp"

#include <algorithm>

namespace lodestone::quantise {

namespace {

using graph::Graph;
using graph::Operator;
using graph::OpKind;
using graph::Shape;
using graph::Tensor;
using Ints = std::vector<std::int64_t>;

/// One spatial axis of the convolution that stands for the transposed one.
struct Axis {
    std::int64_t kernel = 1;   ///< of the transposed convolution
    std::int64_t dilation = 1; ///< of the transposed convolution
    std::int64_t stride = 1;   ///< phases of the convolution
    std::int64_t taps = 1;     ///< of the convolution
    std::int64_t pad_begin = 0;
    std::int64_t pad_end = 0;
    std::int64_t positions = 1; ///< of the convolution
    std::int64_t first = 0;     ///< output among positions * stride where the result starts
    std::int64_t size = 1;      ///< of the result

    Axis(const graph::Window& window, std::size_t d)
        : kernel(window.kernel[d]), dilation(window.dilations[d]), stride(window.strides[d]), size(window.input[d]) {
        const std::int64_t inputs = window.output[d];
        const std::int64_t cut = window.pads_begin[d];
        taps = (kernel - 1) * dilation / stride + 1;
        const std::int64_t first_position = std::min(cut / stride, taps - 1);
        const std::int64_t last_position = std::max((cut + size - 1) / stride, inputs - 1);
        pad_begin = taps - 1 - first_position;
        pad_end = last_position - (inputs - 1);
        positions = last_position - first_position + 1;
        first = cut - first_position * stride;
    }

    /// The tap of the transposed convolution that phase `phase` meets at tap `tap`; nothing where it meets none.
    [[nodiscard]] std::optional<std::int64_t> source(std::int64_t phase, std::int64_t tap) const {
        const std::int64_t reach = (taps - 1 - tap) * stride + phase;
        return reach % dilation == 0 && reach / dilation < kernel ? std::optional(reach / dilation) : std::nullopt;
    }
};

/// Row-major counting through `extents`; false after the last index.
bool next(Ints& index, const Ints& extents) {
    for (std::size_t d = extents.size(); d-- > 0;) {
        if (++index[d] < extents[d]) {
            return true;
        }
        index[d] = 0;
    }
    return false;
}

class Transposed : private Rewriter {
public:
    Transposed(Graph& graph, ImportedScales& scales) : Rewriter(graph), scales_(scales) {}

    void run() {
        for (Operator& op : take_operators()) {
            if (op.kind == OpKind::conv_transpose && !is_activation(at(*op.inputs.at(1)))) {
                rewrite(op);
            } else {
                keep(std::move(op));
            }
        }
    }

private:
    void rewrite(const Operator& op) {
        const graph::Window window = graph::transposed_window(graph_, op);
        std::vector<Axis> axes;
        for (std::size_t d = 0; d < window.rank(); ++d) {
            axes.emplace_back(window, d);
        }
        const TensorId result = op.outputs.at(0);
        const Shape x = at(*op.inputs.at(0)).shape;
        const std::int64_t channels = at(result).shape.at(1);
        const std::int64_t phases = product(axes, &Axis::stride);
        std::vector<TensorId> inputs{*op.inputs.at(0), weights(op, axes, phases)};
        if (op.has_input(bias_operand)) {
            inputs.push_back(repeated(*op.inputs.at(bias_operand), phases));
        }
        Shape made{x.at(0), channels * phases};
        std::transform(axes.begin(), axes.end(), std::back_inserter(made), [](const Axis& a) { return a.positions; });
        Shape whole{x.at(0), channels};
        std::transform(axes.begin(), axes.end(), std::back_inserter(whole),
                       [](const Axis& a) { return a.positions * a.stride; });
        const bool is_cut = whole != at(result).shape;
        const TensorId sums = phases == 1 && !is_cut ? result : value(op.name + ".phases", made);
        emit_convolution(op, axes, inputs, sums);
        const TensorId side_by_side = phases == 1 ? sums : (is_cut ? value(op.name + ".whole", whole) : result);
        if (phases > 1) {
            interleave(op, axes, sums, side_by_side);
        }
        if (is_cut) {
            cut(op, axes, side_by_side);
        }
    }

    [[nodiscard]] static std::int64_t product(const std::vector<Axis>& axes, std::int64_t Axis::*member) {
        std::int64_t count = 1;
        for (const Axis& axis : axes) {
            count *= axis.*member;
        }
        return count;
    }

    [[nodiscard]] static Ints list(const std::vector<Axis>& axes, std::int64_t Axis::*member) {
        Ints values;
        std::transform(axes.begin(), axes.end(), std::back_inserter(values), [&](const Axis& a) { return a.*member; });
        return values;
    }

    void emit_convolution(const Operator& op, const std::vector<Axis>& axes, const std::vector<TensorId>& inputs,
                          TensorId output) {
        graph::Attributes& settings = emit(OpKind::conv, op, "", inputs, output).attributes;
        Ints pads = list(axes, &Axis::pad_begin);
        const Ints ends = list(axes, &Axis::pad_end);
        pads.insert(pads.end(), ends.begin(), ends.end());
        settings.set("group", op.attributes.integer("group", 1));
        settings.set("kernel_shape", list(axes, &Axis::taps));
        settings.set("pads", pads);
    }

    /// [in, out / groups, kernel...] to [out * phases, in / groups, taps...].
    TensorId weights(const Operator& op, const std::vector<Axis>& axes, std::int64_t phases) {
        const TensorId id = *op.inputs.at(1);
        const Shape from = at(id).shape;
        const std::int64_t groups = op.attributes.integer("group", 1);
        const std::int64_t out = from.at(1) * groups;
        const std::int64_t in = from.at(0) / groups; // of a group
        const Ints taps = list(axes, &Axis::taps);
        const Ints strides = list(axes, &Axis::stride);
        Shape shape{out * phases, in};
        shape.insert(shape.end(), taps.begin(), taps.end());
        std::vector<float> values;
        if (at(id).has_data()) {
            const std::vector<float> given = at(id).data->as_floats();
            Ints extents{out};
            extents.insert(extents.end(), strides.begin(), strides.end());
            extents.push_back(in);
            extents.insert(extents.end(), taps.begin(), taps.end());
            Ints index(extents.size(), 0);
            do {
                const std::int64_t channel = index[0];
                const std::int64_t row = channel / from[1] * in + index[axes.size() + 1];
                const auto place = source(axes, row * from[1] + channel % from[1], index);
                values.push_back(place ? given.at(*place) : 0.0F);
            } while (next(index, extents));
        }
        const TensorId made = parameter(at(id).name + ".phases", shape, std::move(values));
        keep_scales(at(id).name, at(made).name, phases);
        return made;
    }

    /// Place in the transposed convolution's parameter of the weight at (channel, phases..., input channel, taps...);
    /// `matrix` is the pair of channels there.
    [[nodiscard]] static std::optional<std::size_t> source(const std::vector<Axis>& axes, std::int64_t matrix,
                                                           const Ints& index) {
        std::int64_t place = matrix;
        for (std::size_t d = 0; d < axes.size(); ++d) {
            const auto along = axes[d].source(index[d + 1], index[axes.size() + d + 2]);
            if (!along) {
                return std::nullopt;
            }
            place = place * axes[d].kernel + *along;
        }
        return static_cast<std::size_t>(place);
    }

    void keep_scales(const std::string& from, const std::string& to, std::int64_t phases) {
        const auto known = scales_.parameters.find(from);
        if (known == scales_.parameters.end()) {
            return;
        }
        ImportedScales::Parameter kept{.scales = known->second.scales, .axis = 0};
        if (kept.scales.size() > 1) {
            kept.scales = each_repeated(known->second.scales, phases);
        }
        scales_.parameters[to] = std::move(kept);
    }

    template <class T>
    [[nodiscard]] static std::vector<T> each_repeated(const std::vector<T>& values, std::int64_t times) {
        std::vector<T> wide;
        for (const T& value : values) {
            wide.insert(wide.end(), static_cast<std::size_t>(times), value);
        }
        return wide;
    }

    TensorId repeated(TensorId bias, std::int64_t phases) {
        const std::vector<float> values = at(bias).has_data() ? at(bias).data->as_floats() : std::vector<float>{};
        return parameter(at(bias).name + ".phases", {at(bias).shape.at(0) * phases}, each_repeated(values, phases));
    }

    /// Phases as axes of their own, each moved behind the positions that it belongs to, and joined with them.
    void interleave(const Operator& op, const std::vector<Axis>& axes, TensorId from, TensorId to) {
        const auto rank = static_cast<std::int64_t>(axes.size());
        Shape apart{at(from).shape.at(0), at(to).shape.at(1)};
        Shape turned = apart;
        Ints order{0, 1};
        for (std::int64_t d = 0; d < rank; ++d) {
            order.push_back(2 + rank + d);
            order.push_back(2 + d);
            turned.push_back(axes[static_cast<std::size_t>(d)].positions);
            turned.push_back(axes[static_cast<std::size_t>(d)].stride);
        }
        const Ints strides = list(axes, &Axis::stride);
        const Ints positions = list(axes, &Axis::positions);
        apart.insert(apart.end(), strides.begin(), strides.end());
        apart.insert(apart.end(), positions.begin(), positions.end());
        const TensorId split = value(op.name + ".apart", apart);
        const TensorId mixed = value(op.name + ".turned", turned);
        emit(OpKind::reshape, op, "Apart", {from}, split).attributes.set("shape", apart);
        emit(OpKind::transpose, op, "Turned", {split}, mixed).attributes.set("perm", order);
        emit(OpKind::reshape, op, "Joined", {mixed}, to).attributes.set("shape", Shape(at(to).shape));
    }

    void cut(const Operator& op, const std::vector<Axis>& axes, TensorId from) {
        Ints ends;
        Ints along;
        for (std::size_t d = 0; d < axes.size(); ++d) {
            ends.push_back(axes[d].first + axes[d].size);
            along.push_back(static_cast<std::int64_t>(d) + 2);
        }
        graph::Attributes& settings = emit(OpKind::slice, op, "Cut", {from}, op.outputs.at(0)).attributes;
        settings.set("starts", list(axes, &Axis::first));
        settings.set("ends", ends);
        settings.set("axes", along);
    }

    ImportedScales& scales_;
};

} // namespace

void rewrite_transposed_convolutions(Graph& graph, ImportedScales& scales) {
    Transposed(graph, scales).run();
}

} // namespace lodestone::quantise
