// SPDX-License-Identifier: Apache-2.0
// The list of YAML kinds.
#include "apps/schema_kinds.hpp"

#include "analysis/anchors/anchors.hpp"
#include "analysis/explore/sweep.hpp"
#include "apps/explore_mac.hpp"
#include "apps/run_request.hpp"
#include "mapping/emit/mapping_file.hpp"
#include "mapping/spiking/cores_file.hpp"
#include "mapping/spiking/network_file.hpp"
#include "sim/base/error.hpp"
#include "workloads/import/yaml_format.hpp"

namespace lodestone::apps {
namespace {

using config::MapReader;
using config::Node;
using config::ReadLog;

const char* const kHow = "Generated from the readers by `lodestone schema --reference`. Any map may have `include`: a "
                         "file, or a list of files, that it changes. A constant is `{value, source, status}` with an "
                         "optional `note`.";

void read_anchor_file(const Node& root, Problems& problems, ReadLog* log) {
    MapReader reader(root, problems, log);
    static_cast<void>(anchors::read_anchors(reader));
}

void read_trinary_file(const Node& root, Problems& problems, ReadLog* log) {
    MapReader reader(root, problems, log);
    static_cast<void>(spiking::read_network_file(reader));
}

void read_placed_cores(const Node& root, Problems& problems, ReadLog* log) {
    MapReader reader(root, problems, log);
    static_cast<void>(spiking::read_cores_file(reader, spec::SpikingArraySpec{}));
}

} // namespace

const std::vector<SchemaKind>& schema_kinds() {
    static const std::vector<SchemaKind> kinds{
        {.name = "machine",
         .read = [](const Node& root, Problems& problems,
                    ReadLog* log) { static_cast<void>(read_machine_input(MapReader(root, problems, log))); },
         .text = {"Machine files", kHow, {{"technology", "[technology](technology.md)"}}}},
        {.name = "technology",
         .read = [](const Node& root, Problems& problems, ReadLog* log) { check_technology(root, problems, log); },
         .text = {"Technology files and the tables that they include", kHow, {}}},
        {.name = "run",
         .read = [](const Node& root, Problems& problems,
                    ReadLog* log) { static_cast<void>(read_run_file(root, problems, log)); },
         .text = {"Run files", kHow, {{"machine", "[machine](machine.md)"}}}},
        {.name = "sweep",
         .read = [](const Node& root, Problems& problems,
                    ReadLog* log) { static_cast<void>(explore::read_sweep(root, problems, log)); },
         .text = {"Sweep files",
                  kHow,
                  {{"run", "[run](run.md), before the axes are laid over it"},
                   {"mac_unit", "[mac_unit](mac_unit.md), before the axes are laid over it"}}},
         .parts = {{"run", "run"}, {"mac_unit", "mac_unit"}}},
        {.name = "mac_unit",
         .read = [](const Node& root, Problems& problems,
                    ReadLog* log) { static_cast<void>(read_mac_point(root, problems, log)); },
         .text = {"Multiply-accumulate units in sweeps", kHow, {{"technology", "[technology](technology.md)"}}}},
        {.name = "mapping",
         .read = [](const Node& root, Problems& problems,
                    ReadLog* log) { static_cast<void>(emit::read_mapping_tree(root, problems, log)); },
         .text = {"Mapping files", kHow, {}}},
        {.name = "anchors", .read = read_anchor_file, .text = {"Anchor files: published figures", kHow, {}}},
        {.name = "trinary", .read = read_trinary_file, .text = {"Trinary networks for spiking arrays", kHow, {}}},
        {.name = "spiking_cores",
         .read = read_placed_cores,
         .text =
             {"Placed cores for spiking arrays",
              "Generated from the readers by `lodestone schema --reference`, with the limits of the published chip.",
              {}}},
        // Settings of a layer are read when its input is known: an image, named by the layer.
        {.name = "network",
         .read = import::read_yaml_tree,
         .answers = {{"inputs/*", {"1", "16", "16", "16"}},
                     {"inputs/*/[]", {"16"}},
                     {"layers/[]/inputs", {config::any_name}},
                     {"layers/[]/inputs/[]", {config::any_name}}},
         .text = {"Networks in YAML", kHow, {}}},
    };
    return kinds;
}

std::vector<std::string> schema_kind_names() {
    std::vector<std::string> names;
    for (const SchemaKind& kind : schema_kinds()) {
        names.push_back(kind.name);
    }
    return names;
}

const SchemaKind& schema_kind(const std::string& name) {
    for (const SchemaKind& kind : schema_kinds()) {
        if (kind.name == name) {
            return kind;
        }
    }
    throw UserError("'" + name + "' is no kind of YAML file" + known_names(name, schema_kind_names()));
}

config::Declaration declaration_of(const SchemaKind& kind) {
    config::Declaration declared = config::declare(kind.read, kind.answers);
    for (const auto& [path, other] : kind.parts) {
        config::Declaration part = declaration_of(schema_kind(other));
        config::move_to(part, path);
        part.is_overlaid = true;
        *config::declared_at(declared, path) = std::move(part);
    }
    return declared;
}

} // namespace lodestone::apps
