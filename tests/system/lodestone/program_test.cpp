// SPDX-License-Identifier: Apache-2.0
// Program files through the command: compiled with slots, verified, run as they stand, damaged.
#include "sim/base/file.hpp"

#include "tests/support/command.hpp"
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

using namespace lodestone;
using Catch::Matchers::Contains;
using lodestone::tests::CommandResult;
using lodestone::tests::lodestone_command;
using lodestone::tests::ScratchFolder;
using Json = nlohmann::json;

namespace {

const std::string kTiny = " --machine configs/arch/tiny_2x2.yaml ";

/// The trained network compiled for the tiny machine; returns the program file.
std::string compiled(const ScratchFolder& folder, const std::string& network) {
    const std::string program = (folder.path() / (network + ".json")).string();
    const CommandResult result =
        lodestone_command("compile" + kTiny + "--workload configs/workloads/fashion_resnet.onnx --precision int8 " +
                          "--network " + network + " -o '" + program + "' --mapping-out '" + program + ".yaml'");
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    return program;
}

double cycles_of(const std::string& options) {
    const CommandResult result = lodestone_command("run " + options + " --json");
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    return Json::parse(result.out)[0]["cycles"].get<double>();
}

} // namespace

TEST_CASE("a program compiled with slots verifies and runs strictly in the cycles of the network", "[system]") {
    const ScratchFolder folder;
    const std::string program = compiled(folder, "strict");
    CHECK(lodestone_command("verify '" + program + "'" + kTiny).exit_code == 0);
    CHECK(cycles_of("'" + program + "'" + kTiny) ==
          cycles_of(kTiny + "--workload configs/workloads/fashion_resnet.onnx --precision int8 --network strict"));
}

TEST_CASE("a program without slots runs elastically, and refuses to run strictly", "[system]") {
    const ScratchFolder folder;
    const std::string program = compiled(folder, "elastic");
    CHECK(cycles_of("'" + program + "'" + kTiny) ==
          cycles_of(kTiny + "--workload configs/workloads/fashion_resnet.onnx --precision int8"));
    const CommandResult strict = lodestone_command("run '" + program + "'" + kTiny + "--network strict");
    CHECK(strict.exit_code == 2);
    CHECK_THAT(strict.err, Contains("has no start slots") && Contains("--network strict"));
}

TEST_CASE("a slot that collides is found by verify and by run", "[system]") {
    const ScratchFolder folder;
    Json program = Json::parse(read_file(compiled(folder, "strict")));
    for (Json& phase : program["phases"]) {
        for (Json& input : phase["inputs"]) { // all flows of a layer at once: those of one core share its links
            if (input.contains("slots")) {
                std::fill(input["slots"].begin(), input["slots"].end(), input["slots"].front());
            }
        }
    }
    const std::string damaged = folder.write("damaged.json", program.dump());
    const CommandResult verified = lodestone_command("verify '" + damaged + "'" + kTiny);
    CHECK(verified.exit_code == 2);
    CHECK_THAT(verified.out, Contains("PRG-N2 ") && Contains("activation network link ["));
    CHECK(lodestone_command("run '" + damaged + "'" + kTiny).exit_code == 2);
}

TEST_CASE("a program file holds no values and is compiled already", "[system]") {
    const ScratchFolder folder;
    const std::string program = compiled(folder, "elastic");
    const CommandResult result = lodestone_command("run '" + program + "'" + kTiny + "--functional --batch 2");
    CHECK(result.exit_code == 2);
    CHECK_THAT(result.err, Contains("--functional: needs values") && Contains("--batch: does not go with a program"));
}
