// SPDX-License-Identifier: Apache-2.0
// Runs the built command as a user would and captures what it prints.
#pragma once

#include <filesystem>
#include <string>

namespace lodestone::tests {

struct CommandResult {
    int exit_code = 0;
    std::string out;
    std::string err;
};

/// Runs `build/.../bin/lodestone <arguments>` through the shell, in the repository's root.
[[nodiscard]] CommandResult lodestone_command(const std::string& arguments);

/// A folder of its own that disappears with the object.
class ScratchFolder {
public:
    ScratchFolder();
    ~ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// Writes a file and returns its full path.
    [[nodiscard]] std::string write(const std::string& name, const std::string& content) const;
    [[nodiscard]] bool is_empty() const;

private:
    std::filesystem::path path_;
};

} // namespace lodestone::tests
