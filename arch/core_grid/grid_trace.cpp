// SPDX-License-Identifier: Apache-2.0
// Tracks of a core grid; their names are those of its statistics.
#include "arch/core_grid/grid_trace.hpp"

namespace lodestone::core_grid {

GridTrace::GridTrace(trace::TraceSink& sink, const GridShape& grid)
    : sink_(sink), phases_(sink.add_track("chip", "phases")) {
    for (std::uint32_t core = 0; core < grid.size(); ++core) {
        const std::string name = core_name(grid, CoreId(core));
        matrix_.push_back(sink.add_track(name, "matrix"));
        vector_.push_back(sink.add_track(name, "vector"));
    }
}

void GridTrace::phase(const std::string& name, Cycles begin, Cycles end) {
    span(phases_, name, begin, end);
}

void GridTrace::matrix(CoreId core, const std::string& phase, Cycles begin, Cycles end) {
    span(matrix_[core.index()], phase, begin, end);
}

void GridTrace::vector(CoreId core, const std::string& phase, Cycles begin, Cycles end) {
    span(vector_[core.index()], phase, begin, end);
}

void GridTrace::span(trace::TrackId track, const std::string& name, Cycles begin, Cycles end) {
    if (end > begin) {
        sink_.span(track, {.name = name, .start = begin, .duration = end - begin});
    }
}

} // namespace lodestone::core_grid
