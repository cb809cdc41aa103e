// SPDX-License-Identifier: Apache-2.0
// Reading, atomic writing and hashing of whole files.
#include "sim/base/file.hpp"

#include "sim/base/error.hpp"

#include <boost/uuid/detail/sha1.hpp>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <unistd.h>

namespace lodestone {
namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
    std::error_code status;
    if (!fs::exists(path, status)) {
        throw UserError({.file = path.string()}, "", "no such file; check the spelling and the current folder");
    }
    if (fs::is_directory(path, status)) {
        throw UserError({.file = path.string()}, "", "is a folder; name a file in it");
    }
    std::ifstream in(path, std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in) {
        throw UserError({.file = path.string()}, "", std::string("cannot be read: ") + std::strerror(errno));
    }
    return content;
}

void write_file(const fs::path& path, std::string_view content) {
    std::error_code status;
    if (path.has_parent_path()) {
        fs::create_directories(path.parent_path(), status);
    }
    fs::path aside = path;
    aside += ".part-" + std::to_string(::getpid());
    bool written = false;
    {
        std::ofstream out(aside, std::ios::binary | std::ios::trunc);
        out.write(content.data(), static_cast<std::streamsize>(content.size()));
        out.flush();
        written = static_cast<bool>(out);
    }
    if (written) {
        fs::rename(aside, path, status);
        written = !status;
    }
    if (!written) {
        const std::string reason = status ? status.message() : std::strerror(errno);
        fs::remove(aside, status);
        throw UserError({.file = path.string()}, "", "cannot be written: " + reason);
    }
}

std::string content_hash(std::string_view content) {
    boost::uuids::detail::sha1 sha;
    sha.process_bytes(content.data(), content.size());
    boost::uuids::detail::sha1::digest_type digest{};
    sha.get_digest(digest);
    std::string text;
    for (const unsigned int word : digest) {
        std::array<char, 9> hex{};
        std::snprintf(hex.data(), hex.size(), "%08x", word);
        text += hex.data();
    }
    return text;
}

} // namespace lodestone
