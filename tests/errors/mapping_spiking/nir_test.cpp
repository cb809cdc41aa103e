// SPDX-License-Identifier: Apache-2.0
// NIR files that are damaged, and graphs that the cores cannot do: file, node, reason.
#include "mapping/spiking/nir_network.hpp"
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"
#include "tests/support/command.hpp"
#include "tests/support/nir_writer.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace lodestone;
using namespace lodestone::spiking;
using namespace lodestone::tests;

namespace {

using Nodes = std::vector<NirTestNode>;

Nodes good() {
    return {{"in", "Input", {{"shape", {1}, {2}}}},
            {"fc", "Linear", {{"weight", {3, 2}, {1, 2, 3, 4, 5, 6}}}},
            {"if", "IF", {{"r", {3}, {1, 1, 1}}, {"v_threshold", {3}, {1, 1, 1}}}},
            {"out", "Output", {{"shape", {1}, {3}}}}};
}

/// What reading and converting says; "" when all is well.
std::string message(const Nodes& nodes, const std::vector<std::pair<std::string, std::string>>& more = {}) {
    const ScratchFolder scratch;
    const std::string file = (scratch.path() / "net.nir").string();
    write_nir(file, nodes, more);
    try {
        static_cast<void>(from_nir(import::read_nir(file), file, {}));
    } catch (const UserError& error) {
        CHECK_THAT(to_string(error.problems().all().front()), Catch::Contains("net.nir"));
        return to_string(error.problems().all().front());
    }
    return "";
}

std::string changed(std::size_t node, const NirTestNode& other) {
    Nodes nodes = good();
    nodes[node] = other;
    return message(nodes);
}

} // namespace

TEST_CASE("the NIR graph that the mistakes are made in is good, also without v_reset and r", "[errors][spiking]") {
    CHECK(message(good()).empty());
    CHECK(changed(2, {"if", "IF", {{"v_threshold", {1}, {1}}}}).empty());
}

TEST_CASE("neurons that the cores cannot do are refused with the reason", "[errors][spiking]") {
    for (const char* type : {"LIF", "CubaLIF", "LI", "I", "CubaLI", "Threshold", "Delay", "Conv1d", "Whatever"}) {
        CHECK_THAT(changed(2, {"if", type, {{"v_threshold", {1}, {1}}}}),
                   Catch::Contains("if") && Catch::Contains(std::string("is of type ") + type) &&
                       Catch::Contains("known are Input"));
    }
    CHECK_THAT(changed(2, {"if", "LIF", {}}), Catch::Contains("a core's leak is a constant"));
}

TEST_CASE("missing and malformed parameters are refused at their node", "[errors][spiking]") {
    CHECK_THAT(changed(1, {"fc", "Linear", {}}), Catch::Contains("fc: lacks its parameter weight"));
    CHECK_THAT(changed(1, {"fc", "Linear", {{"weight", {6}, {1, 2, 3, 4, 5, 6}}}}),
               Catch::Contains("[outputs, inputs]"));
    CHECK_THAT(changed(2, {"if", "IF", {{"v_threshold", {2}, {1, 1}}}}), Catch::Contains("v_threshold has 2 values"));
    CHECK_THAT(changed(2, {"if", "IF", {}}), Catch::Contains("lacks its parameter v_threshold"));
    CHECK_THAT(changed(2, {"if", "IF", {{"v_threshold", {1}, {std::numeric_limits<double>::infinity()}}}}),
               Catch::Contains("no finite number"));
    CHECK_THAT(changed(2, {"if", "IF", {{"v_threshold", {1}, {1e9}}}}), Catch::Contains("threshold is"));
    CHECK_THAT(changed(0, {"in", "Input", {{"shape", {1}, {1.5}}}}), Catch::Contains("shape is 1.5"));
}

TEST_CASE("a wrong input shape is inferred from the weights", "[errors][spiking]") {
    CHECK(changed(0, {"in", "Input", {{"shape", {1}, {7}}}}).empty());
}

TEST_CASE("graphs that are no chain are refused", "[errors][spiking]") {
    CHECK_THAT(message(good(), {{"if", "fc"}}), Catch::Contains("two nodes"));
    CHECK_THAT(message(good(), {{"out", "fc"}}), Catch::Contains("fc: is reached from two nodes"));
    CHECK_THAT(message(good(), {{"out", "none"}}), Catch::Contains("names 'none', which is no node"));
    Nodes open = good();
    open.erase(open.begin() + 2);
    CHECK_THAT(message(open), Catch::Contains("fc: has no IF behind it"));
    Nodes doubled = good();
    doubled.insert(doubled.begin() + 2, {"fc2", "Linear", {{"weight", {1, 3}, {1, 2, 3}}}});
    CHECK_THAT(message(doubled), Catch::Contains("fc2: follows fc without neurons between them"));
}

TEST_CASE("a NIR file that is cut off at any place is refused, not read", "[errors][spiking]") {
    const ScratchFolder scratch;
    const std::string file = (scratch.path() / "net.nir").string();
    write_nir(file, good());
    const std::string whole = read_file(file);
    for (std::size_t size = 9; size < whole.size(); size += whole.size() / 16) {
        const std::string cut = scratch.write("cut.nir", whole.substr(0, size));
        CHECK_THROWS_AS(import::read_nir(cut), UserError);
    }
    CHECK_THROWS_WITH(import::read_nir(scratch.write("text.nir", "hello")), Catch::Contains("text.nir"));
}

TEST_CASE("an HDF5 file without a graph is refused", "[errors][spiking]") {
    const ScratchFolder scratch;
    const std::string file = (scratch.path() / "other.h5").string();
    const hid_t root = H5Fcreate(file.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(root);
    CHECK_THROWS_WITH(import::read_nir(file), Catch::Contains("/node") && Catch::Contains("is missing"));
}
