// SPDX-License-Identifier: Apache-2.0
// Walks the groups of a NIR file: `version`, and `node` with `type`, `nodes/<name>` and `edges`.
#include "workloads/import/nir_format.hpp"

#include "sim/base/error.hpp"

#include <hdf5.h>

#include <optional>

namespace lodestone::import {
namespace {

/// An HDF5 identifier that is closed with its object.
class Handle {
public:
    Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
    ~Handle() {
        if (id_ >= 0) {
            close_(id_);
        }
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    [[nodiscard]] hid_t id() const { return id_; }
    [[nodiscard]] bool is_open() const { return id_ >= 0; }

private:
    hid_t id_;
    herr_t (*close_)(hid_t);
};

/// Memory of strings that HDF5 allocated, given back in any case.
class Strings {
public:
    Strings(hid_t type, hid_t space, std::size_t count) : type_(type), space_(space), items_(count, nullptr) {}
    ~Strings() { H5Dvlen_reclaim(type_, space_, H5P_DEFAULT, static_cast<void*>(items_.data())); }
    Strings(const Strings&) = delete;
    Strings& operator=(const Strings&) = delete;
    [[nodiscard]] void* data() { return static_cast<void*>(items_.data()); }
    [[nodiscard]] std::vector<std::string> texts() const {
        std::vector<std::string> all;
        for (const char* item : items_) {
            all.emplace_back(item == nullptr ? "" : item);
        }
        return all;
    }

private:
    hid_t type_;
    hid_t space_;
    std::vector<char*> items_;
};

extern "C" herr_t append_name(hid_t /*group*/, const char* name, const H5L_info_t* /*info*/, void* names) {
    static_cast<std::vector<std::string>*>(names)->emplace_back(name);
    return 0;
}

class NirReader {
public:
    explicit NirReader(std::string file) : file_(std::move(file)) {}

    NirGraph run() {
        H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); // we say ourselves what is wrong
        const Handle file(H5Fopen(file_.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
        if (!file.is_open()) {
            throw UserError({.file = file_}, "", "is damaged or cut off: its HDF5 structure cannot be read");
        }
        if (has(file.id(), "version")) {
            graph_.version = text(file.id(), "version", "/version").value_or("");
        }
        if (!has(file.id(), "node")) {
            problem("/node", "is missing; a NIR file keeps its graph there");
        } else {
            read_graph(file.id(), "node", "/node", "");
        }
        problems_.throw_if_errors();
        return std::move(graph_);
    }

private:
    void problem(const std::string& path, const std::string& message) {
        problems_.error({.file = file_}, path, message);
    }

    static bool has(hid_t group, const char* name) { return H5Lexists(group, name, H5P_DEFAULT) > 0; }

    static std::vector<std::string> names_in(hid_t group) {
        std::vector<std::string> names;
        H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, append_name, &names);
        return names;
    }

    /// Values of a dataset of strings, row-major; nothing after a problem.
    std::optional<std::vector<std::string>> texts(hid_t group, const char* name, const std::string& path) {
        const Handle set(H5Dopen2(group, name, H5P_DEFAULT), H5Dclose);
        const Handle type(set.is_open() ? H5Dget_type(set.id()) : -1, H5Tclose);
        const Handle space(set.is_open() ? H5Dget_space(set.id()) : -1, H5Sclose);
        if (!type.is_open() || !space.is_open() || H5Tget_class(type.id()) != H5T_STRING) {
            problem(path, "must be text");
            return std::nullopt;
        }
        const hssize_t count = H5Sget_simple_extent_npoints(space.id());
        if (count < 0 || static_cast<std::size_t>(count) > 2 * max_nir_nodes) {
            problem(path,
                    "holds " + std::to_string(count) + " texts; the limit is " + std::to_string(2 * max_nir_nodes));
            return std::nullopt;
        }
        const auto items = static_cast<std::size_t>(count);
        if (H5Tis_variable_str(type.id()) > 0) {
            const Handle memory(H5Tcopy(type.id()), H5Tclose);
            Strings strings(memory.id(), space.id(), items);
            if (items != 0 && H5Dread(set.id(), memory.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, strings.data()) < 0) {
                problem(path, "cannot be read; the file is damaged");
                return std::nullopt;
            }
            return strings.texts();
        }
        return fixed_texts(set.id(), type.id(), items, path);
    }

    std::optional<std::vector<std::string>> fixed_texts(hid_t set, hid_t type, std::size_t items,
                                                        const std::string& path) {
        constexpr std::size_t longest = 65536;
        const std::size_t size = H5Tget_size(type);
        if (size == 0 || size > longest) {
            problem(path, "holds texts of " + std::to_string(size) + " bytes; the limit is " + std::to_string(longest));
            return std::nullopt;
        }
        std::string bytes(size * items, '\0');
        if (items != 0 && H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()) < 0) {
            problem(path, "cannot be read; the file is damaged");
            return std::nullopt;
        }
        std::vector<std::string> all;
        for (std::size_t i = 0; i < items; ++i) {
            const std::string item = bytes.substr(i * size, size);
            all.push_back(item.substr(0, item.find('\0')));
        }
        return all;
    }

    std::optional<std::string> text(hid_t group, const char* name, const std::string& path) {
        const auto all = texts(group, name, path);
        if (all && all->size() != 1) {
            problem(path, "holds " + std::to_string(all->size()) + " texts; one is expected");
            return std::nullopt;
        }
        return all ? std::optional(all->front()) : std::nullopt;
    }

    void numbers(hid_t group, const std::string& name, const std::string& path, NirNode& node) {
        const Handle set(H5Dopen2(group, name.c_str(), H5P_DEFAULT), H5Dclose);
        const Handle type(set.is_open() ? H5Dget_type(set.id()) : -1, H5Tclose);
        const Handle space(set.is_open() ? H5Dget_space(set.id()) : -1, H5Sclose);
        if (!type.is_open() || !space.is_open()) {
            problem(path, "cannot be opened; the file is damaged");
            return;
        }
        const H5T_class_t kind = H5Tget_class(type.id());
        if (kind == H5T_STRING) {
            node.texts[name] = text(group, name.c_str(), path).value_or("");
            return;
        }
        if (kind != H5T_INTEGER && kind != H5T_FLOAT) {
            return; // booleans and other extras of writers; a node that needs it will miss it
        }
        const hssize_t count = H5Sget_simple_extent_npoints(space.id());
        if (count < 0 || static_cast<std::size_t>(count) > max_nir_elements) {
            problem(path,
                    "holds " + std::to_string(count) + " numbers; the limit is " + std::to_string(max_nir_elements));
            return;
        }
        graph::Shape shape(static_cast<std::size_t>(std::max(0, H5Sget_simple_extent_ndims(space.id()))));
        std::vector<hsize_t> sides(shape.size());
        H5Sget_simple_extent_dims(space.id(), sides.data(), nullptr);
        for (std::size_t i = 0; i < sides.size(); ++i) {
            shape[i] = static_cast<std::int64_t>(sides[i]);
        }
        std::vector<double> values(static_cast<std::size_t>(count));
        if (count != 0 && H5Dread(set.id(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) {
            problem(path, "cannot be read; the file is damaged");
            return;
        }
        node.numbers.insert_or_assign(
            name, graph::TensorData(graph::ElementType::float64, std::move(shape), std::move(values)));
    }

    /// A graph: its nodes under `prefix`, then its edges.
    void read_graph(hid_t parent, const char* name, const std::string& path, const std::string& prefix) {
        constexpr std::size_t deepest = 32; // graphs in graphs
        if (++depth_ > deepest) {
            problem(path, "is nested deeper than " + std::to_string(deepest) + " graphs");
            return;
        }
        const Handle group(H5Gopen2(parent, name, H5P_DEFAULT), H5Gclose);
        if (!group.is_open() || !has(group.id(), "nodes") || !has(group.id(), "edges")) {
            problem(path, "must be a group with nodes and edges");
            return;
        }
        const Handle nodes(H5Gopen2(group.id(), "nodes", H5P_DEFAULT), H5Gclose);
        if (!nodes.is_open()) {
            problem(path + "/nodes", "must be a group");
            return;
        }
        for (const std::string& node : names_in(nodes.id())) {
            read_node(nodes.id(), node, path + "/nodes/" + node, prefix);
        }
        const auto ends = texts(group.id(), "edges", path + "/edges");
        if (ends && ends->size() % 2 != 0) {
            problem(path + "/edges", "must be pairs of node names");
        } else if (ends) {
            for (std::size_t i = 0; i < ends->size(); i += 2) {
                graph_.edges.emplace_back(prefix + (*ends)[i], prefix + (*ends)[i + 1]);
            }
        }
        --depth_;
    }

    void read_node(hid_t nodes, const std::string& name, const std::string& path, const std::string& prefix) {
        const Handle group(H5Gopen2(nodes, name.c_str(), H5P_DEFAULT), H5Gclose);
        if (!group.is_open() || !has(group.id(), "type")) {
            problem(path, "must be a group with a type");
            return;
        }
        NirNode node{.name = prefix + name};
        node.type = text(group.id(), "type", path + "/type").value_or("");
        if (node.type == "NIRGraph") {
            read_graph(nodes, name.c_str(), path, prefix + name + ".");
        } else {
            for (const std::string& parameter : names_in(group.id())) {
                H5O_info_t info;
                const bool is_known = H5Oget_info_by_name(group.id(), parameter.c_str(), &info, H5P_DEFAULT) >= 0;
                if (parameter != "type" && is_known && info.type == H5O_TYPE_DATASET) {
                    numbers(group.id(), parameter, path + "/" + parameter, node);
                }
            }
        }
        if (graph_.nodes.size() >= max_nir_nodes) {
            problem(path, "is one node too many; the limit is " + std::to_string(max_nir_nodes));
            return;
        }
        graph_.nodes.push_back(std::move(node)); // of a nested graph too: edges lead to it
    }

    std::string file_;
    Problems problems_;
    NirGraph graph_;
    std::size_t depth_ = 0;
};

} // namespace

bool is_hdf5(std::string_view bytes) {
    return bytes.starts_with("\x89HDF\r\n\x1a\n");
}

NirGraph read_nir(const std::filesystem::path& file) {
    return NirReader(file.string()).run();
}

} // namespace lodestone::import
