// SPDX-License-Identifier: Apache-2.0
// The generated Verilog of every unit beside its model in one SystemC simulation: all operand pairs, then long sums.
#include "sim/kernel/context.hpp"
#include "tests/support/mac_cosim/cosim_units.hpp"

#include <Vmac_cosim.h>
#include <catch2/catch.hpp>
#include <memory>
#include <random>

using namespace lodestone;

namespace {

/// Runs `drive` once per clock cycle and compares all results.
class Bench : public sc_core::sc_module {
public:
    struct Operands {
        bool reset = false;
        bool first = false;
        std::uint32_t a = 0; ///< the first word; the others are made from it
        std::uint32_t b = 0;
        std::uint32_t scale_a = one;
        std::uint32_t scale_b = one;
        static constexpr std::uint32_t one = 0x7F7F7F7F;
    };

    explicit Bench(sc_core::sc_module_name name) : sc_module(name), rtl_("rtl") {
        std::size_t words = 0;
        for (const mac_cosim::MacUnitSpec& spec : mac_cosim::units()) {
            models_.push_back(std::make_unique<mac::MacModule>(sc_core::sc_gen_unique_name("model"), spec));
            first_word_.push_back(words);
            words += mac::result_words(spec);
        }
        first_word_.push_back(words);
        from_model_.init(words);
        from_rtl_.init(words);
        done_.init(models_.size());
        a_.init(mac_cosim::operand_words);
        b_.init(mac_cosim::operand_words);
        bind_rtl();
        bind_models();
    }

    /// One cycle: operands before the edge, results compared after it when both sides have finished a sum.
    void cycle(const Operands& o) {
        valid_.write(!o.reset);
        reset_.write(o.reset);
        first_.write(o.first);
        for (std::size_t word = 0; word < a_.size(); ++word) {
            a_[word].write(other_word(o.a, word));
            b_[word].write(other_word(o.b, word));
        }
        scale_a_.write(o.scale_a);
        scale_b_.write(o.scale_b);
        clock_.write(false);
        sc_core::sc_start(half_period());
        clock_.write(true);
        sc_core::sc_start(half_period());
        compare(o);
    }

    [[nodiscard]] std::uint64_t mismatches(std::size_t unit) const { return mismatches_[unit]; }
    [[nodiscard]] std::uint64_t compared(std::size_t unit) const { return compared_[unit]; }

private:
    using Word = sc_core::sc_signal<std::uint32_t>;

    static sc_core::sc_time half_period() { return {1, sc_core::SC_NS}; }

    static std::uint32_t other_word(std::uint32_t first, std::size_t word) {
        constexpr std::uint32_t odd = 0x9E3779B9U; // spreads the numbers of the words over their bits
        return first ^ static_cast<std::uint32_t>(word) * odd;
    }

    template <class Port>
    Port& port(const std::string& name) {
        auto* found = dynamic_cast<Port*>(sc_core::sc_find_object((std::string(rtl_.name()) + "." + name).c_str()));
        check_invariant(found != nullptr, "the top module has a port for every word");
        return *found;
    }

    void bind_rtl() {
        rtl_.clk(clock_);
        rtl_.reset(reset_);
        rtl_.valid(valid_);
        rtl_.first(first_);
        rtl_.s_a(scale_a_);
        rtl_.s_b(scale_b_);
        using In = sc_core::sc_in<std::uint32_t>;
        for (std::size_t word = 0; word < a_.size(); ++word) {
            port<In>("a_" + std::to_string(word)).bind(a_[word]);
            port<In>("b_" + std::to_string(word)).bind(b_[word]);
        }
        for (std::size_t word = 0; word < from_rtl_.size(); ++word) {
            port<sc_core::sc_out<std::uint32_t>>("r_" + std::to_string(word)).bind(from_rtl_[word]);
        }
    }

    void bind_models() {
        for (std::size_t i = 0; i < models_.size(); ++i) {
            mac::MacModule& m = *models_[i];
            m.clk(clock_);
            m.valid(valid_);
            m.first(first_);
            for (std::size_t word = 0; word < m.a.size(); ++word) {
                m.a[word](a_[word]);
            }
            for (std::size_t word = 0; word < m.b.size(); ++word) {
                m.b[word](b_[word]);
            }
            for (auto& scale : m.scale_a) {
                scale(scale_a_);
            }
            for (auto& scale : m.scale_b) {
                scale(scale_b_);
            }
            m.done(done_[i]);
            for (std::size_t word = 0; word < m.result.size(); ++word) {
                m.result[word](from_model_[first_word_[i] + word]);
            }
        }
        mismatches_.assign(models_.size(), 0);
        compared_.assign(models_.size(), 0);
    }

    void compare(const Operands& o) {
        for (std::size_t i = 0; i < models_.size(); ++i) {
            if (o.reset || !done_[i].read()) {
                continue;
            }
            bool equal = true;
            for (std::size_t word = first_word_[i]; word < first_word_[i + 1]; ++word) {
                equal = equal && from_model_[word].read() == from_rtl_[word].read();
            }
            mismatches_[i] += equal ? 0U : 1U;
            ++compared_[i];
        }
    }

    sc_core::sc_signal<bool> clock_, reset_, valid_, first_;
    sc_core::sc_vector<Word> a_{"a"};
    sc_core::sc_vector<Word> b_{"b"};
    Word scale_a_, scale_b_;
    Vmac_cosim rtl_;
    std::vector<std::unique_ptr<mac::MacModule>> models_;
    std::vector<std::size_t> first_word_;
    sc_core::sc_vector<Word> from_model_{"from_model"};
    sc_core::sc_vector<Word> from_rtl_{"from_rtl"};
    sc_core::sc_vector<sc_core::sc_signal<bool>> done_{"done"};
    std::vector<std::uint64_t> mismatches_;
    std::vector<std::uint64_t> compared_;
};

void check_all_equal(const Bench& bench, std::uint64_t least) {
    const std::vector<mac_cosim::MacUnitSpec> units = mac_cosim::units();
    for (std::size_t i = 0; i < units.size(); ++i) {
        INFO(mac::module_name(units[i]));
        CHECK(bench.mismatches(i) == 0);
        CHECK(bench.compared(i) >= least);
    }
}

} // namespace

TEST_CASE("the Verilog of each unit equals its model on all pairs of 8-bit operands", "[arch][mac][cosim]") {
    constexpr std::uint32_t codes = 256;
    constexpr std::uint32_t in_every_byte = 0x01010101;
    const kernel::Context context;
    Bench bench("bench");
    bench.cycle({.reset = true});
    for (std::uint32_t a = 0; a < codes; ++a) {
        for (std::uint32_t b = 0; b < codes; ++b) {
            bench.cycle({.first = true, .a = a * in_every_byte, .b = b * in_every_byte});
        }
    }
    check_all_equal(bench, codes * codes - 3);
}

TEST_CASE("the Verilog of each unit equals its model on 10^6 random accumulations", "[arch][mac][cosim]") {
    constexpr int cycles = 1'000'000;
    constexpr int longest_sum = 64;
    std::mt19937_64 engine(41);
    const kernel::Context context;
    Bench bench("bench");
    bench.cycle({.reset = true});
    for (int i = 0; i < cycles + 3; ++i) {
        const std::uint64_t bits = engine();
        const bool first = i == 0 || engine() % longest_sum == 0;
        auto a = static_cast<std::uint32_t>(bits);
        auto b = static_cast<std::uint32_t>(bits >> 32U);
        if (i % 8 < 4) { // clear the top exponent bits: fewer NaNs, more subnormals and cancellation
            a &= 0x9F9F9F9FU;
            b &= 0xBFBFBFBFU;
        }
        // Most scales lie near one, where sums meet; every sixteenth is any code, NaN among them.
        const std::uint64_t scales = engine();
        const bool any = scales % 16 == 0;
        const auto scale = [&](std::uint64_t s) {
            return any ? static_cast<std::uint32_t>(s) : 0x78787878U + (static_cast<std::uint32_t>(s) & 0x0F0F0F0FU);
        };
        bench.cycle({.first = first, .a = a, .b = b, .scale_a = scale(scales >> 8U), .scale_b = scale(scales >> 32U)});
    }
    check_all_equal(bench, cycles);
}
