// SPDX-License-Identifier: Apache-2.0
// Quantities that cannot be mixed: counted ones are 64-bit integers, measured ones are doubles in SI units.
#pragma once

#include <compare>
#include <cstdint>

namespace lodestone {

/// A number of one kind. Same kinds add and compare; a kind scales by a plain number of its own
/// representation; the ratio of two of a kind is a plain number. Everything else is a named function below.
template <class Kind, class Rep>
class Quantity {
public:
    using rep = Rep;

    constexpr Quantity() = default;
    constexpr explicit Quantity(Rep value) : value_(value) {}

    [[nodiscard]] constexpr Rep count() const { return value_; }

    constexpr Quantity& operator+=(Quantity other) {
        value_ += other.value_;
        return *this;
    }
    constexpr Quantity& operator-=(Quantity other) {
        value_ -= other.value_;
        return *this;
    }
    friend constexpr Quantity operator+(Quantity a, Quantity b) { return Quantity(a.value_ + b.value_); }
    friend constexpr Quantity operator-(Quantity a, Quantity b) { return Quantity(a.value_ - b.value_); }
    friend constexpr Quantity operator*(Quantity a, Rep factor) { return Quantity(a.value_ * factor); }
    friend constexpr Quantity operator*(Rep factor, Quantity a) { return Quantity(a.value_ * factor); }
    friend constexpr Rep operator/(Quantity a, Quantity b) { return a.value_ / b.value_; }
    friend constexpr Quantity operator/(Quantity a, Rep divisor) { return Quantity(a.value_ / divisor); }
    friend constexpr auto operator<=>(Quantity, Quantity) = default;

private:
    Rep value_{};
};

using Cycles = Quantity<struct CyclesKind, std::uint64_t>; ///< clock cycles of the machine
using Ticks = Quantity<struct TicksKind, std::uint64_t>;   ///< steps of a spiking array
using Bytes = Quantity<struct BytesKind, std::uint64_t>;
using Bits = Quantity<struct BitsKind, std::uint64_t>;
using Macs = Quantity<struct MacsKind, std::uint64_t>; ///< multiply-accumulates; one is two operations
using Flits = Quantity<struct FlitsKind, std::uint64_t>;
using Hertz = Quantity<struct HertzKind, double>;
using Seconds = Quantity<struct SecondsKind, double>;
using Joules = Quantity<struct JoulesKind, double>;
using Watts = Quantity<struct WattsKind, double>;
using Volts = Quantity<struct VoltsKind, double>;
using Kelvin = Quantity<struct KelvinKind, double>;
using Metres = Quantity<struct MetresKind, double>;
using SquareMillimetres = Quantity<struct SquareMillimetresKind, double>;
using BytesPerSecond = Quantity<struct BytesPerSecondKind, double>;

/// Smallest whole number of groups of `size` that hold `n`; `size` must not be zero.
[[nodiscard]] constexpr std::uint64_t ceil_div(std::uint64_t n, std::uint64_t size) {
    return n / size + (n % size != 0 ? 1 : 0);
}

/// The smallest multiple of `alignment` that holds the bytes.
[[nodiscard]] constexpr Bytes aligned(Bytes bytes, Bytes alignment) {
    return alignment * ceil_div(bytes.count(), alignment.count());
}
[[nodiscard]] constexpr Bytes bytes_for(Bits bits) {
    return Bytes(ceil_div(bits.count(), 8));
}
[[nodiscard]] constexpr Bits bits_in(Bytes bytes) {
    return Bits(bytes.count() * 8);
}
/// Cycles to move `amount` over a port of `per_cycle` bytes.
[[nodiscard]] constexpr Cycles transfer_cycles(Bytes amount, Bytes per_cycle) {
    return Cycles(ceil_div(amount.count(), per_cycle.count()));
}
[[nodiscard]] constexpr Seconds duration(Cycles cycles, Hertz clock) {
    return Seconds(static_cast<double>(cycles.count()) / clock.count());
}
[[nodiscard]] constexpr Watts power(Joules energy, Seconds time) {
    return Watts(energy.count() / time.count());
}
[[nodiscard]] constexpr Joules energy(Watts power_drawn, Seconds time) {
    return Joules(power_drawn.count() * time.count());
}

} // namespace lodestone
