// SPDX-License-Identifier: Apache-2.0
// Reads and writes .npy files.
#include "workloads/import/npy.hpp"

#include "sim/base/error.hpp"
#include "sim/base/file.hpp"
#include "workloads/import/binary.hpp"

#include <algorithm>
#include <map>

namespace lodestone::import {
namespace {

using graph::ElementType;
using graph::Shape;
using graph::TensorData;

constexpr std::string_view magic{"\x93NUMPY", 6};

struct NpyHeader {
    std::string type; ///< "<f4"
    bool by_columns = false;
    Shape shape;
};

const std::map<std::string, ElementType>& type_codes() {
    static const std::map<std::string, ElementType> codes{
        {"b1", ElementType::boolean}, {"i1", ElementType::int8},   {"i2", ElementType::int16},
        {"i4", ElementType::int32},   {"i8", ElementType::int64},  {"u1", ElementType::uint8},
        {"u2", ElementType::uint16},  {"u4", ElementType::uint32}, {"u8", ElementType::uint64},
        {"f4", ElementType::float32}, {"f8", ElementType::float64}};
    return codes;
}

[[noreturn]] void refuse_array(const std::string& file, const std::string& message) {
    throw UserError({.file = file}, "", message);
}

/// The text after `'key':` in the header, a Python dictionary.
std::string_view value_of(std::string_view header, const std::string& key, const std::string& file) {
    const std::size_t at = header.find("'" + key + "'");
    const std::size_t colon = at == std::string_view::npos ? at : header.find(':', at);
    if (colon == std::string_view::npos) {
        refuse_array(file, "the .npy header has no '" + key + "'");
    }
    const std::size_t start = header.find_first_not_of(' ', colon + 1);
    return start == std::string_view::npos ? std::string_view() : header.substr(start);
}

Shape parse_shape(std::string_view text, const std::string& file) {
    const std::size_t end = text.find(')');
    if (text.empty() || text.front() != '(' || end == std::string_view::npos) {
        refuse_array(file, "the .npy header's 'shape' is not a tuple");
    }
    Shape shape;
    std::int64_t number = -1;
    for (const char c : text.substr(1, end)) {
        if (c >= '0' && c <= '9') {
            number = std::max<std::int64_t>(number, 0) * 10 + (c - '0');
            if (number > static_cast<std::int64_t>(graph::max_elements)) {
                refuse_array(file,
                             "a dimension of the array exceeds the limit of " + std::to_string(graph::max_elements));
            }
        } else if (c == ',' || c == ')') {
            if (number >= 0) {
                shape.push_back(number);
            }
            number = -1;
        } else if (c != ' ' && c != 'L') {
            refuse_array(file, "the .npy header's 'shape' holds '" + std::string(1, c) + "'");
        }
    }
    return shape;
}

NpyHeader parse_header(std::string_view header, const std::string& file) {
    NpyHeader result;
    const std::string_view type = value_of(header, "descr", file);
    const std::size_t close = type.empty() ? std::string_view::npos : type.find(type.front(), 1);
    if (close == std::string_view::npos || type.front() != '\'') {
        refuse_array(file, "the .npy header's 'descr' is not a plain element type; records are not supported");
    }
    result.type = type.substr(1, close - 1);
    result.by_columns = value_of(header, "fortran_order", file).starts_with("True");
    result.shape = parse_shape(value_of(header, "shape", file), file);
    return result;
}

/// Column-major values put in row-major order.
TensorData by_rows(const TensorData& columns) {
    TensorData rows(columns.type(), columns.shape());
    const Shape& shape = columns.shape();
    std::visit(
        [&]<class T>(std::vector<T>& to) {
            const auto& from = columns.values<T>();
            for (std::size_t i = 0; i < to.size(); ++i) {
                std::size_t rest = i;
                std::size_t source = 0;
                std::size_t stride = to.size();
                for (std::size_t d = shape.size(); d-- > 0;) { // the last dimension is the slowest in the file
                    const auto extent = static_cast<std::size_t>(shape[d]);
                    stride /= extent;
                    source += rest % extent * stride;
                    rest /= extent;
                }
                to[i] = from[source];
            }
        },
        rows.any());
    return rows;
}

} // namespace

TensorData parse_npy(std::string_view bytes, const std::string& file) {
    constexpr std::size_t version_at = 6;
    constexpr std::size_t length_at = 8;
    constexpr std::size_t short_length = 2;
    if (bytes.substr(0, magic.size()) != magic || bytes.size() < length_at + 2 * short_length) {
        refuse_array(file, "is not a .npy file: it does not begin with \\x93NUMPY and a header");
    }
    const int version = bytes[version_at];
    if (version < 1 || version > 3) {
        refuse_array(file, "has .npy version " + std::to_string(version) + ", supported are 1 to 3");
    }
    const std::size_t length_bytes = version == 1 ? short_length : 2 * short_length;
    const std::size_t length = unsigned_at(bytes, length_at, length_bytes, ByteOrder::little);
    const std::size_t data_at = length_at + length_bytes + length;
    if (data_at > bytes.size()) {
        refuse_array(file, "ends within the .npy header");
    }
    const NpyHeader header = parse_header(bytes.substr(length_at + length_bytes, length), file);
    const bool has_order =
        header.type.size() == 3 && std::string_view("<>|=").find(header.type[0]) != std::string_view::npos;
    const auto code = type_codes().find(has_order ? header.type.substr(1) : header.type);
    if (code == type_codes().end()) {
        std::vector<std::string> known;
        for (const auto& [name, type] : type_codes()) {
            known.push_back(name);
        }
        refuse_array(file, "has element type '" + header.type + "', supported are " + join(known));
    }
    const ByteOrder order = header.type[0] == '>' ? ByteOrder::big : ByteOrder::little;
    TensorData data =
        decode_elements(bytes.substr(data_at), {.type = code->second, .shape = header.shape, .order = order}, file);
    return header.by_columns && header.shape.size() > 1 && data.size() > 0 ? by_rows(data) : data;
}

TensorData read_npy(const std::filesystem::path& path) {
    return parse_npy(read_file(path), path.string());
}

std::string npy_bytes(const TensorData& data) {
    std::string code;
    for (const auto& [name, type] : type_codes()) {
        code = type == data.type() ? name : code;
    }
    if (code.empty()) {
        throw UserError("a .npy file does not hold " + graph::to_string(data.type()) + " values; cast them first");
    }
    std::string header =
        "{'descr': '" + std::string(code[1] == '1' ? "|" : "<") + code + "', 'fortran_order': False, 'shape': (";
    for (const std::int64_t dimension : data.shape()) {
        header += std::to_string(dimension) + ",";
    }
    header += "), }";
    constexpr std::size_t before_header = 10;
    constexpr std::size_t alignment = 64;
    header.append(alignment - (before_header + header.size() + 1) % alignment, ' ');
    header += '\n';
    std::string bytes(magic);
    bytes += '\x01';
    bytes += '\0';
    bytes += static_cast<char>(header.size() & 0xFF);
    bytes += static_cast<char>(header.size() >> 8);
    return bytes + header + encode_elements(data);
}

} // namespace lodestone::import
