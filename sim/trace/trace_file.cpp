// SPDX-License-Identifier: Apache-2.0
// Writing aside and renaming.
#include "sim/trace/trace_file.hpp"

#include "sim/base/error.hpp"

#include <cerrno>
#include <cstring>
#include <unistd.h>
#include <utility>

namespace lodestone::trace {
namespace fs = std::filesystem;

TraceFile::TraceFile(fs::path path) : path_(std::move(path)), aside_(path_) {
    aside_ += ".part-" + std::to_string(::getpid());
    std::error_code status;
    if (path_.has_parent_path()) {
        fs::create_directories(path_.parent_path(), status);
    }
    out_.open(aside_, std::ios::binary | std::ios::trunc);
    if (!out_) {
        fail(std::strerror(errno));
    }
}

TraceFile::~TraceFile() {
    if (open_) {
        out_.close();
        std::error_code status;
        fs::remove(aside_, status);
    }
}

void TraceFile::write(std::string_view text) {
    check_invariant(open_, "a trace is not written after it was closed");
    out_.write(text.data(), static_cast<std::streamsize>(text.size()));
    if (!out_) {
        fail(std::strerror(errno));
    }
}

void TraceFile::close() {
    if (!open_) {
        return;
    }
    out_.close();
    if (!out_) {
        fail(std::strerror(errno));
    }
    std::error_code status;
    fs::rename(aside_, path_, status);
    if (status) {
        fail(status.message());
    }
    open_ = false;
}

void TraceFile::fail(const std::string& reason) const {
    throw UserError({.file = path_.string()}, "", "the trace cannot be written: " + reason);
}

} // namespace lodestone::trace
