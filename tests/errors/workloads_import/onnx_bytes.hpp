// SPDX-License-Identifier: Apache-2.0
// ONNX models written byte by byte, so that wrong ones can be made; numbers are the fields of onnx.proto.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lodestone::onnx_bytes {

inline std::string varint(std::uint64_t value) {
    std::string bytes;
    for (; value >= 0x80; value >>= 7) {
        bytes += static_cast<char>((value & 0x7F) | 0x80);
    }
    return bytes + static_cast<char>(value);
}

/// A field that holds a number.
inline std::string number(unsigned field, std::int64_t value) {
    return varint(field << 3U) + varint(static_cast<std::uint64_t>(value));
}

/// A field that holds text, bytes or a message.
inline std::string block(unsigned field, const std::string& content) {
    return varint((field << 3U) | 2U) + varint(content.size()) + content;
}

inline std::string fixed(std::int64_t extent) {
    return number(1, extent);
}
inline std::string symbolic(const std::string& name) {
    return block(2, name);
}

/// A ValueInfoProto of float32 with these dimensions.
inline std::string value_info(const std::string& name, const std::vector<std::string>& dims) {
    std::string shape;
    for (const std::string& dim : dims) {
        shape += block(1, dim);
    }
    return block(1, name) + block(2, block(1, number(1, 1) + block(2, shape)));
}

struct Node {
    std::string op;
    std::vector<std::string> inputs;
    std::string output;
    std::string domain = {};

    /// The NodeProto; its name is "node_" and the output's.
    [[nodiscard]] std::string bytes() const {
        std::string message;
        for (const std::string& input : inputs) {
            message += block(1, input);
        }
        return message + block(2, output) + block(3, "node_" + output) + block(4, op) + block(7, domain);
    }
};

/// x (1 x 4) -> Relu -> y, with parts to be replaced or added.
struct Model {
    std::string opset = block(8, number(2, 13));
    std::vector<Node> nodes{{.op = "Relu", .inputs = {"x"}, .output = "y"}};
    std::vector<std::string> inputs{value_info("x", {fixed(1), fixed(4)})};
    std::vector<std::string> initializers; ///< TensorProtos
    std::vector<std::string> sparse;       ///< names of sparse initializers
    std::string output = block(1, "y");    ///< ValueInfoProto

    [[nodiscard]] std::string bytes() const {
        std::string graph = block(2, "small");
        for (const Node& node : nodes) {
            graph += block(1, node.bytes());
        }
        for (const std::string& initializer : initializers) {
            graph += block(5, initializer);
        }
        for (const std::string& input : inputs) {
            graph += block(11, input);
        }
        for (const std::string& name : sparse) {
            graph += block(15, block(1, block(8, name)));
        }
        return number(1, 7) + block(7, graph + block(12, output)) + opset;
    }
};

} // namespace lodestone::onnx_bytes
