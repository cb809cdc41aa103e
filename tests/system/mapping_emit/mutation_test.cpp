// SPDX-License-Identifier: Apache-2.0
// Damaged programs do not slip through: a rule refuses them, the model does, or their outputs differ.
#include "arch/isa/program_file.hpp"
#include "arch/isa/verify.hpp"
#include "sim/base/error.hpp"
#include "tests/support/fashion_resnet.hpp"
#include "tests/system/mapping_emit/mutations.hpp"

#include <catch2/catch.hpp>
#include <iomanip>
#include <iostream>
#include <map>

namespace lodestone {
namespace {

constexpr std::int64_t kBatch = 2;
constexpr int kRounds = 2; ///< mutants of each kind per program

/// What became of a mutant.
enum class Fate { refused_by_rule, refused_by_model, other_outputs, same_function };

Fate fate_of(const test::Compiled& compiled, const isa::Program& mutant) {
    if (!isa::verify(mutant, compiled.machine).empty()) {
        return Fate::refused_by_rule;
    }
    try {
        // With the weights of the original, and with those that the mutant names.
        const bool is_same = test::same_bits(compiled.run(mutant), compiled.expected) &&
                             test::same_bits(compiled.run(mutant, mutant), compiled.expected);
        return is_same ? Fate::same_function : Fate::other_outputs;
    } catch (const UserError&) {
        return Fate::refused_by_model;
    } catch (const MachineError&) {
        return Fate::refused_by_model;
    }
}

/// Mutants by kind and fate.
class Tally {
public:
    void add(const char* kind, Fate fate) { ++counts_[kind][fate]; }
    [[nodiscard]] int total(Fate fate) const {
        int sum = 0;
        for (const auto& [kind, fates] : counts_) {
            const auto found = fates.find(fate);
            sum += found == fates.end() ? 0 : found->second;
        }
        return sum;
    }
    void print() const {
        const auto row = [](const std::string& name, int rule, int model, int outputs, int same) {
            std::cout << "  " << std::left << std::setw(30) << name << std::right << std::setw(6) << rule
                      << std::setw(7) << model << std::setw(9) << outputs << std::setw(7) << same << '\n';
        };
        std::cout << "mutants                           rule  model  outputs  legal\n";
        for (auto [kind, fates] : counts_) {
            row(kind, fates[Fate::refused_by_rule], fates[Fate::refused_by_model], fates[Fate::other_outputs],
                fates[Fate::same_function]);
        }
        row("all", total(Fate::refused_by_rule), total(Fate::refused_by_model), total(Fate::other_outputs),
            total(Fate::same_function));
    }

private:
    std::map<std::string, std::map<Fate, int>> counts_;
};

void mutate_all(const test::Compiled& compiled, std::mt19937& random, Tally& tally) {
    for (const test::Mutation& mutation : test::mutations()) {
        for (int round = 0; round < kRounds; ++round) {
            isa::Program mutant = compiled.program;
            const std::string what = mutation.apply(mutant, random);
            if (what.empty()) {
                continue;
            }
            INFO(mutation.kind << ", " << what);
            const Fate fate = fate_of(compiled, mutant);
            if (mutation.effect == test::Effect::remapping &&
                isa::program_text(mutant) == isa::program_text(compiled.program)) {
                continue; // nothing changed
            }
            tally.add(mutation.kind, fate);
            CHECK((fate != Fate::same_function || mutation.effect == test::Effect::remapping));
        }
    }
}

} // namespace

TEST_CASE("no damaged program survives: it is refused or its outputs differ, or it is another legal mapping",
          "[mapping][core_grid]") {
    const test::FashionResnet network;
    std::mt19937 random(20);
    Tally tally;
    for (const char* precision : {"int8", "fp8_e4m3", "int4", "mxfp8", "mxfp4"}) {
        const graph::QuantisedModel model = network.quantised(precision);
        for (const GridShape grid : {GridShape{.rows = 2, .cols = 2}, GridShape{.rows = 4, .cols = 4}}) {
            CAPTURE(precision, grid.rows);
            const test::Compiled compiled = network.compiled(model, grid, kBatch);
            REQUIRE(fate_of(compiled, compiled.program) == Fate::same_function); // undamaged
            mutate_all(compiled, random, tally);
        }
    }
    test::Compiled strict = network.compiled(network.quantised("int8"), {.rows = 2, .cols = 2}, kBatch);
    strict.program = core_grid::scheduled(strict.program, strict.machine);
    REQUIRE(fate_of(strict, strict.program) == Fate::same_function);
    mutate_all(strict, random, tally);
    tally.print();
    const int caught =
        tally.total(Fate::refused_by_rule) + tally.total(Fate::refused_by_model) + tally.total(Fate::other_outputs);
    CHECK(caught >= 200);
    CHECK(tally.total(Fate::other_outputs) > 0);
}

} // namespace lodestone
