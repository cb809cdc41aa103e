// SPDX-License-Identifier: Apache-2.0
// Reading and checking sweep files; naming their points.
#include "apps/explore_sweep.hpp"

#include "apps/explore_mac.hpp"
#include "apps/run_request.hpp"
#include "apps/sampled_network.hpp"
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"
#include "sim/config/explain.hpp"

#include <algorithm>

namespace lodestone::apps {
namespace {

namespace fs = std::filesystem;
using explore::AxisSpec;
using explore::Point;
using explore::SweepSpec;

/// A path written in a file is relative to that file.
fs::path beside(const config::Node& node) {
    const fs::path path = node.text;
    const Location where = node.place.location();
    return path.is_absolute() || where.line == 0 ? path : fs::path(where.file).parent_path() / path;
}

/// The run of a point with its first network: readers need one.
config::Node readable_run(const SweepSpec& sweep, const Point& point, Problems& problems) {
    config::Node run = explore::run_at(sweep, point, problems);
    if (!sweep.workloads.empty()) {
        config::set_value(run, "workload", sweep.workloads.front().file, problems);
    }
    return run;
}

/// The first and the last point of the space: what is wrong at both is wrong with the sweep.
std::vector<Point> ends_of(const SweepSpec& sweep) {
    Point first(sweep.axes.size(), 0);
    Point last;
    for (const AxisSpec& axis : sweep.axes) {
        last.push_back(static_cast<std::uint32_t>(axis.values.size() - 1));
    }
    return {first, last};
}

/// Key and map of a path: "machine.grid" and "rows".
std::pair<std::string, std::string> split_path(const std::string& path) {
    const std::size_t dot = path.find_last_of('.');
    return dot == std::string::npos ? std::pair(std::string(), path)
                                    : std::pair(path.substr(0, dot), path.substr(dot + 1));
}

/// A field that no reader asked for is unknown; the keys that were asked for in its map are the known ones.
void check_field(const std::string& path, const config::Place& place, const config::ReadLog& log, Problems& problems) {
    const auto [map, written] = split_path(path);
    const std::string key = written.substr(0, written.find('['));
    std::vector<std::string> known;
    for (const config::ReadLog::Read& read : log.reads) {
        if (read.map_path == map && std::ranges::find(known, read.key) == known.end()) {
            known.push_back(read.key);
        }
    }
    if (std::ranges::find(known, key) != known.end()) {
        return;
    }
    if (!known.empty()) {
        problems.error(place.location(), "axes",
                       "change " + path + ", which is no field of the run" + known_names(key, known) +
                           (map.empty() ? "" : " (fields of " + map + ")"));
        return;
    }
    if (map.empty()) {
        problems.error(place.location(), "axes", "change " + path + ", which is no field of the run");
        return;
    }
    check_field(map, place, log, problems);
}

/// What a sweep cannot do with a run that is good in itself.
void check_run_of_sweep(const SweepSpec& sweep, const RunRequest& request, Problems& problems) {
    const Location where = sweep.run.place.location();
    if (request.functional || request.data) {
        problems.error(where, "run", "is functional; a sweep moves sizes only, leave out 'functional' and 'data'");
    }
    const bool is_spiking = request.spiking_array() != nullptr;
    const std::string& fidelity = sweep.fidelity.first;
    if (is_spiking && (fidelity == "analytic" || sweep.fidelity.then)) {
        problems.error(where, "run.machine", "is a spiking array, which knows fidelity event or functional");
    }
    if (!is_spiking && fidelity == "functional") {
        problems.error(where, "run.machine", "is a core grid, which knows fidelity event and analytic");
    }
    if (is_spiking && request.spiking.recurrent && !sweep.workloads.empty()) {
        problems.error(where, "run.workload", "is a generator; leave out 'workloads'");
    }
    if (request.precisions.size() > 1) {
        problems.error(where, "run.precision",
                       "names " + std::to_string(request.precisions.size()) +
                           " formats; a point has one, make an axis of them: {name: precision, path: precision, "
                           "values: [...]}");
    }
}

/// Reads the run or the unit of a point.
void read_point(const SweepSpec& sweep, const Point& point, Problems& problems, config::ReadLog* log) {
    const config::Node run = readable_run(sweep, point, problems);
    if (sweep.is_mac_unit) {
        static_cast<void>(read_mac_point(run, problems, log));
    } else {
        check_run_of_sweep(sweep, read_run_file(run, problems, log), problems);
    }
}

/// Problems of the run that do not depend on the point.
void check_run(const SweepSpec& sweep, Problems& problems, config::ReadLog* log) {
    std::vector<Problems> found;
    config::ReadLog reads;
    for (const Point& point : ends_of(sweep)) {
        Problems here;
        read_point(sweep, point, here, &reads);
        found.push_back(std::move(here));
    }
    for (const AxisSpec& axis : sweep.axes) {
        for (const std::string& path : axis.paths) {
            check_field(path, axis.place, reads, problems);
        }
    }
    for (const explore::DerivedField& field : sweep.derived) {
        check_field(field.path, field.place, reads, problems);
    }
    if (problems.has_errors()) {
        return;
    }
    for (const Diagnostic& diagnostic : found.front().all()) {
        const auto& last = found.back().all();
        if (std::ranges::find(last, diagnostic) != last.end()) {
            problems.add(diagnostic);
        }
    }
    if (log != nullptr) {
        log->reads.insert(log->reads.end(), reads.reads.begin(), reads.reads.end());
    }
}

/// Technology apart from the run: it is large, and mostly the same at all points.
void detach_technology(PreparedSweep& sweep) {
    const bool is_unit = sweep.spec.is_mac_unit;
    config::Node* owner = is_unit ? &sweep.spec.run : sweep.spec.run.find("machine");
    config::Node* technology = owner == nullptr ? nullptr : owner->find("technology");
    const std::string path = is_unit ? "technology" : "machine.technology";
    if (technology == nullptr || explore::varies(sweep.spec, path) || explore::varies(sweep.spec, "machine.family")) {
        return;
    }
    Problems ignored; // the points say what is wrong
    if (is_unit) {
        sweep.technology = read_mac_point(*owner, ignored).technology;
    } else {
        sweep.technology = read_machine_input(config::MapReader(*owner, ignored)).technology;
    }
    sweep.technology_hash = content_hash(config::canonical_text(*technology));
    std::erase_if(owner->entries, [](const config::Entry& entry) { return entry.key == "technology"; });
}

/// Names the mapper's effort where a sweep on a core grid does not: a space wants many points before each is mapped as
/// well as can be. True when it did.
bool name_effort(config::Node& root) {
    config::Node* run = root.find("run");
    const config::Node* machine = run == nullptr ? nullptr : run->find("machine");
    const config::Node* family = machine == nullptr ? nullptr : machine->find("family");
    const config::Node* mapping = run == nullptr ? nullptr : run->find("mapping");
    const bool is_mapped = family != nullptr && family->text == "core_grid" &&
                           (mapping == nullptr || (mapping->kind == config::Kind::map && !mapping->find("file")));
    if (!is_mapped || (mapping != nullptr && mapping->find("effort") != nullptr)) {
        return false;
    }
    Problems ignored; // of a path that is there
    config::Node effort{.kind = config::Kind::scalar, .place = run->place};
    effort.text = "quick";
    config::set_value(*run, "mapping.effort", std::move(effort), ignored);
    return true;
}

/// Paths in a stored text lead to the same files from anywhere.
void make_absolute(config::Node* path) {
    if (path != nullptr && path->kind == config::Kind::scalar) {
        path->text = fs::absolute(beside(*path)).lexically_normal().string();
        path->quoted = true;
    }
}

std::string stored_text(config::Node root) {
    if (config::Node* run = root.find("run")) {
        make_absolute(run->find("workload"));
        if (config::Node* mapping = run->find("mapping")) {
            make_absolute(mapping->find("file"));
        }
    }
    if (config::Node* workloads = root.find("workloads")) {
        for (config::Node& workload : workloads->items) {
            make_absolute(workload.find("file"));
        }
    }
    return config::explain(root);
}

explore::SweepRecord record_of(const SweepSpec& sweep, const config::Node& root,
                               std::vector<explore::StoredWorkload> workloads) {
    explore::SweepRecord record{.name = sweep.name, .objectives = sweep.objectives, .workloads = std::move(workloads)};
    record.text = stored_text(root);
    std::string identity = config::canonical_text(root);
    for (const explore::StoredWorkload& workload : record.workloads) {
        identity += "\n" + workload.content_hash;
    }
    record.hash = content_hash(identity);
    for (const AxisSpec& axis : sweep.axes) {
        explore::Axis shown{.name = axis.name, .values = {}};
        for (const explore::AxisValue& value : axis.values) {
            shown.values.push_back(value.text);
        }
        record.axes.push_back(std::move(shown));
    }
    const std::uint64_t space = explore::space_of(sweep).points();
    record.planned = sweep.strategy.points == 0 ? space : std::min(space, sweep.strategy.points);
    return record;
}

/// Removes a key of a map and returns the canonical text of its value; "" when it is not there.
std::string take(config::Node* map, const char* key) {
    const config::Node* value = map == nullptr ? nullptr : map->find(key);
    if (value == nullptr) {
        return "";
    }
    std::string text = config::canonical_text(*value);
    std::erase_if(map->entries, [key](const config::Entry& entry) { return entry.key == key; });
    return text;
}

/// The resolved run of a point without networks and fidelity; a mapping file counts by its content.
config::Node nameable_run(const PreparedSweep& sweep, const Point& point, std::string& text) {
    Problems problems; // a point that cannot be written has a name too
    config::Node run = explore::run_at(sweep.spec, point, problems);
    if (!sweep.record.workloads.front().file.empty()) {
        take(&run, "workload");
    }
    take(&run, "fidelity");
    config::Node* mapping = run.find("mapping");
    if (const config::Node* file = mapping == nullptr ? nullptr : mapping->find("file")) {
        text += content_hash(read_file(beside(*file))) + "\n";
        take(mapping, "file");
    }
    return run;
}

bool is_sized_by_area(const config::Node& machine) {
    const config::Node* node = &machine;
    for (const char* key : {"core", "matrix_unit", "sizing"}) {
        node = node->find(key);
        if (node == nullptr) {
            return false;
        }
    }
    return node->text == "iso_area";
}

constexpr const char* kVersion = "lodestone " LODESTONE_VERSION "\n";

} // namespace

std::optional<spec::SpikingArraySpec> spiking_array_of(const SweepSpec& sweep) {
    Problems ignored; // the points say what is wrong
    if (sweep.is_mac_unit) {
        return std::nullopt;
    }
    const RunRequest request = read_run_file(readable_run(sweep, ends_of(sweep).back(), ignored), ignored);
    return request.spiking_array() == nullptr ? std::nullopt : std::optional(*request.spiking_array());
}

SweepSpec read_sweep_file(const config::Node& root, Problems& problems, config::ReadLog* log) {
    SweepSpec sweep = explore::read_sweep(root, problems, log);
    if (!problems.has_errors()) {
        check_run(sweep, problems, log);
    }
    return sweep;
}

std::vector<explore::StoredWorkload> workloads_of(const SweepSpec& sweep) {
    std::vector<explore::StoredWorkload> workloads;
    for (const explore::WorkloadSpec& workload : sweep.workloads) {
        workloads.push_back({.file = beside(workload.file).string(), .weight = workload.weight});
    }
    if (workloads.empty()) {
        const config::Node* workload = sweep.run.find("workload");
        const bool is_file = !sweep.is_mac_unit && workload != nullptr && workload->kind == config::Kind::scalar;
        workloads.push_back({.file = is_file ? beside(*workload).string() : ""});
    }
    for (explore::StoredWorkload& workload : workloads) {
        workload.content_hash = workload.file.empty() ? "" : content_hash(network_content(workload.file));
    }
    return workloads;
}

PreparedSweep prepare_sweep(config::Node root, std::vector<explore::StoredWorkload> workloads) {
    Problems problems;
    PreparedSweep sweep;
    sweep.has_usual_effort = name_effort(root);
    sweep.spec = read_sweep_file(root, problems);
    problems.throw_if_errors();
    sweep.has_usual_effort = sweep.has_usual_effort && !explore::varies(sweep.spec, "mapping.effort");
    sweep.record = record_of(sweep.spec, root, workloads.empty() ? workloads_of(sweep.spec) : std::move(workloads));
    detach_technology(sweep);
    return sweep;
}

PreparedSweep load_sweep(const std::string& file, const std::vector<std::string>& overrides) {
    Problems problems;
    const config::Node root = load_with_overrides(file, overrides, problems);
    problems.throw_if_errors();
    return prepare_sweep(root, {});
}

std::string hash_of(const PreparedSweep& sweep, const Point& point, const std::string& fidelity) {
    std::string text = kVersion;
    const config::Node run = nameable_run(sweep, point, text);
    text += config::canonical_text(run) + sweep.technology_hash + "\n" + fidelity;
    for (const explore::StoredWorkload& workload : sweep.record.workloads) {
        text += "\n" + workload.content_hash;
        if (sweep.record.workloads.size() > 1) {
            text += " " + explore::shortest(workload.weight);
        }
    }
    return content_hash(text);
}

std::vector<std::string> execution_hashes(const PreparedSweep& sweep, const Point& point, const std::string& fidelity) {
    std::string text = kVersion;
    config::Node run = nameable_run(sweep, point, text);
    if (sweep.spec.is_mac_unit) {
        for (const char* key : {"technology", "voltage", "clock"}) {
            take(&run, key);
        }
    } else if (config::Node* machine = run.find("machine")) {
        take(machine, "name");
        take(machine, "voltage");
        const std::string technology = take(machine, "technology");
        if (is_sized_by_area(*machine)) {
            text += technology.empty() ? sweep.technology_hash : content_hash(technology);
        }
    }
    text += config::canonical_text(run) + fidelity + "\n";
    std::vector<std::string> hashes;
    for (const explore::StoredWorkload& workload : sweep.record.workloads) {
        hashes.push_back(content_hash(text + workload.content_hash));
    }
    return hashes;
}

} // namespace lodestone::apps
