// SPDX-License-Identifier: Apache-2.0
// A file written piece by piece beside its name, which it takes when it is complete.
#pragma once

#include <filesystem>
#include <fstream>
#include <string_view>

namespace lodestone::trace {

class TraceFile {
public:
    /// Creates missing folders. Throws UserError when the place cannot be written.
    explicit TraceFile(std::filesystem::path path);
    TraceFile(const TraceFile&) = delete;
    TraceFile& operator=(const TraceFile&) = delete;
    /// Removes what was written unless close() succeeded.
    ~TraceFile();

    void write(std::string_view text);
    void close();

private:
    [[noreturn]] void fail(const std::string& reason) const;

    std::filesystem::path path_;
    std::filesystem::path aside_;
    std::ofstream out_;
    bool open_ = true;
};

} // namespace lodestone::trace
