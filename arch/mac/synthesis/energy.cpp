// SPDX-License-Identifier: Apache-2.0
// Operand streams for the netlist, checked against the datapath model.
#include "arch/mac/mac_unit.hpp"
#include "arch/mac/sqnr.hpp"
#include "arch/mac/synthesis/synthesis.hpp"
#include "sim/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>

namespace lodestone::mac {

namespace {

constexpr int cycles = 72;
constexpr int sum_length = 24; ///< products per sum

/// Codes of random values at the format's best range.
class OperandSource {
public:
    OperandSource(const numerics::Format& format, Stimulus stimulus, bool rectified)
        : format_(format), stimulus_(stimulus), rectified_(rectified && stimulus == Stimulus::relu) {
        const Distribution d = stimulus == Stimulus::uniform ? Distribution::uniform : Distribution::normal;
        const double range = format.block ? 3.0 : sqnr(format, d).range;
        scale_ = numerics::max_finite(format) / range;
    }

    std::uint32_t operator()(std::mt19937_64& engine) {
        const double value = stimulus_ == Stimulus::uniform ? std::sqrt(3.0) * (2 * unit(engine) - 1) : normal(engine);
        return numerics::encode(format_, scale_ * (rectified_ ? std::max(value, 0.0) : value));
    }

private:
    /// From 0 to 1; the standard library's distributions differ between implementations.
    static double unit(std::mt19937_64& engine) { return std::ldexp(static_cast<double>(engine() >> 11U), -53); }
    static double normal(std::mt19937_64& engine) {
        constexpr int uniforms = 12; // their sum has variance 1
        double sum = -uniforms / 2.0;
        for (int i = 0; i < uniforms; ++i) {
            sum += unit(engine);
        }
        return sum;
    }

    const numerics::Format& format_;
    Stimulus stimulus_;
    bool rectified_;
    double scale_ = 1;
};

/// One word per bit of all lanes' codes, one bit of a word per stream.
void drive(Netlist& netlist, const std::string& port, const std::vector<std::vector<std::uint32_t>>& codes, int bits) {
    const std::size_t lanes = codes.front().size();
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        for (int bit = 0; bit < bits; ++bit) {
            std::uint64_t word = 0;
            for (std::size_t s = 0; s < streams; ++s) {
                word |= static_cast<std::uint64_t>(codes[s][lane] >> bit & 1U) << s;
            }
            netlist.set(port, lane * static_cast<std::size_t>(bits) + static_cast<std::size_t>(bit), word);
        }
    }
}

/// The scales of the blocks of one cycle: neighbouring powers of two, as those of neighbouring data are.
std::vector<std::uint32_t> draw_scales(std::size_t blocks, std::mt19937_64& engine) {
    constexpr std::uint32_t bias = 127;
    std::vector<std::uint32_t> codes(blocks);
    for (std::uint32_t& code : codes) {
        code = bias - 1 + static_cast<std::uint32_t>(engine() % 3);
    }
    return codes;
}

/// Both operands' scales of every stream; empty for formats without blocks.
struct ScaleStreams {
    explicit ScaleStreams(const MacUnitSpec& spec)
        : has_a(numerics::format(spec.a).block.has_value()), has_b(numerics::format(spec.b).block.has_value()),
          blocks(static_cast<std::size_t>(blocks_of(spec))), a(streams), b(streams),
          period(static_cast<int>(lanes_in_block /
                                  std::min<std::size_t>(lanes_in_block, static_cast<std::size_t>(spec.lanes)))),
          fixed(spec.accumulator.kind == AccumulatorKind::fixed) {}

    /// A fixed register holds one block, so its scale lasts as long as its sum.
    void next(int cycle, bool first, std::mt19937_64& engine) {
        if (fixed ? !first : cycle % period != 0) {
            return;
        }
        for (std::size_t s = 0; s < streams; ++s) {
            a[s] = has_a ? draw_scales(blocks, engine) : std::vector<std::uint32_t>(blocks, 127);
            b[s] = has_b ? draw_scales(blocks, engine) : std::vector<std::uint32_t>(blocks, 127);
        }
    }
    [[nodiscard]] std::vector<BlockExponent> exponents(std::size_t stream) const {
        std::vector<BlockExponent> list;
        for (std::size_t i = 0; i < blocks; ++i) {
            list.push_back(
                block_exponent(static_cast<std::uint8_t>(a[stream][i]), static_cast<std::uint8_t>(b[stream][i])));
        }
        return list;
    }

    static constexpr std::size_t lanes_in_block = 32;
    bool has_a;
    bool has_b;
    std::size_t blocks;
    std::vector<std::vector<std::uint32_t>> a;
    std::vector<std::vector<std::uint32_t>> b;
    int period;
    bool fixed;
};

/// Whether the result port of one stream shows the model's register.
bool shows(const Netlist& netlist, std::size_t stream, const MacUnit& model) {
    const MacRegister& r = model.accumulator();
    const bool floating = model.spec().accumulator.kind == AccumulatorKind::floating;
    if (r.special() != Special::none) {
        return true; // flags are compared by co-simulation; the number means nothing then
    }
    for (std::size_t bit = 0; bit < netlist.width("result"); ++bit) {
        const std::uint64_t expected = floating ? r.code() >> bit : r.fixed().window(static_cast<int>(bit));
        if ((netlist.get("result", bit) >> stream & 1U) != (expected & 1U)) {
            return false;
        }
    }
    return true;
}

double run(const MacUnitSpec& spec, Netlist& netlist, Stimulus stimulus, GateDelay delay) {
    constexpr std::uint64_t seed = 97;
    std::mt19937_64 engine(seed);
    const numerics::Format& fa = numerics::format(spec.a);
    const numerics::Format& fb = numerics::format(spec.b);
    OperandSource source_a(fa, stimulus, false);
    OperandSource source_b(fb, stimulus, true);
    std::vector<MacUnit> models(streams, MacUnit(spec));
    const auto lanes = static_cast<std::size_t>(spec.lanes);
    std::vector<std::vector<std::uint32_t>> a(streams, std::vector<std::uint32_t>(lanes));
    std::vector<std::vector<std::uint32_t>> b = a;
    ScaleStreams scales(spec);
    constexpr int scale_bits = 8;
    const auto edge = [&](bool first) {
        netlist.set("first", 0, first ? ~std::uint64_t{0} : 0);
        drive(netlist, "a", a, fa.bits);
        drive(netlist, "b", b, fb.bits);
        if (scales.has_a) {
            drive(netlist, "scale_a", scales.a, scale_bits);
        }
        if (scales.has_b) {
            drive(netlist, "scale_b", scales.b, scale_bits);
        }
        netlist.settle(delay);
        netlist.clock(delay);
    };
    // The result shows the operands of `behind` edges before.
    const auto behind = static_cast<std::size_t>(latency(spec).count() - 1);
    std::vector<std::vector<MacUnit>> history;
    for (int cycle = 0; cycle < cycles; ++cycle) {
        const bool first = cycle % sum_length == 0;
        scales.next(cycle, first, engine);
        for (std::size_t s = 0; s < streams; ++s) {
            for (std::size_t lane = 0; lane < lanes; ++lane) {
                a[s][lane] = source_a(engine);
                b[s][lane] = source_b(engine);
            }
            if (first) {
                models[s].clear();
            }
            models[s].accumulate(a[s], b[s], scales.exponents(s));
        }
        history.push_back(models);
        if (cycle == sum_length) {
            netlist.clear_energy(); // the start is behind
        }
        edge(first);
        if (history.size() > behind) {
            for (std::size_t s = 0; s < streams; ++s) {
                check_invariant(shows(netlist, s, history.front()[s]), "a netlist computes what its unit does");
            }
            history.erase(history.begin());
        }
    }
    constexpr double fj_per_pj = 1e3;
    return netlist.energy_per_cycle() * fj_per_pj / spec.lanes;
}

} // namespace

std::array<SwitchingEnergy, stimuli.size()> switching_energy(const MacUnitSpec& spec, Netlist& netlist) {
    std::array<SwitchingEnergy, stimuli.size()> energies;
    for (std::size_t i = 0; i < stimuli.size(); ++i) {
        energies.at(i) = {.quiet_fj = run(spec, netlist, stimuli.at(i), GateDelay::zero),
                          .glitching_fj = run(spec, netlist, stimuli.at(i), GateDelay::unit)};
    }
    return energies;
}

} // namespace lodestone::mac
