// SPDX-License-Identifier: Apache-2.0
// The translated Verilog and verilator's runtime as one translation unit, whose headers, SystemC's among them, cost
// more than the code of a file.
#include <Vmac_cosim__ALL.cpp>
#include <verilated.cpp>
#include <verilated_threads.cpp>
