// SPDX-License-Identifier: Apache-2.0
// Patterns over layer names, in order.
#include "workloads/quantise/layer_precision.hpp"

#include "sim/base/error.hpp"
#include "workloads/quantise/op_class.hpp"

#include <algorithm>

namespace lodestone::quantise {

namespace {

/// The ending of the message about a pattern without a match: names near it, else the first ones.
std::string names_near(const std::string& pattern, const std::vector<graph::Layer>& layers) {
    constexpr std::size_t shown = 5;
    std::string plain = pattern;
    std::erase_if(plain, [](char c) { return c == '*' || c == '?'; });
    std::vector<std::string> rest;
    for (const graph::Layer& layer : layers) {
        rest.push_back(layer.name);
    }
    std::vector<std::string> near;
    while (near.size() < shown) {
        const auto contains = std::find_if(rest.begin(), rest.end(), [&](const std::string& name) {
            return !plain.empty() && name.find(plain) != std::string::npos;
        });
        const std::string next = contains != rest.end() ? *contains : nearest_name(plain, rest);
        if (next.empty()) {
            break;
        }
        near.push_back(next);
        std::erase(rest, next);
    }
    if (!near.empty()) {
        return "; layers near it: " + join(near);
    }
    rest.resize(std::min(rest.size(), shown));
    return "; layers are " + join(rest) + (layers.size() > shown ? ", …" : "");
}

} // namespace

bool matches(std::string_view pattern, std::string_view name) {
    std::size_t p = 0;
    std::size_t n = 0;
    std::size_t star = std::string_view::npos; // the last '*' seen, and where in `name` it stands for nothing yet
    std::size_t resume = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = n;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
            ++p;
            ++n;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            n = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') {
        ++p;
    }
    return p == pattern.size();
}

std::vector<numerics::Precision> layer_precisions(const graph::Graph& graph, const std::vector<graph::Layer>& layers,
                                                  const QuantiseOptions& options) {
    std::vector<numerics::Precision> precisions(layers.size(), options.precision);
    Problems problems;
    const auto is_matrix_layer = [&](const graph::Layer& layer) { return is_matrix(graph.at(layer.primary).kind); };
    const auto first = std::find_if(layers.begin(), layers.end(), is_matrix_layer);
    const auto last = std::find_if(layers.rbegin(), layers.rend(), is_matrix_layer);
    if (first == layers.end() && (options.first_layer || options.last_layer)) {
        problems.error({.file = graph.source}, options.first_layer ? "first_layer" : "last_layer",
                       "names the precision of a matrix layer, but the network has none");
    }
    if (first != layers.end() && options.first_layer) {
        precisions.at(static_cast<std::size_t>(first - layers.begin())) = *options.first_layer;
    }
    if (last != layers.rend() && options.last_layer) {
        precisions.at(static_cast<std::size_t>(layers.rend() - last - 1)) = *options.last_layer;
    }
    for (const LayerOverride& rule : options.layers) {
        bool used = false;
        for (std::size_t i = 0; i < layers.size(); ++i) {
            if (matches(rule.match, layers[i].name)) {
                precisions[i] = rule.precision;
                used = true;
            }
        }
        if (!used) {
            problems.error(rule.where, "match",
                           "'" + rule.match + "' matches no layer" + names_near(rule.match, layers));
        }
    }
    problems.throw_if_errors();
    return precisions;
}

} // namespace lodestone::quantise
