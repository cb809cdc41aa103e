// SPDX-License-Identifier: Apache-2.0
// Networks in block formats against an oracle of its own: element values listed, nearest by search, sums in integers.
#include "numerics/precision.hpp"
#include "tests/support/network_builder.hpp"
#include "workloads/quantise/quantise.hpp"
#include "workloads/reference/quantised.hpp"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>

using namespace lodestone;
using graph::OpKind;
using testing::NetworkBuilder;

namespace {

__extension__ using Wide = __int128;
using Ints = std::vector<std::int64_t>;

constexpr std::size_t kBlock = 32; // OCP microscaling 1.0, k of all its formats

/// Magnitudes of an element in ascending order, so that every other one ends in a zero bit.
struct Element {
    std::vector<double> magnitudes;
    int emax = 0; ///< exponent of the largest one
};

/// Magnitudes m * 2^e of a floating element: `mantissas` per exponent, subnormals first.
std::vector<double> floating(int mantissas, int least_exponent, int exponents) {
    std::vector<double> list;
    for (int exponent = 0; exponent < exponents; ++exponent) {
        for (int mantissa = 0; mantissa < mantissas; ++mantissa) {
            const int hidden = exponent == 0 ? 0 : mantissas;
            list.push_back(std::ldexp(hidden + mantissa, least_exponent + std::max(exponent, 1) - 1));
        }
    }
    return list;
}

Element element_of(const std::string& precision) {
    if (precision == "mxfp4") { // 0 0.5 1 1.5 2 3 4 6
        return {.magnitudes = floating(2, -1, 4), .emax = 2};
    }
    if (precision == "mxfp8") { // E4M3 ends at 448; the code above it is NaN
        Element element{.magnitudes = floating(8, -9, 16), .emax = 8};
        element.magnitudes.pop_back();
        return element;
    }
    Element element{.magnitudes = {}, .emax = 0}; // int8 in units of 2^-6
    for (int code = 0; code < 128; ++code) {
        element.magnitudes.push_back(code / 64.0);
    }
    return element;
}

double nearest(const Element& element, double value) {
    std::size_t best = 0;
    for (std::size_t i = 0; i < element.magnitudes.size(); ++i) {
        const double distance = std::abs(element.magnitudes[i] - std::abs(value));
        const double least = std::abs(element.magnitudes[best] - std::abs(value));
        best = distance < least || (distance == least && i % 2 == 0) ? i : best;
    }
    return std::copysign(element.magnitudes[best], value);
}

/// A tensor [outer][channels][inner] after storage in blocks along its channels.
struct Channels {
    std::size_t outer = 1;
    std::size_t channels = 1;
    std::size_t inner = 1;
    [[nodiscard]] std::size_t at(std::size_t o, std::size_t c, std::size_t i) const {
        return (o * channels + c) * inner + i;
    }
};

std::vector<double> in_blocks(const Element& element, const Channels& shape, const std::vector<float>& values) {
    std::vector<double> stored(values.size());
    for (std::size_t o = 0; o < shape.outer; ++o) {
        for (std::size_t i = 0; i < shape.inner; ++i) {
            for (std::size_t first = 0; first < shape.channels; first += kBlock) {
                const std::size_t end = std::min(shape.channels, first + kBlock);
                double largest = 0;
                for (std::size_t c = first; c < end; ++c) {
                    largest = std::max(largest, std::abs(static_cast<double>(values[shape.at(o, c, i)])));
                }
                const double scale = largest == 0 ? 1.0 : std::exp2(std::floor(std::log2(largest)) - element.emax);
                for (std::size_t c = first; c < end; ++c) {
                    const std::size_t place = shape.at(o, c, i);
                    stored[place] = nearest(element, static_cast<double>(values[place]) / scale) * scale;
                }
            }
        }
    }
    return stored;
}

/// An exact sum of products, rounded once to binary64.
class Sum {
public:
    void add(double a, double b) {
        const double units = std::ldexp(a * b, kUnits);
        REQUIRE(units == std::floor(units)); // nothing is lost
        sum_ += static_cast<Wide>(units);
    }
    [[nodiscard]] double value() const { return std::ldexp(static_cast<double>(sum_), -kUnits); }

private:
    static constexpr int kUnits = 70;
    Wide sum_ = 0;
};

constexpr std::size_t kSide = 5;

struct Conv {
    std::size_t in = 1;
    std::size_t out = 1;
    std::size_t groups = 1;
};

/// 3x3 with padding 1 on kSide x kSide pictures, bias, ReLU.
std::vector<float> convolve(const Conv& conv, const std::vector<double>& x, const std::vector<double>& w,
                            const std::vector<float>& bias) {
    const std::size_t group_in = conv.in / conv.groups;
    std::vector<float> y;
    for (std::size_t out = 0; out < conv.out; ++out) {
        const std::size_t group = out / (conv.out / conv.groups);
        for (std::size_t position = 0; position < kSide * kSide; ++position) {
            Sum sum;
            for (std::size_t c = 0; c < group_in; ++c) {
                for (std::size_t tap = 0; tap < 9; ++tap) {
                    const std::size_t row = position / kSide + tap / 3;
                    const std::size_t col = position % kSide + tap % 3;
                    if (row >= 1 && row <= kSide && col >= 1 && col <= kSide) {
                        sum.add(x[(group * group_in + c) * kSide * kSide + (row - 1) * kSide + col - 1],
                                w[(out * group_in + c) * 9 + tap]);
                    }
                }
            }
            y.push_back(std::max(0.0F, static_cast<float>(sum.value()) + bias[out]));
        }
    }
    return y;
}

struct Case {
    Conv first;
    Conv second;
};

std::vector<float> values_of(const graph::Graph& network, const std::string& name) {
    for (const graph::Tensor& tensor : network.tensors) {
        if (tensor.name == name) {
            return tensor.data->as_floats();
        }
    }
    FAIL("no tensor " << name);
    return {};
}

void check(const std::string& precision, const Case& shapes, std::uint32_t seed) {
    NetworkBuilder net(seed);
    const auto size = [](std::size_t n) { return static_cast<std::int64_t>(n); };
    const auto conv = [&](TensorId x, const std::string& name, const Conv& c) {
        const TensorId y = net.op(OpKind::conv, name,
                                  {x, net.random("w" + name, {size(c.out), size(c.in / c.groups), 3, 3}),
                                   net.random("b" + name, {size(c.out)})},
                                  {{"group", size(c.groups)}, {"pads", Ints{1, 1, 1, 1}}});
        return net.op(OpKind::relu, name + "r", {y});
    };
    const TensorId x = net.input("x", {1, size(shapes.first.in), 5, 5});
    const graph::Graph network = net.finish({conv(conv(x, "1", shapes.first), "2", shapes.second)});
    const graph::TensorData picture = net.random_values(network.at(x).shape);

    const Element element = element_of(precision);
    const auto stored = [&](const std::vector<float>& values, std::size_t channels) {
        return in_blocks(element, {.channels = channels, .inner = kSide * kSide}, values);
    };
    const auto weights = [&](const std::string& name, const Conv& c) {
        return in_blocks(element, {.outer = c.out, .channels = c.in / c.groups, .inner = 9},
                         values_of(network, "w" + name));
    };
    const std::vector<float> middle = convolve(shapes.first, stored(picture.as_floats(), shapes.first.in),
                                               weights("1", shapes.first), values_of(network, "b1"));
    const std::vector<float> expected = convolve(shapes.second, stored(middle, shapes.second.in),
                                                 weights("2", shapes.second), values_of(network, "b2"));
    const auto model = quantise::quantise(network, {.precision = numerics::parse_precision(precision)});
    const auto ours = reference::run_quantised(model, {{"x", picture}}).begin()->second.as_floats();
    INFO(precision << ", seed " << seed);
    REQUIRE(ours.size() == expected.size());
    for (std::size_t i = 0; i < ours.size(); ++i) {
        REQUIRE(std::bit_cast<std::uint32_t>(ours[i]) == std::bit_cast<std::uint32_t>(expected[i]));
    }
}

} // namespace

TEST_CASE("convolutions in block formats are what a search for the nearest elements and integer sums give",
          "[workloads][quantised]") {
    for (const char* precision : {"mxfp8", "mxfp4", "mxint8"}) {
        for (std::uint32_t seed = 1; seed <= 3; ++seed) {
            check(precision, {.first = {.in = 3, .out = 33}, .second = {.in = 33, .out = 4}}, seed); // short last block
            check(precision, {.first = {.in = 32, .out = 80}, .second = {.in = 80, .out = 6, .groups = 2}}, seed);
            check(precision, {.first = {.in = 40, .out = 40, .groups = 40}, .second = {.in = 40, .out = 2}}, seed);
        }
    }
}
