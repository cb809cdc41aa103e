// SPDX-License-Identifier: Apache-2.0
// Ports, multiplier registers, adder trees, accumulators; units of several blocks.
#include "arch/mac/verilog_stages.hpp"

namespace lodestone::mac::stage {

const char* const ports = R"(    input  wire clk,
    input  wire reset,    // synchronous
    input  wire valid,    // a and b are operands
    input  wire first,    // they start a new sum
    input  wire [LANES*@A@-1:0] a, // lane 0 in the low bits
    input  wire [LANES*@B@-1:0] b,
@SCALE_PORTS@    output reg  done,     // result has taken in the operands of @LATENCY@ cycles before
    output reg  [ACC-1:0] result,
    output reg  [1:0] special,  // of a fixed-point result: 00 finite, 01 +infinity, 10 -infinity, 11 NaN
@RESULT_SCALE@    output reg  overflow  // this addition left the range of the register
);
)";

const char* const single_front = R"(    // Stage 1: multiply.
    wire [@P@:0]  product;
    wire [@L1@:0] places;
    wire negative, zero;
    wire [1:0] product_special;
    @PREFIX@_product lane (.a(a), .b(b), .product(product), .places(places), .negative(negative), .zero(zero),
                           .special(product_special));
@SCALE@    wire gated = ZERO_GATING != 0 && zero@AND_SCALE@;

    reg [@P@:0]  product_q;
    reg [@L1@:0] places_q;
    reg negative_q, valid_q, first_q, gated_q;
    reg [1:0] special_q;
    always @(posedge clk) begin
        valid_q <= valid & ~reset;
        first_q <= first;
        gated_q <= gated;
@KEEP_SCALE@        if (valid & ~gated) begin
            product_q  <= product;
            places_q   <= places;
            negative_q <= negative;
            special_q  <= product_special@OR_SCALE@;
        end
    end
    wire       add_valid   = valid_q;
    wire       add_first   = first_q;
    wire       add_nothing = gated_q;
    wire [1:0] add_special = gated_q ? 2'b00 : special_q;
@ADD_SCALE@)";

const char* const fused_front = R"(    // Stage 1: multiply.
    wire [@P@:0]  product  [0:LANES-1];
    wire [@L1@:0] places   [0:LANES-1];
    wire          negative [0:LANES-1];
    wire          zero     [0:LANES-1];
    wire [1:0]    lane_special [0:LANES-1];
    genvar lane;
    generate
        for (lane = 0; lane < LANES; lane = lane + 1) begin : lanes
            @PREFIX@_product unit (.a(a[lane*@A@ +: @A@]), .b(b[lane*@B@ +: @B@]), .product(product[lane]),
                                   .places(places[lane]), .negative(negative[lane]), .zero(zero[lane]),
                                   .special(lane_special[lane]));
        end
    endgenerate

    reg [@P@:0]  product_q  [0:LANES-1];
    reg [@L1@:0] places_q   [0:LANES-1];
    reg          negative_q [0:LANES-1];
    reg [1:0]    special_q, any_special;
    reg          valid_q, first_q;
@SCALE@    integer i;
    always @* begin
        any_special = 2'b00;
        for (i = 0; i < LANES; i = i + 1) any_special = any_special | lane_special[i];
    end
    integer j;
    always @(posedge clk) begin
        valid_q <= valid & ~reset;
        first_q <= first;
        if (valid) begin
            special_q <= any_special@OR_SCALE@;
@KEEP_SCALE@            for (j = 0; j < LANES; j = j + 1) begin
                product_q[j]  <= product[j];
                places_q[j]   <= places[j];
                negative_q[j] <= negative[j];
            end
        end
    end
)";

const char* const windowed_tree = R"(
    // Stage 2: find the largest exponent, shift every product right below it, add.
    localparam WINDOW = @WINDOW@;
    reg [@L1@:0] best [0:LANES-1]; // largest of growing groups of lanes
    reg [@L1@:0] largest;
    integer span;
    reg signed [SUM-1:0] tree;
    reg [WINDOW+@P@:0] frame;
    reg [@AL1@:0] magnitude;
    integer k;
    always @* begin
        for (k = 0; k < LANES; k = k + 1) best[k] = |product_q[k] ? places_q[k] : 0;
        for (span = 1; span < LANES; span = span * 2)
            for (k = 0; k + span < LANES; k = k + 2 * span)
                if (best[k+span] > best[k]) best[k] = best[k+span];
        largest = best[0];
        tree = 0;
        for (k = 0; k < LANES; k = k + 1) begin
            frame = {product_q[k], {WINDOW{1'b0}}} >> (largest - places_q[k]);
            magnitude = frame[WINDOW+@P@:@P@+1]@ROUND@;
            tree = tree + $signed({1'b0, magnitude} ^ {(@AL@+1){negative_q[k]}}) + $signed({1'b0, negative_q[k]});
        end
    end
)";

const char* const full_tree = R"(
    // Stage 2: shift every product left to its place, add.
    wire [@L1@:0] largest = 0;
    reg signed [SUM-1:0] tree;
    reg [@AL1@:0] magnitude;
    integer k;
    always @* begin
        tree = 0;
        for (k = 0; k < LANES; k = k + 1) begin
            magnitude = product_q[k];
            magnitude = magnitude << places_q[k];
            tree = tree + $signed({1'b0, magnitude} ^ {(@AL@+1){negative_q[k]}}) + $signed({1'b0, negative_q[k]});
        end
    end
)";

const char* const signed_tree = R"(
    // Stage 2: add.
    wire [@L1@:0] largest = 0;
    reg signed [SUM-1:0] tree;
    integer k;
    always @* begin
        tree = 0;
        for (k = 0; k < LANES; k = k + 1) tree = tree + $signed(product_q[k]);
    end
)";

const char* const tree_register = R"(
    reg signed [SUM-1:0] tree_q;
    reg [@L1@:0] largest_q;
    reg tree_valid_q, tree_first_q;
    reg [1:0] tree_special_q;
@TREE_SCALE@    always @(posedge clk) begin
        tree_valid_q <= valid_q & ~reset;
        tree_first_q <= first_q;
        if (valid_q) begin
            tree_q         <= tree;
            largest_q      <= largest;
            tree_special_q <= special_q;
@KEEP_TREE_SCALE@        end
    end
    wire       add_valid   = tree_valid_q;
    wire       add_first   = tree_first_q;
    wire       add_nothing = 1'b0;
    wire [1:0] add_special = tree_special_q;
@ADD_SCALE@)";

const char* const fixed_back = R"(
    wire [1:0] held_special = add_first ? 2'b00 : special;
    wire [ACC-1:0] held = add_first ? {ACC{1'b0}} : result;
    wire [ACC-1:0] sum;
    wire           out_of_range;
    @PREFIX@_fixed_adder #(.TERM(@TERM@), .ACC(ACC), .SATURATE(SATURATE)) adder (
        .term(term), .negate(negate), .held(held), .sum(sum), .overflow(out_of_range));
    wire hold = add_nothing | (|add_special);
@HELD_SCALE@    always @(posedge clk) begin
        done <= add_valid & ~reset;
        if (reset) begin
            result   <= 0;
            special  <= 0;
            overflow <= 0;
        end else if (add_valid) begin
@TAKE_SCALE@            result   <= hold ? held : sum;
            special  <= held_special | add_special;
            overflow <= out_of_range & ~hold;
        end
    end
endmodule
)";

const char* const float_back = R"(
    wire [ACC-1:0] held = add_first ? {ACC{1'b0}} : result;
    wire [ACC-1:0] sum;
    wire           out_of_range;
@ADDERS@    always @(posedge clk) begin
        done <= add_valid & ~reset;
        special <= 0;
        if (reset) begin
            result   <= 0;
            overflow <= 0;
        end else if (add_valid) begin
            result   <= add_nothing ? held : sum;
            overflow <= out_of_range & ~add_nothing;
        end
    end
endmodule
)";

const char* const one_adder =
    R"(    @PREFIX@_float_adder #(.PRODUCT(@FP@), .PLACES(@L@), .LSB(@LSB@), .EXPONENT(@E@), .MANTISSA(@M@), .EW(@EW@),
                           .COUNT(@COUNT@), .KEEP_ZERO(@KEEP@), .SATURATE(SATURATE)) adder (
        .product(term), .places(term_places), .negative(term_negative), .special(add_special), .held(held), .sum(sum),
        .overflow(out_of_range));
)";

const char* const adder_chain = R"(    wire [BLOCKS*ACC-1:0] sums;
    wire [BLOCKS-1:0]     overflows;
    generate
        for (block = 0; block < BLOCKS; block = block + 1) begin : adders
            wire [ACC-1:0] earlier;
            if (block == 0) assign earlier = held;
            else assign earlier = sums[(block-1)*ACC +: ACC];
            @PREFIX@_float_adder #(.PRODUCT(@FP@), .PLACES(@L@), .LSB(@LSB@), .EXPONENT(@E@), .MANTISSA(@M@),
                                   .EW(@EW@), .COUNT(@COUNT@), .KEEP_ZERO(@KEEP@), .SATURATE(SATURATE)) adder (
                .product(term[block]), .places(term_places[block]), .negative(term_negative[block]),
                .special(add_special[block]), .held(earlier), .sum(sums[block*ACC +: ACC]),
                .overflow(overflows[block]));
        end
    endgenerate
    assign sum          = sums[(BLOCKS-1)*ACC +: ACC];
    assign out_of_range = |overflows;
)";

const char* const block_instances = R"(    localparam BLOCKS = (LANES + @BLOCK@ - 1) / @BLOCK@;
    // Stages 1 and 2, for each block of @BLOCK@ lanes that share scales.
    wire [BLOCKS-1:0] block_valid, block_first;
    wire [1:0]     add_special   [0:BLOCKS-1];
    wire [@SUM1@:0]    term          [0:BLOCKS-1];
    wire [@TL1@:0]     term_places   [0:BLOCKS-1];
    wire           term_negative [0:BLOCKS-1];
    wire add_valid   = block_valid[0];
    wire add_first   = block_first[0];
    wire add_nothing = 1'b0;
    genvar block;
    generate
        for (block = 0; block < BLOCKS; block = block + 1) begin : blocks
            localparam REST = LANES - block * @BLOCK@;
            localparam HERE = REST < @BLOCK@ ? REST : @BLOCK@;
            @PREFIX@_block #(.LANES(HERE)) unit (
                .clk(clk), .reset(reset), .valid(valid), .first(first), .a(a[block*@BLOCK@*@A@ +: HERE*@A@]),
                .b(b[block*@BLOCK@*@B@ +: HERE*@B@]),@SCALE_INSTANCE@
                .block_valid(block_valid[block]), .block_first(block_first[block]),
                .block_special(add_special[block]), .block_term(term[block]), .block_places(term_places[block]),
                .block_negative(term_negative[block]));
        end
    endgenerate
)";

const char* const block_ports = R"(
// One block of lanes with common scales, up to the sum of its products.
module @PREFIX@_block #(
    parameter LANES = @BLOCK@
) (
    input  wire clk,
    input  wire reset,
    input  wire valid,
    input  wire first,
    input  wire [LANES*@A@-1:0] a,
    input  wire [LANES*@B@-1:0] b,
@BLOCK_SCALE_PORTS@    output wire block_valid,
    output wire block_first,
    output wire [1:0] block_special,
    output wire [@SUM1@:0] block_term,
    output wire [@TL1@:0] block_places,
    output wire block_negative
);
)";

const char* const block_outputs = R"(    assign block_valid    = add_valid;
    assign block_first    = add_first;
    assign block_special  = add_special;
    assign block_term     = term;
    assign block_places   = term_places;
    assign block_negative = term_negative;
endmodule
)";

} // namespace lodestone::mac::stage
