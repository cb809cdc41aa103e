// SPDX-License-Identifier: Apache-2.0
// Timing of the SystemC module: latency, initiation interval, a new sum while the old one drains.
#include "arch/mac/mac_module.hpp"
#include "sim/kernel/context.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using namespace lodestone::mac;

namespace {

/// A module with its signals; `edge` is one clock cycle.
class Bench {
public:
    explicit Bench(const MacUnitSpec& spec)
        : module_("unit", spec), a_("a", module_.a.size()), b_("b", module_.b.size()),
          result_("result", module_.result.size()) {
        module_.clk(clock_);
        module_.valid(valid_);
        module_.first(first_);
        module_.done(done_);
        module_.a(a_);
        module_.b(b_);
        module_.result(result_);
    }

    void edge(bool valid, bool first, std::uint32_t a, std::uint32_t b) {
        valid_.write(valid);
        first_.write(first);
        for (auto& word : a_) {
            word.write(a);
        }
        for (auto& word : b_) {
            word.write(b);
        }
        clock_.write(false);
        sc_core::sc_start(1, sc_core::SC_NS);
        clock_.write(true);
        sc_core::sc_start(1, sc_core::SC_NS);
    }
    [[nodiscard]] bool done() const { return done_.read(); }
    [[nodiscard]] std::uint32_t result() const { return result_[0].read(); }

private:
    sc_core::sc_signal<bool> clock_, valid_, first_, done_;
    MacModule module_;
    sc_core::sc_vector<sc_core::sc_signal<std::uint32_t>> a_, b_, result_;
};

} // namespace

TEST_CASE("a single MAC shows a sum two edges after its operands and takes new ones at every edge", "[arch][mac]") {
    const kernel::Context context;
    Bench bench({.accumulator = parse_accumulator("int24")});
    bench.edge(true, true, 3, 4);
    CHECK_FALSE(bench.done());
    bench.edge(true, false, 5, 6);
    CHECK(bench.done());
    CHECK(bench.result() == 12);
    bench.edge(true, true, 1, 1); // a new sum while the old one drains
    CHECK(bench.result() == 42);
    bench.edge(false, false, 9, 9);
    CHECK(bench.result() == 1);
    bench.edge(false, false, 9, 9);
    CHECK_FALSE(bench.done());
    CHECK(bench.result() == 1);
}

TEST_CASE("a fused dot product shows its sum three edges after its operands", "[arch][mac]") {
    const kernel::Context context;
    Bench bench({.accumulator = parse_accumulator("int24"), .kind = UnitKind::fused_dot, .lanes = 4});
    bench.edge(true, true, 0x01020304, 0x02020202);
    bench.edge(false, false, 0, 0);
    CHECK_FALSE(bench.done());
    bench.edge(false, false, 0, 0);
    CHECK(bench.done());
    CHECK(bench.result() == 20);
}
