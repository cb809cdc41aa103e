// SPDX-License-Identifier: Apache-2.0
// Precision names mean the formats they say.
#include "numerics/precision.hpp"

#include <catch2/catch.hpp>

using namespace lodestone::numerics;

TEST_CASE("a plain format name is the precision of weights and activations", "[numerics]") {
    for (const std::string& name : precision_names()) {
        const Precision precision = parse_precision(name);
        CHECK(precision.weights == *find_format(name));
        CHECK(precision.activations == precision.weights);
        CHECK(precision.cache_or_activations() == precision.weights);
        CHECK(precision.name == name);
    }
}

TEST_CASE("the names of the command line are all known", "[numerics]") {
    for (const char* name : {"int2", "int4", "int8", "int16", "fp8_e2m5", "fp8_e3m4", "fp8_e4m3", "fp8_e5m2",
                             "fp4_e2m1", "mxfp8", "mxfp4", "mxint8", "fp16", "bf16", "fp8_e4m3_fnuz", "fp8_e5m2_fnuz",
                             "fp8_e4m3_ieee", "fp8_e3m4_ieee", "fp8_e5m2_ieee"}) {
        CHECK(parse_precision(name).name == name);
    }
}

TEST_CASE("w4a8 has 4-bit weights and 8-bit activations", "[numerics]") {
    const Precision precision = parse_precision("w4a8");
    CHECK(precision.weights == FormatId::int4);
    CHECK(precision.activations == FormatId::int8);
    CHECK_FALSE(precision.cache.has_value());
    CHECK(precision.cache_or_activations() == FormatId::int8);
}

TEST_CASE("a8c8w4 adds the format of the KV cache", "[numerics]") {
    const Precision precision = parse_precision("a16c8w4");
    CHECK(precision.weights == FormatId::int4);
    CHECK(precision.activations == FormatId::int16);
    CHECK(precision.cache == FormatId::int8);
}
