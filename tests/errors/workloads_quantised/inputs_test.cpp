// SPDX-License-Identifier: Apache-2.0
// Runs of the oracle that cannot be.
#include "sim/base/error.hpp"
#include "tests/support/network_builder.hpp"
#include "workloads/quantise/quantise.hpp"
#include "workloads/reference/quantised.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using graph::OpKind;
using graph::TensorData;
using testing::NetworkBuilder;

TEST_CASE("a network without weights cannot be computed", "[workloads][quantised]") {
    NetworkBuilder net;
    const TensorId y = net.op(OpKind::matmul, "mm", {net.input("x", {1, 2}), net.without_values("w", {2, 2})});
    const auto model = quantise::quantise(net.finish({y}), {});
    CHECK_THROWS_WITH(reference::QuantisedInterpreter(model),
                      Catch::Contains("the network came without weights, so its values cannot be computed"));
}

TEST_CASE("every input that is missing, misshapen or unknown is named", "[workloads][quantised]") {
    NetworkBuilder net;
    const TensorId y = net.op(OpKind::add, "add", {net.input("a", {2}), net.input("b", {2})});
    const auto model = quantise::quantise(net.finish({y}), {});
    try {
        (void)reference::run_quantised(
            model, {{"a", TensorData::of_floats({3}, {1, 2, 3})}, {"c", TensorData::of_floats({2}, {1, 2})}});
        FAIL("nothing was reported");
    } catch (const UserError& error) {
        REQUIRE(error.problems().all().size() == 3);
        CHECK(to_string(error.problems().all()[0]) == "a: input has shape 3, the network wants 2");
        CHECK(to_string(error.problems().all()[1]) == "b: input is missing; give its values");
        CHECK(to_string(error.problems().all()[2]).find("c: is no input of the network") == 0);
    }
}
