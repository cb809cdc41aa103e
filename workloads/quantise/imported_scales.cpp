// SPDX-License-Identifier: Apache-2.0
// Quantised tensors seen as the real values they stand for.
#include "workloads/quantise/imported_scales.hpp"

#include "numerics/scale.hpp"
#include "sim/base/error.hpp"
#include "workloads/quantise/op_class.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace lodestone::quantise {

namespace {

using graph::ElementType;
using graph::Graph;
using graph::Operator;
using graph::OpKind;
using graph::Tensor;
using graph::TensorData;
using graph::TensorRole;

/// Which operands hold the values, the scale and the zero point.
struct Triple {
    TensorId values;
    std::optional<TensorId> scale;
    std::optional<TensorId> zero_point;
    std::int64_t axis = 0; ///< that the scales run along
};

Triple triple_at(const Operator& op, std::size_t first, std::int64_t axis = 0) {
    const auto operand = [&](std::size_t i) { return op.has_input(i) ? op.inputs[i] : std::nullopt; };
    return {.values = *operand(first), .scale = operand(first + 1), .zero_point = operand(first + 2), .axis = axis};
}

class Remover {
public:
    Remover(Graph& graph, ImportedScales& scales, Problems& warnings)
        : graph_(graph), scales_(scales), warnings_(warnings), real_(graph.tensors.size(), false) {}

    void run() {
        std::vector<Operator> old = std::exchange(graph_.operators, {});
        for (Operator& op : old) {
            rewrite(std::move(op));
        }
        problems_.throw_if_errors();
        spread();
        warn();
    }

private:
    void rewrite(Operator op) {
        switch (op.kind) {
        case OpKind::quantize_linear: {
            Triple triple = triple_at(op, 0, op.attributes.integer("axis", 1));
            triple.values = op.outputs.at(0);
            return pass_on(std::move(op), triple);
        }
        case OpKind::dequantize_linear: {
            const Triple triple = triple_at(op, 0, op.attributes.integer("axis", 1));
            return pass_on(std::move(op), triple);
        }
        case OpKind::qlinear_conv:
            return convolution(std::move(op));
        case OpKind::qlinear_matmul:
            return product(std::move(op));
        case OpKind::dynamic_quantize_linear:
        case OpKind::conv_integer:
        case OpKind::matmul_integer:
            problems_.error(op.where, op.name,
                            graph::to_string(op.kind) +
                                " finds its scales while the network runs; only fixed scales can be "
                                "used (export the network statically quantised or in floats)");
            return;
        default:
            graph_.operators.push_back(std::move(op));
        }
    }

    /// QuantizeLinear or DequantizeLinear: the output stands for the same real values as the input.
    void pass_on(Operator op, const Triple& triple) {
        const TensorId from = *op.inputs.at(0);
        const TensorId to = op.outputs.at(0);
        if (is_activation(graph_.at(from))) {
            note_activation(op, triple);
            if (const auto known = scales_.activations.find(graph_.at(triple.values).name);
                known != scales_.activations.end()) {
                const double scale = known->second;
                scales_.activations[graph_.at(from).name] = scale;
                scales_.activations[graph_.at(to).name] = scale;
            }
            mark(from);
            mark(to);
            const bool cuts = op.kind == OpKind::quantize_linear && cuts_unevenly(triple);
            if (cuts && !(range_of(triple).low == 0.0F && is_made_by_relu(from))) {
                return clip(op, from, to, range_of(triple));
            }
            op.kind = OpKind::identity;
            op.inputs.resize(1);
            op.attributes = {};
            graph_.operators.push_back(std::move(op));
            return;
        }
        const bool stored_as_codes = op.kind == OpKind::dequantize_linear && !real_.at(from.index());
        Tensor& result = graph_.at(to);
        result.role = TensorRole::parameter;
        result.type = ElementType::float32;
        result.data = stored_as_codes ? real_values(triple) : graph_.at(from).data;
        if (stored_as_codes || op.kind == OpKind::quantize_linear) {
            Triple named = triple;
            named.values = stored_as_codes ? from : to;
            note_parameter(named, result.name);
        } else if (const auto known = scales_.parameters.find(graph_.at(from).name);
                   known != scales_.parameters.end()) {
            const ImportedScales::Parameter kept = known->second;
            scales_.parameters[result.name] = kept;
        }
        mark(to);
    }

    void convolution(Operator op) {
        const Triple x = triple_at(op, 0);
        const Triple w = triple_at(op, 3, 0);
        note_activation(op, x);
        const Triple output = note_output(op);
        const TensorId weights = is_activation(graph_.at(w.values)) ? w.values : real_parameter(w);
        std::vector<std::optional<TensorId>> inputs{x.values, weights};
        if (op.has_input(8)) {
            inputs.emplace_back(real_bias(*op.inputs[8], x, w));
        }
        op.kind = OpKind::conv;
        op.inputs = std::move(inputs);
        keep_in_range(std::move(op), output);
    }

    void product(Operator op) {
        const Triple a = triple_at(op, 0, -2);
        const Triple b = triple_at(op, 3, -1);
        const Triple output = note_output(op);
        std::vector<std::optional<TensorId>> inputs;
        for (const Triple& operand : {a, b}) {
            if (is_activation(graph_.at(operand.values))) {
                note_activation(op, operand);
                inputs.emplace_back(operand.values);
            } else {
                inputs.emplace_back(real_parameter(operand));
            }
        }
        op.kind = OpKind::matmul;
        op.inputs = std::move(inputs);
        keep_in_range(std::move(op), output);
    }

    Triple note_output(const Operator& op) {
        Triple y = triple_at(op, 5); // operands 6 and 7 describe the output
        y.values = op.outputs.at(0);
        note_activation(op, y);
        return y;
    }

    struct Limits {
        float low;
        float high;
    };
    /// Real values of the lowest and the highest code.
    [[nodiscard]] Limits range_of(const Triple& triple) const {
        const double lowest = code_type(triple) == ElementType::uint8 ? 0.0 : -128.0;
        const double zero = element(triple.zero_point, 0);
        const double scale = element(triple.scale, 0);
        return {.low = static_cast<float>((lowest - zero) * scale),
                .high = static_cast<float>((lowest + 255.0 - zero) * scale)};
    }

    /// Codes that are not symmetric also cut values off (often in place of a Relu), which symmetric ones do not.
    [[nodiscard]] bool cuts_unevenly(const Triple& triple) const {
        const bool is_known = triple.scale && graph_.at(*triple.scale).has_data();
        return is_known && !(code_type(triple) == ElementType::int8 && element(triple.zero_point, 0) == 0.0);
    }

    [[nodiscard]] bool is_made_by_relu(TensorId id) const {
        return std::any_of(graph_.operators.begin(), graph_.operators.end(),
                           [&](const Operator& op) { return op.kind == OpKind::relu && op.outputs.at(0) == id; });
    }

    void clip(const Operator& origin, TensorId from, TensorId to, const Limits& limits) {
        const std::string name = origin.name + (origin.kind == OpKind::quantize_linear ? "" : ".clip");
        const auto constant = [&](const std::string& what, float value) {
            return graph_.add(Tensor{.name = name + "." + what,
                                     .type = ElementType::float32,
                                     .role = TensorRole::constant,
                                     .data = std::make_shared<TensorData>(TensorData::scalar(value))});
        };
        Operator op{.name = name, .kind = OpKind::clip, .outputs = {to}, .where = origin.where};
        op.inputs = {from, constant("low", limits.low), constant("high", limits.high)};
        graph_.operators.push_back(std::move(op));
    }

    /// Appends the operator and, where its codes cut values off, a Clip behind it.
    void keep_in_range(Operator op, const Triple& output) {
        if (!cuts_unevenly(output)) {
            graph_.operators.push_back(std::move(op));
            return;
        }
        const TensorId to = op.outputs.at(0);
        const TensorId raw = graph_.add(
            Tensor{.name = op.name + ".unclipped", .type = ElementType::float32, .shape = graph_.at(to).shape});
        op.outputs.at(0) = raw;
        graph_.operators.push_back(op);
        clip(op, raw, to, range_of(output));
    }

    void mark(TensorId id) {
        real_.resize(std::max(real_.size(), graph_.tensors.size()), false);
        real_.at(id.index()) = true;
    }

    void note_activation(const Operator& op, const Triple& triple) {
        mark(triple.values);
        const Tensor* scale = triple.scale ? &graph_.at(*triple.scale) : nullptr;
        if (scale == nullptr || !scale->has_data()) {
            return; // a network without values: only its shapes are used
        }
        const Tensor& tensor = graph_.at(triple.values);
        if (scale->size() != 1) {
            problems_.error(op.where, op.name,
                            "activation '" + tensor.name + "' has " + std::to_string(scale->size()) +
                                " scales; an activation has one (quantise activations per tensor)");
            return;
        }
        scales_.activations[tensor.name] = symmetric_scale(triple, 0);
    }

    /// The scale itself for int8 with zero point 0, else the one that covers the range, which is remembered.
    double symmetric_scale(const Triple& triple, std::size_t channel) {
        const double scale = element(triple.scale, channel);
        const double zero = element(triple.zero_point, channel);
        const ElementType type = code_type(triple);
        if (type == ElementType::int8 && zero == 0.0) {
            return scale;
        }
        const double lowest = type == ElementType::uint8 ? 0.0 : -128.0;
        const double amax = scale * std::max(std::abs(lowest - zero), std::abs(lowest + 255.0 - zero));
        const std::string& name = graph_.at(triple.values).name;
        if (asymmetric_.empty() || asymmetric_.back() != name) {
            asymmetric_.push_back(name);
        }
        return numerics::scale_for(numerics::format(numerics::FormatId::int8), amax);
    }

    /// uint8 when nothing says otherwise, as ONNX has it.
    [[nodiscard]] ElementType code_type(const Triple& triple) const {
        if (triple.zero_point) {
            return graph_.at(*triple.zero_point).type;
        }
        const ElementType type = graph_.at(triple.values).type;
        return graph::is_integer(type) ? type : ElementType::uint8;
    }

    [[nodiscard]] double element(const std::optional<TensorId>& id, std::size_t channel) const {
        if (!id || !graph_.at(*id).has_data()) {
            return 0.0;
        }
        const TensorData& data = *graph_.at(*id).data;
        return data.as_double(data.size() == 1 ? 0 : channel);
    }

    void note_parameter(const Triple& triple, const std::string& name) {
        const Tensor& codes = graph_.at(triple.values);
        if (!triple.scale || !graph_.at(*triple.scale).has_data() || codes.type == ElementType::int32) {
            return;
        }
        ImportedScales::Parameter known;
        known.axis = graph::resolve_axis(triple.axis, codes.rank()).value_or(0);
        const std::size_t channels = graph_.at(*triple.scale).size();
        const std::size_t asymmetric_before = asymmetric_.size();
        for (std::size_t c = 0; c < channels; ++c) {
            known.scales.push_back(symmetric_scale(triple, c));
        }
        if (asymmetric_.size() == asymmetric_before) {
            scales_.parameters[name] = std::move(known);
        }
    }

    /// (code - zero point) * scale in binary64, rounded once. Null without values.
    [[nodiscard]] std::shared_ptr<const TensorData> real_values(const Triple& triple) const {
        const Tensor& codes = graph_.at(triple.values);
        if (!codes.has_data() || !triple.scale || !graph_.at(*triple.scale).has_data()) {
            return nullptr;
        }
        const std::size_t axis = graph::resolve_axis(triple.axis, codes.rank()).value_or(0);
        std::size_t inner = 1;
        for (std::size_t i = axis + 1; i < codes.rank(); ++i) {
            inner *= static_cast<std::size_t>(codes.shape[i]);
        }
        const std::size_t channels = codes.rank() == 0 ? 1 : static_cast<std::size_t>(codes.shape[axis]);
        std::vector<float> values(codes.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            const std::size_t channel = i / inner % channels;
            values[i] = static_cast<float>((codes.data->as_double(i) - element(triple.zero_point, channel)) *
                                           element(triple.scale, channel));
        }
        return std::make_shared<TensorData>(TensorData::of_floats(codes.shape, std::move(values)));
    }

    TensorId real_parameter(const Triple& triple) {
        Tensor tensor = graph_.at(triple.values);
        tensor.name += ".real";
        tensor.data = real_values(triple);
        return share(std::move(tensor), triple);
    }

    /// One real tensor for all readers of the same codes.
    TensorId share(Tensor tensor, const Triple& triple) {
        if (const auto made = graph_.find_tensor(tensor.name)) {
            return *made;
        }
        tensor.type = ElementType::float32;
        tensor.role = TensorRole::parameter;
        note_parameter(triple, tensor.name);
        return graph_.add(std::move(tensor));
    }

    /// ONNX: the bias has the scale x_scale * w_scale and zero point 0.
    TensorId real_bias(TensorId id, const Triple& x, const Triple& w) {
        Tensor tensor = graph_.at(id);
        tensor.name += ".real";
        if (tensor.has_data() && x.scale && w.scale) {
            std::vector<float> values(tensor.size());
            for (std::size_t c = 0; c < values.size(); ++c) {
                values[c] = static_cast<float>(tensor.data->as_double(c) * element(x.scale, 0) * element(w.scale, c));
            }
            tensor.data = std::make_shared<TensorData>(TensorData::of_floats(tensor.shape, std::move(values)));
        } else {
            tensor.data = nullptr;
        }
        return share(std::move(tensor), {.values = id, .scale = {}, .zero_point = {}});
    }

    /// Integer tensors that a pool or a move makes of quantised ones, or quantised ones of, stand for real values too.
    void spread() {
        real_.resize(graph_.tensors.size(), false);
        for (bool changed = true; changed;) {
            changed = false;
            for (const Operator& op : graph_.operators) {
                if (!only_moves(op.kind)) {
                    continue;
                }
                std::vector<TensorId> ends{op.outputs.at(0)};
                const std::size_t movers = op.kind == OpKind::concat ? op.inputs.size() : 1;
                for (std::size_t i = 0; i < movers; ++i) {
                    ends.push_back(*op.inputs.at(i));
                }
                const auto is_real = [&](TensorId id) { return real_.at(id.index()); };
                if (std::any_of(ends.begin(), ends.end(), is_real) && !std::all_of(ends.begin(), ends.end(), is_real)) {
                    changed = true;
                    for (const TensorId id : ends) {
                        real_.at(id.index()) = true;
                    }
                }
            }
        }
        for (std::size_t i = 0; i < graph_.tensors.size(); ++i) {
            if (real_[i]) {
                graph_.tensors[i].type = ElementType::float32;
            }
        }
    }

    void warn() {
        constexpr std::size_t shown = 4;
        if (asymmetric_.empty()) {
            return;
        }
        std::vector<std::string> names(asymmetric_.begin(), asymmetric_.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                                                      shown, asymmetric_.size())));
        warnings_.warn(
            {.file = graph_.source}, "",
            std::to_string(asymmetric_.size()) + " quantised tensors (" + join(names) +
                (asymmetric_.size() > shown ? ", …" : "") +
                ") are uint8 or have a zero point other than 0; they get symmetric int8 scales that cover the "
                "same range, so results differ from those of the network as it came");
    }

    Graph& graph_;
    ImportedScales& scales_;
    Problems& warnings_;
    Problems problems_;
    std::vector<bool> real_; ///< by tensor: stood for quantised values, or was made from them
    std::vector<std::string> asymmetric_;
};

} // namespace

void take_out_quantisation(Graph& graph, ImportedScales& scales, Problems& warnings) {
    const auto quantises = [](const Operator& op) {
        return op.kind >= OpKind::quantize_linear && op.kind <= OpKind::matmul_integer;
    };
    if (std::any_of(graph.operators.begin(), graph.operators.end(), quantises)) {
        Remover(graph, scales, warnings).run();
    }
}

} // namespace lodestone::quantise
