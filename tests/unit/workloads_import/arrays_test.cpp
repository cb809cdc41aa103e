// SPDX-License-Identifier: Apache-2.0
// .npy and IDX arrays, whole and damaged.
#include "sim/base/error.hpp"
#include "workloads/import/idx.hpp"
#include "workloads/import/npy.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace lodestone;
using namespace lodestone::import;
using graph::ElementType;
using graph::TensorData;
using namespace std::string_literals;

template <class Action>
std::string refusal(Action action) {
    try {
        static_cast<void>(action());
    } catch (const UserError& error) {
        return to_string(error.problems().all().front());
    }
    return "";
}

std::string npy(const std::string& header, const std::string& data) {
    std::string bytes = "\x93NUMPY\x01\x00"s;
    bytes += static_cast<char>(header.size());
    bytes += '\0';
    return bytes + header + data;
}

TEST_CASE("an array written as .npy reads back the same", "[workloads][import]") {
    for (const ElementType type : {ElementType::float32, ElementType::float64, ElementType::int8, ElementType::int64,
                                   ElementType::uint16, ElementType::boolean}) {
        const TensorData data = TensorData::of_ints({2, 3}, {0, 1, 1, 0, 1, 1}).cast_to(type);
        CHECK(parse_npy(npy_bytes(data), "a.npy") == data);
    }
}

TEST_CASE("a .npy scalar and an empty array read back the same", "[workloads][import]") {
    CHECK(parse_npy(npy_bytes(TensorData::scalar(2.5F)), "a.npy") == TensorData::scalar(2.5F));
    const TensorData empty(ElementType::float32, {0, 4});
    CHECK(parse_npy(npy_bytes(empty), "a.npy") == empty);
}

TEST_CASE("a .npy in column-major order is turned", "[workloads][import]") {
    const std::string bytes =
        npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }\n", "\x01\x04\x02\x05\x03\x06");
    CHECK(parse_npy(bytes, "a.npy").values<std::uint8_t>() == std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("a big-endian .npy is turned", "[workloads][import]") {
    const std::string bytes = npy("{'descr': '>i2', 'fortran_order': False, 'shape': (2,), }\n", "\x01\x02\xFF\xFE"s);
    CHECK(parse_npy(bytes, "a.npy").values<std::int16_t>() == std::vector<std::int16_t>{258, -2});
}

TEST_CASE("malformed .npy files say what is wrong", "[workloads][import]") {
    const auto message = [](const std::string& bytes) { return refusal([&] { return parse_npy(bytes, "a.npy"); }); };
    CHECK(message("PK") == "a.npy: is not a .npy file: it does not begin with \\x93NUMPY and a header");
    CHECK(message(npy("{'fortran_order': False, 'shape': (2,), }", "")) == "a.npy: the .npy header has no 'descr'");
    CHECK(message(npy("{'descr': '<c8', 'fortran_order': False, 'shape': (2,), }", "")) ==
          "a.npy: has element type '<c8', supported are b1, f4, f8, i1, i2, i4, i8, u1, u2, u4, u8");
    CHECK(message(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "1234")) ==
          "a.npy: has 4 bytes of values, an array of 2 float32 needs 8");
    CHECK(message(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }", "")) ==
          "a.npy: a dimension of the array exceeds the limit of 4294967296");
    CHECK(message("\x93NUMPY\x01\x00\xFF\xFFxx"s) == "a.npy: ends within the .npy header");
}

TEST_CASE("an IDX array of two dimensions is read", "[workloads][import]") {
    const TensorData data = parse_idx("\0\0\x08\x02\0\0\0\x02\0\0\0\x01\x07\xFF"s, "a.idx");
    CHECK(data.shape() == graph::Shape{2, 1});
    CHECK(data.values<std::uint8_t>() == std::vector<std::uint8_t>{7, 255});
}

TEST_CASE("malformed IDX files say what is wrong", "[workloads][import]") {
    const auto message = [](const std::string& bytes) { return refusal([&] { return parse_idx(bytes, "a.idx"); }); };
    CHECK(message("\0\0\x08"s) ==
          "a.idx: is not an IDX file: it does not begin with two zero bytes, an element type and a rank");
    CHECK(message("\0\0\x0A\x01\0\0\0\0"s) == "a.idx: has IDX element type 10, supported are 8 (uint8), 9 (int8), 11 "
                                              "(int16), 12 (int32), 13 (float32), 14 (float64)");
    CHECK(message("\0\0\x08\x02\0\0\0\x02"s) == "a.idx: ends within the IDX header, which lists 2 dimensions");
    CHECK(message("\0\0\x08\x01\0\0\0\x03\x01\x02"s) == "a.idx: has 2 bytes of values, an array of 3 uint8 needs 3");
}

TEST_CASE("a cut gzip stream is refused", "[workloads][import]") {
    CHECK(refusal([] { return gunzip("\x1f\x8b\x08\0\0\0\0\0"s, "a.gz"); }) ==
          "a.gz: is damaged or cut off: gzip cannot undo it after 0 bytes");
}

} // namespace
