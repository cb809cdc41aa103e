// SPDX-License-Identifier: Apache-2.0
// A trained trinary network through run, compile, verify and check.
#include "sim/base/file.hpp"
#include "tests/support/command.hpp"
#include "tests/support/places.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <string>

using namespace lodestone;
using lodestone::tests::CommandResult;
using lodestone::tests::lodestone_command;
using lodestone::tests::ScratchFolder;
using Json = nlohmann::json;

namespace {

const std::string kTrueNorth = " --machine configs/arch/truenorth.yaml ";
const std::string kNetwork = "configs/workloads/fashion_trinary.yaml";

std::string command(const std::string& arguments, int exit_code = 0) {
    const CommandResult result = lodestone_command(arguments);
    INFO("stderr: " << result.err);
    REQUIRE(result.exit_code == exit_code);
    return exit_code == 0 ? result.out : result.out + result.err;
}

Json run_json(const std::string& network, const std::string& options) {
    return Json::parse(command("run" + kTrueNorth + "--workload '" + network + "' --json " + options))[0];
}

/// The trained network with pieces of its file replaced, its weights still those of configs/workloads.
std::string edited(const ScratchFolder& scratch, const std::string& from, const std::string& to) {
    std::string text = read_file(tests::source_folder() + "/" + kNetwork);
    for (const auto& [old, put] :
         {std::pair<std::string, std::string>{from, to},
          {"fashion_trinary.weights", tests::source_folder() + "/configs/workloads/fashion_trinary.weights"},
          {"fashion_trinary.biases", tests::source_folder() + "/configs/workloads/fashion_trinary.biases"}}) {
        const std::size_t at = text.find(old);
        REQUIRE(at != std::string::npos);
        text.replace(at, old.size(), put);
    }
    return scratch.write("edited.yaml", text);
}

} // namespace

TEST_CASE("a trinary network runs with both fidelities to the same classes as its oracle", "[system][spiking]") {
    for (const char* fidelity : {"event", "functional"}) {
        const Json result = run_json(kNetwork, std::string("--samples 40 --fidelity ") + fidelity);
        CHECK(result.at("batch") == 40);
        CHECK(result.at("ticks") == 47);
        const Json& found = result.at("functional");
        CHECK(found.at("samples") == 40);
        CHECK(found.at("differing_decisions") == 0);
        CHECK(found.at("differing_spikes") == 0);
        CHECK(found.at("output_spikes") > 40);
        CHECK(found.at("accuracy") > 0.7);
    }
}

TEST_CASE("a trinary network without labels has classes but no accuracy", "[system][spiking]") {
    const std::string images = " --inputs /usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz ";
    const Json result = run_json(kNetwork, images + "--samples 3 --fidelity functional");
    CHECK_FALSE(result.at("functional").contains("accuracy"));
    CHECK(result.at("functional").at("samples") == 3);
}

TEST_CASE("samples may take several ticks, as rates, and be decided by the first spike", "[system][spiking]") {
    const ScratchFolder scratch;
    const std::string held = edited(scratch, "0.75]}", "0.75], ticks: 3}");
    const Json once = run_json(kNetwork, "--samples 10 --fidelity functional");
    const Json thrice = run_json(held, "--samples 10 --fidelity functional");
    CHECK(thrice.at("ticks") == 37);
    CHECK(thrice.at("functional").at("output_spikes") == 3 * once.at("functional").at("output_spikes").get<double>());
    CHECK(thrice.at("functional").at("accuracy") == once.at("functional").at("accuracy"));
    const std::string first = edited(scratch, "kind: count", "kind: first_spike");
    CHECK(run_json(first, "--samples 10 --fidelity functional").at("functional").at("differing_decisions") == 0);
}

TEST_CASE("compile prints cores layer by layer and writes a program that verify accepts", "[system][spiking]") {
    const ScratchFolder scratch;
    const std::string program = (scratch.path() / "program.json").string();
    const std::string table = command("compile" + kTrueNorth + "--workload " + kNetwork + " -o '" + program + "'");
    CHECK_THAT(table, Catch::Contains("conv1") && Catch::Contains("votes") && Catch::Contains("312 cores, 7 ticks"));
    CHECK_THAT(command("verify" + kTrueNorth + "'" + program + "'"), Catch::Contains("good:"));
    CHECK(Json::parse(read_file(program)).at("cores").size() == 312);
    const std::string checked = command("check '" + program + "' " + kNetwork);
    CHECK_THAT(checked, Catch::Contains("fashion_trinary.yaml: good (spiking network)"));
}

TEST_CASE("verify names the broken rule, its layer, value and limit", "[system][spiking]") {
    const ScratchFolder scratch;
    CHECK(Json::parse(command("verify" + kTrueNorth + "--workload " + kNetwork + " --json")) ==
          Json({{"ok", true}, {"violations", Json::array()}}));
    const CommandResult small = lodestone_command("verify" + kTrueNorth + "--workload " + kNetwork +
                                                  " --json --set cores.rows=4 --set cores.cols=4");
    CHECK(small.exit_code == 2);
    const Json verdict = Json::parse(small.out);
    CHECK(verdict.at("ok") == false);
    REQUIRE(verdict.at("violations").size() == 1);
    const Json& broken = verdict.at("violations")[0];
    CHECK(broken.at("rule") == "SPK-C1");
    CHECK(broken.at("layer") == "votes");
    CHECK(broken.at("value") == "17");
    CHECK(broken.at("limit") == "16");
    const CommandResult narrow =
        lodestone_command("verify" + kTrueNorth + "--workload " + kNetwork + " --json --set core.axons=128");
    CHECK(narrow.exit_code == 2);
    for (const Json& one : Json::parse(narrow.out).at("violations")) {
        CHECK(one.at("rule") == "SPK-F1");
        CHECK(one.at("limit") == "64");
    }
}

TEST_CASE("wrong samples of a trinary network are refused", "[system][spiking]") {
    const auto refused = [](const std::string& options) {
        return command("run" + kTrueNorth + "--workload " + options, 2);
    };
    const ScratchFolder scratch;
    CHECK_THAT(refused(kNetwork + " --samples 0"), Catch::Contains("--samples") && Catch::Contains("at least 1"));
    CHECK_THAT(refused(kNetwork + " --samples 10001"), Catch::Contains("holds 10000 samples; 10001 were asked for"));
    CHECK_THAT(refused(kNetwork + " --ticks 5"), Catch::Contains("--ticks"));
    CHECK_THAT(refused(kNetwork + " --inputs /usr/share/datasets/fashion-mnist/t10k-labels-idx1-ubyte.gz"),
               Catch::Contains("has 1 values per sample; the network's input has 784"));
    CHECK_THAT(refused(kNetwork + " --inputs '" + (scratch.path() / "none.gz").string() + "'"),
               Catch::Contains("none.gz"));
    CHECK_THAT(refused("tests/data/spiking/vmm_000.json.gz --samples 3"), Catch::Contains("--samples"));
}
