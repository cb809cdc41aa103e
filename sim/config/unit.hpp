// SPDX-License-Identifier: Apache-2.0
// Units of measure: SI prefixes, bits and bytes, and "per" units such as pJ/B, fJ/bit/mm, mW/KiB, um2/bit.
#pragma once

#include "sim/base/quantity.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace lodestone::config {

/// A unit is 10^decimal * 2^binary times a product of base units. Because every accepted unit has that form, a
/// value converts without rounding beyond that of its own digits: "0.64 pJ" is exactly the double 0.64e-12.
///
/// Grammar: part { "/" part }, part = [prefix] name [["^"] digit]. Names with a prefix (a f p n u m k M G T P E):
/// J W V A F K s m Hz ohm; B, byte, bit also take K (1000) and Ki Mi Gi Ti Pi (1024). Any other word (mac, flit,
/// spike, access, cycle ...) is a thing counted, a dimension of its own: pJ/mac never passes for pJ/flit.
/// Plurals mean the same. Bit and byte are one dimension, so J/B accepts fJ/bit.
struct Unit {
    int decimal = 0;
    int binary = 0;
    std::map<std::string, int> dimensions; ///< exponent by base unit: J, V, K, s, m, bit, or a thing counted

    [[nodiscard]] bool same_dimensions(const Unit& other) const { return dimensions == other.dimensions; }
};

/// nullopt when the text is no unit by the grammar above.
[[nodiscard]] std::optional<Unit> parse_unit(std::string_view text);

/// "Hz, kHz, MHz, GHz" for "Hz": what to propose when a unit is missing or wrong.
[[nodiscard]] std::string accepted_units(std::string_view unit);

/// "400 MHz" for (4e8, "Hz"): up to six digits and a fitting prefix; the bare number for the unit "".
[[nodiscard]] std::string measure_text(double value, std::string_view unit);

/// The unit in which a quantity counts; specialise it for a new kind.
template <class Q>
inline constexpr const char* unit_of = nullptr;
template <>
inline constexpr const char* unit_of<Hertz> = "Hz";
template <>
inline constexpr const char* unit_of<Seconds> = "s";
template <>
inline constexpr const char* unit_of<Joules> = "J";
template <>
inline constexpr const char* unit_of<Watts> = "W";
template <>
inline constexpr const char* unit_of<Volts> = "V";
template <>
inline constexpr const char* unit_of<Kelvin> = "K";
template <>
inline constexpr const char* unit_of<Metres> = "m";
template <>
inline constexpr const char* unit_of<SquareMillimetres> = "mm2";
template <>
inline constexpr const char* unit_of<BytesPerSecond> = "B/s";
template <>
inline constexpr const char* unit_of<Bytes> = "B";
template <>
inline constexpr const char* unit_of<Bits> = "bit";
template <>
inline constexpr const char* unit_of<Cycles> = "cycle";
template <>
inline constexpr const char* unit_of<Ticks> = "tick";
template <>
inline constexpr const char* unit_of<Macs> = "mac";
template <>
inline constexpr const char* unit_of<Flits> = "flit";

/// "400 MHz" for Hertz(4e8).
template <class Q>
[[nodiscard]] std::string to_text(Q quantity) {
    return measure_text(static_cast<double>(quantity.count()), unit_of<Q>);
}

} // namespace lodestone::config
