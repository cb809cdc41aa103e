// SPDX-License-Identifier: Apache-2.0
// Ports and pipeline around MacUnit.
#include "arch/mac/mac_module.hpp"

namespace lodestone::mac {

namespace {

constexpr int port_bits = 32;
constexpr int special_bits = 2;
constexpr int scale_bits = 8; ///< E8M0

void put(std::vector<std::uint32_t>& words, int position, std::uint64_t value) {
    const auto word = static_cast<std::size_t>(position / port_bits);
    const int offset = position % port_bits;
    words[word] |= static_cast<std::uint32_t>(value << offset);
    if (offset != 0 && word + 1 < words.size()) {
        words[word + 1] |= static_cast<std::uint32_t>(value >> (port_bits - offset));
    }
}

int result_scale_bits(const MacUnitSpec& spec) {
    const bool shown = spec.accumulator.kind == AccumulatorKind::fixed && scaled_sides(spec) != 0;
    return shown ? scale_bits + 1 : 0;
}

std::uint32_t special_code(const MacRegister& r) {
    switch (r.special()) {
    case Special::none:
        return 0;
    case Special::infinity:
        return r.special_is_negative() ? 2 : 1;
    case Special::nan:
        return 3;
    }
    return 0;
}

} // namespace

std::size_t operand_words(const MacUnitSpec& spec, const numerics::Format& format) {
    return ceil_div(static_cast<std::uint64_t>(spec.lanes * format.bits), port_bits);
}

std::size_t result_words(const MacUnitSpec& spec) {
    return ceil_div(static_cast<std::uint64_t>(widths_of(spec).accumulator + special_bits + result_scale_bits(spec)),
                    port_bits);
}

std::size_t scale_words(const MacUnitSpec& spec, const numerics::Format& format) {
    return format.block ? ceil_div(static_cast<std::uint64_t>(blocks_of(spec) * scale_bits), port_bits) : 0;
}

std::vector<std::uint32_t> register_words(const MacUnit& unit) {
    const MacUnitSpec& spec = unit.spec();
    const MacRegister& r = unit.accumulator();
    const int bits = widths_of(spec).accumulator;
    std::vector<std::uint32_t> words(result_words(spec));
    if (spec.accumulator.kind == AccumulatorKind::floating) {
        put(words, 0, r.code());
        return words;
    }
    for (int low = 0; low < bits; low += port_bits) {
        const int count = std::min(port_bits, bits - low);
        const std::uint64_t mask = (std::uint64_t{1} << count) - 1;
        put(words, low, r.fixed().window(low) & mask);
    }
    put(words, bits, special_code(r));
    if (result_scale_bits(spec) != 0 && r.special() != Special::nan) {
        put(words, bits + special_bits, static_cast<std::uint64_t>(r.scale() + scale_bias * scaled_sides(spec)));
    }
    return words;
}

MacModule::MacModule(sc_core::sc_module_name name, const MacUnitSpec& spec)
    : sc_module(name), a("a", operand_words(spec, numerics::format(spec.a))),
      b("b", operand_words(spec, numerics::format(spec.b))),
      scale_a("scale_a", scale_words(spec, numerics::format(spec.a))),
      scale_b("scale_b", scale_words(spec, numerics::format(spec.b))), result("result", result_words(spec)),
      unit_(spec), codes_a_(static_cast<std::size_t>(spec.lanes)), codes_b_(codes_a_),
      scales_(static_cast<std::size_t>(blocks_of(spec)), 0) {
    const std::uint64_t behind = latency(spec).count() - 1;
    pipeline_.assign(behind, Stage{.words = register_words(unit_)});
    SC_HAS_PROCESS(MacModule);
    SC_METHOD(clock_edge);
    sensitive << clk.pos();
    dont_initialize();
}

void MacModule::read_operands(const sc_core::sc_vector<sc_core::sc_in<std::uint32_t>>& words, int bits,
                              std::vector<std::uint32_t>& codes) {
    const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
    for (std::size_t lane = 0; lane < codes.size(); ++lane) {
        const std::size_t position = lane * static_cast<std::size_t>(bits);
        const std::size_t word = position / port_bits;
        std::uint64_t pair = words[word].read();
        if (word + 1 < words.size()) {
            pair |= static_cast<std::uint64_t>(words[word + 1].read()) << port_bits;
        }
        codes[lane] = static_cast<std::uint32_t>(pair >> (position % port_bits) & mask);
    }
}

void MacModule::read_scales() {
    const auto code = [](const auto& words, std::size_t block) {
        constexpr std::size_t per_word = port_bits / scale_bits;
        return words.size() == 0
                   ? static_cast<std::uint8_t>(scale_bias) // a side without blocks has scale 1
                   : static_cast<std::uint8_t>(words[block / per_word].read() >> (block % per_word * scale_bits));
    };
    for (std::size_t block = 0; block < scales_.size(); ++block) {
        scales_[block] = block_exponent(code(scale_a, block), code(scale_b, block));
    }
}

void MacModule::clock_edge() {
    const bool accepted = valid.read();
    if (accepted) {
        if (first.read()) {
            unit_.clear();
        }
        read_operands(a, numerics::format(unit_.spec().a).bits, codes_a_);
        read_operands(b, numerics::format(unit_.spec().b).bits, codes_b_);
        read_scales();
        unit_.accumulate(codes_a_, codes_b_, scales_);
    }
    pipeline_.push_back({accepted, register_words(unit_)});
    const Stage& out = pipeline_.front();
    done.write(out.done);
    for (std::size_t i = 0; i < out.words.size(); ++i) {
        result[i].write(out.words[i]);
    }
    pipeline_.pop_front();
}

} // namespace lodestone::mac
