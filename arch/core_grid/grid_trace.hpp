// SPDX-License-Identifier: Apache-2.0
// The course of a run as spans: phases of the chip, steps of every core's matrix and vector unit.
#pragma once

#include "arch/core_grid/resources.hpp"
#include "sim/trace/trace_sink.hpp"

#include <string>
#include <vector>

namespace lodestone::core_grid {

class GridTrace {
public:
    GridTrace(trace::TraceSink& sink, const GridShape& grid);

    void phase(const std::string& name, Cycles begin, Cycles end);
    void matrix(CoreId core, const std::string& phase, Cycles begin, Cycles end);
    void vector(CoreId core, const std::string& phase, Cycles begin, Cycles end);

private:
    void span(trace::TrackId track, const std::string& name, Cycles begin, Cycles end);

    trace::TraceSink& sink_;
    trace::TrackId phases_;
    std::vector<trace::TrackId> matrix_; ///< by core
    std::vector<trace::TrackId> vector_; ///< by core
};

} // namespace lodestone::core_grid
