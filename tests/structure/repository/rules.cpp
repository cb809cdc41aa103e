// SPDX-License-Identifier: Apache-2.0
// The rules of the house, each a function over text.
#include "tests/structure/repository/rules.hpp"

#include "tests/structure/repository/include_table.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <regex>
#include <set>
#include <string_view>

namespace lodestone::structure {
namespace {

constexpr std::size_t root_readme_lines = 100; ///< two screens
constexpr std::size_t readme_lines = 60;       ///< one page

std::string place(const SourceFile& file, std::size_t line) {
    return file.path + ":" + std::to_string(line) + ": ";
}

bool is_in(std::string_view path, std::string_view folder) {
    return path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/';
}

bool has_systemc(const std::string& path) {
    return is_in(path, "sim/kernel") || is_in(path, "sim/run") || is_in(path, "apps") || is_in(path, "tests/system") ||
           path.ends_with("_module.hpp") || path.ends_with("_module.cpp");
}
bool has_yaml(const std::string& path) {
    return is_in(path, "sim/config") && path.ends_with(".cpp");
}
bool has_onnx(const std::string& path) {
    return is_in(path, "workloads/import") && path.ends_with(".cpp");
}
bool has_command_line(const std::string& path) {
    return is_in(path, "apps");
}

/// A library whose header is confined: `pattern` matches the include target.
struct ConfinedLibrary {
    const char* name;
    const char* pattern;
    bool (*allowed)(const std::string& path);
    const char* home;
};
constexpr std::array confined{
    ConfinedLibrary{"SystemC", R"(^(systemc(\.h)?|tlm(\.h)?|(tlm|sysc|tlm_utils|tlm_core)/.*)$)", has_systemc,
                    "sim/kernel, sim/run, *_module files, apps and tests/system"},
    ConfinedLibrary{"yaml-cpp", R"(^yaml-cpp/)", has_yaml, "sim/config/*.cpp"},
    ConfinedLibrary{"ONNX/protobuf", R"(^(onnx/|google/protobuf/)|\.pb\.h$)", has_onnx, "workloads/import/*.cpp"},
    ConfinedLibrary{"CLI11", R"(^CLI/)", has_command_line, "apps"},
};

bool is_source_folder(std::string_view path) {
    constexpr std::array rooms{"sim", "numerics", "workloads", "mapping", "arch", "analysis", "apps"};
    return std::ranges::any_of(rooms, [&](const char* room) { return is_in(path, room); });
}

std::string folder_of(const std::string& path) {
    return path.substr(0, path.rfind('/'));
}

/// The text of the file of that name, or "".
std::string text_of(const std::vector<SourceFile>& files, std::string_view path) {
    const auto found = std::ranges::find(files, path, &SourceFile::path);
    return found == files.end() ? "" : found->text;
}

/// What the first groups of `pattern` (joined by '/') match in CMake code, comments left out.
std::set<std::string> cmake_calls(const std::string& text, const char* pattern) {
    std::set<std::string> calls;
    const std::string code = std::regex_replace(text, std::regex("#[^\n]*"), "");
    const std::regex call(pattern);
    for (std::sregex_iterator it(code.begin(), code.end(), call); it != std::sregex_iterator(); ++it) {
        calls.insert((*it)[1].str() + ((*it)[2].matched ? "/" + (*it)[2].str() : ""));
    }
    return calls;
}

} // namespace

Violations verify_libraries(const SourceFile& file) {
    Violations violations;
    for (const Include& include : includes_of(file.text)) {
        for (const ConfinedLibrary& library : confined) {
            if (std::regex_search(include.target, std::regex(library.pattern)) && !library.allowed(file.path)) {
                violations.push_back(place(file, include.line) + library.name + " (" + include.target +
                                     ") belongs only in " + library.home);
            }
        }
    }
    return violations;
}

Violations verify_silence(const SourceFile& file) {
    static const std::regex loud(
        R"((^|[^\w.])(w?c(out|err|log)\b|(v?f?printf|f?puts|putchar|perror|_?exit|_Exit|quick_exit|abort)\s*\(|(secure_)?getenv\b))");
    Violations violations;
    if (!is_source_folder(file.path) || is_in(file.path, "apps")) {
        return violations;
    }
    const std::vector<std::string> code = lines_of(code_only(file.text));
    for (std::size_t i = 0; i < code.size(); ++i) {
        std::smatch match;
        if (std::regex_search(code[i], match, loud)) {
            violations.push_back(place(file, i + 1) + "'" + match[2].str() +
                                 "': only apps print, end the process or read the environment");
        }
    }
    return violations;
}

Violations verify_heading(const SourceFile& file) {
    static const std::regex purpose(R"(^// \S.*\s.*\s\S+)");
    const std::vector<std::string> lines = lines_of(file.text);
    Violations violations;
    if (lines.empty() || lines[0] != "// SPDX-License-Identifier: Apache-2.0") {
        violations.push_back(place(file, 1) + "must be '// SPDX-License-Identifier: Apache-2.0'");
    }
    if (lines.size() < 2 || !std::regex_search(lines[1], purpose)) {
        violations.push_back(place(file, 2) + "must be a comment that says the file's purpose in a sentence");
    }
    return violations;
}

Violations verify_listed(const std::vector<SourceFile>& files) {
    const std::set<std::string> rooms =
        cmake_calls(text_of(files, "tests/CMakeLists.txt"), R"(lodestone_tests\s*\(\s*(\w+)\s+(\w+))");
    const std::set<std::string> benches =
        cmake_calls(text_of(files, "benches/CMakeLists.txt"), R"(lodestone_bench\s*\(\s*(\w+)())");
    Violations violations;
    for (const SourceFile& file : files) {
        if (!file.path.ends_with(".cpp")) {
            continue;
        }
        if (is_in(file.path, "tests") && !is_in(file.path, "tests/support")) {
            const std::string room = folder_of(file.path).substr(std::string_view("tests/").size());
            if (!rooms.contains(room)) {
                violations.push_back(file.path + ": is not built; tests/CMakeLists.txt has no lodestone_tests(" +
                                     std::regex_replace(room, std::regex("/"), " ") + ")");
            }
        }
        if (is_in(file.path, "benches")) {
            static const std::regex bench(R"(^benches/(\w+)_bench\.cpp$)");
            std::smatch match;
            if (!std::regex_match(file.path, match, bench) || !benches.contains(match[1].str() + "/")) {
                violations.push_back(file.path + ": is not built; a bench is benches/NAME_bench.cpp with a line "
                                                 "lodestone_bench(NAME) in benches/CMakeLists.txt");
            }
        }
    }
    return violations;
}

Violations verify_room_files(const std::vector<SourceFile>& files) {
    std::set<std::string> paths;
    std::set<std::string> wanted_readmes;
    std::set<std::string> rooms;
    for (const SourceFile& file : files) {
        paths.insert(file.path);
        const std::string top = file.path.substr(0, file.path.find('/'));
        if (file.path.find('/') != std::string::npos && !top.starts_with('.')) {
            wanted_readmes.insert(top);
        }
        if (is_cpp(file.path) && is_source_folder(file.path)) {
            rooms.insert(room_of(file.path));
            wanted_readmes.insert(folder_of(file.path));
        }
    }
    Violations violations;
    for (const std::string& folder : wanted_readmes) {
        if (!paths.contains(folder + "/README.md")) {
            violations.push_back(folder + ": has no README.md (purpose, contents, may depend on, how to add one more)");
        }
    }
    for (const std::string& room : rooms) {
        const std::string top = room.substr(0, room.find('/'));
        if (!paths.contains(room + "/CMakeLists.txt") && !paths.contains(top + "/CMakeLists.txt")) {
            violations.push_back(room + ": has sources but no CMakeLists.txt, so nobody builds them");
        }
    }
    return violations;
}

Violations verify_readme_length(const SourceFile& file) {
    const bool root = file.path == "README.md";
    if (!root && !file.path.ends_with("/README.md")) {
        return {};
    }
    const std::size_t limit = root ? root_readme_lines : readme_lines;
    const std::size_t length = lines_of(file.text).size();
    if (length <= limit) {
        return {};
    }
    return {file.path + ": has " + std::to_string(length) + " lines, the limit is " + std::to_string(limit)};
}

Violations verify_no_placeholder(const SourceFile& file) {
    const std::string name = file.path.substr(file.path.rfind('/') + 1);
    const bool blank = std::ranges::all_of(file.text, [](unsigned char c) { return std::isspace(c) != 0; });
    if (blank || name == ".gitkeep" || name == ".keep" || name.find("placeholder") != std::string::npos) {
        return {file.path + ": is empty or stands for something that does not exist yet"};
    }
    return {};
}

Violations verify_no_machine_path(const SourceFile& file) {
    // The names are joined to the slash here, so that this file holds no such path itself.
    static const std::regex path("(^|[^\\w.~}/-])/(work|root|tmp|home|Users|mnt)(?![\\w-])");
    Violations violations;
    const std::vector<std::string> lines = lines_of(file.text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::smatch match;
        if (std::regex_search(lines[i], match, path)) {
            violations.push_back(place(file, i + 1) + "names /" + match[2].str() + ", a path of one machine");
        }
    }
    return violations;
}

Violations verify_links(const SourceFile& file, const std::vector<std::string>& paths) {
    static const std::regex link(R"(\]\(([^)#\s]+)(#[^)]*)?\))");
    Violations violations;
    const std::vector<std::string> lines = lines_of(file.text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        for (std::sregex_iterator it(lines[i].begin(), lines[i].end(), link); it != std::sregex_iterator(); ++it) {
            const std::string target = (*it)[1];
            if (target.find(':') != std::string::npos) {
                continue; // another site
            }
            namespace fs = std::filesystem;
            std::string path = (fs::path(file.path).parent_path() / target).lexically_normal().generic_string();
            if (path.ends_with('/')) {
                path.pop_back();
            }
            const bool exists =
                std::ranges::any_of(paths, [&](const std::string& p) { return p == path || is_in(p, path); });
            if (!exists) {
                violations.push_back(place(file, i + 1) + "links to " + target + ", which does not exist");
            }
        }
    }
    return violations;
}

} // namespace lodestone::structure
