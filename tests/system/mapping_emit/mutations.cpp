// SPDX-License-Identifier: Apache-2.0
// The catalogue of mutations, always in the same order: tests draw their places from one random sequence.
#include "tests/system/mapping_emit/mutations.hpp"

namespace lodestone::test {

const std::vector<Mutation>& mutations() {
    static const std::vector<Mutation> all = [] {
        std::vector<Mutation> list;
        for (const auto& part : {layout_mutations(), weight_mutations(), arithmetic_mutations()}) {
            list.insert(list.end(), part.begin(), part.end());
        }
        return list;
    }();
    return all;
}

} // namespace lodestone::test
