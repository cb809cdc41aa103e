// SPDX-License-Identifier: Apache-2.0
// Synthesised areas relative to INT8 beside those of arXiv 2303.17951; integers beside its closed form.
#include "arch/mac/comparison.hpp"
#include "arch/mac/synthesis/synthesis.hpp"
#include "tests/support/places.hpp"

#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <string>

using namespace lodestone;
using namespace lodestone::mac;
using numerics::FormatId;

namespace {

/// Each case has a cache of its own, because cases may run at the same time.
SynthesisFlow flow(const std::string& name) {
    return {.liberty = default_liberty(), .cache = std::filesystem::path(tests::binary_folder()) / "synthesis" / name};
}

MacUnitSpec unit(FormatId format, const char* accumulator) {
    return {.a = format,
            .b = format,
            .accumulator = parse_accumulator(accumulator),
            .full = numerics::IntegerSum::Full::wrap};
}

double area(const MacUnitSpec& spec) {
    return synthesise(spec, flow("area")).area_um2;
}

} // namespace

TEST_CASE("synthesised area ratios to INT8 lie within 15 % of the paper's", "[arch][mac][synthesis]") {
    const double int8 = area(unit(FormatId::int8, "kulisch"));
    const double int8_gates = gates_per_mac({}, unit(FormatId::int8, "kulisch"));
    struct Row {
        FormatId format;
        const char* accumulator;
    };
    for (const Row& row :
         {Row{FormatId::fp8_e4m3, "kulisch"}, Row{FormatId::fp8_e4m3, "fp16"}, Row{FormatId::fp8_e4m3, "fp32"},
          Row{FormatId::fp8_e5m2, "kulisch"}, Row{FormatId::int2, "kulisch"}, Row{FormatId::int4, "kulisch"},
          Row{FormatId::int16, "kulisch"}}) {
        const MacUnitSpec spec = unit(row.format, row.accumulator);
        const double ours = area(spec) / int8;
        const auto paper = published_ratio(spec);
        const double expected =
            paper.value_or(gates_per_mac({}, spec) / int8_gates); // the paper has no bars of INT2-16
        std::printf("%-20s %s %.2f  synthesised %.2f  %+5.1f %%\n", name_of(spec).c_str(),
                    paper ? "paper" : "closed form of the paper", expected, ours, 100 * (ours / expected - 1));
        INFO(name_of(spec));
        CHECK(ours == Approx(expected).epsilon(0.15));
    }
}

TEST_CASE("rectified activations save INT8 more energy than FP8 with an exact accumulator", "[arch][mac][synthesis]") {
    const auto saving = [](FormatId format) {
        const auto energy = synthesise(unit(format, "kulisch"), flow("energy")).energy;
        return 1 - energy[static_cast<std::size_t>(Stimulus::relu)].quiet_fj /
                       energy[static_cast<std::size_t>(Stimulus::gaussian)].quiet_fj;
    };
    CHECK(saving(FormatId::int8) > 0.15);
    CHECK(saving(FormatId::fp8_e4m3) < 0.15);
}

TEST_CASE("a second synthesis of the same unit comes from the cache", "[arch][mac][synthesis]") {
    const MacUnitSpec spec = unit(FormatId::int2, "kulisch");
    const SynthesisResult first = synthesise(spec, flow("cache"));
    const SynthesisResult second = synthesise(spec, flow("cache"));
    CHECK(second.from_cache);
    CHECK(second.area_um2 == first.area_um2);
    CHECK(second.energy[1].glitching_fj == first.energy[1].glitching_fj);
}
