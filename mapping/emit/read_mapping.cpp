// SPDX-License-Identifier: Apache-2.0
// Reading of mappings, and finding what they name in a program.
#include "mapping/emit/mapping_file.hpp"

#include "mapping/schedule/steps.hpp"
#include "mapping/tile/dimensions.hpp"
#include "sim/base/error.hpp"
#include "sim/config/map_reader.hpp"
#include "sim/config/number.hpp"

#include <algorithm>
#include <set>

namespace lodestone::emit {
namespace {

constexpr std::uint32_t kMostParts = 1U << 16;

/// "4x2": parts along the rows of the grid, parts along its columns.
std::optional<isa::AxisSplit> parse_parts(const std::string& text) {
    const std::size_t cross = text.find('x');
    if (cross == std::string::npos) {
        return std::nullopt;
    }
    const auto rows = config::parse_uint(text.substr(0, cross)).value;
    const auto cols = config::parse_uint(text.substr(cross + 1)).value;
    if (!rows || !cols || *rows == 0 || *cols == 0 || *rows > kMostParts || *cols > kMostParts) {
        return std::nullopt;
    }
    return isa::AxisSplit{.rows = static_cast<std::uint32_t>(*rows), .cols = static_cast<std::uint32_t>(*cols)};
}

void read_cuts(config::MapReader split, LayerMapping& layer) {
    for (const std::string& axis : split.keys()) {
        const config::Value value = split.required_value(axis);
        if (!value.is_scalar()) {
            value.problem("is not a number of parts; write parts along the rows x parts along the columns, as 4x2");
            continue;
        }
        const std::string text = value.as_string();
        const std::optional<isa::AxisSplit> parts = parse_parts(text);
        if (!parts) {
            value.problem("is '" + text +
                          "'; write parts along the rows of the grid x parts along its columns, as 4x2");
            continue;
        }
        layer.cuts.push_back({.axis = axis, .parts = *parts, .where = value.location()});
    }
}

LayerMapping read_layer(config::MapReader& reader) {
    LayerMapping layer;
    layer.name = reader.required_string("name");
    layer.where = reader.location();
    read_cuts(reader.required_map("split"), layer);
    if (auto weights = reader.optional_map("weights")) {
        if (weights->has("resident")) {
            layer.resident = weights->required_bool("resident");
        }
        if (weights->has("chunks")) {
            layer.chunks = static_cast<std::uint32_t>(weights->required_uint("chunks", 1, kMostParts));
        }
        weights->finish();
    }
    if (auto steps = reader.optional_map("steps")) {
        layer.has_steps = true;
        layer.frame_blocks = static_cast<std::uint32_t>(steps->optional_uint("frame_blocks", 1, 1, kMostParts));
        layer.axis_blocks = static_cast<std::uint32_t>(steps->optional_uint("axis_blocks", 1, 1, kMostParts));
        if (steps->has("axis")) {
            layer.blocked_axis = steps->required_string("axis");
        } else if (layer.axis_blocks > 1) {
            steps->problem("axis_blocks", "is given without the axis that is cut; add axis");
        }
        steps->finish();
    }
    reader.finish();
    return layer;
}

std::vector<LayerMapping> read_layers(const config::Node& root, Problems& problems, config::ReadLog* log = nullptr) {
    config::MapReader reader(root, problems, log);
    std::vector<LayerMapping> layers;
    for (config::MapReader& layer : reader.required_maps("layers")) {
        layers.push_back(read_layer(layer));
    }
    reader.finish();
    problems.throw_if_errors();
    return layers;
}

class Resolver {
public:
    Resolver(const isa::Program& program, const spec::CoreGridSpec& machine) : program_(program), machine_(machine) {}

    std::map<std::string, tile::Forced> run(const std::vector<LayerMapping>& mapping) {
        std::map<std::string, tile::Forced> forced;
        for (const LayerMapping& layer : mapping) {
            const isa::Phase* phase = find(layer);
            if (phase == nullptr) {
                continue;
            }
            const auto [entry, is_new] = forced.try_emplace(layer.name, resolve(layer, *phase));
            if (!is_new) {
                problems_.error(layer.where, layer.name, "stands twice in the mapping");
            }
        }
        problems_.throw_if_errors();
        return forced;
    }

private:
    const isa::Phase* find(const LayerMapping& layer) {
        std::vector<std::string> names;
        for (std::size_t index = 1; index + 1 < program_.phases.size(); ++index) {
            if (program_.phases[index].name == layer.name) {
                return &program_.phases[index];
            }
            names.push_back(program_.phases[index].name);
        }
        problems_.error(layer.where, layer.name, "no layer has this name" + known_names(layer.name, names));
        return nullptr;
    }

    tile::Forced resolve(const LayerMapping& layer, const isa::Phase& phase) {
        tile::Forced forced{.split = isa::whole(program_.tensors[phase.output].shape.size()),
                            .chunks = layer.chunks,
                            .resident = layer.resident};
        std::vector<std::string> names = tile::axis_names(program_, phase);
        for (const LayerMapping::Cut& cut : layer.cuts) {
            if (cut.axis == "batch") {
                forced.split.batch = cut.parts;
            } else if (cut.axis == "input_channels") {
                forced.split.reduction = cut.parts;
            } else if (const auto axis = axis_named(names, cut.axis)) {
                forced.split.axes[*axis] = cut.parts;
            } else {
                std::vector<std::string> known = names;
                known.insert(known.end(), {"batch", "input_channels"});
                problems_.error(cut.where, layer.name + "." + cut.axis,
                                "no axis has this name" + known_names(cut.axis, known));
            }
        }
        const std::string reason = tile::reason_against(program_, phase, forced.split);
        if (!reason.empty()) {
            problems_.error(layer.where, layer.name, "the split given cannot be used: " + reason);
            return forced;
        }
        check_weights(layer, phase, forced);
        if (layer.has_steps) {
            forced.steps = steps_of(layer, phase, names);
        }
        return forced;
    }

    static std::optional<std::size_t> axis_named(const std::vector<std::string>& names, const std::string& name) {
        const auto found = std::ranges::find(names, name);
        return found == names.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - names.begin()));
    }

    void check_weights(const LayerMapping& layer, const isa::Phase& phase, const tile::Forced& forced) {
        if (!phase.weights) {
            if (layer.chunks || layer.resident) {
                problems_.error(layer.where, layer.name + ".weights", "the layer has no weights");
            }
            return;
        }
        isa::Phase scratch = phase;
        scratch.split = forced.split;
        const auto range = schedule::chunk_range(program_, scratch, machine_);
        if (!range) {
            problems_.error(layer.where, layer.name,
                            "with this split one output channel takes more than half the weight buffer; cut "
                            "input_channels");
        } else if (layer.chunks && (*layer.chunks < range->fewest || *layer.chunks > range->most)) {
            problems_.error(layer.where, layer.name + ".weights.chunks",
                            "is " + std::to_string(*layer.chunks) + ", it must be " + std::to_string(range->fewest) +
                                " (two chunks fit the weight buffer) to " + std::to_string(range->most) +
                                " (each has an output channel)");
        }
    }

    isa::StepPlan steps_of(const LayerMapping& layer, const isa::Phase& phase, const std::vector<std::string>& names) {
        isa::StepPlan steps{.frame_blocks = layer.frame_blocks, .axis_blocks = layer.axis_blocks};
        if (!layer.blocked_axis) {
            return steps;
        }
        const auto axis = axis_named(names, *layer.blocked_axis);
        if (!axis) {
            problems_.error(layer.where, layer.name + ".steps.axis",
                            "no axis is named '" + *layer.blocked_axis + "'" + known_names(*layer.blocked_axis, names));
            return steps;
        }
        const std::string reason = tile::reason_against_blocks(program_, phase, *axis);
        if (!reason.empty()) {
            problems_.error(layer.where, layer.name + ".steps.axis", reason);
        }
        steps.blocked_axis = static_cast<std::uint32_t>(*axis);
        return steps;
    }

    const isa::Program& program_;
    const spec::CoreGridSpec& machine_;
    Problems problems_;
};

} // namespace

std::vector<LayerMapping> read_mapping(const std::filesystem::path& path) {
    Problems problems;
    const config::Node root = config::load_file(path, problems);
    return read_layers(root, problems);
}

std::vector<LayerMapping> read_mapping_text(std::string_view text, const std::string& file_name) {
    Problems problems;
    const config::Node root = config::load_text(text, file_name, problems);
    return read_layers(root, problems);
}

std::vector<LayerMapping> read_mapping_tree(const config::Node& root, Problems& problems, config::ReadLog* log) {
    return read_layers(root, problems, log);
}

std::map<std::string, tile::Forced> resolve_mapping(const isa::Program& program, const spec::CoreGridSpec& machine,
                                                    const std::vector<LayerMapping>& mapping) {
    return Resolver(program, machine).run(mapping);
}

} // namespace lodestone::emit
