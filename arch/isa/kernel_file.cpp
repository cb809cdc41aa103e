// SPDX-License-Identifier: Apache-2.0
// JSON of kernels and epilogue steps.
#include "arch/isa/kernel_file.hpp"

#include <array>
#include <limits>

namespace lodestone::isa {
namespace {

using Json = nlohmann::ordered_json;
using Integers = std::vector<std::int64_t>;

Json window_json(const std::vector<WindowAxis>& window) {
    Json list = Json::array();
    for (const WindowAxis& axis : window) {
        list.push_back({{"size", axis.size},
                        {"stride", axis.stride},
                        {"dilation", axis.dilation},
                        {"pad", {axis.pad_begin, axis.pad_end}}});
    }
    return list;
}

std::int64_t positive(JsonObject& object, const std::string& key) {
    const auto value = object.required<std::int64_t>(key);
    if (value < 1) {
        object.problem(key, "is " + std::to_string(value) + "; at least 1 is needed");
        return 1;
    }
    return value;
}

std::vector<WindowAxis> parse_window(JsonObject& object) {
    std::vector<WindowAxis> window;
    for (JsonObject& axis : object.objects("window")) {
        const auto pad = axis.required<Integers>("pad");
        if (pad.size() != 2) {
            axis.problem("pad", "has " + std::to_string(pad.size()) + " values; two are needed: before and after");
        }
        window.push_back({.size = positive(axis, "size"),
                          .stride = positive(axis, "stride"),
                          .dilation = positive(axis, "dilation"),
                          .pad_begin = pad.empty() ? 0 : pad.front(),
                          .pad_end = pad.empty() ? 0 : pad.back()});
        axis.finish();
    }
    return window;
}

constexpr std::array pool_names{"maximum", "average"};
constexpr std::array reduce_names{"mean", "sum", "maximum"};

template <std::size_t N>
std::size_t choice(JsonObject& object, const std::string& key, const std::array<const char*, N>& names) {
    const auto name = object.required<std::string>(key);
    for (std::size_t i = 0; i < N; ++i) {
        if (name == names[i]) {
            return i;
        }
    }
    object.problem(key, "is '" + name + "'" + known_names(name, {names.begin(), names.end()}));
    return 0;
}

struct KernelWriter {
    Json operator()(const ConvKernel& k) const {
        return {{"window", window_json(k.window)},
                {"in_channels", k.in_channels},
                {"out_channels", k.out_channels},
                {"groups", k.groups}};
    }
    Json operator()(const MatMulKernel& k) const {
        return {
            {"k", k.k}, {"b_is_input", k.b_is_input}, {"transpose_a", k.transpose_a}, {"transpose_b", k.transpose_b}};
    }
    Json operator()(const PoolKernel& k) const {
        return {{"pool", pool_names[static_cast<std::size_t>(k.kind)]},
                {"window", window_json(k.window)},
                {"count_include_pad", k.count_include_pad}};
    }
    Json operator()(const ReduceKernel& k) const {
        return {
            {"reduce", reduce_names[static_cast<std::size_t>(k.kind)]}, {"axes", k.axes}, {"keep_axes", k.keep_axes}};
    }
    Json operator()(const SoftmaxKernel& k) const {
        Json json{{"axis", k.axis}};
        if (k.logarithm) {
            json["logarithm"] = true;
        }
        return json;
    }
    Json operator()(const LayerNormKernel& k) const { return {{"axis", k.axis}, {"epsilon", k.epsilon}}; }
    Json operator()(const ConcatKernel& k) const { return {{"axis", k.axis}}; }
    Json operator()(const SliceKernel& k) const { return {{"starts", k.starts}, {"steps", k.steps}}; }
    Json operator()(const PickKernel& k) const { return {{"axis", k.axis}, {"indices", k.indices}}; }
    Json operator()(const TransposeKernel& k) const { return {{"order", k.order}}; }
    Json operator()(const PadKernel& k) const { return {{"begin", k.begin}, {"value", k.value}, {"mode", k.mode}}; }
    Json operator()(const ResizeKernel& k) const {
        return {{"scales", k.scales}, {"mode", k.mode}, {"coordinates", k.coordinates}, {"nearest", k.nearest}};
    }
    Json operator()(const ElementwiseKernel&) const { return Json::object(); }
    Json operator()(const ReshapeKernel&) const { return Json::object(); }
    Json operator()(const LoadKernel&) const { return Json::object(); }
    Json operator()(const StoreKernel&) const { return Json::object(); }
};

Kernel parse_conv(JsonObject& object) {
    ConvKernel conv{.window = parse_window(object),
                    .in_channels = positive(object, "in_channels"),
                    .out_channels = positive(object, "out_channels"),
                    .groups = positive(object, "groups")};
    if (conv.in_channels % conv.groups != 0 || conv.out_channels % conv.groups != 0) {
        object.problem("groups", "is " + std::to_string(conv.groups) + ", which does not divide the channels");
        conv.groups = 1;
    }
    return conv;
}

Kernel parse_matmul(JsonObject& object) {
    return MatMulKernel{.k = positive(object, "k"),
                        .b_is_input = object.required<bool>("b_is_input"),
                        .transpose_a = object.required<bool>("transpose_a"),
                        .transpose_b = object.required<bool>("transpose_b")};
}

Kernel parse_pool(JsonObject& object) {
    return PoolKernel{.kind = static_cast<PoolKind>(choice(object, "pool", pool_names)),
                      .window = parse_window(object),
                      .count_include_pad = object.required<bool>("count_include_pad")};
}

Kernel parse_reduce(JsonObject& object) {
    return ReduceKernel{.kind = static_cast<ReduceKind>(choice(object, "reduce", reduce_names)),
                        .axes = object.required<Integers>("axes"),
                        .keep_axes = object.required<bool>("keep_axes")};
}

Kernel parse_layer_norm(JsonObject& object) {
    return LayerNormKernel{.axis = object.required<std::int64_t>("axis"),
                           .epsilon = object.required<double>("epsilon")};
}

Kernel parse_softmax(JsonObject& object) {
    return SoftmaxKernel{.axis = object.required<std::int64_t>("axis"),
                         .logarithm = object.optional<bool>("logarithm", false)};
}

Kernel parse_pick(JsonObject& object) {
    return PickKernel{.axis = object.required<std::int64_t>("axis"), .indices = object.required<Integers>("indices")};
}

Kernel parse_slice(JsonObject& object) {
    return SliceKernel{.starts = object.required<Integers>("starts"), .steps = object.required<Integers>("steps")};
}

Kernel parse_pad(JsonObject& object) {
    return PadKernel{.begin = object.required<Integers>("begin"),
                     .value = object.required<double>("value"),
                     .mode = object.required<std::string>("mode")};
}

Kernel parse_resize(JsonObject& object) {
    return ResizeKernel{.scales = object.required<std::vector<double>>("scales"),
                        .mode = object.required<std::string>("mode"),
                        .coordinates = object.required<std::string>("coordinates"),
                        .nearest = object.required<std::string>("nearest")};
}

struct KernelReader {
    const char* name;
    Kernel (*parse)(JsonObject&);
};

constexpr std::array readers{
    KernelReader{"conv", parse_conv},
    KernelReader{"matmul", parse_matmul},
    KernelReader{"pool", parse_pool},
    KernelReader{"reduce", parse_reduce},
    KernelReader{"softmax", parse_softmax},
    KernelReader{"layer_norm", parse_layer_norm},
    KernelReader{"elementwise", [](JsonObject&) -> Kernel { return ElementwiseKernel{}; }},
    KernelReader{"concat", [](JsonObject& o) -> Kernel { return ConcatKernel{o.required<std::int64_t>("axis")}; }},
    KernelReader{"slice", parse_slice},
    KernelReader{"pick", parse_pick},
    KernelReader{"transpose", [](JsonObject& o) -> Kernel { return TransposeKernel{o.required<Integers>("order")}; }},
    KernelReader{"reshape", [](JsonObject&) -> Kernel { return ReshapeKernel{}; }},
    KernelReader{"pad", parse_pad},
    KernelReader{"resize", parse_resize},
    KernelReader{"load", [](JsonObject&) -> Kernel { return LoadKernel{}; }},
    KernelReader{"store", [](JsonObject&) -> Kernel { return StoreKernel{}; }},
};
static_assert(readers.size() == std::variant_size_v<Kernel>);

} // namespace

nlohmann::ordered_json kernel_json(const Kernel& kernel) {
    Json json = {{"kind", kernel_name(kernel)}};
    json.update(std::visit(KernelWriter{}, kernel));
    return json;
}

Kernel parse_kernel(JsonObject object) {
    const auto kind = object.required<std::string>("kind");
    std::vector<std::string> known;
    for (const KernelReader& reader : readers) {
        known.emplace_back(reader.name);
        if (kind == reader.name) {
            Kernel kernel = reader.parse(object);
            object.finish();
            return kernel;
        }
    }
    object.problem("kind", "is '" + kind + "'" + known_names(kind, known));
    return ElementwiseKernel{};
}

nlohmann::ordered_json epilogue_json(const EpilogueStep& step) {
    Json json = {{"op", epilogue_name(step.op)}};
    if (step.input) {
        json["input"] = *step.input;
    }
    if (step.constant) {
        json["constant"] = *step.constant;
    }
    if (step.operand_first) {
        json["operand_first"] = true;
    }
    if (step.alpha != 0) {
        json["alpha"] = step.alpha;
    }
    if (step.beta != 0) {
        json["beta"] = step.beta;
    }
    return json;
}

EpilogueStep parse_epilogue(JsonObject object) {
    EpilogueStep step;
    const auto name = object.required<std::string>("op");
    if (const auto op = find_epilogue(name)) {
        step.op = *op;
    } else {
        object.problem("op", "is '" + name + "', which is no step of the vector unit");
    }
    if (object.has("input")) {
        step.input = object.required<std::uint32_t>("input");
    }
    if (object.has("constant")) {
        step.constant = object.required<std::uint32_t>("constant");
    }
    step.operand_first = object.optional<bool>("operand_first", false);
    step.alpha = object.optional<float>("alpha", 0.0F);
    step.beta = object.optional<float>("beta", 0.0F);
    object.finish();
    return step;
}

} // namespace lodestone::isa
