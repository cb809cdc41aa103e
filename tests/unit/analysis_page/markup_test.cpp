// SPDX-License-Identifier: Apache-2.0
// Texts of the page: nothing of a user's file becomes markup, numbers read well.
#include "analysis/page/markup.hpp"
#include "analysis/page/palette.hpp"
#include "analysis/page/svg.hpp"

#include <catch2/catch.hpp>

using namespace lodestone::page;

TEST_CASE("characters of markup are escaped, others stay", "[analysis][page]") {
    CHECK(escaped("<a href='x'>\"&\"</a>") == "&lt;a href=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/a&gt;");
    CHECK(escaped("Größe µ 日本 \n\t") == "Größe µ 日本 \n\t");
}

TEST_CASE("bytes that are no UTF-8 and control characters are replaced", "[analysis][page]") {
    CHECK(escaped("a\xFF"
                  "b") == "a\uFFFD"
                          "b");
    CHECK(escaped("\xE2\x82") == "\uFFFD\uFFFD");
    CHECK(escaped("\xC0\xAF") == "\uFFFD\uFFFD");
    CHECK(escaped(std::string_view("\0\x1B", 2)) == "\uFFFD\uFFFD");
}

TEST_CASE("numbers take the prefix that leaves one to three digits before the point", "[analysis][page]") {
    CHECK(with_unit(0.0123, "s") == "12.3 ms");
    CHECK(with_unit(0.999, "J") == "999 mJ");
    CHECK(with_unit(0.9999, "J") == "1.000 J");
    CHECK(with_unit(999.6, "B") == "1.000 kB");
    CHECK(with_unit(4e8, "Hz") == "400 MHz");
    CHECK(with_unit(0, "W") == "0 W");
    CHECK(with_unit(1 / 0.0, "W") == "-");
}

TEST_CASE("whole numbers are grouped by thousands", "[analysis][page]") {
    CHECK(grouped(999) == "999");
    CHECK(grouped(1000) == "1,000");
    CHECK(grouped(-1234567) == "-1,234,567");
}

TEST_CASE("ticks are round, begin at 0 and stay below the largest value", "[analysis][page]") {
    CHECK(ticks(1, 4) == std::vector<double>{0, 0.5, 1});
    CHECK(ticks(390, 9).at(1) == 50);
    CHECK(ticks(390, 9).back() <= 390);
    CHECK(ticks(0, 4) == std::vector<double>{0});
}

TEST_CASE("a name has one colour, a known one always the same", "[analysis][page]") {
    Palette palette = energy_palette();
    CHECK(palette.colour("sram") == "c2");
    const std::string fresh = palette.colour("photonics");
    CHECK(fresh == palette.colour("photonics"));
    CHECK(palette.colour("sram") == "c2");
}
