// SPDX-License-Identifier: Apache-2.0
// Bad spiking networks: each mistake is reported with its place, its value and the limit.
#include "sim/base/error.hpp"
#include "tests/support/places.hpp"
#include "workloads/import/spiking_json.hpp"
#include "workloads/import/spiking_recurrent.hpp"
#include "workloads/import/spiking_text.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace lodestone;

namespace {

/// A good network of one core with two neurons; lines are numbered as below.
const std::string good = R"({
"format": "spiking-golden/1",
"axons": 256, "neurons": 256, "grid": [3, 3],
"negative_threshold_inclusive": false,
"output_bus": {"coordinates": [2, 2], "num_outputs": 12},
"input_packets": [[0, 0, 0, 1, 0], [0, 0, 0, 3, 15]],
"cores": [
{"x": 0, "y": 0, "axon_types": [0, 1, 2, 3],
"synapse_rows_hex": ["01", "ff"],
"neurons": [
{"v": 0, "reset": 0, "weights": [1, -1, 255, -256], "leak": 0, "pos_threshold": 1, "neg_threshold": 0, "reset_mode": 0, "dx": 1, "dy": 0, "axon": 5, "delay": 0},
{"v": 0, "reset": 0, "weights": [0, 0, 0, 0], "leak": 0, "pos_threshold": 1, "neg_threshold": 0, "reset_mode": 1, "dx": 2, "dy": 2, "axon": 11, "delay": 15}
]}]})";

std::string changed(const std::string& from, const std::string& to) {
    const std::size_t at = good.find(from);
    REQUIRE(at != std::string::npos);
    return std::string(good).replace(at, from.size(), to);
}

std::vector<std::string> messages(const std::string& text) {
    try {
        static_cast<void>(import::parse_spiking_json(text, "net.json", {}));
    } catch (const UserError& error) {
        std::vector<std::string> lines;
        for (const Diagnostic& diagnostic : error.problems().all()) {
            lines.push_back(to_string(diagnostic));
        }
        return lines;
    }
    return {};
}

std::string only_message(const std::string& text) {
    const auto lines = messages(text);
    REQUIRE(lines.size() == 1);
    return lines.front();
}

} // namespace

TEST_CASE("the network that the mistakes are made in is good", "[errors][spiking]") {
    const auto workload = import::parse_spiking_json(good, "net.json", {});
    CHECK(workload.program.cores.size() == 1);
    CHECK(workload.program.inputs[1].arrival() == 15);
    CHECK(workload.program.cores[0].neurons[1].destination.delay == 15);
    CHECK_FALSE(workload.ticks.has_value());
}

TEST_CASE("a fan-in of 257 is refused where the synapse is", "[errors][spiking]") {
    const std::string row = std::string(64, 'f') + "01";
    CHECK(only_message(changed("\"01\"", "\"" + row + "\"")) ==
          "net.json:9:22: cores[0].synapse_rows_hex[0]: has a synapse on axon 256; the core has 256 axons, and that is "
          "the largest fan-in (byte offset 306)");
}

TEST_CASE("a core with 257 axons is refused", "[errors][spiking]") {
    CHECK(only_message(changed("\"axons\": 256", "\"axons\": 257")) ==
          "net.json:3:10: axons: is 257; the machine allows 1 to 256 (byte offset 41)");
}

TEST_CASE("a delay of 16 is refused", "[errors][spiking]") {
    CHECK(only_message(changed("\"delay\": 15}", "\"delay\": 16}")) ==
          "net.json:12:154: cores[0].neurons[1].delay: is 16; the machine allows 0 to 15 (byte offset 647)");
    CHECK(only_message(changed("[0, 0, 0, 3, 15]", "[0, 0, 0, 3, 16]")).find("input_packets[1][4]: is 16") !=
          std::string::npos);
}

TEST_CASE("weights of 9 bits end at -256 and 255", "[errors][spiking]") {
    CHECK(only_message(changed("255, -256", "256, -256")) ==
          "net.json:11:41: cores[0].neurons[0].weights[2]: is 256; the machine allows -256 to 255 (byte offset 372)");
    CHECK(only_message(changed("255, -256", "255, -257")).find("weights[3]: is -257") != std::string::npos);
}

TEST_CASE("a destination outside the mesh is refused", "[errors][spiking]") {
    CHECK(only_message(changed("\"dx\": 1", "\"dx\": 3")) ==
          "net.json:11:127: cores[0].neurons[0].dx: sends spikes from core (0, 0) to (3, 0), outside the mesh of 3 x 3 "
          "cores (byte offset 458)");
    CHECK(only_message(changed("\"dy\": 0", "\"dy\": -1")).find("to (1, -1), outside the mesh") != std::string::npos);
}

TEST_CASE("an output that the bus does not have is refused", "[errors][spiking]") {
    CHECK(only_message(changed("\"axon\": 11", "\"axon\": 12"))
              .find("neurons[1].axon: is 12; the machine allows 0 to 11") != std::string::npos);
}

TEST_CASE("malformed JSON is reported at its byte", "[errors][spiking]") {
    const std::string message = only_message(changed("\"axon_types\": [0,", "\"axon_types\": [0,,"));
    CHECK(message.find("net.json:8:35: is not valid JSON at byte offset") == 0);
    CHECK(message.find("syntax error") != std::string::npos);
    CHECK(only_message(good.substr(0, 100)).find("is not valid JSON at byte offset 100") != std::string::npos);
    CHECK(only_message("").find("is not valid JSON") != std::string::npos);
    CHECK(only_message("[1]") == "net.json:1:1: must be a JSON object");
}

TEST_CASE("missing, unknown and ill-typed fields are all reported together", "[errors][spiking]") {
    std::string text = changed("\"leak\": 0, \"pos_threshold\": 1, \"neg_threshold\": 0, \"reset_mode\": 0",
                               "\"lea\": 0, \"pos_threshold\": 1.5, \"neg_threshold\": \"0\", \"reset_mode\": 2");
    const auto lines = messages(text);
    REQUIRE(lines.size() == 5);
    CHECK(lines[0].find("neurons[0].lea: is not known; did you mean 'leak'?") != std::string::npos);
    CHECK(lines[1].find("neurons[0].leak: is missing") != std::string::npos);
    CHECK(lines[2].find("neurons[0].pos_threshold: must be a whole number") != std::string::npos);
    CHECK(lines[3].find("neurons[0].neg_threshold: must be a whole number") != std::string::npos);
    CHECK(lines[4].find("neurons[0].reset_mode: is 2; the machine allows 0 to 1") != std::string::npos);
}

TEST_CASE("two cores in one place, or one on the output bus, are refused", "[errors][spiking]") {
    const std::string empty = R"({"x": 0, "y": 0, "axon_types": [], "synapse_rows_hex": [], "neurons": []})";
    CHECK(only_message(changed("]}]}", "]}, " + empty + "]}")).find("cores[1]: there is already a core at (0, 0)") !=
          std::string::npos);
    CHECK(messages(changed("[2, 2], \"num", "[0, 0], \"num")).front().find("where the output bus is") !=
          std::string::npos);
}

TEST_CASE("a network that is too large for the machine is refused", "[errors][spiking]") {
    CHECK(only_message(changed("[3, 3]", "[65, 3]")).find("grid[0]: is 65; the machine allows 1 to 64") !=
          std::string::npos);
    CHECK(only_message(changed("[0, 1, 2, 3]", "[0, 1, 2, 4]")).find("axon_types[3]: is 4") != std::string::npos);
}

TEST_CASE("more mistakes than can be read are counted", "[errors][spiking]") {
    std::string packets = "[[0, 9, 0, 1, 0]";
    for (int i = 0; i < 99; ++i) {
        packets += ", [0, 9, 0, 1, 0]";
    }
    const auto lines = messages(changed("[[0, 0, 0, 1, 0]", packets));
    REQUIRE(lines.size() == import::max_located_problems + 1);
    CHECK(lines.back() == "net.json: and 80 more problems");
}

TEST_CASE("a damaged or cut-off archive is named", "[errors][spiking]") {
    std::ifstream file(tests::source_folder() + "/tests/data/spiking/vmm_008.json.gz", std::ios::binary);
    const std::string archive{std::istreambuf_iterator<char>(file), {}};
    CHECK(import::is_spiking_json(import::unpacked(archive, "a.gz")));
    CHECK_THROWS_WITH(import::unpacked(archive.substr(0, 2000), "a.gz"),
                      Catch::Contains("a.gz: ") && Catch::Contains("cut off"));
    std::string damaged = archive;
    damaged[1000] = static_cast<char>(damaged[1000] ^ 0x55);
    damaged[1001] = static_cast<char>(damaged[1001] ^ 0x55);
    CHECK_THROWS_AS(import::unpacked(damaged, "a.gz"), UserError);
    CHECK_THROWS_AS(import::import_spiking_json("no_such_file.json", {}), UserError);
}

TEST_CASE("a recurrent network is refused beyond what the machine can do", "[errors][spiking]") {
    CHECK_THROWS_WITH(import::generate({.synapses = 257}, {}), Catch::Contains("synapses"));
    CHECK_THROWS_WITH(import::generate({.synapses = 127}, {}), Catch::Contains("is odd"));
    CHECK_THROWS_WITH(import::generate({.rate = Hertz(1001)}, {}), Catch::Contains("rate"));
    CHECK_THROWS_WITH(import::generate({.cores = {65, 1}}, {}), Catch::Contains("cores.rows"));
}
