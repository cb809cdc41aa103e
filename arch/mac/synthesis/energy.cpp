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

constexpr std::size_t streams = 64;
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
    OperandSource source_a(fa, stimulus, true);
    OperandSource source_b(fb, stimulus, false);
    std::vector<MacUnit> models(streams, MacUnit(spec));
    const auto lanes = static_cast<std::size_t>(spec.lanes);
    std::vector<std::vector<std::uint32_t>> a(streams, std::vector<std::uint32_t>(lanes));
    std::vector<std::vector<std::uint32_t>> b = a;
    const auto edge = [&](bool first) {
        netlist.set("first", 0, first ? ~std::uint64_t{0} : 0);
        drive(netlist, "a", a, fa.bits);
        drive(netlist, "b", b, fb.bits);
        netlist.settle(delay);
        netlist.clock(delay);
    };
    // The result shows the operands of `behind` edges before.
    const auto behind = static_cast<std::size_t>(latency(spec).count() - 1);
    std::vector<std::vector<MacUnit>> history;
    for (int cycle = 0; cycle < cycles; ++cycle) {
        const bool first = cycle % sum_length == 0;
        for (std::size_t s = 0; s < streams; ++s) {
            for (std::size_t lane = 0; lane < lanes; ++lane) {
                a[s][lane] = source_a(engine);
                b[s][lane] = source_b(engine);
            }
            if (first) {
                models[s].clear();
            }
            models[s].accumulate(a[s], b[s]);
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

std::string_view name_of(Stimulus stimulus) {
    constexpr std::array<std::string_view, stimuli.size()> names{"uniform", "gaussian", "relu"};
    return names.at(static_cast<std::size_t>(stimulus));
}

std::array<SwitchingEnergy, stimuli.size()> switching_energy(const MacUnitSpec& spec, Netlist& netlist) {
    std::array<SwitchingEnergy, stimuli.size()> energies;
    for (std::size_t i = 0; i < stimuli.size(); ++i) {
        energies.at(i) = {.quiet_fj = run(spec, netlist, stimuli.at(i), GateDelay::zero),
                          .glitching_fj = run(spec, netlist, stimuli.at(i), GateDelay::unit)};
    }
    return energies;
}

} // namespace lodestone::mac
