// SPDX-License-Identifier: Apache-2.0
// Reads recordings and programs into a spiking program; each wrong value is reported with its place.
#include "workloads/import/spiking_json.hpp"

#include "sim/base/error.hpp"
#include "sim/base/file.hpp"
#include "workloads/import/json_values.hpp"
#include "workloads/import/spiking_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <set>

namespace lodestone::import {

namespace {

using nlohmann::json;

constexpr const char* recording_format = "spiking-golden/1";
constexpr const char* program_format = "lodestone.spiking/1";
constexpr std::int64_t max_tick = std::int64_t{1} << 48;
constexpr std::int64_t max_outputs = 1 << 16;
constexpr std::uint64_t ticks_after_last_input = 16; // for recordings that do not say how long they are
const std::vector<std::string> neuron_keys{"v",  "reset", "weights", "leak",  "pos_threshold", "neg_threshold",
                                           "dx", "dy",    "axon",    "delay", "reset_mode"};
/// Of programs only.
const std::vector<std::string> mode_keys{"negative_reset",    "stochastic_weights",  "stochastic_leak",
                                         "leak_follows_sign", "threshold_mask_bits", "saturate_at_floor",
                                         "connected"};

/// Of a row of bits: their number, what a bit is, and why there are no more.
struct BitLimits {
    std::size_t size = 0;
    std::string what;
    std::string reason;
};

class SpikingReader : private JsonValues {
public:
    SpikingReader(std::string_view text, std::string file, const spec::SpikingArraySpec& machine)
        : JsonValues(text, file), text_(text), file_(std::move(file)), machine_(machine) {}

    SpikingWorkload read();

private:
    std::pair<std::uint32_t, std::uint32_t> position(const json& object, const JsonStep& key, Range x, Range y);

    void sizes(const json& root);
    void output_bus(const json& root);
    void core(const json& value, const JsonStep& at);
    /// Sets the bits of a text of hexadecimal digits.
    void bits(const json& value, const JsonStep& at, const BitLimits& limits, std::span<std::uint64_t> row);
    isa::SpikingNeuron neuron(const json& value, const JsonStep& at);
    void modes(isa::SpikingNeuron& neuron, const json& value, const JsonStep& at);
    void destination(isa::SpikingNeuron& neuron, const json& value, const JsonStep& at);
    void input(const json& value, const JsonStep& at);
    void expected(const json& root);
    void program_keys(const json& root);
    void frames(const json& root);

    std::string_view text_;
    std::string file_;
    const spec::SpikingArraySpec& machine_;
    bool is_program_ = false;
    SpikingWorkload result_;
    std::set<std::pair<std::uint32_t, std::uint32_t>> places_;
    std::uint32_t x_ = 0; ///< of the core being read
    std::uint32_t y_ = 0;
};

std::pair<std::uint32_t, std::uint32_t> SpikingReader::position(const json& object, const JsonStep& key, Range x,
                                                                Range y) {
    const json& pair = list(object, key, 2);
    if (pair.size() != 2) {
        problem(key, "must be a pair [x, y]");
        return {static_cast<std::uint32_t>(x.min), static_cast<std::uint32_t>(y.min)};
    }
    return {static_cast<std::uint32_t>(whole(pair[0], key.at(0), x)),
            static_cast<std::uint32_t>(whole(pair[1], key.at(1), y))};
}

void SpikingReader::sizes(const json& root) {
    const JsonStep top;
    isa::SpikingProgram& program = result_.program;
    const auto format = root.find("format");
    is_program_ = format != root.end() && *format == program_format;
    if (!is_program_ && (format == root.end() || *format != recording_format)) {
        problem(top.to("format"), (format == root.end() ? "is missing" : "is " + format->dump()) +
                                      "; this reader knows \"" + recording_format + "\" and \"" + program_format +
                                      "\"; corelet JSON of other tools is not read, because its format is not "
                                      "published");
        return;
    }
    program.name = file_;
    program.axons = static_cast<std::uint32_t>(whole_member(root, top.to("axons"), {1, machine_.axons}));
    program.neurons = static_cast<std::uint32_t>(whole_member(root, top.to("neurons"), {1, machine_.neurons}));
    const GridShape mesh = machine_.mesh();
    std::tie(program.columns, program.rows) = position(root, top.to("grid"), {1, mesh.cols}, {1, mesh.rows});
    if (const auto inclusive = root.find("negative_threshold_inclusive"); inclusive != root.end()) {
        if (inclusive->is_boolean()) {
            program.floor_is_inclusive = inclusive->get<bool>();
        } else {
            problem(top.to("negative_threshold_inclusive"), "must be true or false");
        }
    }
}

void SpikingReader::output_bus(const json& root) {
    const auto bus = root.find("output_bus");
    if (bus == root.end() || bus->is_null()) {
        return;
    }
    const JsonStep top;
    const JsonStep at = top.to("output_bus");
    const isa::SpikingProgram& program = result_.program;
    const auto [x, y] = position(*bus, at.to("coordinates"), {0, program.columns - 1}, {0, program.rows - 1});
    const std::int64_t outputs = whole_member(*bus, at.to("num_outputs"), {0, max_outputs});
    result_.program.output_bus = {.x = x, .y = y, .outputs = static_cast<std::uint32_t>(outputs)};
}

void SpikingReader::bits(const json& value, const JsonStep& at, const BitLimits& limits, std::span<std::uint64_t> row) {
    if (!value.is_string()) {
        problem(at, "must be a string of hexadecimal digits");
        return;
    }
    const auto& digits = value.get_ref<const std::string&>();
    if (digits.size() % 2 != 0) {
        problem(at, "has " + std::to_string(digits.size()) + " digits; two make a byte");
        return;
    }
    for (std::size_t digit = 0; digit < digits.size(); ++digit) {
        const char c = digits[digit];
        const int nibble = c >= '0' && c <= '9'   ? c - '0'
                           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                  : -1;
        if (nibble < 0) {
            problem(at, "digit " + std::to_string(digit) + " is not hexadecimal");
            return;
        }
        const std::size_t low_bit = (digit / 2) * 8 + (digit % 2 == 0 ? 4 : 0); // the high digit comes first
        for (std::size_t bit = 0; bit < 4; ++bit) {
            const std::size_t axon = low_bit + bit;
            if (((nibble >> bit) & 1) == 0) {
                continue;
            }
            if (axon >= limits.size) {
                problem(at, "has " + limits.what + " " + std::to_string(axon) + "; " + limits.reason);
                return;
            }
            row[axon / 64] |= std::uint64_t{1} << (axon % 64);
        }
    }
}

void SpikingReader::core(const json& value, const JsonStep& at) {
    isa::SpikingProgram& program = result_.program;
    isa::SpikingCoreProgram core;
    core.x = static_cast<std::uint32_t>(whole_member(value, at.to("x"), {0, program.columns - 1}));
    core.y = static_cast<std::uint32_t>(whole_member(value, at.to("y"), {0, program.rows - 1}));
    x_ = core.x;
    y_ = core.y;
    const std::string place = "(" + std::to_string(core.x) + ", " + std::to_string(core.y) + ")";
    if (!value.is_object()) {
        return;
    }
    if (!places_.insert({core.x, core.y}).second) {
        problem(at, "there is already a core at " + place);
    }
    if (program.output_bus && program.output_bus->x == core.x && program.output_bus->y == core.y) {
        problem(at, "stands at " + place + ", where the output bus is");
    }
    const JsonStep types_at = at.to("axon_types");
    for (const json& type : list(value, types_at, program.axons)) {
        core.types.push_back(
            static_cast<std::uint8_t>(whole(type, types_at.at(core.types.size()), {0, isa::axon_types - 1})));
    }
    const JsonStep neurons_at = at.to("neurons");
    const json& neurons = list(value, neurons_at, program.neurons);
    const JsonStep rows_at = at.to("synapse_rows_hex");
    const json& rows = list(value, rows_at, program.neurons);
    if (rows.size() < neurons.size()) {
        problem(rows_at,
                "has " + std::to_string(rows.size()) + " rows for " + std::to_string(neurons.size()) + " neurons");
        return;
    }
    const std::size_t words = program.words_per_row();
    core.synapses.assign(neurons.size() * words, 0);
    const BitLimits limits{.size = program.axons,
                           .what = "a synapse on axon",
                           .reason = "the core has " + std::to_string(program.axons) +
                                     " axons, and that is the largest fan-in"};
    for (std::size_t j = 0; j < neurons.size(); ++j) {
        bits(rows[j], rows_at.at(j), limits, std::span(core.synapses).subspan(j * words, words));
        core.neurons.push_back(neuron(neurons[j], neurons_at.at(j)));
    }
    program.cores.push_back(std::move(core));
}

isa::SpikingNeuron SpikingReader::neuron(const json& value, const JsonStep& at) {
    isa::SpikingNeuron neuron;
    if (!value.is_object()) {
        problem(at, "must be an object");
        return neuron;
    }
    for (const auto& [key, unused] : value.items()) {
        const bool is_mode = is_program_ && std::ranges::find(mode_keys, key) != mode_keys.end();
        if (!is_mode && std::ranges::find(neuron_keys, key) == neuron_keys.end()) {
            problem(at.to(key.c_str()), "is not known" + known_names(key, neuron_keys));
        }
    }
    const auto number = [&](const char* key, Range range) {
        return static_cast<std::int32_t>(whole_member(value, at.to(key), range));
    };
    neuron.potential = number("v", machine_.potential_range());
    neuron.reset = number("reset", machine_.potential_range());
    neuron.negative_reset = neuron.reset;
    neuron.leak = static_cast<std::int16_t>(number("leak", machine_.leak_range()));
    neuron.positive_threshold = number("pos_threshold", machine_.threshold_range());
    neuron.negative_threshold = number("neg_threshold", machine_.threshold_range());
    neuron.reset_mode = static_cast<isa::ResetMode>(number("reset_mode", {0, is_program_ ? 2 : 1}));
    const JsonStep weights_at = at.to("weights");
    const json& weights = list(value, weights_at, isa::axon_types);
    if (weights.size() != isa::axon_types) {
        problem(weights_at, "must be a list of " + std::to_string(isa::axon_types) + " weights, one per axon type");
    } else {
        for (std::size_t type = 0; type < isa::axon_types; ++type) {
            neuron.weights[type] =
                static_cast<std::int16_t>(whole(weights[type], weights_at.at(type), machine_.weight_range()));
        }
    }
    destination(neuron, value, at);
    if (is_program_) {
        modes(neuron, value, at);
    }
    return neuron;
}

void SpikingReader::modes(isa::SpikingNeuron& neuron, const json& value, const JsonStep& at) {
    const auto number = [&](const char* key, auto& into, Range range) {
        if (value.contains(key)) {
            into = static_cast<std::remove_reference_t<decltype(into)>>(whole_member(value, at.to(key), range));
        }
    };
    const auto flag = [&](const char* key, bool& into) {
        const auto found = value.find(key);
        if (found != value.end() && found->is_boolean()) {
            into = found->get<bool>();
        } else if (found != value.end()) {
            problem(at.to(key), "must be true or false");
        }
    };
    constexpr Range every_type{0, (1 << isa::axon_types) - 1};
    number("negative_reset", neuron.negative_reset, machine_.potential_range());
    number("stochastic_weights", neuron.stochastic_weights, every_type);
    number("threshold_mask_bits", neuron.threshold_mask_bits, {0, machine_.threshold_mask_bits});
    flag("stochastic_leak", neuron.stochastic_leak);
    flag("leak_follows_sign", neuron.leak_follows_sign);
    flag("saturate_at_floor", neuron.saturate_at_floor);
    flag("connected", neuron.destination.connected);
}

void SpikingReader::destination(isa::SpikingNeuron& neuron, const json& value, const JsonStep& at) {
    const isa::SpikingProgram& program = result_.program;
    isa::SpikeDestination& to = neuron.destination;
    to.dx = static_cast<std::int16_t>(whole_member(value, at.to("dx"), machine_.hop_range()));
    to.dy = static_cast<std::int16_t>(whole_member(value, at.to("dy"), machine_.hop_range()));
    to.delay = static_cast<std::uint8_t>(whole_member(value, at.to("delay"), {0, machine_.max_delay()}));
    const std::int64_t x = std::int64_t{x_} + to.dx;
    const std::int64_t y = std::int64_t{y_} + to.dy;
    const auto outside = [&](const char* key, std::int64_t where, std::uint32_t size) {
        if (where < 0 || where >= size) {
            problem(at.to(key), "sends spikes from core (" + std::to_string(x_) + ", " + std::to_string(y_) + ") to (" +
                                    std::to_string(x) + ", " + std::to_string(y) + "), outside the mesh of " +
                                    std::to_string(program.columns) + " x " + std::to_string(program.rows) + " cores");
        }
    };
    outside("dx", x, program.columns);
    outside("dy", y, program.rows);
    const bool is_output = program.output_bus && x == program.output_bus->x && y == program.output_bus->y;
    const std::int64_t ends = is_output ? program.output_bus->outputs : program.axons;
    to.axon = static_cast<std::uint16_t>(whole_member(value, at.to("axon"), {0, ends - 1}));
}

void SpikingReader::input(const json& value, const JsonStep& at) {
    constexpr std::size_t fields = 5;
    if (!value.is_array() || value.size() != fields) {
        problem(at, "must be a list [tick, x, y, axon, delay]");
        return;
    }
    const isa::SpikingProgram& program = result_.program;
    const std::array<Range, fields> ranges = {Range{0, max_tick}, Range{0, program.columns - 1},
                                              Range{0, program.rows - 1}, Range{0, program.axons - 1},
                                              Range{0, machine_.max_delay()}};
    std::array<std::int64_t, fields> field{};
    for (std::size_t i = 0; i < fields; ++i) {
        field[i] = whole(value[i], at.at(i), ranges[i]);
    }
    result_.program.inputs.push_back({.tick = static_cast<std::uint64_t>(field[0]),
                                      .x = static_cast<std::uint32_t>(field[1]),
                                      .y = static_cast<std::uint32_t>(field[2]),
                                      .axon = static_cast<std::uint16_t>(field[3]),
                                      .delay = static_cast<std::uint8_t>(field[4])});
}

void SpikingReader::expected(const json& root) {
    const auto found = root.find("expected");
    if (found == root.end()) {
        return;
    }
    const JsonStep top;
    const JsonStep at = top.to("expected");
    if (!found->is_object()) {
        problem(at, "must be an object");
        return;
    }
    constexpr auto any = std::numeric_limits<std::size_t>::max();
    if (found->contains("ticks")) {
        result_.ticks = static_cast<std::uint64_t>(whole_member(*found, at.to("ticks"), {0, max_tick}));
    }
    if (found->contains("spikes_tick_output")) {
        const JsonStep spikes_at = at.to("spikes_tick_output");
        const json& spikes = list(*found, spikes_at, any);
        for (std::size_t i = 0; i < spikes.size(); ++i) {
            const JsonStep pair_at = spikes_at.at(i);
            if (!spikes[i].is_array() || spikes[i].size() != 2) {
                problem(pair_at, "must be a pair [row, output]");
                continue;
            }
            result_.expected.spikes.emplace_back(whole(spikes[i][0], pair_at.at(0), {0, max_tick}),
                                                 whole(spikes[i][1], pair_at.at(1), {0, max_outputs}));
        }
    }
    if (found->contains("output_neurons_per_image")) {
        const JsonStep images_at = at.to("output_neurons_per_image");
        for (const json& image : list(*found, images_at, any)) {
            const JsonStep image_at = images_at.at(result_.expected.outputs_per_image.size());
            auto& outputs = result_.expected.outputs_per_image.emplace_back();
            if (!image.is_array()) {
                problem(image_at, "must be a list of outputs");
                continue;
            }
            for (std::size_t i = 0; i < image.size(); ++i) {
                outputs.push_back(static_cast<std::uint32_t>(whole(image[i], image_at.at(i), {0, max_outputs})));
            }
        }
        std::uint64_t last = 0;
        for (const isa::InputSpike& spike : result_.program.inputs) {
            last = std::max(last, spike.arrival());
        }
        result_.ticks = result_.ticks.value_or(last + ticks_after_last_input);
    }
}

void SpikingReader::program_keys(const json& root) {
    const JsonStep top;
    if (root.contains("ticks")) {
        result_.ticks = static_cast<std::uint64_t>(whole_member(root, top.to("ticks"), {0, max_tick}));
    }
    if (root.contains("restart_every")) {
        result_.restart_every = static_cast<std::uint64_t>(whole_member(root, top.to("restart_every"), {1, max_tick}));
    }
    if (root.contains("samples")) {
        result_.samples = static_cast<std::uint64_t>(whole_member(root, top.to("samples"), {0, max_tick}));
    }
    if (root.contains("input_frames")) {
        frames(root);
    }
}

void SpikingReader::frames(const json& root) {
    constexpr auto any = std::numeric_limits<std::size_t>::max();
    const JsonStep top;
    const JsonStep axons_at = top.to("input_axons");
    const json& axons = list(root, axons_at, any);
    std::vector<std::vector<isa::InputSpike>> spikes(axons.size()); // by element
    std::vector<isa::InputSpike> before;
    before.swap(result_.program.inputs);
    for (std::size_t element = 0; element < axons.size(); ++element) {
        const JsonStep element_at = axons_at.at(element);
        if (!axons[element].is_array()) {
            problem(element_at, "must be a list of [tick, x, y, axon, delay]");
            continue;
        }
        for (std::size_t i = 0; i < axons[element].size(); ++i) {
            input(axons[element][i], element_at.at(i));
        }
        spikes[element].swap(result_.program.inputs);
    }
    result_.program.inputs.swap(before);
    const JsonStep frames_at = top.to("input_frames");
    const json& texts = list(root, frames_at, any);
    const BitLimits limits{.size = axons.size(),
                           .what = "element",
                           .reason = "there are " + std::to_string(axons.size()) + " input_axons"};
    for (std::size_t tick = 0; tick < texts.size(); ++tick) {
        std::vector<std::uint64_t> set((axons.size() + 63) / 64);
        bits(texts[tick], frames_at.at(tick), limits, set);
        for (std::size_t element = 0; element < axons.size(); ++element) {
            if ((set[element / 64] >> (element % 64) & 1U) == 0) {
                continue;
            }
            for (isa::InputSpike spike : spikes[element]) {
                spike.tick += tick;
                result_.program.inputs.push_back(spike);
            }
        }
    }
}

SpikingWorkload SpikingReader::read() {
    json root;
    try {
        root = json::parse(text_);
    } catch (const json::parse_error& error) {
        const std::size_t offset = error.byte == 0 ? 0 : error.byte - 1;
        const std::string what = error.what();
        const std::size_t reason = what.find("syntax error");
        throw UserError(location_of(text_, offset, file_), "",
                        "is not valid JSON at byte offset " + std::to_string(offset) + ": " +
                            (reason == std::string::npos ? what : what.substr(reason)));
    } catch (const json::exception& error) { // of a number that is too large, which stands between quotes
        const std::string what = error.what();
        const std::size_t quote = what.find('\'');
        const std::string number =
            quote == std::string::npos ? "" : what.substr(quote + 1, what.rfind('\'') - quote - 1);
        const std::size_t offset = number.empty() ? 0 : std::min(text_.find(number), text_.size());
        throw UserError(location_of(text_, offset, file_), "",
                        "is not valid JSON at byte offset " + std::to_string(offset) + ": " + what);
    }
    const JsonStep top;
    if (!root.is_object()) {
        throw UserError(location_of(text_, 0, file_), "", "must be a JSON object");
    }
    sizes(root);
    throw_if_problems(); // without sizes nothing else can be judged
    output_bus(root);
    const JsonStep cores_at = top.to("cores");
    const json& cores = list(root, cores_at, result_.program.columns * std::size_t{result_.program.rows});
    for (std::size_t i = 0; i < cores.size(); ++i) {
        core(cores[i], cores_at.at(i));
    }
    const JsonStep inputs_at = top.to("input_packets");
    const json& inputs = list(root, inputs_at, std::numeric_limits<std::size_t>::max());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        input(inputs[i], inputs_at.at(i));
    }
    expected(root);
    if (is_program_) {
        program_keys(root);
    }
    throw_if_problems();
    return std::move(result_);
}

} // namespace

bool is_spiking_json(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    constexpr std::size_t head = 4096; // the format is named near the beginning
    return first != std::string_view::npos && text[first] == '{' &&
           (text.substr(0, head).find(recording_format) != std::string_view::npos ||
            text.substr(0, head).find(program_format) != std::string_view::npos);
}

SpikingWorkload parse_spiking_json(std::string_view text, const std::string& file,
                                   const spec::SpikingArraySpec& machine) {
    return SpikingReader(text, file, machine).read();
}

SpikingWorkload import_spiking_json(const std::filesystem::path& file, const spec::SpikingArraySpec& machine) {
    return parse_spiking_json(unpacked(read_file(file), file.string()), file.string(), machine);
}

} // namespace lodestone::import
