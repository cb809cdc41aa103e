// SPDX-License-Identifier: Apache-2.0
// Tensors of a network: element type, shape, role, and the values when they are known.
#pragma once

#include "sim/base/quantity.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace lodestone::graph {

/// The element types of ONNX that networks compute with. `undefined` marks a tensor whose type and shape nobody has
/// inferred yet.
enum class ElementType : std::uint8_t {
    undefined,
    float32,
    float64,
    float16,
    bfloat16,
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
    boolean
};

[[nodiscard]] std::string to_string(ElementType type);
[[nodiscard]] std::optional<ElementType> element_type_named(std::string_view name);
[[nodiscard]] std::vector<std::string> element_type_names();
/// Storage of one element; a boolean takes a byte. Zero for `undefined`.
[[nodiscard]] Bits width(ElementType type);
[[nodiscard]] bool is_floating(ElementType type);
/// Integers, booleans excluded.
[[nodiscard]] bool is_integer(ElementType type);
/// The nearest value of a floating type (ties to even, overflow to infinity); the value itself for other types.
[[nodiscard]] double round_to_type(double value, ElementType type);

using Shape = std::vector<std::int64_t>;

/// "1x3x224x224"; "scalar" for rank 0.
[[nodiscard]] std::string to_string(const Shape& shape);
/// A tensor holds at most this many elements (2^32); larger ones are refused where shapes are read or inferred.
inline constexpr std::uint64_t max_elements = std::uint64_t{1} << 32;
/// Product of the dimensions, 1 for rank 0. Empty when a dimension is negative or the product exceeds max_elements.
[[nodiscard]] std::optional<std::size_t> checked_element_count(const Shape& shape);
/// As above for a shape that was checked before.
[[nodiscard]] std::size_t element_count(const Shape& shape);
/// Counts a negative axis from the end. Empty when it is outside [-rank, rank).
[[nodiscard]] std::optional<std::size_t> resolve_axis(std::int64_t axis, std::size_t rank);

/// Values of a tensor, row-major (last dimension fastest). Float16 and bfloat16 are kept as the floats they stand
/// for, booleans as bytes 0 and 1.
class TensorData {
public:
    using Values =
        std::variant<std::vector<float>, std::vector<double>, std::vector<std::int8_t>, std::vector<std::int16_t>,
                     std::vector<std::int32_t>, std::vector<std::int64_t>, std::vector<std::uint8_t>,
                     std::vector<std::uint16_t>, std::vector<std::uint32_t>, std::vector<std::uint64_t>>;

    /// Zeros.
    TensorData(ElementType type, Shape shape);
    /// Throws InternalError unless `values` has the storage of `type` and one value per element of `shape`.
    TensorData(ElementType type, Shape shape, Values values);

    [[nodiscard]] static TensorData of_floats(Shape shape, std::vector<float> values);
    [[nodiscard]] static TensorData of_ints(Shape shape, std::vector<std::int64_t> values);
    [[nodiscard]] static TensorData vector_of(std::vector<std::int64_t> values);
    [[nodiscard]] static TensorData scalar(float value);
    [[nodiscard]] static TensorData scalar(std::int64_t value);

    [[nodiscard]] ElementType type() const { return type_; }
    [[nodiscard]] const Shape& shape() const { return shape_; }
    [[nodiscard]] std::size_t size() const { return count_; }

    /// The stored vector; throws InternalError when T is not the storage of the element type.
    template <class T>
    [[nodiscard]] const std::vector<T>& values() const {
        return std::get<std::vector<T>>(values_);
    }
    template <class T>
    [[nodiscard]] std::vector<T>& values() {
        return std::get<std::vector<T>>(values_);
    }
    [[nodiscard]] const Values& any() const { return values_; }
    [[nodiscard]] Values& any() { return values_; }

    /// One element, converted; a float outside the range of int64 saturates, NaN becomes 0.
    [[nodiscard]] float as_float(std::size_t i) const;
    [[nodiscard]] double as_double(std::size_t i) const;
    [[nodiscard]] std::int64_t as_int(std::size_t i) const;
    [[nodiscard]] std::vector<float> as_floats() const;
    [[nodiscard]] std::vector<std::int64_t> as_ints() const;

    /// The same values under another shape of as many elements.
    [[nodiscard]] TensorData reshaped(Shape shape) const;
    /// Every element converted: to integers by truncation towards zero and wrapping, to float16 and bfloat16 by
    /// rounding to nearest even (ONNX Cast).
    [[nodiscard]] TensorData cast_to(ElementType type) const;

    friend bool operator==(const TensorData&, const TensorData&) = default;

private:
    ElementType type_;
    Shape shape_;
    std::size_t count_;
    Values values_;
};

/// What a tensor is to the network.
enum class TensorRole : std::uint8_t {
    input,     ///< offered anew for each inference
    parameter, ///< learnt: weights, biases, scales; its values may be absent
    constant,  ///< fixed by the network's author: shapes, axes, epsilons
    activation ///< computed by an operator
};

[[nodiscard]] std::string to_string(TensorRole role);

struct Tensor {
    std::string name;
    ElementType type = ElementType::undefined;
    Shape shape;
    TensorRole role = TensorRole::activation;
    std::shared_ptr<const TensorData> data; ///< null when the values are absent

    /// Type and shape are known.
    [[nodiscard]] bool is_inferred() const { return type != ElementType::undefined; }
    [[nodiscard]] bool has_data() const { return data != nullptr; }
    [[nodiscard]] std::size_t rank() const { return shape.size(); }
    [[nodiscard]] std::size_t size() const { return element_count(shape); }
};

} // namespace lodestone::graph
