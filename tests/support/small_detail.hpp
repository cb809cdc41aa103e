// SPDX-License-Identifier: Apache-2.0
// Counts of cores and links that fit the small result: a grid of 1 x 2, whose ten links carry round numbers.
#pragma once

#include "analysis/report/detail.hpp"

namespace lodestone::test {

/// Links: 0 to 3 of the left router, 4 to 7 of the right one, 8 and 9 of the frame buffer.
inline report::RunDetail small_detail() {
    const report::LayerDetail first{.matrix_busy = {90, 30},
                                    .vector_busy = {5, 5},
                                    .activation_flits = {0, 0, 0, 0, 0, 0, 0, 0, 60, 0},
                                    .home = Bytes(2000),
                                    .gathered = Bytes(1000)};
    const report::LayerDetail second{.matrix_busy = {40, 40},
                                     .vector_busy = {0, 200},
                                     .activation_flits = {120, 0, 0, 0, 0, 0, 0, 0, 0, 7},
                                     .home = Bytes(500),
                                     .gathered = Bytes(0)};
    return {.grid = {.rows = 1, .cols = 2},
            .memory_capacity = Bytes(10'000),
            .weights = Bytes(4000),
            .layers = {first, second}};
}

} // namespace lodestone::test
