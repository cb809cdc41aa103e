// SPDX-License-Identifier: Apache-2.0
// The list of network formats, and the checks that all of them share.
#include "workloads/import/import.hpp"

#include "sim/base/error.hpp"
#include "sim/base/file.hpp"
#include "workloads/graph/infer.hpp"
#include "workloads/import/onnx_format.hpp"
#include "workloads/import/yaml_format.hpp"

#include <algorithm>

namespace lodestone::import {
namespace {

/// Order, roles, shapes, rules.
void finish(graph::Graph& network, Problems& problems) {
    Problems order;
    graph::sort_operators(network, order);
    problems.append(order);
    if (order.has_errors()) {
        return;
    }
    graph::assign_roles(network);
    Problems shapes;
    graph::infer_shapes(network, shapes);
    for (const Diagnostic& problem : shapes.all()) { // some readers infer as they build and have reported it
        if (std::find(problems.all().begin(), problems.all().end(), problem) == problems.all().end()) {
            problems.add(problem);
        }
    }
    if (!problems.has_errors()) {
        problems.append(graph::verify(network));
    }
}

} // namespace

const std::vector<Format>& formats() {
    static const std::vector<Format> all{
        {.name = "ONNX", .recognises = looks_like_onnx, .read = read_onnx},
        {.name = "YAML network", .recognises = looks_like_yaml_network, .read = read_yaml_network},
    };
    return all;
}

graph::Graph import_network(const Source& source, Problems& problems, const ImportOptions& options) {
    if (source.content.empty()) {
        problems.error({.file = source.path.string()}, "", "is empty");
        return {};
    }
    const auto format = std::find_if(formats().begin(), formats().end(),
                                     [&](const Format& candidate) { return candidate.recognises(source.content); });
    if (format == formats().end()) {
        std::vector<std::string> names;
        std::transform(formats().begin(), formats().end(), std::back_inserter(names),
                       [](const Format& f) { return f.name; });
        problems.error({.file = source.path.string()}, "", "is no network in a known format; known are " + join(names));
        return {};
    }
    graph::Graph network = format->read(source, options, problems);
    finish(network, problems);
    return network;
}

graph::Graph import_network(const std::filesystem::path& path, Problems& problems, const ImportOptions& options) {
    return import_network(Source{.content = read_file(path), .path = path}, problems, options);
}

graph::Graph import_network(const std::filesystem::path& path) {
    Problems problems;
    graph::Graph network = import_network(path, problems);
    problems.throw_if_errors();
    return network;
}

} // namespace lodestone::import
