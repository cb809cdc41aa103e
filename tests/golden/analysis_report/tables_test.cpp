// SPDX-License-Identifier: Apache-2.0
// The tables, byte for byte.
#include "analysis/report/tables.hpp"

#include "tests/support/small_results.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;

TEST_CASE("the table of precisions shows every figure and its ratio to the first", "[analysis][report]") {
    const report::Result int8 = test::small_result("int8");
    const report::Result fp8 = test::small_result("fp8_e4m3", 1.5);
    const std::string table =
        report::totals_table({{.frame = &int8, .resident = &int8}, {.frame = &fp8, .resident = &fp8}});
    CHECK(table == R"(precision        latency     rate  utilised    energy    mac   sram   power   area   traffic
                      ms  frame/s         %  mJ/frame     mJ     mJ       W    mm2  MB/frame
---------------  -------  -------  --------  --------  -----  -----  ------  -----  --------
int8                 400     8.00      40.0      10.0   4.00   6.00  0.0800   5.00      3.50
fp8_e4m3             400     8.00      40.0      15.0   6.00   9.00   0.120   6.50      3.50
---------------  -------  -------  --------  --------  -----  -----  ------  -----  --------
fp8_e4m3 / int8    1.00x    1.00x     1.00x     1.50x  1.50x  1.50x   1.50x  1.30x     1.00x
latency: 2 frames from idle; all else: steady state with a resident batch of 2
calibrated: area x 2.50 (an anchor)
warning: careful
)");
}

TEST_CASE("the table of layers ends with the sums", "[analysis][report]") {
    CHECK(report::layer_table(test::small_result("int8")) ==
          R"(layer  op     MACs  cycles  of run   bound  bound by    utilised  energy  read  written  network
                 M               %  cycles                     %      mJ    MB       MB       MB
-----  ----  -----  ------  ------  ------  ----------  --------  ------  ----  -------  -------
conv1  Conv   1.00     100    25.0      90  matrix          50.0    10.0  3.00     2.00        0
fc     Gemm  0.500     300    75.0     280  model_link      12.5    14.0  1.00        0     1.00
-----  ----  -----  ------  ------  ------  ----------  --------  ------  ----  -------  -------
total         1.50     400   100.0                          25.0    24.0  4.00     2.00     1.00
)");
}
