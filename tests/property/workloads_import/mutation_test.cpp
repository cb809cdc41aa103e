// SPDX-License-Identifier: Apache-2.0
// Damaged models: every one is read or refused with problems, none crashes or hangs.
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"
#include "tests/support/places.hpp"
#include "workloads/graph/fold.hpp"
#include "workloads/graph/statistics.hpp"
#include "workloads/import/import.hpp"
#include "workloads/reference/interpreter.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

namespace {

using namespace lodestone;

const std::string folder = tests::source_folder() + "/configs/workloads/";

/// What became of a damaged model.
struct Tally {
    std::size_t read = 0;
    std::size_t refused = 0;
};

/// A graph small enough to run.
bool is_small(const graph::Graph& network) {
    constexpr std::uint64_t few_macs = 1'000'000;
    constexpr std::size_t few_elements = 100'000;
    return graph::total_macs(network).count() <= few_macs &&
           std::all_of(network.tensors.begin(), network.tensors.end(),
                       [](const graph::Tensor& t) { return t.size() <= few_elements; });
}

void run(const graph::Graph& network) {
    reference::Values given;
    for (const graph::Tensor& tensor : network.tensors) {
        if (!tensor.has_data() && tensor.role != graph::TensorRole::activation) {
            given.emplace(tensor.name, graph::TensorData(tensor.type, tensor.shape));
        }
    }
    try {
        static_cast<void>(reference::Interpreter(network).run(given));
    } catch (const UserError&) { // values outside what an operator accepts
    }
}

void import_damaged(const std::string& bytes, Tally& tally) {
    Problems problems;
    graph::Graph network = import::import_network(import::Source{.content = bytes, .path = "damaged"}, problems);
    if (problems.has_errors()) {
        ++tally.refused;
        return;
    }
    ++tally.read;
    graph::simplify(network);
    if (is_small(network)) {
        run(network);
    }
}

std::string mutated(std::string bytes, std::mt19937& random, std::size_t reach) {
    const std::size_t changes = 1 + random() % 4;
    for (std::size_t i = 0; i < changes; ++i) {
        const std::size_t at = random() % std::min(reach, bytes.size());
        switch (random() % 5) {
        case 0:
            bytes[at] = static_cast<char>(random() % 256);
            break;
        case 1:
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
            break;
        case 2:
            bytes.erase(at, 1 + random() % 8);
            break;
        case 3: { // a piece of the model over another place
            const std::string piece = bytes.substr(random() % std::min(reach, bytes.size()), 1 + random() % 64);
            bytes.replace(at, random() % 64, piece);
            break;
        }
        default:
            bytes.insert(at, 1, static_cast<char>(random() % 256));
            break;
        }
    }
    return bytes;
}

Tally damage(const std::string& bytes, std::size_t count, std::size_t reach) {
    std::mt19937 random(20240601);
    Tally tally;
    for (std::size_t i = 0; i < count; ++i) {
        import_damaged(mutated(bytes, random, reach), tally);
    }
    return tally;
}

TEST_CASE("a model with random changes is read or refused", "[workloads][property]") {
    const std::string bytes = read_file(folder + "resnet18.onnx");
    const Tally tally = damage(bytes, 1500, bytes.size());
    CHECK(tally.read + tally.refused == 1500);
    CHECK(tally.refused > 100);
}

TEST_CASE("a model with weights and random changes is read or refused", "[workloads][property]") {
    const std::string bytes = read_file(folder + "fashion_resnet.onnx");
    constexpr std::size_t before_weights = 4000;
    const Tally tally = damage(bytes, 300, before_weights);
    CHECK(tally.read + tally.refused == 300);
    CHECK(tally.refused > 50);
}

TEST_CASE("a model cut off anywhere is refused or, between fields, read in part", "[workloads][property]") {
    const std::string bytes = read_file(folder + "fashion_resnet.onnx");
    Tally tally;
    for (std::size_t length = 0; length < bytes.size(); length += length < 2000 ? 7 : 1499) {
        import_damaged(bytes.substr(0, length), tally);
    }
    CHECK(tally.read == 0);
}

TEST_CASE("a YAML network with random changes is read or refused", "[workloads][property]") {
    const std::string text =
        "network: small\ninputs: {x: [1, 3, 8, 8]}\nlayers:\n"
        "  - {name: a, op: Conv, out_channels: 4, kernel: 3, padding: 1, stride: 2}\n"
        "  - {op: BatchNorm}\n  - {name: r, op: Relu}\n"
        "  - {name: b, repeat: 2, layers: [{op: Conv, kernel: 3, groups: depthwise, padding: same}, {op: Add, inputs: "
        "[Conv0, in]}]}\n"
        "  - {op: Split, axis: 1, outputs: 2, name: s}\n  - {op: Concat, axis: 1, inputs: [s.0, s.1]}\n"
        "  - {op: GlobalAveragePool}\n  - {op: Flatten}\n  - {op: Linear, out_features: 5}\n  - {op: Softmax}\n";
    Tally whole;
    import_damaged(text, whole);
    CHECK(whole.read == 1);
    const Tally tally = damage(text, 1500, text.size());
    CHECK(tally.read + tally.refused == 1500);
    CHECK(tally.read > 0);
}

} // namespace
