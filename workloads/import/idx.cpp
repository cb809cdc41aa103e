// SPDX-License-Identifier: Apache-2.0
// Reads IDX files; undoes gzip with zlib.
#include "workloads/import/idx.hpp"

#include "sim/base/error.hpp"
#include "sim/base/file.hpp"
#include "workloads/import/binary.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>

namespace lodestone::import {
namespace {

using graph::ElementType;
using graph::Shape;

constexpr std::string_view gzip_magic{"\x1f\x8b", 2};

std::optional<ElementType> idx_type(unsigned code) {
    switch (code) {
    case 0x08:
        return ElementType::uint8;
    case 0x09:
        return ElementType::int8;
    case 0x0B:
        return ElementType::int16;
    case 0x0C:
        return ElementType::int32;
    case 0x0D:
        return ElementType::float32;
    case 0x0E:
        return ElementType::float64;
    default:
        return std::nullopt;
    }
}

[[noreturn]] void refuse(const std::string& file, const std::string& message) {
    throw UserError({.file = file}, "", message);
}

} // namespace

graph::TensorData parse_idx(std::string_view bytes, const std::string& file) {
    constexpr std::size_t magic_size = 4;
    constexpr std::size_t extent_size = 4;
    if (bytes.size() < magic_size || bytes[0] != 0 || bytes[1] != 0) {
        refuse(file, "is not an IDX file: it does not begin with two zero bytes, an element type and a rank");
    }
    const auto type = idx_type(static_cast<unsigned char>(bytes[2]));
    if (!type) {
        refuse(file, "has IDX element type " + std::to_string(static_cast<unsigned char>(bytes[2])) +
                         ", supported are 8 (uint8), 9 (int8), 11 (int16), 12 (int32), 13 (float32), 14 (float64)");
    }
    const auto rank = static_cast<std::size_t>(static_cast<unsigned char>(bytes[3]));
    const std::size_t data_at = magic_size + rank * extent_size;
    if (bytes.size() < data_at) {
        refuse(file, "ends within the IDX header, which lists " + std::to_string(rank) + " dimensions");
    }
    Shape shape;
    for (std::size_t d = 0; d < rank; ++d) {
        shape.push_back(
            static_cast<std::int64_t>(unsigned_at(bytes, magic_size + d * extent_size, extent_size, ByteOrder::big)));
    }
    return decode_elements(bytes.substr(data_at), {.type = *type, .shape = shape, .order = ByteOrder::big}, file);
}

graph::TensorData read_idx(const std::filesystem::path& path) {
    const std::string bytes = read_file(path);
    return bytes.starts_with(gzip_magic) ? parse_idx(gunzip(bytes, path.string()), path.string())
                                         : parse_idx(bytes, path.string());
}

std::string gunzip(std::string_view bytes, const std::string& file, std::size_t limit) {
    constexpr int gzip_window = 15 + 16; // the largest window, gzip header expected
    z_stream stream{};
    if (inflateInit2(&stream, gzip_window) != Z_OK) {
        throw InternalError("zlib starts whenever memory is there");
    }
    const std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&stream, inflateEnd);
    if (bytes.size() > std::numeric_limits<uInt>::max()) {
        refuse(file, "is larger than 4 GiB");
    }
    std::string input(bytes);
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    std::array<char, 1 << 16> chunk{};
    std::string output;
    int state = Z_OK;
    while (state != Z_STREAM_END) {
        stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
        stream.avail_out = static_cast<uInt>(chunk.size());
        state = inflate(&stream, Z_NO_FLUSH);
        output.append(chunk.data(), chunk.size() - stream.avail_out);
        if (state != Z_OK && state != Z_STREAM_END) {
            refuse(file,
                   "is damaged or cut off: gzip cannot undo it after " + std::to_string(output.size()) + " bytes");
        }
        const std::string_view rest(reinterpret_cast<const char*>(stream.next_in), stream.avail_in);
        if (state == Z_STREAM_END && rest.starts_with(gzip_magic)) {
            state = inflateReset(&stream); // archives may follow one another, as gzip itself reads them
        } else if (state == Z_STREAM_END && !rest.empty()) {
            refuse(file, "has " + std::to_string(rest.size()) + " bytes behind the end of its gzip archive");
        }
        if (output.size() > limit) {
            refuse(file, "is larger than the limit of " + std::to_string(limit) + " bytes when gzip is undone");
        }
    }
    return output;
}

} // namespace lodestone::import
