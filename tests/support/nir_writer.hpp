// SPDX-License-Identifier: Apache-2.0
// Writes small NIR files for tests, with the HDF5 library.
#pragma once

#include <hdf5.h>

#include <string>
#include <utility>
#include <vector>

namespace lodestone::tests {

struct NirParameter {
    std::string name;
    std::vector<hsize_t> shape;
    std::vector<double> values;
};
struct NirTestNode {
    std::string name;
    std::string type;
    std::vector<NirParameter> parameters;
};

inline void write_text(hid_t group, const char* name, const std::vector<const char*>& texts,
                       const std::vector<hsize_t>& shape) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    const hid_t space =
        shape.empty() ? H5Screate(H5S_SCALAR) : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    const hid_t set = H5Dcreate2(group, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, static_cast<const void*>(texts.data()));
    H5Dclose(set);
    H5Sclose(space);
    H5Tclose(type);
}

inline void write_numbers(hid_t group, const NirParameter& parameter) {
    const hid_t space = parameter.shape.empty() ? H5Screate(H5S_SCALAR)
                                                : H5Screate_simple(static_cast<int>(parameter.shape.size()),
                                                                   parameter.shape.data(), nullptr);
    const hid_t settings = H5Pcreate(H5P_DATASET_CREATE);
    if (!parameter.shape.empty()) {
        H5Pset_chunk(settings, static_cast<int>(parameter.shape.size()), parameter.shape.data());
        H5Pset_deflate(settings, 4); // as NIR's writers do
    }
    const hid_t set =
        H5Dcreate2(group, parameter.name.c_str(), H5T_IEEE_F32LE, space, H5P_DEFAULT, settings, H5P_DEFAULT);
    H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, parameter.values.data());
    H5Dclose(set);
    H5Pclose(settings);
    H5Sclose(space);
}

/// A file whose graph is a chain of the nodes, in order, plus `more` edges.
inline void write_nir(const std::string& file, const std::vector<NirTestNode>& nodes,
                      const std::vector<std::pair<std::string, std::string>>& more = {}) {
    const hid_t root = H5Fcreate(file.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    write_text(root, "version", {"1.0"}, {});
    const hid_t graph = H5Gcreate2(root, "node", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    write_text(graph, "type", {"NIRGraph"}, {});
    const hid_t all = H5Gcreate2(graph, "nodes", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    std::vector<const char*> edges;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const hid_t node = H5Gcreate2(all, nodes[i].name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        write_text(node, "type", {nodes[i].type.c_str()}, {});
        for (const NirParameter& parameter : nodes[i].parameters) {
            write_numbers(node, parameter);
        }
        H5Gclose(node);
        if (i > 0) {
            edges.push_back(nodes[i - 1].name.c_str());
            edges.push_back(nodes[i].name.c_str());
        }
    }
    for (const auto& [from, to] : more) {
        edges.push_back(from.c_str());
        edges.push_back(to.c_str());
    }
    write_text(graph, "edges", edges, {edges.size() / 2, 2});
    H5Gclose(all);
    H5Gclose(graph);
    H5Fclose(root);
}

} // namespace lodestone::tests
