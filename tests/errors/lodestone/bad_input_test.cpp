// SPDX-License-Identifier: Apache-2.0
// Whatever is wrong with the input: exit 2, a located message that says what, and no part of a result left behind.
#include "tests/support/command.hpp"

#include "sim/base/file.hpp"
#include "tests/support/places.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace lodestone;
using lodestone::tests::CommandResult;
using lodestone::tests::lodestone_command;
using lodestone::tests::ScratchFolder;

namespace {

const std::string kRoot = tests::source_folder();
const std::string kNetwork = kRoot + "/configs/workloads/fashion_resnet.onnx";
const std::string kMachine = kRoot + "/configs/arch/tiny_2x2.yaml";

std::string quoted(const std::string& text) {
    return "'" + text + "'";
}

/// The tiny machine with one piece of its text replaced.
std::string machine_with(const std::string& old_text, const std::string& new_text) {
    std::string text = read_file(kMachine);
    const std::size_t at = text.find(old_text);
    REQUIRE(at != std::string::npos);
    text.replace(at, old_text.size(), new_text);
    const std::string relative = "../tech/";
    const std::size_t include = text.find(relative);
    if (include != std::string::npos) {
        text.replace(include, relative.size(), kRoot + "/configs/tech/");
    }
    return text;
}

/// Runs with `--out` into a folder that must stay away, and expects exit 2 and every text of `expected` on stderr.
void expect_refusal(const std::string& arguments, const std::vector<std::string>& expected) {
    const ScratchFolder scratch;
    const std::filesystem::path out = scratch.path() / "results";
    const bool runs = arguments.starts_with("run");
    const CommandResult result = lodestone_command(arguments + (runs ? " --out " + quoted(out.string()) : ""));
    INFO("stderr: " << result.err);
    CHECK(result.exit_code == 2);
    CHECK_FALSE(std::filesystem::exists(out));
    for (const std::string& text : expected) {
        CHECK_THAT(result.err, Catch::Contains(text));
    }
}

/// `run` on the tiny machine with one piece replaced.
void expect_machine_refusal(const std::string& old_text, const std::string& new_text,
                            const std::vector<std::string>& expected) {
    const ScratchFolder scratch;
    const std::string machine = scratch.write("m.yaml", machine_with(old_text, new_text));
    expect_refusal("run --machine " + quoted(machine) + " --workload " + quoted(kNetwork) + " --precision int8",
                   expected);
}

void expect_network_refusal(const std::string& name, const std::string& content,
                            const std::vector<std::string>& expected) {
    const ScratchFolder scratch;
    const std::string network = scratch.write(name, content);
    expect_refusal("run --machine " + quoted(kMachine) + " --workload " + quoted(network) + " --precision int8",
                   expected);
}

} // namespace

TEST_CASE("an unknown key is refused with the nearest known one", "[errors]") {
    expect_machine_refusal("lanes: 16", "lnaes: 16",
                           {"m.yaml:28:5: core.vector_unit.lnaes: is not a known key; did you mean 'lanes'?",
                            "core.vector_unit.lanes: is missing", "2 errors"});
}

TEST_CASE("a key given twice is refused at the second place", "[errors]") {
    expect_machine_refusal("clock: 400 MHz", "clock: 400 MHz\nclock: 500 MHz", {"m.yaml:6:1: clock: is given twice"});
}

TEST_CASE("a quantity without its unit is refused", "[errors]") {
    expect_machine_refusal("clock: 400 MHz", "clock: 400", {"m.yaml:5:8: clock: is '400', which has no unit", "MHz"});
}

TEST_CASE("a quantity with the unit of another kind is refused", "[errors]") {
    expect_machine_refusal("capacity: 256 KiB", "capacity: 256 MHz", {"core.memory.capacity", "MHz", "KiB"});
}

TEST_CASE("a value out of range is refused with its limits", "[errors]") {
    expect_machine_refusal("rows: 2", "rows: 0", {"grid.rows: is '0'; expected an integer from 1 to 256"});
    expect_machine_refusal("rows: 2", "rows: 257", {"grid.rows: is '257'; expected an integer from 1 to 256"});
}

TEST_CASE("a number with a leading zero is refused", "[errors]") {
    expect_machine_refusal("rows: 2", "rows: 010", {"grid.rows: is '010'"});
}

TEST_CASE("a missing key is reported at the map that lacks it", "[errors]") {
    expect_machine_refusal("frame_buffer: {capacity: 1 MiB, width: 32 B}\n", "", {"frame_buffer: is missing"});
}

TEST_CASE("banks that do not divide the width of the memory are refused", "[errors]") {
    expect_machine_refusal("banks: 4", "banks: 3", {"core.memory.banks: is 3, which does not divide"});
}

TEST_CASE("an unknown machine family is refused with the known ones", "[errors]") {
    expect_machine_refusal("family: core_grid", "family: coregrid",
                           {"family: is 'coregrid'", "did you mean 'core_grid'?"});
}

TEST_CASE("a mode of the matrix unit that is no precision is refused", "[errors]") {
    expect_machine_refusal("int2: {", "int3: {", {"core.matrix_unit.modes.int3", "unknown precision 'int3'"});
}

TEST_CASE("several mistakes are reported together", "[errors]") {
    const ScratchFolder scratch;
    std::string text = machine_with("lanes: 16", "lanes: -1");
    text.replace(text.find("clock: 400 MHz"), std::string("clock: 400 MHz").size(), "clock: fast");
    const std::string machine = scratch.write("m.yaml", text);
    expect_refusal("run --machine " + quoted(machine) + " --workload " + quoted(kNetwork) + " --precision int9",
                   {"clock: is 'fast'", "lanes: is '-1'", "unknown precision 'int9'", "3 errors"});
}

TEST_CASE("broken YAML is refused with line and column", "[errors]") {
    expect_machine_refusal("grid: {rows: 2, cols: 2}", "grid: {rows: 2, cols: 2", {"m.yaml:"});
    expect_machine_refusal("grid:", "\tgrid:", {"m.yaml:8:2: is not valid YAML"});
}

TEST_CASE("an unknown precision is refused with the known ones", "[errors]") {
    expect_refusal("run --machine " + quoted(kMachine) + " --workload " + quoted(kNetwork) + " --precision int9",
                   {"unknown precision 'int9'; did you mean 'int2'?", "fp8_e4m3"});
}

TEST_CASE("a precision that the matrix unit does not take is refused once, with the layers", "[errors]") {
    expect_refusal("run --machine " + quoted(kMachine) + " --workload " + quoted(kNetwork) + " --precision fp16",
                   {"/0/0.0/Conv: Conv: the matrix unit does not take fp16; it takes int8, int4, int2",
                    "(and the same for 9 more: /1/a/a.0/Conv: Conv, ", "10 errors"});
}

TEST_CASE("a missing file is refused by name", "[errors]") {
    expect_refusal("run --machine nowhere.yaml --workload " + quoted(kNetwork) + " --precision int8",
                   {"nowhere.yaml: no such file"});
    expect_refusal("run --machine " + quoted(kMachine) + " --workload nowhere.onnx --precision int8",
                   {"nowhere.onnx: no such file"});
    expect_refusal("check nowhere.yaml", {"nowhere.yaml: no such file"});
}

TEST_CASE("a folder in place of a file is refused", "[errors]") {
    expect_refusal("check configs", {"configs: is a folder"});
}

TEST_CASE("an empty file is refused", "[errors]") {
    const ScratchFolder scratch;
    const std::string file = quoted(scratch.write("m.yaml", ""));
    expect_refusal("run --machine " + file + " --workload " + quoted(kNetwork) + " --precision int8",
                   {"m.yaml: is empty"});
    expect_refusal("check " + file, {"m.yaml: is empty"});
    expect_network_refusal("n.onnx", "", {"n.onnx"});
}

TEST_CASE("an include that leads back to itself is refused with the chain", "[errors]") {
    const ScratchFolder scratch;
    const std::string first = scratch.write("a.yaml", "include: b.yaml\n");
    static_cast<void>(scratch.write("b.yaml", "include: a.yaml\n"));
    expect_refusal("check " + quoted(first), {"b.yaml:1:", "a.yaml"});
}

TEST_CASE("an include that is missing is refused where it is written", "[errors]") {
    const ScratchFolder scratch;
    const std::string file = scratch.write("r.yaml", "machine: {include: nowhere.yaml}\nworkload: n.onnx\n");
    expect_refusal("check " + quoted(file), {"r.yaml:1:20", "nowhere.yaml"});
}

TEST_CASE("binary garbage is refused", "[errors]") {
    std::string garbage;
    unsigned int state = 12345;
    for (int i = 0; i < 4096; ++i) {
        state = state * 1664525U + 1013904223U; // a linear congruential generator: any bytes will do
        garbage += static_cast<char>(state >> 24);
    }
    expect_network_refusal("n.onnx", garbage, {"n.onnx: "});
    const ScratchFolder scratch;
    expect_refusal("run --machine " + quoted(scratch.write("m.yaml", garbage)) + " --workload " + quoted(kNetwork) +
                       " --precision int8",
                   {"m.yaml"});
}

TEST_CASE("a truncated ONNX file is refused", "[errors]") {
    const std::string whole = read_file(kNetwork);
    for (const std::size_t size : {std::size_t{1}, std::size_t{100}, whole.size() / 2, whole.size() - 1}) {
        expect_network_refusal("n.onnx", whole.substr(0, size), {"n.onnx: is not a whole ONNX model"});
    }
}

TEST_CASE("a network that needs more memory than the machine has is refused with the amount", "[errors]") {
    expect_refusal("run --machine " + quoted(kMachine) + " --workload configs/workloads/resnet50.onnx --precision int8",
                   {"the weights need", "bytes per core", "262144", "narrower weights"});
}

TEST_CASE("a functional run without weights is refused", "[errors]") {
    expect_refusal("run --machine configs/arch/northpole.yaml --workload configs/workloads/resnet50.onnx --precision "
                   "int8 --functional",
                   {"resnet50.onnx: comes without weights"});
}

TEST_CASE("samples that do not fit the network are refused", "[errors]") {
    const ScratchFolder scratch;
    const std::string header("\0\0\x08\x03\0\0\0\x01\0\0\0\x02\0\0\0\x02", 16); // IDX: one 2 x 2 image of bytes
    const std::string images = scratch.write("images.idx", header + "abcd");
    expect_refusal("run --machine " + quoted(kMachine) + " --workload " + quoted(kNetwork) +
                       " --precision int8 --functional --samples 1 --inputs " + quoted(images),
                   {"images.idx: has 4 values per sample", "784"});
    expect_refusal("run --machine " + quoted(kMachine) + " --workload " + quoted(kNetwork) +
                       " --precision int8 --functional --samples 2 --inputs " + quoted(images),
                   {"images.idx: holds 1 samples; 2 were asked for"});
}

TEST_CASE("an override of an unknown field is refused by the name of the option", "[errors]") {
    expect_refusal("run --machine " + quoted(kMachine) + " --workload " + quoted(kNetwork) +
                       " --precision int8 --set core.rows=3",
                   {"--set core.rows=3: core.rows: is not a known key"});
}

TEST_CASE("an override with a wrong value is refused as one in the file", "[errors]") {
    expect_refusal("run --machine " + quoted(kMachine) + " --workload " + quoted(kNetwork) +
                       " --precision int8 --set grid.rows=two",
                   {"--set grid.rows=two: grid.rows: is 'two'; expected an integer from 1 to 256"});
    expect_refusal("run --machine " + quoted(kMachine) + " --workload " + quoted(kNetwork) +
                       " --precision int8 --set nonsense",
                   {"--set nonsense"});
}

TEST_CASE("options that are missing are named together", "[errors]") {
    expect_refusal("run --machine " + quoted(kMachine),
                   {"--workload: is missing", "--precision: is missing", "2 errors"});
    expect_refusal("run", {"--machine: is missing"});
}

TEST_CASE("an option or a command that nobody knows is refused", "[errors]") {
    expect_refusal("run --frobnicate", {"--frobnicate"});
    expect_refusal("rnu", {"'rnu' is no command; did you mean 'run'?"});
}

TEST_CASE("a batch of zero is refused", "[errors]") {
    expect_refusal("run --machine " + quoted(kMachine) + " --workload " + quoted(kNetwork) +
                       " --precision int8 --batch 0",
                   {"--batch: is 0; from 1 to"});
}

TEST_CASE("a run file with an unknown key, a wrong choice and a missing machine reports all three", "[errors]") {
    const ScratchFolder scratch;
    const std::string file = scratch.write("r.yaml", "workload: " + kNetwork + "\nbatsh: 2\nfidelity: exact\n");
    expect_refusal("run " + quoted(file), {"r.yaml:2:1: batsh: is not a known key; did you mean 'batch'?",
                                           "fidelity: is 'exact'", "machine: is missing"});
}

TEST_CASE("a pattern that names no layer is refused", "[errors]") {
    const ScratchFolder scratch;
    const std::string file = scratch.write(
        "r.yaml", "machine: {include: " + kMachine + "}\nworkload: " + kNetwork +
                      "\nprecision: int8\nquantise:\n  layers: [{match: \"conv99*\", precision: int4}]\n");
    expect_refusal("run " + quoted(file), {"r.yaml:5:", "conv99*"});
}

TEST_CASE("results that are no results cannot be compared", "[errors]") {
    const ScratchFolder scratch;
    const std::string one = quoted(scratch.write("a.json", "{}"));
    const std::string two = quoted(scratch.write("b.json", "[1, 2"));
    expect_refusal("compare " + one + " " + two, {"a.json", "b.json"});
}

TEST_CASE("a page of something that is no result is refused and not written", "[errors]") {
    const ScratchFolder scratch;
    const std::string one = quoted(scratch.write("a.json", "{}"));
    const std::filesystem::path page = scratch.path() / "page.html";
    expect_refusal("report " + one + " no_such.json -o " + quoted(page.string()), {"a.json", "no_such.json"});
    CHECK_FALSE(std::filesystem::exists(page));
    expect_refusal("report " + one, {"--output"});
}

TEST_CASE("a result folder that cannot be written is refused", "[errors]") {
    const ScratchFolder scratch;
    const std::string file = scratch.write("taken", "a file, no folder");
    const CommandResult result = lodestone_command("run --machine " + quoted(kMachine) + " --workload " +
                                                   quoted(kNetwork) + " --precision int8 --out " + quoted(file));
    CHECK(result.exit_code == 2);
    CHECK_THAT(result.err, Catch::Contains("cannot be written"));
}
