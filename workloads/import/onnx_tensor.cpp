// SPDX-License-Identifier: Apache-2.0
// Element types and values of ONNX tensors.
#include "workloads/import/onnx_tensor.hpp"

#include "sim/base/error.hpp"
#include "workloads/import/onnx_format.hpp"

#include <google/protobuf/stubs/logging.h>
#include <onnx/onnx_pb.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace lodestone::import {

using graph::ElementType;
using graph::Shape;
using graph::TensorData;

namespace {

static_assert(std::endian::native == std::endian::little, "raw_data of ONNX is little-endian and is copied as it is");

std::string onnx_type_name(std::int32_t onnx_type) {
    const std::string name = onnx::TensorProto::DataType_IsValid(onnx_type)
                                 ? onnx::TensorProto::DataType_Name(static_cast<onnx::TensorProto::DataType>(onnx_type))
                                 : "";
    return name.empty() ? "number " + std::to_string(onnx_type) : name;
}

float float_from_half(std::uint16_t bits) {
    constexpr int mantissa_bits = 10;
    const int exponent = (bits >> mantissa_bits) & 0x1F;
    const int mantissa = bits & 0x3FF;
    const float sign = (bits & 0x8000) != 0 ? -1.0F : 1.0F;
    if (exponent == 0x1F) {
        return mantissa != 0 ? std::numeric_limits<float>::quiet_NaN() : sign * std::numeric_limits<float>::infinity();
    }
    return exponent == 0 ? sign * std::ldexp(static_cast<float>(mantissa), -24)
                         : sign * std::ldexp(static_cast<float>(mantissa + 0x400), exponent - 25);
}

float float_from_bits(std::uint16_t bits, ElementType type) {
    return type == ElementType::float16 ? float_from_half(bits)
                                        : std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

void require_count(std::size_t found, std::size_t expected, const std::string& unit) {
    if (found != expected) {
        throw UserError("holds " + std::to_string(found) + " " + unit + " of values, its shape needs " +
                        std::to_string(expected));
    }
}

void copy_raw(const std::string& raw, TensorData& data) {
    require_count(raw.size(), data.size() * bytes_for(graph::width(data.type())).count(), "bytes");
    const bool is_half = data.type() == ElementType::float16 || data.type() == ElementType::bfloat16;
    std::visit(
        [&]<class T>(std::vector<T>& to) {
            if (is_half) {
                for (std::size_t i = 0; i < to.size(); ++i) {
                    std::uint16_t bits = 0;
                    std::memcpy(&bits, raw.data() + i * sizeof bits, sizeof bits);
                    to[i] = static_cast<T>(float_from_bits(bits, data.type()));
                }
            } else if (!to.empty()) {
                std::memcpy(to.data(), raw.data(), raw.size());
            }
        },
        data.any());
}

/// Copies one of the typed lists of a TensorProto.
template <class List>
void copy_list(const List& list, TensorData& data) {
    require_count(static_cast<std::size_t>(list.size()), data.size(), "elements");
    const bool is_half = data.type() == ElementType::float16 || data.type() == ElementType::bfloat16;
    std::visit(
        [&]<class T>(std::vector<T>& to) {
            for (std::size_t i = 0; i < to.size(); ++i) {
                const auto value = list.Get(static_cast<int>(i));
                to[i] = is_half ? static_cast<T>(float_from_bits(static_cast<std::uint16_t>(value), data.type()))
                                : static_cast<T>(value);
            }
        },
        data.any());
}

void copy_values(const onnx::TensorProto& proto, TensorData& data) {
    if (proto.has_raw_data()) {
        copy_raw(proto.raw_data(), data);
        return;
    }
    switch (data.type()) {
    case ElementType::float32:
        return copy_list(proto.float_data(), data);
    case ElementType::float64:
        return copy_list(proto.double_data(), data);
    case ElementType::int64:
        return copy_list(proto.int64_data(), data);
    case ElementType::uint32:
    case ElementType::uint64:
        return copy_list(proto.uint64_data(), data);
    default:
        return copy_list(proto.int32_data(), data);
    }
}

} // namespace

std::optional<ElementType> element_type(std::int32_t onnx_type) {
    switch (onnx_type) {
    case onnx::TensorProto::FLOAT:
        return ElementType::float32;
    case onnx::TensorProto::DOUBLE:
        return ElementType::float64;
    case onnx::TensorProto::FLOAT16:
        return ElementType::float16;
    case onnx::TensorProto::BFLOAT16:
        return ElementType::bfloat16;
    case onnx::TensorProto::INT8:
        return ElementType::int8;
    case onnx::TensorProto::INT16:
        return ElementType::int16;
    case onnx::TensorProto::INT32:
        return ElementType::int32;
    case onnx::TensorProto::INT64:
        return ElementType::int64;
    case onnx::TensorProto::UINT8:
        return ElementType::uint8;
    case onnx::TensorProto::UINT16:
        return ElementType::uint16;
    case onnx::TensorProto::UINT32:
        return ElementType::uint32;
    case onnx::TensorProto::UINT64:
        return ElementType::uint64;
    case onnx::TensorProto::BOOL:
        return ElementType::boolean;
    default:
        return std::nullopt;
    }
}

ElementType required_element_type(std::int32_t onnx_type) {
    const auto type = element_type(onnx_type);
    if (!type) {
        throw UserError("has element type " + onnx_type_name(onnx_type) + ", which is not supported; supported are " +
                        join(graph::element_type_names()));
    }
    return *type;
}

TensorData tensor_data(const onnx::TensorProto& proto) {
    if (proto.data_location() == onnx::TensorProto::EXTERNAL || proto.external_data_size() > 0) {
        throw UserError("keeps its values in another file (external data); save the model with the values inside");
    }
    if (proto.has_segment()) {
        throw UserError("is stored in segments, which is not supported; save the model with whole tensors");
    }
    const ElementType type = required_element_type(proto.data_type());
    const Shape shape(proto.dims().begin(), proto.dims().end());
    const auto count = graph::checked_element_count(shape);
    if (!count) {
        throw UserError("has shape " + graph::to_string(shape) +
                        "; dimensions must be 0 or more and the product at most " +
                        std::to_string(graph::max_elements));
    }
    // the message cannot hold more values than bytes: refuse before reserving what a damaged shape asks for
    if (*count > static_cast<std::size_t>(proto.ByteSizeLong())) {
        throw UserError("has shape " + graph::to_string(shape) + " but holds fewer values");
    }
    TensorData data(type, shape);
    copy_values(proto, data);
    return data;
}

NamedTensor parse_tensor_proto(std::string_view bytes, const std::string& file) {
    const google::protobuf::LogSilencer silence;
    onnx::TensorProto proto;
    if (!proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        throw UserError({.file = file}, "", "is not a whole ONNX tensor");
    }
    try {
        return {.name = proto.name(), .data = tensor_data(proto)};
    } catch (const UserError& problem) {
        throw UserError({.file = file}, "tensor '" + proto.name() + "'", problem.problems().all().front().message);
    }
}

} // namespace lodestone::import
