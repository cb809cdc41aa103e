// SPDX-License-Identifier: Apache-2.0
// Windows: explicit and automatic padding, ceil mode, dilation.
#include "sim/base/error.hpp"
#include "workloads/graph/infer.hpp"
#include "workloads/graph/window.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace lodestone;
using namespace lodestone::graph;
using Ints = std::vector<std::int64_t>;

struct Pool {
    Graph graph;

    explicit Pool(Shape input, OpKind kind = OpKind::max_pool) {
        Tensor x{.name = "x", .type = ElementType::float32, .shape = std::move(input), .data = {}};
        Tensor y{.name = "y", .data = {}};
        graph.inputs = {graph.add(std::move(x))};
        graph.outputs = {graph.add(std::move(y))};
        graph.add(Operator{.name = "pool",
                           .kind = kind,
                           .inputs = {graph.inputs[0]},
                           .outputs = graph.outputs,
                           .attributes = {},
                           .where = {}});
    }
    Pool& set(const std::string& name, Attribute value) {
        graph.operators[0].attributes.set(name, std::move(value));
        return *this;
    }
    [[nodiscard]] Window window() const { return graph::window(graph, graph.operators[0]); }
    [[nodiscard]] std::string refusal() const {
        try {
            static_cast<void>(window());
        } catch (const UserError& error) {
            return error.problems().all().front().message;
        }
        return "";
    }
};

TEST_CASE("without padding a window of 3 by stride 2 fits three times into 7", "[workloads][graph]") {
    CHECK(Pool({1, 1, 7}).set("kernel_shape", Ints{3}).set("strides", Ints{2}).window().output == Ints{3});
    CHECK(Pool({1, 1, 8}).set("kernel_shape", Ints{3}).set("strides", Ints{2}).window().output == Ints{3});
}

TEST_CASE("ceil mode adds a window that starts inside the input", "[workloads][graph]") {
    CHECK(Pool({1, 1, 8})
              .set("kernel_shape", Ints{3})
              .set("strides", Ints{2})
              .set("ceil_mode", std::int64_t{1})
              .window()
              .output == Ints{4});
}

TEST_CASE("ceil mode adds no window that would start beyond the input", "[workloads][graph]") {
    CHECK(Pool({1, 1, 4})
              .set("kernel_shape", Ints{1})
              .set("strides", Ints{3})
              .set("pads", Ints{0, 0})
              .set("ceil_mode", std::int64_t{1})
              .window()
              .output == Ints{2});
    CHECK(Pool({1, 1, 3})
              .set("kernel_shape", Ints{1})
              .set("strides", Ints{3})
              .set("pads", Ints{0, 1})
              .set("ceil_mode", std::int64_t{1})
              .window()
              .output == Ints{2});
    CHECK(Pool({1, 1, 3})
              .set("kernel_shape", Ints{2})
              .set("strides", Ints{3})
              .set("pads", Ints{0, 1})
              .set("ceil_mode", std::int64_t{1})
              .window()
              .output == Ints{1});
}

TEST_CASE("SAME_UPPER puts the odd padding at the end, SAME_LOWER at the beginning", "[workloads][graph]") {
    const Window upper =
        Pool({1, 1, 5}).set("kernel_shape", Ints{2}).set("auto_pad", std::string("SAME_UPPER")).window();
    CHECK(upper.output == Ints{5});
    CHECK(upper.pads_begin == Ints{0});
    CHECK(upper.pads_end == Ints{1});
    const Window lower =
        Pool({1, 1, 5}).set("kernel_shape", Ints{2}).set("auto_pad", std::string("SAME_LOWER")).window();
    CHECK(lower.pads_begin == Ints{1});
    CHECK(lower.pads_end == Ints{0});
}

TEST_CASE("a window that reaches beyond the padded input is refused", "[workloads][graph]") {
    CHECK(Pool({1, 1, 5}).set("kernel_shape", Ints{5}).refusal().empty());
    CHECK(Pool({1, 1, 5}).set("kernel_shape", Ints{3}).set("dilations", Ints{3}).refusal() ==
          "the window reaches over 7 elements of dimension 2, the padded input has 5");
}

TEST_CASE("a stride of zero is refused", "[workloads][graph]") {
    CHECK(Pool({1, 1, 5}).set("kernel_shape", Ints{3}).set("strides", Ints{0}).refusal() ==
          "strides holds 0, it must be 1 to 16777216");
}

TEST_CASE("automatic and explicit padding together are refused", "[workloads][graph]") {
    CHECK(Pool({1, 1, 5})
              .set("kernel_shape", Ints{3})
              .set("pads", Ints{1, 1})
              .set("auto_pad", std::string("VALID"))
              .refusal() == "auto_pad is VALID and pads are given; leave one of them out");
}

TEST_CASE("an unknown automatic padding lists the known ones", "[workloads][graph]") {
    CHECK(Pool({1, 1, 5})
              .set("kernel_shape", Ints{3})
              .set("auto_pad", std::string("SAME"))
              .refusal()
              .find("SAME_UPPER") != std::string::npos);
}

} // namespace
