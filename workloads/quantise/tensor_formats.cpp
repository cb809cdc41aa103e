// SPDX-License-Identifier: Apache-2.0
// Formats from the readers backwards, then scales.
#include "workloads/quantise/tensor_formats.hpp"

#include "workloads/quantise/op_class.hpp"
#include "workloads/quantise/range.hpp"

#include <algorithm>

namespace lodestone::quantise {

namespace {

using graph::ElementType;
using graph::Graph;
using graph::Layer;
using graph::Operator;
using graph::OpKind;
using graph::Tensor;
using graph::TensorFormat;
using numerics::FormatId;

FormatId wider(FormatId a, FormatId b) {
    return numerics::format(b).bits > numerics::format(a).bits ? b : a;
}

FormatId integer_format(ElementType type) {
    switch (type) {
    case ElementType::int8:
        return FormatId::int8;
    case ElementType::int16:
        return FormatId::int16;
    case ElementType::uint8:
    case ElementType::boolean:
        return FormatId::uint8;
    default:
        return FormatId::int32;
    }
}

class Chooser {
public:
    Chooser(const FormatRequest& request, Problems& warnings)
        : graph_(request.graph), request_(request), warnings_(warnings), formats_(graph_.tensors.size()),
          readers_(graph_.tensors.size()), source_(graph_.tensors.size()) {
        for (std::size_t i = 0; i < request.layers.size(); ++i) {
            for (const TensorId id : request.layers[i].inputs) {
                readers_[id.index()].push_back(i);
            }
        }
    }

    std::vector<TensorFormat> run() {
        for (auto layer = request_.layers.rbegin(); layer != request_.layers.rend(); ++layer) {
            choose(layer->output);
            if (only_moves(graph_.at(layer->primary).kind) && layer->fused.empty()) {
                source_[layer->output.index()] = layer->inputs.front();
            }
        }
        for (const TensorId id : graph_.inputs) {
            choose(id);
        }
        set_scales();
        return std::move(formats_);
    }

private:
    /// How a matrix layer reads the tensor: the axis that it sums over, nothing when it is only an epilogue operand.
    [[nodiscard]] std::optional<std::size_t> summed_axis(const Layer& layer, TensorId id) const {
        const Operator& op = graph_.at(layer.primary);
        if (!is_matrix(op.kind)) {
            return std::nullopt;
        }
        const std::size_t rank = graph_.at(id).rank();
        const bool is_conv = op.kind == OpKind::conv || op.kind == OpKind::conv_transpose;
        if (op.inputs.at(0) == id) {
            const bool turned = op.kind == OpKind::gemm && op.attributes.integer("transA", 0) != 0;
            return is_conv ? 1 : (turned ? 0 : (rank == 0 ? 0 : rank - 1));
        }
        if (op.inputs.at(stationary_operand) == id) {
            const bool turned = op.kind == OpKind::gemm && op.attributes.integer("transB", 0) != 0;
            return is_conv ? 1 : (turned ? 1 : (rank < 2 ? 0 : rank - 2));
        }
        return std::nullopt;
    }

    void choose(TensorId id) {
        const Tensor& tensor = graph_.at(id);
        TensorFormat& format = formats_.at(id.index());
        format.block_axis =
            static_cast<std::uint32_t>(tensor.rank() >= 4 ? 1 : std::max<std::size_t>(tensor.rank(), 1) - 1);
        if (!graph::is_floating(tensor.type)) {
            format.format = integer_format(tensor.type);
            decided_by_type_.push_back(id);
        } else if (const auto read = matrix_format(id)) {
            format.format = *read;
        } else if (graph_.is_output(id)) {
            format.format = FormatId::fp32;
        } else if (!follow_moves(id)) {
            format.format = vector_format(id);
        }
    }

    std::optional<FormatId> matrix_format(TensorId id) {
        std::optional<FormatId> widest;
        bool differ = false;
        for (const std::size_t i : readers_[id.index()]) {
            if (const auto axis = summed_axis(request_.layers[i], id)) {
                const FormatId wanted = request_.precisions[i].activations;
                if (!widest) {
                    formats_[id.index()].block_axis = static_cast<std::uint32_t>(*axis);
                }
                differ = differ || (widest && *widest != wanted);
                widest = widest ? wider(*widest, wanted) : wanted;
            }
        }
        const Tensor& tensor = graph_.at(id);
        if (differ) {
            warn("tensor '" + tensor.name +
                 "' is read by layers of different activation formats; it is kept in the widest, " +
                 std::string(numerics::name_of(*widest)));
        }
        if (widest && graph_.is_output(id)) {
            warn("tensor '" + tensor.name +
                 "' is an output of the network and an operand of a matrix layer; it is kept in " +
                 std::string(numerics::name_of(*widest)) + ", not in fp32");
        }
        return widest;
    }

    bool follow_moves(TensorId id) {
        if (request_.imported.activations.contains(graph_.at(id).name)) {
            return false;
        }
        std::optional<TensorId> target;
        for (const std::size_t i : readers_[id.index()]) {
            const Layer& layer = request_.layers[i];
            const TensorFormat& written = formats_[layer.output.index()];
            if (!only_moves(graph_.at(layer.primary).kind) || !layer.fused.empty()) {
                return false;
            }
            if (!target ||
                numerics::format(written.format).bits > numerics::format(formats_[target->index()].format).bits) {
                target = layer.output;
            }
        }
        if (!target) {
            return false;
        }
        formats_[id.index()].format = formats_[target->index()].format;
        shares_.emplace_back(id, *target);
        return true;
    }

    [[nodiscard]] FormatId vector_format(TensorId id) const {
        std::optional<FormatId> widest;
        for (const std::size_t i : readers_[id.index()]) {
            const FormatId wanted = request_.precisions[i].activations;
            widest = widest ? wider(*widest, wanted) : wanted;
        }
        return widest.value_or(request_.options.precision.activations);
    }

    void set_scales() {
        std::vector<bool> shares(formats_.size(), false);
        for (const auto& [id, target] : shares_) {
            shares[id.index()] = true;
        }
        std::vector<std::string> unknown;
        for (std::size_t i = 0; i < formats_.size(); ++i) {
            const TensorId id(static_cast<std::uint32_t>(i));
            const bool by_type =
                std::find(decided_by_type_.begin(), decided_by_type_.end(), id) != decided_by_type_.end();
            const numerics::Format& format = numerics::format(formats_[i].format);
            if (shares[i] || by_type || format.block || format.id == FormatId::fp32) {
                continue;
            }
            const auto scale = scale_of(id, format);
            formats_[i].scale = scale.value_or(1.0);
            if (!scale) {
                unknown.push_back(graph_.at(id).name);
            }
        }
        for (const auto& [id, target] : shares_) { // readers come first, so targets are final
            formats_[id.index()].scale = formats_[target.index()].scale;
        }
        warn_unknown(unknown);
    }

    [[nodiscard]] std::optional<double> scale_of(TensorId id, const numerics::Format& format) const {
        for (std::optional<TensorId> at = id; at; at = source_[at->index()]) {
            const std::string& name = graph_.at(*at).name;
            const auto imported = request_.imported.activations.find(name);
            const auto observed = request_.options.ranges.find(name);
            if (imported != request_.imported.activations.end() && format.id == FormatId::int8) {
                return imported->second;
            }
            if (observed != request_.options.ranges.end()) {
                return choose_scale(format, observed->second.magnitudes, request_.options.activation_range);
            }
            if (imported != request_.imported.activations.end()) {
                const double amax = imported->second * numerics::max_finite(numerics::format(FormatId::int8));
                return amax / numerics::max_finite(format);
            }
        }
        return std::nullopt;
    }

    void warn_unknown(std::vector<std::string> names) {
        constexpr std::size_t shown = 4;
        const std::size_t count = names.size();
        const bool is_calibrated = !request_.options.ranges.empty() || !request_.imported.activations.empty();
        if (count == 0 || !is_calibrated) {
            return;
        }
        names.resize(std::min(count, shown));
        warn("no range is known of " + std::to_string(count) + " tensors (" + join(names) +
             (count > shown ? ", …" : "") + "); they get scale 1");
    }

    void warn(const std::string& message) { warnings_.warn({.file = graph_.source}, "", message); }

    const Graph& graph_;
    const FormatRequest& request_;
    Problems& warnings_;
    std::vector<TensorFormat> formats_;
    std::vector<std::vector<std::size_t>> readers_;     ///< layers, by tensor
    std::vector<std::optional<TensorId>> source_;       ///< by tensor: what it is a move of
    std::vector<std::pair<TensorId, TensorId>> shares_; ///< tensors that take the scale of another
    std::vector<TensorId> decided_by_type_;
};

} // namespace

std::vector<TensorFormat> choose_formats(const FormatRequest& request, Problems& warnings) {
    return Chooser(request, warnings).run();
}

} // namespace lodestone::quantise
