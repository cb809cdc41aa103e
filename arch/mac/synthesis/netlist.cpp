// SPDX-License-Identifier: Apache-2.0
// Netlist reader, levelised and unit-delay simulation, toggle energy.
#include "arch/mac/synthesis/netlist.hpp"

#include "sim/base/error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>

namespace lodestone::mac {

namespace {

std::string bit_name(const nlohmann::json& bit) {
    return bit.is_string() ? bit.get<std::string>() : std::to_string(bit.get<std::uint64_t>());
}

double mean_at(const std::vector<InternalEnergy>& arcs, double load) {
    double sum = 0;
    for (const InternalEnergy& arc : arcs) {
        sum += arc.at(load);
    }
    return arcs.empty() ? 0.0 : sum / static_cast<double>(arcs.size());
}

} // namespace

Netlist::Netlist(const std::string& text, const Library& library) : voltage_(library.voltage) {
    const nlohmann::json json = nlohmann::json::parse(text);
    const nlohmann::json& modules = json.at("modules");
    check_invariant(modules.size() == 1, "synthesis flattens a unit into one module");
    const nlohmann::json& module = *modules.begin();
    for (const char* constant : {"0", "1", "x"}) {
        values_[net_of(constant)] = std::string_view(constant) == "1" ? ~std::uint64_t{0} : 0;
    }
    for (const auto& [name, port] : module.at("ports").items()) {
        for (const auto& bit : port.at("bits")) {
            ports_[name].push_back(net_of(bit_name(bit)));
        }
    }
    for (const auto& [name, instance] : module.at("cells").items()) {
        const std::string type = instance.at("type");
        const auto found = library.cells.find(type);
        if (found == library.cells.end()) {
            throw UserError("cell '" + type + "' (instance " + name + ") is not in library '" + library.name +
                            "'; give synthesis and energy the same Liberty file");
        }
        std::map<std::string, std::size_t> pins;
        for (const auto& [pin, bits] : instance.at("connections").items()) {
            if (!bits.empty()) {
                pins[pin] = net_of(bit_name(bits.front()));
            }
        }
        add_cell(name, found->second, pins);
    }
    order_cells();
    price_nets();
    settle(GateDelay::zero);
    clear_energy();
}

std::size_t Netlist::net_of(const std::string& bit) {
    const auto [found, is_new] = names_.try_emplace(bit, values_.size());
    if (is_new) {
        values_.push_back(0);
        readers_.emplace_back();
        load_.push_back(0);
        internal_.emplace_back();
        pin_energy_.push_back(0);
        toggles_.push_back(0);
    }
    return found->second;
}

void Netlist::add_cell(const std::string& name, const Cell& cell, const std::map<std::string, std::size_t>& pins) {
    if (cell.is_latch) {
        throw UserError(cell.where, cell.name, "is a latch (instance " + name + "); units have flip-flops only");
    }
    Instance made{.is_flip_flop = cell.is_flip_flop};
    std::vector<std::string> input_names;
    for (const CellPin& pin : cell.pins) {
        const auto net = pins.find(pin.name);
        if (pin.is_output || net == pins.end()) {
            continue;
        }
        load_[net->second] += pin.capacitance;
        const double inside = mean_at(pin.internal, 0);
        if (pin.is_clock) {
            clock_energy_ += pin.capacitance * voltage_ * voltage_ + 2 * inside;
            continue;
        }
        pin_energy_[net->second] += inside;
        input_names.push_back(pin.name);
        made.inputs.push_back(net->second);
        readers_[net->second].push_back(cells_.size());
    }
    if (cell.is_flip_flop) {
        made.next_state = Logic(cell.next_state, input_names);
    }
    for (const CellPin& pin : cell.pins) {
        const auto net = pins.find(pin.name);
        if (!pin.is_output || net == pins.end()) {
            continue;
        }
        Output output{.net = net->second};
        if (!cell.is_flip_flop) {
            output.logic = Logic(pin.function, input_names);
        }
        made.inverted.push_back(cell.is_flip_flop && pin.function == cell.state_inverted);
        // One arc stands for all: their mean at two loads is taken when the load is known.
        internal_[net->second] = pin.internal.empty() ? InternalEnergy{} : pin.internal.front();
        made.outputs.push_back(std::move(output));
    }
    area_ += cell.area;
    cells_.push_back(std::move(made));
}

void Netlist::price_nets() {
    toggle_energy_.resize(values_.size());
    for (std::size_t net = 0; net < values_.size(); ++net) {
        const double charge = load_[net] * voltage_ * voltage_ / 2; // mean of a rising and a falling edge
        toggle_energy_[net] = charge + internal_[net].at(load_[net]) + pin_energy_[net];
    }
}

void Netlist::order_cells() {
    dirty_.assign(cells_.size(), true);
    std::vector<std::size_t> missing(cells_.size());
    std::vector<std::size_t> driver(values_.size(), none);
    for (std::size_t i = 0; i < cells_.size(); ++i) {
        for (const Output& output : cells_[i].outputs) {
            driver[output.net] = i;
        }
    }
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < cells_.size(); ++i) {
        for (const std::size_t net : cells_[i].inputs) {
            missing[i] += driver[net] != none && !cells_[driver[net]].is_flip_flop ? 1U : 0U;
        }
        if (missing[i] == 0 && !cells_[i].is_flip_flop) {
            ready.push_back(i);
        }
    }
    while (!ready.empty()) {
        const std::size_t i = ready.back();
        ready.pop_back();
        order_.push_back(i);
        for (const Output& output : cells_[i].outputs) {
            for (const std::size_t reader : readers_[output.net]) {
                if (--missing[reader] == 0 && !cells_[reader].is_flip_flop) {
                    ready.push_back(reader);
                }
            }
        }
    }
    const auto combinational =
        static_cast<std::size_t>(std::ranges::count_if(cells_, [](const Instance& c) { return !c.is_flip_flop; }));
    check_invariant(order_.size() == combinational, "a unit has no combinational loops");
}

void Netlist::mark_readers(std::size_t net) {
    for (const std::size_t reader : readers_[net]) {
        if (!dirty_[reader] && !cells_[reader].is_flip_flop) {
            dirty_[reader] = true;
            pending_.push_back(reader);
        }
    }
}

void Netlist::change(std::size_t net, std::uint64_t word) {
    if (const std::uint64_t changed = values_[net] ^ word; changed != 0) {
        toggles_[net] += static_cast<std::uint64_t>(std::popcount(changed));
        values_[net] = word;
        mark_readers(net);
    }
}

void Netlist::settle(GateDelay delay) {
    std::vector<std::uint64_t> words;
    const auto evaluate = [&](const Instance& cell, const Output& output) {
        words.clear();
        for (const std::size_t net : cell.inputs) {
            words.push_back(values_[net]);
        }
        return output.logic(words);
    };
    if (delay == GateDelay::zero) {
        for (const std::size_t i : order_) {
            if (dirty_[i]) {
                dirty_[i] = false;
                for (const Output& output : cells_[i].outputs) {
                    change(output.net, evaluate(cells_[i], output));
                }
            }
        }
        pending_.clear();
        return;
    }
    std::vector<std::pair<std::size_t, std::uint64_t>> results;
    while (!pending_.empty()) {
        results.clear();
        for (const std::size_t i : pending_) {
            dirty_[i] = false;
            for (const Output& output : cells_[i].outputs) {
                results.emplace_back(output.net, evaluate(cells_[i], output));
            }
        }
        pending_.clear();
        for (const auto& [net, word] : results) {
            change(net, word);
        }
    }
}

void Netlist::clock(GateDelay delay) {
    std::vector<std::uint64_t> words;
    for (Instance& cell : cells_) {
        if (cell.is_flip_flop) {
            words.clear();
            for (const std::size_t net : cell.inputs) {
                words.push_back(values_[net]);
            }
            cell.state = cell.next_state(words);
        }
    }
    for (const Instance& cell : cells_) {
        for (std::size_t i = 0; cell.is_flip_flop && i < cell.outputs.size(); ++i) {
            change(cell.outputs[i].net, cell.inverted[i] ? ~cell.state : cell.state);
        }
    }
    settle(delay);
    ++cycles_;
}

void Netlist::set(const std::string& port, std::size_t bit, std::uint64_t word) {
    change(ports_.at(port).at(bit), word);
}

std::uint64_t Netlist::get(const std::string& port, std::size_t bit) const {
    return values_[ports_.at(port).at(bit)];
}

std::size_t Netlist::width(const std::string& port) const {
    const auto found = ports_.find(port);
    return found == ports_.end() ? 0 : found->second.size();
}

void Netlist::clear_energy() {
    std::ranges::fill(toggles_, 0);
    cycles_ = 0;
}

double Netlist::energy_per_cycle() const {
    double sum = 0;
    for (std::size_t net = 0; net < toggles_.size(); ++net) {
        sum += static_cast<double>(toggles_[net]) * toggle_energy_[net];
    }
    return cycles_ == 0 ? 0.0 : sum / (static_cast<double>(streams) * static_cast<double>(cycles_)) + clock_energy_;
}

} // namespace lodestone::mac
