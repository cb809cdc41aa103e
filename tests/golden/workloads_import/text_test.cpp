// SPDX-License-Identifier: Apache-2.0
// The text of a simplified network, line for line.
#include "sim/base/file.hpp"
#include "tests/support/places.hpp"
#include "workloads/graph/fold.hpp"
#include "workloads/import/import.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace lodestone;

TEST_CASE("the Fashion-MNIST network simplifies to the text on file", "[workloads][golden]") {
    graph::Graph network = import::import_network(tests::source_folder() + "/configs/workloads/fashion_resnet.onnx");
    graph::simplify(network);
    CHECK(graph::to_text(network) ==
          read_file(tests::source_folder() + "/tests/golden/workloads_import/fashion_resnet.txt"));
}

} // namespace
