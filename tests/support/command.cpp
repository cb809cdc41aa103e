// SPDX-License-Identifier: Apache-2.0
// Starting the command with its outputs in files of a scratch folder.
#include "tests/support/command.hpp"
#include "tests/support/places.hpp"

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace lodestone::tests {
namespace {

std::string slurp(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

} // namespace

ScratchFolder::ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "lodestone-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::runtime_error("no scratch folder could be made");
    }
    path_ = name;
}

ScratchFolder::~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string ScratchFolder::write(const std::string& name, const std::string& content) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return file.string();
}

bool ScratchFolder::is_empty() const {
    return std::filesystem::is_empty(path_);
}

CommandResult lodestone_command(const std::string& arguments) {
    const ScratchFolder scratch;
    const std::string out = (scratch.path() / "out").string();
    const std::string err = (scratch.path() / "err").string();
    const std::string line = "cd '" + source_folder() + "' && '" + binary_folder() + "/bin/lodestone' " + arguments +
                             " >'" + out + "' 2>'" + err + "'";
    const int status = std::system(line.c_str()); // NOLINT(bugprone-command-processor): the tests' own words
    return {.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1, .out = slurp(out), .err = slurp(err)};
}

} // namespace lodestone::tests
