// SPDX-License-Identifier: Apache-2.0
// A multiply-accumulate unit in SystemC: samples its operands at the rising clock edge; the result shows their sum
// after `latency(spec)` edges. Takes operands at every edge.
#pragma once

#include "arch/mac/mac_unit.hpp"

#include <deque>
#include <systemc>

namespace lodestone::mac {

/// The accumulator as its Verilog shows it: result in the low bits, then two bits of special; of a fixed register of
/// block formats then the sum of the scales' codes.
[[nodiscard]] std::vector<std::uint32_t> register_words(const MacUnit& unit);
/// 32-bit words of the operands of one side, and of register_words.
[[nodiscard]] std::size_t operand_words(const MacUnitSpec& spec, const numerics::Format& format);
[[nodiscard]] std::size_t result_words(const MacUnitSpec& spec);
/// 32-bit words of the scales of one side; none when it has no blocks.
[[nodiscard]] std::size_t scale_words(const MacUnitSpec& spec, const numerics::Format& format);

class MacModule : public sc_core::sc_module {
public:
    sc_core::sc_in<bool> clk{"clk"};
    sc_core::sc_in<bool> valid{"valid"};
    sc_core::sc_in<bool> first{"first"};                 ///< these operands start a new sum
    sc_core::sc_vector<sc_core::sc_in<std::uint32_t>> a; ///< codes packed without gaps, lane 0 lowest
    sc_core::sc_vector<sc_core::sc_in<std::uint32_t>> b;
    sc_core::sc_vector<sc_core::sc_in<std::uint32_t>> scale_a; ///< E8M0 codes, block 0 lowest; none without blocks
    sc_core::sc_vector<sc_core::sc_in<std::uint32_t>> scale_b;
    sc_core::sc_out<bool> done{"done"};
    sc_core::sc_vector<sc_core::sc_out<std::uint32_t>> result; ///< register_words

    MacModule(sc_core::sc_module_name name, const MacUnitSpec& spec);

    [[nodiscard]] const MacUnit& unit() const { return unit_; }

private:
    void clock_edge();
    void read_scales();
    void read_operands(const sc_core::sc_vector<sc_core::sc_in<std::uint32_t>>& words, int bits,
                       std::vector<std::uint32_t>& codes);

    struct Stage {
        bool done = false;
        std::vector<std::uint32_t> words;
    };
    MacUnit unit_;
    std::vector<std::uint32_t> codes_a_;
    std::vector<std::uint32_t> codes_b_;
    std::vector<BlockExponent> scales_;
    std::deque<Stage> pipeline_; ///< as long as the registers behind the one that samples
};

} // namespace lodestone::mac
