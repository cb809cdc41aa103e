// SPDX-License-Identifier: Apache-2.0
// posix_spawn with a pipe.
#include "arch/mac/synthesis/tool.hpp"

#include "sim/base/error.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ; // NOLINT: POSIX

namespace lodestone::mac {

namespace {

std::string last_lines(const std::string& text) {
    constexpr int lines = 5;
    std::size_t at = text.size();
    for (int i = 0; i <= lines && at != 0; ++i) {
        const std::size_t before = text.rfind('\n', at - 1);
        at = before == std::string::npos ? 0 : before;
    }
    return text.substr(at);
}

std::string read_all(int descriptor) {
    std::string text;
    std::array<char, 4096> buffer{};
    for (;;) {
        const ssize_t count = read(descriptor, buffer.data(), buffer.size());
        if (count > 0) {
            text.append(buffer.data(), static_cast<std::size_t>(count));
        } else if (count == 0 || errno != EINTR) {
            return text;
        }
    }
}

/// Both ends of a pipe, closed when it goes.
struct Pipe {
    std::array<int, 2> ends{-1, -1};
    Pipe() {
        if (pipe(ends.data()) != 0) {
            throw UserError("cannot make a pipe: " + std::string(std::strerror(errno)));
        }
    }
    ~Pipe() {
        close_end(0);
        close_end(1);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    void close_end(std::size_t i) {
        if (ends.at(i) >= 0) {
            close(ends.at(i));
            ends.at(i) = -1;
        }
    }
};

} // namespace

std::string run_tool(const ToolCall& call) {
    std::vector<std::string> words{call.program};
    words.insert(words.end(), call.arguments.begin(), call.arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) {
        argv.push_back(word.data());
    }
    argv.push_back(nullptr);

    Pipe output;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, call.folder.c_str());
    posix_spawn_file_actions_adddup2(&actions, output.ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output.ends[1], STDERR_FILENO);
    posix_spawn_file_actions_addclose(&actions, output.ends[0]);
    pid_t child = 0;
    const int failure = posix_spawnp(&child, call.program.c_str(), &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failure == ENOENT) {
        throw UserError("'" + call.program + "' is not installed; install the Debian package " + call.package);
    }
    if (failure != 0) {
        throw UserError("cannot start '" + call.program + "': " + std::strerror(failure));
    }
    output.close_end(1);
    std::string said = read_all(output.ends[0]);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        throw UserError("'" + call.program + "' failed:" + last_lines(said));
    }
    return said;
}

} // namespace lodestone::mac
