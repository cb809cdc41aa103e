// SPDX-License-Identifier: Apache-2.0
// The interpreter against the operator cases of the ONNX project, where Debian's libonnx-testdata is installed.
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"
#include "workloads/import/import.hpp"
#include "workloads/import/onnx_format.hpp"
#include "workloads/reference/interpreter.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <filesystem>
#include <iostream>

namespace {

using namespace lodestone;
namespace fs = std::filesystem;

const fs::path root = "/usr/share/libonnx-testdata/data";

enum class Outcome { passed, failed, skipped };

struct Verdict {
    Outcome outcome = Outcome::passed;
    std::string reason;
};

std::vector<import::NamedTensor> read_tensors(const fs::path& folder, const std::string& stem) {
    std::vector<import::NamedTensor> tensors;
    for (int i = 0;; ++i) {
        const fs::path file = folder / (stem + "_" + std::to_string(i) + ".pb");
        if (!fs::exists(file)) {
            return tensors;
        }
        tensors.push_back(import::parse_tensor_proto(read_file(file), file.string()));
    }
}

/// The tolerances of the ONNX project's own runner; integers must be equal.
bool close(const graph::TensorData& ours, const graph::TensorData& expected) {
    if (ours.type() != expected.type() || ours.shape() != expected.shape()) {
        return false;
    }
    if (!graph::is_floating(expected.type())) {
        return ours == expected;
    }
    constexpr double relative = 1e-3;
    constexpr double absolute = 1e-7;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double a = ours.as_double(i);
        const double b = expected.as_double(i);
        const bool both_nan = std::isnan(a) && std::isnan(b);
        if (!both_nan && a != b && !(std::abs(a - b) <= absolute + relative * std::abs(b))) {
            return false;
        }
    }
    return true;
}

/// What keeps a case out of scope: operators, element types and opsets that the import names as not supported.
bool is_unsupported(const Problems& problems) {
    return std::any_of(problems.all().begin(), problems.all().end(), [](const Diagnostic& d) {
        return d.message.find("not supported") != std::string::npos ||
               d.message.find("supported are") != std::string::npos ||
               d.message.find("export the network for inference") != std::string::npos;
    });
}

/// Operands that decide shapes are inputs in these cases: their values are fixed before the import.
import::ImportOptions fixed_lists(const std::vector<import::NamedTensor>& inputs){import::ImportOptions options;
for (const auto& input : inputs) {
    if (input.data.shape().size() <= 1) {
        options.values.emplace(input.name, input.data);
    }
}
return options;
} // namespace

/// Names of the tensors that wait for values, in the order of the model's inputs; older cases do not name theirs.
std::vector<std::string> open_inputs(const graph::Graph& network) {
    const graph::Links link = graph::links(network);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < network.tensors.size(); ++i) {
        if (!link.producer[i] && !network.tensors[i].has_data()) {
            names.push_back(network.tensors[i].name);
        }
    }
    return names;
}

std::string graph_output(const graph::Graph& network, std::size_t i) {
    return network.at(network.outputs.at(i)).name;
}

/// The cases keep bfloat16 as the bits of a uint16.
graph::TensorData as_wanted(const graph::Graph& network, const std::string& name, const graph::TensorData& data) {
    const graph::Tensor& tensor = network.at(network.find_tensor(name).value());
    if (tensor.type != graph::ElementType::bfloat16 || data.type() != graph::ElementType::uint16) {
        return data;
    }
    graph::TensorData decoded(graph::ElementType::bfloat16, data.shape());
    for (std::size_t i = 0; i < data.size(); ++i) {
        decoded.values<float>()[i] = std::bit_cast<float>(static_cast<std::uint32_t>(data.as_int(i)) << 16);
    }
    return decoded;
}

/// Cases that contradict the specification or themselves.
const std::map<std::string, std::string> faulty{
    {"test_cast_FLOAT_to_BFLOAT16", "not supported by the case: it cuts bits off where the specification rounds"},
    {"test_castlike_FLOAT_to_BFLOAT16_expanded",
     "not supported by the case: operand 'like' has another shape than stated"},
    {"test_castlike_BFLOAT16_to_FLOAT_expanded",
     "not supported by the case: operand 'like' has another shape than stated"}};

Verdict run_case(const fs::path& folder) {
    if (const auto known = faulty.find(folder.filename().string()); known != faulty.end()) {
        return {Outcome::skipped, known->second};
    }
    try {
        const import::Source model{.content = read_file(folder / "model.onnx"), .path = folder / "model.onnx"};
        Problems problems;
        import::ImportOptions options;
        graph::Graph network = import::import_network(model, problems, options);
        if (is_unsupported(problems)) {
            return {Outcome::skipped, problems.all().front().message};
        }
        const auto inputs = read_tensors(folder / "test_data_set_0", "input");
        if (problems.has_errors()) {
            problems = {};
            options = fixed_lists(inputs);
            network = import::import_network(model, problems, options);
            if (is_unsupported(problems)) {
                return {Outcome::skipped, problems.all().front().message};
            }
            problems.throw_if_errors();
        }
        reference::Values given;
        const std::vector<std::string> names = open_inputs(network);
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            const std::string name = inputs[i].name.empty() ? names.at(i) : inputs[i].name;
            if (!options.values.contains(name)) {
                given.emplace(name, as_wanted(network, name, inputs[i].data));
            }
        }
        const reference::Values results = reference::Interpreter(network).run(given);
        const auto outputs = read_tensors(folder / "test_data_set_0", "output");
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            const std::string name = graph_output(network, i);
            if (!close(results.at(name), as_wanted(network, name, outputs[i].data))) {
                return {Outcome::failed, "output '" + name + "' differs"};
            }
        }
        return {};
    } catch (const std::exception& error) {
        return {Outcome::failed, error.what()};
    }
}

TEST_CASE("the interpreter agrees with the operator cases of the ONNX project", "[workloads][reference]") {
    if (!fs::exists(root)) {
        WARN("libonnx-testdata is not installed: its cases were not run");
        return;
    }
    std::vector<fs::path> folders;
    for (const char* part : {"node", "pytorch-converted", "pytorch-operator", "simple"}) {
        for (const auto& entry : fs::directory_iterator(root / part)) {
            folders.push_back(entry.path());
        }
    }
    std::sort(folders.begin(), folders.end());
    std::map<Outcome, std::size_t> count;
    for (const fs::path& folder : folders) {
        const Verdict verdict = run_case(folder);
        ++count[verdict.outcome];
        if (verdict.outcome == Outcome::failed) {
            FAIL_CHECK(folder.filename().string() << ": " << verdict.reason);
        }
    }
    std::cout << "ONNX operator cases: " << count[Outcome::passed] << " passed, " << count[Outcome::failed]
              << " failed, " << count[Outcome::skipped] << " skipped as unsupported\n";
    CHECK(count[Outcome::passed] >= 700);
}

} // namespace
