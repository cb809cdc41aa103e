// SPDX-License-Identifier: Apache-2.0
// Telling files apart by the keys at their top.
#include "apps/file_kind.hpp"

#include "apps/spiking_run.hpp"
#include "sim/base/file.hpp"
#include "sim/config/node.hpp"

#include <algorithm>

namespace lodestone::apps {
bool is_text(const std::string& content) {
    return std::ranges::none_of(content, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 && c != '\n' && c != '\r' && c != '\t'; // 0x20: first printable character
    });
}

FileKind kind_of_file(const std::string& file) {
    if (is_spiking_network(file)) {
        return FileKind::spiking_network;
    }
    const std::string content = read_file(file);
    if (!is_text(content)) {
        return FileKind::network;
    }
    const std::size_t first = content.find_first_not_of(" \t\r\n");
    if (first != std::string::npos && content[first] == '{' &&
        content.find("\"lodestone.program/") != std::string::npos) {
        return FileKind::program;
    }
    Problems problems; // whoever reads the file for good reports them
    const config::Node root = config::load_file(file, problems);
    if (problems.has_errors()) {
        return FileKind::run; // a broken configuration: its reader says where
    }
    const auto has = [&root](const char* key) { return root.find(key) != nullptr; };
    if (has("family")) {
        return FileKind::machine;
    }
    if (has("axes")) {
        return FileKind::sweep;
    }
    if (has("workload") || has("machine")) {
        return FileKind::run;
    }
    if (has("layers") || has("inputs")) {
        return FileKind::network;
    }
    if (const config::Node* kind = root.find("kind"); kind != nullptr && kind->text == "anchors") {
        return FileKind::anchors;
    }
    if (has("kind")) {
        return FileKind::technology;
    }
    return FileKind::network;
}

std::string name_of(FileKind kind) {
    switch (kind) {
    case FileKind::machine:
        return "machine";
    case FileKind::run:
        return "run file";
    case FileKind::sweep:
        return "sweep";
    case FileKind::technology:
        return "technology";
    case FileKind::anchors:
        return "anchors";
    case FileKind::program:
        return "program";
    case FileKind::spiking_network:
        return "spiking network";
    case FileKind::network:
        return "network";
    }
    return "file";
}

} // namespace lodestone::apps
