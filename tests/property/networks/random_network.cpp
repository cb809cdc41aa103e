// SPDX-License-Identifier: Apache-2.0
// One function per kind of step.
#include "tests/property/networks/random_network.hpp"

namespace lodestone::test {

using graph::OpKind;
using graph::TensorData;

RandomNetwork::RandomNetwork(std::uint64_t seed, std::int64_t channels)
    : dice_(seed), net_(static_cast<std::uint32_t>(seed) + 1), channels_(channels) {}

graph::Graph RandomNetwork::draw() {
    static const std::vector<Step> steps{
        &RandomNetwork::convolution,   &RandomNetwork::convolution, &RandomNetwork::depthwise,
        &RandomNetwork::pool,          &RandomNetwork::activation,  &RandomNetwork::transposed_convolution,
        &RandomNetwork::residual,      &RandomNetwork::residual,    &RandomNetwork::concatenation,
        &RandomNetwork::normalisation, &RandomNetwork::movement,    &RandomNetwork::resize,
        &RandomNetwork::channel_gate};
    const Ints size{dice_.between(1, 2), dice_.between(1, 9), dice_.between(1, 12), dice_.between(1, 12)};
    current_ = net_.input("x", size);
    shape_ = size;
    if (dice_.one_in(4)) {
        const TensorId other = net_.input("y", size);
        then(OpKind::concat, {current_, other}, {{"axis", std::int64_t{1}}});
    }
    for (std::int64_t left = dice_.between(2, 7); left > 0; --left) {
        made_.push_back(current_);
        (this->*dice_.one_of(steps))();
    }
    if (dice_.one_in(2)) {
        matrix_tail();
    }
    if (net_.finish({current_}).operators.empty()) {
        activation();
    }
    std::vector<TensorId> outputs{current_};
    const TensorId early = dice_.one_of(made_);
    if (dice_.one_in(4) && early != current_ && early != made_.front()) {
        outputs.push_back(early);
    }
    return net_.finish(outputs);
}

TensorId RandomNetwork::make(OpKind kind, const std::vector<TensorId>& inputs, const Attributes& attributes) {
    return net_.op(kind, fresh(graph::to_string(kind)), inputs, attributes);
}

void RandomNetwork::then(OpKind kind, const std::vector<TensorId>& inputs, const Attributes& attributes) {
    current_ = make(kind, inputs, attributes);
    shape_ = shape_of(current_);
}

TensorId RandomNetwork::parameter(const graph::Shape& shape) {
    return net_.random(fresh("w"), shape, 0.4F);
}

TensorId RandomNetwork::list(const Ints& values) {
    return net_.given(fresh("list"), TensorData::vector_of(values), graph::TensorRole::constant);
}

TensorId RandomNetwork::pointwise(TensorId from, std::int64_t channels) {
    return make(OpKind::conv, {from, parameter({channels, shape_of(from).at(1), 1, 1}), parameter({channels})});
}

/// Extents that fit rows and columns even without padding.
RandomNetwork::Ints RandomNetwork::random_window(std::int64_t most) {
    return {dice_.between(1, std::min(most, shape_[2])), dice_.between(1, std::min(most, shape_[3]))};
}

void RandomNetwork::convolution() {
    const std::int64_t groups =
        shape_[1] % 3 == 0 && dice_.one_in(3) ? 3 : (shape_[1] % 2 == 0 && dice_.one_in(3) ? 2 : 1);
    const std::int64_t out = groups * dice_.between(1, channels_ / groups);
    const Ints window = random_window(4);
    std::vector<TensorId> inputs{current_, parameter({out, shape_[1] / groups, window[0], window[1]})};
    if (!dice_.one_in(3)) {
        inputs.push_back(parameter({out}));
    }
    const std::int64_t wide = dice_.one_in(4) ? 2 : 1;
    const bool reaches = (window[0] - 1) * wide < shape_[2] && (window[1] - 1) * wide < shape_[3];
    then(OpKind::conv, inputs,
         {{"group", groups},
          {"strides", Ints{dice_.between(1, 3), dice_.between(1, 2)}},
          {"dilations", reaches ? Ints{wide, wide} : Ints{1, 1}},
          {"pads", Ints{dice_.between(0, 2), dice_.between(0, 1), dice_.between(0, 1), dice_.between(0, 3)}}});
}

void RandomNetwork::depthwise() {
    const std::int64_t channels = shape_[1] * dice_.between(1, shape_[1] > 8 ? 1 : 2);
    const Ints window = random_window(3);
    then(OpKind::conv, {current_, parameter({channels, 1, window[0], window[1]}), parameter({channels})},
         {{"group", shape_[1]}, {"pads", Ints{1, 1, 1, 0}}});
}

void RandomNetwork::transposed_convolution() {
    if (shape_[2] > 10 || shape_[3] > 10) {
        return;
    }
    const std::int64_t groups = shape_[1] % 2 == 0 && dice_.one_in(3) ? 2 : 1;
    const Ints window{dice_.between(1, 4), dice_.between(1, 3)};
    std::vector<TensorId> inputs{current_, parameter({shape_[1], dice_.between(1, 4), window[0], window[1]})};
    if (dice_.one_in(2)) {
        inputs.push_back(parameter({shape_of(inputs[1]).at(1) * groups}));
    }
    const Ints strides{dice_.between(1, 3), dice_.between(1, 2)};
    const std::int64_t cut = window[0] > 2 && shape_[2] > 1 ? 1 : 0;
    then(OpKind::conv_transpose, inputs,
         {{"group", groups},
          {"strides", strides},
          {"dilations", Ints{1, dice_.between(1, 2)}},
          {"output_padding", Ints{dice_.between(0, strides[0] - 1), 0}},
          {"pads", Ints{cut, 0, dice_.between(0, cut), 0}}});
}

void RandomNetwork::pool() {
    const Ints window = random_window(3);
    const std::vector<std::pair<std::string, graph::Attribute>> settings{
        {"kernel_shape", window},
        {"strides", Ints{dice_.between(1, 3), dice_.between(1, 2)}},
        {"ceil_mode", dice_.between(0, 1)},
        {"pads", Ints{window[0] > 1 ? 1 : 0, 0, 0, window[1] > 1 ? 1 : 0}}};
    then(dice_.one_in(2) ? OpKind::max_pool : OpKind::average_pool, {current_}, settings);
}

void RandomNetwork::activation() {
    static const std::vector<OpKind> kinds{OpKind::relu,     OpKind::leaky_relu, OpKind::sigmoid, OpKind::hard_sigmoid,
                                           OpKind::gelu,     OpKind::elu,        OpKind::tanh,    OpKind::softplus,
                                           OpKind::softsign, OpKind::selu,       OpKind::celu,    OpKind::hard_swish,
                                           OpKind::erf,      OpKind::abs,        OpKind::neg,     OpKind::exp};
    if (dice_.one_in(5)) {
        Ints slopes(shape_.size() - 1, 1);
        slopes.front() = shape_[1];
        return then(OpKind::prelu, {current_, parameter(slopes)});
    }
    if (dice_.one_in(6)) {
        return then(OpKind::gelu, {current_}, {{"approximate", std::string("tanh")}});
    }
    then(dice_.one_of(kinds), {current_});
}

/// Joined with an earlier picture, brought to the same shape where it has as many rows and columns.
void RandomNetwork::residual() {
    static const std::vector<OpKind> joins{OpKind::add, OpKind::add, OpKind::sub, OpKind::mul, OpKind::max};
    const TensorId other = dice_.one_of(made_);
    const Ints shape = shape_of(other);
    if (shape[0] != shape_[0] || shape[2] != shape_[2] || shape[3] != shape_[3]) {
        return;
    }
    const TensorId same = shape[1] == shape_[1] ? other : pointwise(other, shape_[1]);
    then(dice_.one_of(joins), {current_, same});
}

void RandomNetwork::concatenation() {
    std::vector<TensorId> parts{current_, pointwise(current_, dice_.between(1, (channels_ + 2) / 3))};
    if (dice_.one_in(2)) {
        parts.push_back(pointwise(current_, dice_.between(1, 3)));
    }
    then(OpKind::concat, parts, {{"axis", std::int64_t{1}}});
}

void RandomNetwork::normalisation() {
    const graph::Shape channels{shape_[1]};
    switch (dice_.between(0, 2)) {
    case 0:
        return then(OpKind::instance_normalization, {current_, parameter(channels), parameter(channels)});
    case 1:
        return then(OpKind::lrn, {current_}, {{"size", std::int64_t{3}}, {"bias", 2.0F}});
    default:
        return then(OpKind::softmax, {current_}, {{"axis", dice_.between(1, 3)}});
    }
}

void RandomNetwork::movement() {
    switch (dice_.between(0, 4)) {
    case 0: {
        Ints picked;
        for (std::int64_t i = dice_.between(1, shape_[1] + 1); i > 0; --i) {
            picked.push_back(dice_.between(-shape_[1], shape_[1] - 1));
        }
        return then(OpKind::gather, {current_, list(picked)}, {{"axis", std::int64_t{1}}});
    }
    case 1:
        return then(OpKind::transpose, {current_}, {{"perm", Ints{0, 1, 3, 2}}});
    case 2:
        return then(OpKind::slice, {current_, list({-1}), list({-100}), list({dice_.between(2, 3)}), list({-1})});
    case 3:
        return then(OpKind::pad, {current_, list({0, dice_.between(0, 1), 1, 0, 0, 0, dice_.between(0, 2), 1})});
    default:
        if (shape_[1] % 4 == 0) {
            then(OpKind::depth_to_space, {current_}, {{"blocksize", std::int64_t{2}}});
        }
    }
}

void RandomNetwork::resize() {
    if (shape_[2] > 8 || shape_[3] > 8) {
        return;
    }
    const TensorId none = net_.given(fresh("roi"), TensorData::of_floats({0}, {}), graph::TensorRole::constant);
    const TensorId scales =
        net_.given(fresh("scales"), TensorData::of_floats({4}, {1.0F, 1.0F, 2.0F, dice_.one_in(2) ? 1.5F : 2.0F}),
                   graph::TensorRole::constant);
    then(OpKind::resize, {current_, none, scales}, {{"mode", std::string(dice_.one_in(2) ? "linear" : "nearest")}});
}

/// Squeeze and excitation.
void RandomNetwork::channel_gate() {
    const TensorId mean = make(OpKind::global_average_pool, {current_});
    const TensorId inner = make(OpKind::relu, {pointwise(mean, dice_.between(1, 4))});
    const TensorId gate = make(OpKind::sigmoid, {pointwise(inner, shape_[1])});
    then(OpKind::mul, {current_, gate});
}

/// Rows of features, attended to each other, and a classifier.
void RandomNetwork::matrix_tail() {
    then(OpKind::reshape, {current_, list({shape_[0], shape_[1], shape_[2] * shape_[3]})});
    if (dice_.one_in(2)) {
        const TensorId turned = make(OpKind::transpose, {current_}, {{"perm", Ints{0, 2, 1}}});
        const TensorId scores = make(OpKind::matmul, {current_, turned});
        const TensorId shares = make(OpKind::softmax, {scores}, {{"axis", std::int64_t{-1}}});
        then(OpKind::matmul, {shares, current_});
    }
    if (dice_.one_in(2)) {
        then(OpKind::layer_normalization, {current_, parameter({shape_[2]}), parameter({shape_[2]})});
    }
    if (dice_.one_in(2)) {
        const std::vector<OpKind> reductions{OpKind::reduce_mean, OpKind::reduce_max, OpKind::reduce_min,
                                             OpKind::reduce_l2, OpKind::reduce_sum};
        const OpKind kind = dice_.one_of(reductions);
        then(kind, kind == OpKind::reduce_sum ? std::vector{current_, list({1})} : std::vector{current_},
             kind == OpKind::reduce_sum ? Attributes{} : Attributes{{"axes", Ints{1}}});
    }
    const std::int64_t features = dice_.between(1, 20);
    then(OpKind::matmul, {current_, parameter({shape_.back(), features})});
    if (dice_.one_in(2)) {
        then(dice_.one_in(2) ? OpKind::log_softmax : OpKind::softmax, {current_}, {{"axis", std::int64_t{-1}}});
    }
}

} // namespace lodestone::test
