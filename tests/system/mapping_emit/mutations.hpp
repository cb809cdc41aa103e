// SPDX-License-Identifier: Apache-2.0
// Ways to damage a program: small changes of the kinds that a wrong mapper or a wrong hand would make.
#pragma once

#include "arch/isa/program.hpp"

#include <random>
#include <string>
#include <vector>

namespace lodestone::test {

/// What a change may leave behind.
enum class Effect {
    wrong,    ///< the function or the machine's contract is broken: it must be caught
    remapping ///< may also be another legal mapping of the same function
};

struct Mutation {
    const char* kind;
    Effect effect;
    /// Changes the program at a random place and says where; "" when the program has no such place.
    std::string (*apply)(isa::Program& program, std::mt19937& random);
};

[[nodiscard]] std::vector<Mutation> layout_mutations();
[[nodiscard]] std::vector<Mutation> weight_mutations();
[[nodiscard]] std::vector<Mutation> arithmetic_mutations();

/// All of them.
[[nodiscard]] const std::vector<Mutation>& mutations();

} // namespace lodestone::test
