// SPDX-License-Identifier: Apache-2.0
// Texts of the page: nothing of a user's file becomes markup, numbers read well.
#include "analysis/page/markup.hpp"
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

TEST_CASE("ticks are round and lie between the ends", "[analysis][page]") {
    CHECK(ticks({.least = 0, .most = 1}, 4) == std::vector<double>{0, 0.5, 1});
    CHECK(ticks({.least = 0, .most = 390}, 9).at(1) == 50);
    CHECK(ticks({.least = 7, .most = 24}, 4) == std::vector<double>{10, 15, 20});
    CHECK(ticks({.least = -3, .most = 3}, 3) == std::vector<double>{-2, 0, 2});
}

TEST_CASE("ticks of a logarithmic scale are the powers of ten between its ends", "[analysis][page]") {
    const std::vector<double> values = ticks({.least = 0.5, .most = 1000, .is_log = true}, 4);
    REQUIRE(values.size() == 4);
    CHECK(values.front() == Approx(1));
    CHECK(values.back() == Approx(1000));
}

TEST_CASE("a scale puts its ends on the ends of the axis, linear and logarithmic", "[analysis][page]") {
    const Scale linear{.least = 10, .most = 20, .at_least = 100, .at_most = 0};
    CHECK(linear.at(10) == 100);
    CHECK(linear.at(15) == 50);
    CHECK(linear.at(20) == 0);
    const Scale log{.least = 1, .most = 10000, .is_log = true, .at_least = 0, .at_most = 4};
    CHECK(log.at(100) == Approx(2));
    CHECK(log.at(10000) == Approx(4));
}
