// SPDX-License-Identifier: Apache-2.0
// What is wrong with an anchor file is said with its place.
#include "analysis/anchors/anchors.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace lodestone;

namespace {

/// Problems of a file with this one anchor, as text.
std::string problems_of(const std::string& anchor) {
    const std::string text = "kind: anchors\nname: chip\nrun: run.yaml\nanchors:\n  it: " + anchor + "\n";
    Problems problems;
    const config::Node root = config::load_text(text, "anchors.yaml", problems);
    config::MapReader reader(root, problems);
    static_cast<void>(anchors::read_anchors(reader));
    std::string all;
    for (const Diagnostic& diagnostic : problems.all()) {
        all += to_string(diagnostic) + "\n";
    }
    return all;
}

} // namespace

TEST_CASE("an anchor with figure, value, unit, tolerance and source is accepted", "[errors][anchors]") {
    CHECK(problems_of("{figure: power, published: 74 W, tolerance: 0.1, source: paper}").empty());
}

TEST_CASE("a published figure in another unit is refused", "[errors][anchors]") {
    CHECK(problems_of("{figure: power, published: 74 mW, tolerance: 0.1, source: paper}") ==
          "anchors.yaml:5:34: anchors.it.published: is '74 mW'; a number above 0 with the unit W is expected\n");
}

TEST_CASE("a published figure without a unit is refused", "[errors][anchors]") {
    CHECK(problems_of("{figure: area, published: 800, tolerance: 0.1, source: paper}").find("the unit mm2") !=
          std::string::npos);
}

TEST_CASE("an anchor without a source is refused", "[errors][anchors]") {
    CHECK(problems_of("{figure: area, published: 800 mm2, tolerance: 0.1}").find("source") != std::string::npos);
}

TEST_CASE("an unknown figure lists the known ones", "[errors][anchors]") {
    const std::string text = problems_of("{figure: heat, published: 74 W, tolerance: 0.1, source: paper}");
    for (const std::string& name : anchors::figure_names()) {
        CHECK(text.find(name) != std::string::npos);
    }
}

TEST_CASE("a figure of a spiking array takes voltage and rate, and no fit", "[errors][anchors]") {
    const std::string power = "figure: recurrent_power, published: 68 mW, tolerance: 0.05, source: paper";
    CHECK(problems_of("{" + power + ", voltage: 0.8 V, rate: 11.58 Hz}").empty());
    CHECK(problems_of("{" + power + ", fits: true}").find("anchors.it.fits") != std::string::npos);
    CHECK(problems_of("{" + power + ", voltage: 0 V}").find("anchors.it.voltage") != std::string::npos);
    CHECK(problems_of("{" + power + ", rate: 20}").find("anchors.it.rate") != std::string::npos);
}

TEST_CASE("an efficiency of a spiking network needs its share of set inputs", "[errors][anchors]") {
    const std::string anchor =
        "figure: one_chip_efficiency, published: 6108.6 frame/s/W, tolerance: 0.1, source: paper";
    CHECK(problems_of("{" + anchor + "}").find("inputs") != std::string::npos);
    CHECK(problems_of("{" + anchor + ", inputs: 1.1}").find("anchors.it.inputs") != std::string::npos);
    CHECK(problems_of("{" + anchor + ", inputs: 1}").empty());
}
