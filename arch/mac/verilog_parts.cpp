// SPDX-License-Identifier: Apache-2.0
// Verilog of operand decoders and of the two kinds of accumulator.
#include "arch/mac/verilog_parts.hpp"

#include "arch/mac/unit.hpp"

namespace lodestone::mac {

using numerics::Format;
using numerics::NanStyle;

namespace {

constexpr const char* signed_integer = R"(
// Two's complement integer as sign and magnitude.
module @PREFIX@_operand_@FORMAT@ (
    input  wire [@TOP@:0] code,
    output wire          negative,
    output wire [@TOP@:0] significand
);
    assign negative    = code[@TOP@];
    assign significand = negative ? (~code + 1'b1) : code;
endmodule
)";

constexpr const char* unsigned_integer = R"(
// Plain binary integer.
module @PREFIX@_operand_@FORMAT@ (
    input  wire [@TOP@:0] code,
    output wire          negative,
    output wire [@TOP@:0] significand
);
    assign negative    = 1'b0;
    assign significand = code;
endmodule
)";

constexpr const char* floating = R"(
// Code of sign, @E@ exponent bits, @M@ mantissa bits. Subnormals have the exponent of the smallest normal numbers.
module @PREFIX@_operand_@FORMAT@ (
    input  wire [@TOP@:0] code,
    output wire          negative,
    output wire [@E1@:0] places,      // exponent above the smallest one
    output wire [@M@:0] significand, // with the hidden bit
    output wire          nan,
    output wire          infinite
);
    wire [@E1@:0] exponent = code[@ETOP@:@M@];
    wire          normal   = |exponent;
    assign negative    = code[@TOP@];
    assign places      = normal ? exponent - 1'b1 : exponent;
    assign significand = {normal, code[@MTOP@:0]};
    assign nan         = @NAN@;
    assign infinite    = @INFINITE@;
endmodule
)";

constexpr const char* fixed_register = R"(
// Accumulator in which `term` is added to `held` exactly; it saturates or wraps when the sum needs more than ACC bits.
module @PREFIX@_fixed_adder #(
    parameter TERM     = 16, // bits of the term, sign included
    parameter ACC      = 27, // bits of the register
    parameter SATURATE = 0
) (
    input  wire signed [TERM-1:0] term,
    input  wire                   negate, // subtract: term is a magnitude in one's complement
    input  wire signed [ACC-1:0]  held,
    output wire signed [ACC-1:0]  sum,
    output wire                   overflow
);
    localparam WIDE = (TERM > ACC ? TERM : ACC) + 1;
    wire signed [WIDE-1:0] wide_term = term;
    wire signed [WIDE-1:0] wide_held = held;
    wire signed [WIDE-1:0] wide      = wide_held + wide_term + $signed({1'b0, negate});
    assign overflow = ~(&wide[WIDE-1:ACC-1] | ~|wide[WIDE-1:ACC-1]);
    assign sum = (SATURATE != 0 && overflow) ? {wide[WIDE-1], {(ACC-1){~wide[WIDE-1]}}} : wide[ACC-1:0];
endmodule
)";

constexpr const char* float_register = R"(
// Number of zeros above the first one of `value`; WIDTH when there is none.
module @PREFIX@_leading_zeros #(
    parameter WIDTH = 16,
    parameter COUNT = 5 // bits of the count
) (
    input  wire [WIDTH-1:0] value,
    output reg  [COUNT-1:0] zeros
);
    localparam ALL = 1 << COUNT; // more than WIDTH
    reg [ALL-1:0]       empty;   // of a level's groups, each twice as wide as those of the level before
    reg [ALL*COUNT-1:0] counts;  // zeros above the first one of each
    integer level, group;
    always @* begin
        empty  = {~value, {(ALL-WIDTH){1'b0}}};
        counts = 0;
        for (level = 0; level < COUNT; level = level + 1)
            for (group = 0; group < (ALL >> (level + 1)); group = group + 1) begin
                counts[group*COUNT +: COUNT] = empty[2*group+1] ? counts[2*group*COUNT +: COUNT] | (1 << level)
                                                                : counts[(2*group+1)*COUNT +: COUNT];
                empty[group] = empty[2*group+1] & empty[2*group];
            end
        zeros = counts[COUNT-1:0];
    end
endmodule

// Floating adder: held + (-1)^negative * product * 2^(places + LSB), rounded once to nearest even.
// special: 00 finite, 01 +infinity, 10 -infinity, 11 NaN.
module @PREFIX@_float_adder #(
    parameter PRODUCT    = 8,  // bits of the product's magnitude
    parameter PLACES     = 5,  // bits of its exponent above LSB
    parameter LSB        = 0,  // exponent of its last bit at places 0
    parameter EXPONENT   = 5,  // of the register
    parameter MANTISSA   = 10,
    parameter EW         = 9,  // bits that hold every exponent with sign
    parameter COUNT      = 8,  // bits that count up to the width of the sum
    parameter KEEP_ZERO  = 0,  // a product of zero takes the sign of the register
    parameter SATURATE   = 0   // beyond the range: largest finite number instead of infinity
) (
    input  wire [PRODUCT-1:0]           product,
    input  wire [PLACES-1:0]            places,
    input  wire                         negative,
    input  wire [1:0]                   special,
    input  wire [EXPONENT+MANTISSA:0]   held,
    output wire [EXPONENT+MANTISSA:0]   sum,
    output wire                         overflow
);
    localparam BIAS  = (1 << (EXPONENT - 1)) - 1;
    localparam FIELD = (1 << EXPONENT) - 1;
    localparam FRAME = (MANTISSA + 1 > PRODUCT ? MANTISSA + 1 : PRODUCT) + 3; // the wider term, round bits, sticky

    // The register: exponents are those of the hidden bit, in the register's own bias.
    wire                held_negative = held[EXPONENT+MANTISSA];
    wire [EXPONENT-1:0] held_field    = held[EXPONENT+MANTISSA-1:MANTISSA];
    wire                held_special  = &held_field;
    wire                held_nan      = held_special & (|held[MANTISSA-1:0]);
    wire [MANTISSA:0]   held_digits   = {|held_field, held[MANTISSA-1:0]};
    wire signed [EW-1:0] held_exponent = {1'b0, held_field | {{(EXPONENT-1){1'b0}}, ~|held_field}};

    // The product, normalised.
    wire [COUNT-1:0]     product_zeros;
    @PREFIX@_leading_zeros #(.WIDTH(PRODUCT), .COUNT(COUNT)) count_product (.value(product), .zeros(product_zeros));
    wire [PRODUCT-1:0]   digits           = product << product_zeros;
    wire                 no_product       = ~|product;
    wire signed [EW-1:0] product_exponent = $signed({1'b0, places}) - $signed({1'b0, product_zeros})
                                          + (LSB + PRODUCT - 1 + BIAS);
    wire                 product_negative = (KEEP_ZERO != 0 && no_product) ? held_negative : negative;

    // Sort by exponent and shift the smaller one right; what falls off is the sticky bit.
    wire signed [EW-1:0] difference  = held_exponent - product_exponent;
    wire                 held_larger = no_product | ~difference[EW-1];
    wire [EW-1:0]        distance    = held_larger ? difference : -difference;
    wire [FRAME-1:0]     held_frame    = {held_digits, {(FRAME-MANTISSA-1){1'b0}}};
    wire [FRAME-1:0]     product_frame = {digits, {(FRAME-PRODUCT){1'b0}}};
    wire [FRAME-1:0]     upper = held_larger ? held_frame : product_frame;
    wire [FRAME-1:0]     lower = held_larger ? product_frame : held_frame;
    wire                 beyond = distance > FRAME;
    wire [COUNT-1:0]     shift  = beyond ? FRAME : distance[COUNT-1:0];
    wire [2*FRAME-1:0]   wide   = {lower, {FRAME{1'b0}}} >> shift;
    wire [FRAME-1:0]     shifted = wide[2*FRAME-1:FRAME];
    wire                 sticky  = |wide[FRAME-1:0];

    // Add or subtract; with a sticky bit the true difference is less than one below, which the missing carry is.
    wire                 subtract = held_negative ^ product_negative;
    wire [FRAME+1:0]     total    = {2'b00, upper} + ({2'b00, shifted} ^ {(FRAME+2){subtract}})
                                  + {{(FRAME+1){1'b0}}, subtract & ~sticky};
    wire                 reversed = total[FRAME+1];
    wire [FRAME:0]       magnitude = reversed ? ~total[FRAME:0] + {{FRAME{1'b0}}, ~sticky} : total[FRAME:0];
    wire                 is_zero   = ~|magnitude & ~sticky;
    wire                 sum_negative = is_zero ? held_negative & product_negative
                                      : (held_larger ? held_negative : product_negative) ^ reversed;

    // Normalise, but not below the smallest exponent.
    wire [COUNT-1:0]     sum_zeros;
    @PREFIX@_leading_zeros #(.WIDTH(FRAME + 1), .COUNT(COUNT)) count_sum (.value(magnitude), .zeros(sum_zeros));
    wire signed [EW-1:0] larger_exponent = held_larger ? held_exponent : product_exponent;
    wire                 is_subnormal    = larger_exponent < $signed({1'b0, sum_zeros});
    wire [COUNT-1:0]     left            = is_subnormal ? larger_exponent[COUNT-1:0] : sum_zeros;
    wire [FRAME:0]       normal          = magnitude << left;
    wire [EW-1:0]        field_below     = larger_exponent - $signed({1'b0, left}); // of the hidden bit, less one

    // Round to nearest even; a carry moves into the exponent by itself.
    wire                 half    = normal[FRAME-MANTISSA-1];
    wire                 rest    = (|normal[FRAME-MANTISSA-2:0]) | sticky;
    wire                 up      = half & (rest | normal[FRAME-MANTISSA]);
    wire [EW+MANTISSA-1:0] rounded = {field_below, {MANTISSA{1'b0}}} + {{(EW-1){1'b0}}, normal[FRAME:FRAME-MANTISSA]}
                                   + {{(EW+MANTISSA-1){1'b0}}, up};
    wire                 too_large = ~is_zero & (rounded[EW+MANTISSA-1:MANTISSA] >= FIELD);

    wire is_nan = held_nan | (&special) | (held_special & (held_negative ? special[0] : special[1]));
    wire is_infinite = held_special | (|special);
    wire infinite_negative = held_special ? held_negative : special[1];
    wire [EXPONENT-1:0] ones = {EXPONENT{1'b1}};
    assign overflow = too_large & ~is_nan & ~is_infinite;
    assign sum = is_nan      ? {1'b0, ones, 1'b1, {(MANTISSA-1){1'b0}}}
               : is_infinite ? {infinite_negative, ones, {MANTISSA{1'b0}}}
               : too_large   ? (SATURATE != 0 ? {sum_negative, ones - 1'b1, {MANTISSA{1'b1}}}
                                              : {sum_negative, ones, {MANTISSA{1'b0}}})
               : is_zero     ? {sum_negative, {(EXPONENT+MANTISSA){1'b0}}}
                             : {sum_negative, rounded[EXPONENT+MANTISSA-1:0]};
endmodule
)";

std::string nan_test(const Format& f) {
    const std::string top = std::to_string(f.bits - 1);
    switch (f.nan) {
    case NanStyle::none:
        return "1'b0";
    case NanStyle::ieee:
        return f.has_infinity ? "(&exponent) & (|code[" + std::to_string(f.mantissa_bits - 1) + ":0])" : "&exponent";
    case NanStyle::all_ones:
        return "&code[" + std::to_string(f.bits - 2) + ":0]";
    case NanStyle::negative_zero:
        return "code[" + top + "] & ~(|code[" + std::to_string(f.bits - 2) + ":0])";
    }
    return "1'b0";
}

} // namespace

std::string replace_all(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
    return text;
}

std::string verilog_operand(const std::string& prefix, const Format& f) {
    std::string text = !f.is_integer() ? floating : f.is_signed ? signed_integer : unsigned_integer;
    text = replace_all(text, "@NAN@", nan_test(f));
    text =
        replace_all(text, "@INFINITE@",
                    f.has_infinity ? "(&exponent) & ~(|code[" + std::to_string(f.mantissa_bits - 1) + ":0])" : "1'b0");
    text = replace_all(text, "@PREFIX@", prefix);
    text = replace_all(text, "@FORMAT@", std::string(f.name));
    text = replace_all(text, "@TOP@", std::to_string(f.bits - 1));
    text = replace_all(text, "@ETOP@", std::to_string(f.bits - 2));
    text = replace_all(text, "@MTOP@", std::to_string(f.mantissa_bits - 1));
    text = replace_all(text, "@E1@", std::to_string(f.exponent_bits - 1));
    text = replace_all(text, "@E@", std::to_string(f.exponent_bits));
    return replace_all(text, "@M@", std::to_string(f.mantissa_bits));
}

std::string verilog_fixed_register(const std::string& prefix) {
    return replace_all(fixed_register, "@PREFIX@", prefix);
}

std::string verilog_float_register(const std::string& prefix) {
    return replace_all(float_register, "@PREFIX@", prefix);
}

} // namespace lodestone::mac
