// SPDX-License-Identifier: Apache-2.0
// Damaged models on their way to a machine: read, rewritten, quantised and mapped, or refused; never an internal error.
#include "mapping/emit/compile.hpp"
#include "numerics/precision.hpp"
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"
#include "tests/support/cost_fixture.hpp"
#include "workloads/graph/statistics.hpp"
#include "workloads/import/import.hpp"
#include "workloads/quantise/quantise.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

namespace lodestone {
namespace {

struct Fates {
    int mapped = 0;
    int refused = 0;
};

bool is_small(const graph::Graph& network) {
    constexpr std::uint64_t few_macs = 20'000'000;
    constexpr std::size_t few_elements = 200'000;
    return graph::total_macs(network).count() <= few_macs &&
           std::ranges::all_of(network.tensors, [](const graph::Tensor& t) { return t.size() <= few_elements; });
}

/// Everything up to a program, values aside.
void map_damaged(const std::string& bytes, Fates& fates) {
    try {
        Problems problems;
        graph::Graph network = import::import_network(import::Source{.content = bytes, .path = "damaged"}, problems);
        problems.throw_if_errors();
        if (!is_small(network)) {
            return;
        }
        const graph::QuantisedModel model =
            quantise::quantise(quantise::prepare(std::move(network)), {.precision = numerics::parse_precision("int8")});
        const auto machine = std::get<spec::CoreGridSpec>(test::load_machine("tiny_2x2.yaml").family);
        emit::CompileOptions options;
        options.matrix_shape = [](numerics::FormatId, numerics::FormatId) {
            return spec::MatrixShape{.inputs = 8, .outputs = 8};
        };
        static_cast<void>(emit::compile(model, machine, options));
        ++fates.mapped;
    } catch (const UserError&) {
        ++fates.refused;
    }
}

/// A few bytes flipped, a tail cut off, or a piece of the model pasted over another place.
std::string damaged(std::string bytes, std::mt19937& random, std::size_t reach) {
    const std::size_t at = random() % std::min(reach, bytes.size());
    switch (random() % 4) {
    case 0:
        return bytes.substr(0, at);
    case 1: {
        const std::size_t from = random() % std::min(reach, bytes.size());
        const std::string piece = bytes.substr(from, 1 + random() % 40);
        return bytes.replace(at, random() % 40, piece);
    }
    default:
        for (std::size_t flips = 1 + random() % 3; flips > 0; --flips) {
            char& byte = bytes[random() % std::min(reach, bytes.size())];
            byte = static_cast<char>(byte ^ (1 << random() % 8));
        }
        return bytes;
    }
}

Fates damage(const std::string& bytes, int rounds, std::size_t reach) {
    std::mt19937 random(77);
    Fates fates;
    for (int round = 0; round < rounds; ++round) {
        CAPTURE(round);
        REQUIRE_NOTHROW(map_damaged(damaged(bytes, random, reach), fates));
    }
    return fates;
}

} // namespace

TEST_CASE("damaged ONNX models are mapped or refused", "[mapping][property]") {
    const std::string bytes = read_file(test::source_path("configs/workloads/fashion_resnet.onnx"));
    const Fates fates = damage(bytes, 300, 6000); // nodes and names lie before the weights
    CHECK(fates.refused > 50);
    CHECK(fates.mapped > 5);
}

TEST_CASE("damaged YAML networks are mapped or refused", "[mapping][property]") {
    const std::string text =
        "network: small\ninputs: {x: [1, 6, 8, 8]}\nlayers:\n"
        "  - {op: Conv, out_channels: 4, kernel: 3, padding: 1, stride: 2, name: a}\n"
        "  - {op: Elu, name: p}\n  - {op: Conv, kernel: 3, groups: depthwise, padding: same}\n"
        "  - {op: Add, inputs: [Conv2, p]}\n  - {op: Split, axis: 1, outputs: 2, name: s}\n"
        "  - {op: Concat, axis: 1, inputs: [s.1, s.0]}\n  - {op: LRN, size: 3}\n  - {op: Flatten}\n"
        "  - {op: Linear, out_features: 5}\n  - {op: LogSoftmax}\n";
    const Fates fates = damage(text, 1500, text.size());
    CHECK(fates.refused > 500);
    CHECK(fates.mapped > 20);
}

} // namespace lodestone
