// SPDX-License-Identifier: Apache-2.0
// A mapped netlist, simulated on 64 independent operand streams at once, with its toggles counted.
#pragma once

#include "arch/mac/synthesis/liberty.hpp"
#include "arch/mac/synthesis/logic.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace lodestone::mac {

/// Operand streams that a netlist is simulated on at once: the bits of a word.
inline constexpr std::size_t streams = 64;

/// Delays of the simulation: none (a net changes at most once per cycle), or one unit per cell, which shows glitches.
enum class GateDelay : std::uint8_t { zero, unit };

class Netlist {
public:
    /// From yosys's JSON of one flat module. A cell that the library lacks, or a latch, is a UserError naming it.
    Netlist(const std::string& json, const Library& library);

    [[nodiscard]] double area() const { return area_; }
    [[nodiscard]] std::size_t cell_count() const { return cells_.size(); }

    /// Values of a port's bits, one word per bit, a bit of the word per stream.
    void set(const std::string& port, std::size_t bit, std::uint64_t word);
    [[nodiscard]] std::uint64_t get(const std::string& port, std::size_t bit) const;
    [[nodiscard]] std::size_t width(const std::string& port) const;

    /// A rising clock edge: flip-flops take their inputs, then everything settles.
    void clock(GateDelay delay);
    /// Lets changed inputs settle before the first edge, or inputs that change after one.
    void settle(GateDelay delay);

    void clear_energy();
    /// pJ per cycle and stream since then: cells, the loads they drive, and the clock pins.
    [[nodiscard]] double energy_per_cycle() const;

private:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    struct Output {
        Logic logic;
        std::size_t net = none;
    };
    struct Instance {
        std::vector<std::size_t> inputs;
        std::vector<Output> outputs;
        bool is_flip_flop = false;
        Logic next_state;
        std::vector<bool> inverted; ///< of a flip-flop's outputs
        std::uint64_t state = 0;
    };

    std::size_t net_of(const std::string& bit);
    void add_cell(const std::string& name, const Cell& cell, const std::map<std::string, std::size_t>& pins);
    void order_cells();
    void change(std::size_t net, std::uint64_t word);
    void price_nets();
    void mark_readers(std::size_t net);

    double voltage_;
    std::map<std::string, std::size_t> names_;
    std::map<std::string, std::vector<std::size_t>> ports_;
    std::vector<Instance> cells_;
    std::vector<std::size_t> order_; ///< combinational cells, drivers first
    std::vector<std::vector<std::size_t>> readers_;
    std::vector<std::uint64_t> values_;
    std::vector<double> load_;             ///< pF
    std::vector<InternalEnergy> internal_; ///< mean over the arcs of the driver
    std::vector<double> pin_energy_;       ///< pJ per toggle inside the cells that read the net
    std::vector<double> toggle_energy_;    ///< pJ, all of it
    std::vector<std::uint64_t> toggles_;
    std::vector<bool> dirty_;
    std::vector<std::size_t> pending_;
    double area_ = 0;
    double clock_energy_ = 0; ///< pJ per cycle
    std::uint64_t cycles_ = 0;
};

} // namespace lodestone::mac
