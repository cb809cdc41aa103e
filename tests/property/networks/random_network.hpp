// SPDX-License-Identifier: Apache-2.0
// Networks nobody would draw: operators of all kinds behind each other, with odd sizes.
#pragma once

#include "tests/support/network_builder.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace lodestone::test {

/// Whole numbers from a seed, the same on every machine.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : random_(seed) {}
    std::int64_t between(std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(high - low + 1));
    }
    bool one_in(std::int64_t n) { return between(1, n) == 1; }
    template <class T>
    const T& one_of(const std::vector<T>& list) {
        return list.at(static_cast<std::size_t>(between(0, static_cast<std::int64_t>(list.size()) - 1)));
    }

private:
    std::mt19937_64 random_;
};

/// Draws one network: a body of pictures, then sometimes a tail of matrices. Convolutions have up to `channels`
/// outputs.
class RandomNetwork {
public:
    static constexpr std::int64_t few_channels = 13;
    explicit RandomNetwork(std::uint64_t seed, std::int64_t channels = few_channels);
    [[nodiscard]] graph::Graph draw();

private:
    using Step = void (RandomNetwork::*)();
    using Ints = std::vector<std::int64_t>;

    // Steps replace current_ (and leave it when they do not fit its shape).
    void convolution();
    void depthwise();
    void transposed_convolution();
    void pool();
    void activation();
    void residual();
    void concatenation();
    void normalisation();
    void movement();
    void resize();
    void channel_gate();
    void matrix_tail();

    using Attributes = std::vector<std::pair<std::string, graph::Attribute>>;
    TensorId make(graph::OpKind kind, const std::vector<TensorId>& inputs, const Attributes& attributes = {});
    /// As above; the result is what the next step continues.
    void then(graph::OpKind kind, const std::vector<TensorId>& inputs, const Attributes& attributes = {});
    TensorId parameter(const graph::Shape& shape);
    TensorId list(const Ints& values);
    TensorId pointwise(TensorId from, std::int64_t channels);
    [[nodiscard]] Ints shape_of(TensorId id) { return net_.finish({id}).at(id).shape; }
    [[nodiscard]] Ints random_window(std::int64_t most);
    [[nodiscard]] std::string fresh(const std::string& word) { return word + std::to_string(next_name_++); }

    Dice dice_;
    testing::NetworkBuilder net_;
    std::vector<TensorId> made_; ///< pictures that later steps may read again
    TensorId current_;
    Ints shape_; ///< of current_
    int next_name_ = 0;
    std::int64_t channels_;
};

} // namespace lodestone::test
