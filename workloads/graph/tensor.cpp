// SPDX-License-Identifier: Apache-2.0
// Element types, shapes and stored values.
#include "workloads/graph/tensor.hpp"

#include "sim/base/error.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

namespace lodestone::graph {
namespace {

struct TypeInfo {
    ElementType type;
    std::string_view name;
    std::uint64_t bits;
};

constexpr std::array<TypeInfo, 14> type_table{{{ElementType::undefined, "undefined", 0},
                                               {ElementType::float32, "float32", 32},
                                               {ElementType::float64, "float64", 64},
                                               {ElementType::float16, "float16", 16},
                                               {ElementType::bfloat16, "bfloat16", 16},
                                               {ElementType::int8, "int8", 8},
                                               {ElementType::int16, "int16", 16},
                                               {ElementType::int32, "int32", 32},
                                               {ElementType::int64, "int64", 64},
                                               {ElementType::uint8, "uint8", 8},
                                               {ElementType::uint16, "uint16", 16},
                                               {ElementType::uint32, "uint32", 32},
                                               {ElementType::uint64, "uint64", 64},
                                               {ElementType::boolean, "boolean", 8}}};

TensorData::Values make_values(ElementType type, std::size_t count) {
    switch (type) {
    case ElementType::float32:
    case ElementType::float16:
    case ElementType::bfloat16:
        return std::vector<float>(count);
    case ElementType::float64:
        return std::vector<double>(count);
    case ElementType::int8:
        return std::vector<std::int8_t>(count);
    case ElementType::int16:
        return std::vector<std::int16_t>(count);
    case ElementType::int32:
        return std::vector<std::int32_t>(count);
    case ElementType::int64:
        return std::vector<std::int64_t>(count);
    case ElementType::uint8:
    case ElementType::boolean:
        return std::vector<std::uint8_t>(count);
    case ElementType::uint16:
        return std::vector<std::uint16_t>(count);
    case ElementType::uint32:
        return std::vector<std::uint32_t>(count);
    case ElementType::uint64:
        return std::vector<std::uint64_t>(count);
    case ElementType::undefined:
        break;
    }
    throw InternalError("a tensor with values has an element type");
}

/// Nearest value with `precision` significant bits, exponents from `min_exponent`, ties to even; beyond `largest`
/// (after rounding) infinity.
double round_to(double value, int precision, int min_exponent, double largest) {
    if (!std::isfinite(value) || value == 0.0) {
        return value;
    }
    const int exponent = std::max(std::ilogb(value), min_exponent);
    const double quantum = std::ldexp(1.0, exponent - (precision - 1));
    const double rounded = std::nearbyint(value / quantum) * quantum;
    return std::abs(rounded) > largest ? std::copysign(std::numeric_limits<double>::infinity(), value) : rounded;
}

std::int64_t saturate(double value) {
    if (std::isnan(value)) {
        return 0;
    }
    constexpr double limit = 9223372036854775808.0; // 2^63
    if (value >= limit) {
        return std::numeric_limits<std::int64_t>::max();
    }
    return value < -limit ? std::numeric_limits<std::int64_t>::min() : static_cast<std::int64_t>(value);
}

template <class To, class From>
To convert(From value, ElementType type) {
    if constexpr (std::is_floating_point_v<To>) {
        return static_cast<To>(round_to_type(static_cast<double>(value), type));
    } else if constexpr (std::is_floating_point_v<From>) {
        constexpr double two63 = 9223372036854775808.0;
        if (type == ElementType::uint64 && static_cast<double>(value) >= two63) {
            const auto above = saturate(static_cast<double>(value) - two63);
            return static_cast<To>(static_cast<std::uint64_t>(above) + (std::uint64_t{1} << 63));
        }
        return static_cast<To>(saturate(static_cast<double>(value)));
    } else {
        return static_cast<To>(value);
    }
}

} // namespace

std::string to_string(ElementType type) {
    return std::string(type_table.at(static_cast<std::size_t>(type)).name);
}

std::optional<ElementType> element_type_named(std::string_view name) {
    for (const TypeInfo& row : type_table) {
        if (row.name == name && row.type != ElementType::undefined) {
            return row.type;
        }
    }
    return std::nullopt;
}

std::vector<std::string> element_type_names() {
    std::vector<std::string> names;
    for (const TypeInfo& row : type_table) {
        if (row.type != ElementType::undefined) {
            names.emplace_back(row.name);
        }
    }
    return names;
}

Bits width(ElementType type) {
    return Bits(type_table.at(static_cast<std::size_t>(type)).bits);
}

bool is_floating(ElementType type) {
    return type == ElementType::float32 || type == ElementType::float64 || type == ElementType::float16 ||
           type == ElementType::bfloat16;
}

bool is_integer(ElementType type) {
    return type != ElementType::undefined && type != ElementType::boolean && !is_floating(type);
}

double round_to_type(double value, ElementType type) {
    constexpr double largest_float16 = 65504.0;
    switch (type) {
    case ElementType::float16:
        return round_to(value, 11, -14, largest_float16);
    case ElementType::bfloat16:
        return round_to(value, 8, -126, std::ldexp(255.0, 120));
    case ElementType::float32:
        return static_cast<double>(static_cast<float>(value));
    default:
        return value;
    }
}

std::string to_string(const Shape& shape) {
    if (shape.empty()) {
        return "scalar";
    }
    std::string text;
    for (const std::int64_t dimension : shape) {
        text += (text.empty() ? "" : "x") + std::to_string(dimension);
    }
    return text;
}

std::optional<std::size_t> checked_element_count(const Shape& shape) {
    std::uint64_t count = 1;
    bool empty = false;
    for (const std::int64_t dimension : shape) {
        if (dimension < 0 || static_cast<std::uint64_t>(dimension) > max_elements) {
            return std::nullopt;
        }
        empty = empty || dimension == 0;
        count *= std::max<std::uint64_t>(static_cast<std::uint64_t>(dimension), 1);
        if (count > max_elements) {
            return std::nullopt;
        }
    }
    return empty ? 0 : static_cast<std::size_t>(count);
}

std::size_t element_count(const Shape& shape) {
    const auto count = checked_element_count(shape);
    check_invariant(count.has_value(), "shapes are checked where they are read or inferred");
    return *count;
}

std::optional<std::size_t> resolve_axis(std::int64_t axis, std::size_t rank) {
    const auto signed_rank = static_cast<std::int64_t>(rank);
    if (axis < -signed_rank || axis >= signed_rank) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(axis < 0 ? axis + signed_rank : axis);
}

TensorData::TensorData(ElementType type, Shape shape)
    : type_(type), shape_(std::move(shape)), count_(element_count(shape_)), values_(make_values(type, count_)) {}

TensorData::TensorData(ElementType type, Shape shape, Values values)
    : type_(type), shape_(std::move(shape)), count_(element_count(shape_)), values_(std::move(values)) {
    check_invariant(values_.index() == make_values(type, 0).index(), "values are stored as their element type asks");
    const std::size_t stored = std::visit([](const auto& v) { return v.size(); }, values_);
    check_invariant(stored == count_, "a tensor has one value per element of its shape");
}

TensorData TensorData::of_floats(Shape shape, std::vector<float> values) {
    return TensorData(ElementType::float32, std::move(shape), std::move(values));
}

TensorData TensorData::of_ints(Shape shape, std::vector<std::int64_t> values) {
    return TensorData(ElementType::int64, std::move(shape), std::move(values));
}

TensorData TensorData::vector_of(std::vector<std::int64_t> values) {
    Shape shape{static_cast<std::int64_t>(values.size())};
    return of_ints(std::move(shape), std::move(values));
}

TensorData TensorData::scalar(float value) {
    return of_floats({}, {value});
}

TensorData TensorData::scalar(std::int64_t value) {
    return of_ints({}, {value});
}

float TensorData::as_float(std::size_t i) const {
    return std::visit([i](const auto& v) { return static_cast<float>(v.at(i)); }, values_);
}

double TensorData::as_double(std::size_t i) const {
    return std::visit([i](const auto& v) { return static_cast<double>(v.at(i)); }, values_);
}

std::int64_t TensorData::as_int(std::size_t i) const {
    return std::visit([i](const auto& v) { return convert<std::int64_t>(v.at(i), ElementType::int64); }, values_);
}

std::vector<float> TensorData::as_floats() const {
    return std::visit(
        [](const auto& v) {
            std::vector<float> floats(v.size());
            for (std::size_t i = 0; i < v.size(); ++i) {
                floats[i] = static_cast<float>(v[i]);
            }
            return floats;
        },
        values_);
}

std::vector<std::int64_t> TensorData::as_ints() const {
    std::vector<std::int64_t> ints(count_);
    for (std::size_t i = 0; i < count_; ++i) {
        ints[i] = as_int(i);
    }
    return ints;
}

TensorData TensorData::reshaped(Shape shape) const {
    return TensorData(type_, std::move(shape), values_);
}

TensorData TensorData::cast_to(ElementType type) const {
    TensorData result(type, shape_);
    std::visit(
        [type](const auto& from, auto& to) {
            using To = typename std::decay_t<decltype(to)>::value_type;
            for (std::size_t i = 0; i < from.size(); ++i) {
                to[i] =
                    type == ElementType::boolean ? static_cast<To>(from[i] != 0 ? 1 : 0) : convert<To>(from[i], type);
            }
        },
        values_, result.values_);
    return result;
}

std::string to_string(TensorRole role) {
    switch (role) {
    case TensorRole::input:
        return "input";
    case TensorRole::parameter:
        return "parameter";
    case TensorRole::constant:
        return "constant";
    case TensorRole::activation:
        return "activation";
    }
    throw InternalError("every role has a name");
}

} // namespace lodestone::graph
