// SPDX-License-Identifier: Apache-2.0
// The parts of a Liberty cell library that area, gate equivalents and energy need.
#pragma once

#include "sim/base/diagnostics.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace lodestone::mac {

/// A group, `name (arguments) { attributes; groups }`, as it stands in the file.
struct LibertyGroup {
    struct Attribute {
        std::vector<std::string> values; ///< one for `name : value`, several for `name (a, b)`
        Location where;
    };
    std::string name;
    std::vector<std::string> arguments;
    Location where;
    std::vector<std::pair<std::string, Attribute>> attributes;
    std::vector<LibertyGroup> groups;

    [[nodiscard]] const Attribute* find(const std::string& attribute) const;
};

/// Parses the text of a file. Throws UserError at the first line that is not Liberty.
[[nodiscard]] LibertyGroup parse_liberty(const std::string& text, const std::string& file);

/// Energy of a transition inside a cell, without the load it drives, over that load.
struct InternalEnergy {
    std::vector<double> load;   ///< pF, ascending; empty: one value for all loads
    std::vector<double> energy; ///< pJ, mean of rising and falling, at the middle input slope
    [[nodiscard]] double at(double load_pf) const;
};

struct CellPin {
    std::string name;
    bool is_output = false;
    bool is_clock = false;
    double capacitance = 0; ///< pF
    std::string function;   ///< of an output; the state's name for a flip-flop
    std::vector<InternalEnergy> internal;
    Location where;
};

struct Cell {
    std::string name;
    double area = 0; ///< um2
    std::vector<CellPin> pins;
    bool is_flip_flop = false;
    bool is_latch = false;
    std::string next_state; ///< of a flip-flop: function of its inputs
    std::string state;      ///< name of the state, and of its complement
    std::string state_inverted;
    Location where;

    [[nodiscard]] const CellPin* pin(const std::string& name) const;
};

struct Library {
    std::string name;
    double voltage = 0; ///< V
    std::map<std::string, Cell> cells;

    /// Area of the smallest 2-input NAND, the gate equivalent; 0 when there is none.
    [[nodiscard]] double nand2_area() const;
};

/// Throws UserError with every located problem: syntax, a library without cells or voltage, a pin without direction, an
/// output whose function cannot be understood.
[[nodiscard]] Library read_library(const std::filesystem::path& file);
[[nodiscard]] Library read_library(const std::string& text, const std::string& file);

} // namespace lodestone::mac
