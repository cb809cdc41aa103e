// SPDX-License-Identifier: Apache-2.0
// Trees keep places; includes and overrides merge; explanations name every origin.
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"
#include "sim/config/explain.hpp"
#include "sim/config/map_reader.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <unistd.h>

using namespace lodestone;
using namespace lodestone::config;
namespace fs = std::filesystem;

namespace {

Node tree(const std::string& yaml) {
    Problems problems;
    Node root = load_text(yaml, "m.yaml", problems);
    problems.throw_if_errors();
    return root;
}

void set(Node& root, const std::string& assignment) {
    Problems problems;
    apply_override(root, assignment, problems);
    problems.throw_if_errors();
}

/// Files below a folder of their own, which is the current folder while the test runs.
class Workspace {
public:
    Workspace()
        : before_(fs::current_path()),
          path_(fs::temp_directory_path() / ("lodestone_node_" + std::to_string(::getpid()))) {
        fs::create_directories(path_);
        fs::current_path(path_);
        write_file("arch/chip.yaml",
                   "clock: 400 MHz\ngrid:\n  rows: 16\n  cols: 16\nsizes: [1, 2, 3]\ndram: {size: 1 GiB}\n");
        write_file(
            "run.yaml",
            "machine:\n  include: arch/chip.yaml\n  clock: 500 MHz\n  grid: {rows: 8}\n  sizes: [4]\n  dram: ~\n");
    }
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;
    ~Workspace() {
        fs::current_path(before_);
        fs::remove_all(path_);
    }
    static Node load(const std::string& name) {
        Problems problems;
        Node root = load_file(name, problems);
        problems.throw_if_errors();
        return root;
    }

private:
    fs::path before_;
    fs::path path_;
};

} // namespace

TEST_CASE("every value knows its line and column", "[config]") {
    const Node root = tree("a:\n  b: [10, 20]\n");
    const Node* b = root.find("a")->find("b");
    REQUIRE(b != nullptr);
    CHECK(b->items[1].place.text() == "m.yaml:2:11");
    CHECK(b->items[1].text == "20");
    CHECK(root.entries[0].place.text() == "m.yaml:1:1");
}

TEST_CASE("an alias is a copy of its anchor", "[config]") {
    const Node root = tree("a: &x {r: 1}\nb: *x\n");
    CHECK(root.find("b")->find("r")->text == "1");
    CHECK(root.find("b")->find("r")->place.text() == "m.yaml:1:11");
}

TEST_CASE("a byte order mark, Windows line ends and accents are text", "[config]") {
    const Node root = tree("\xEF\xBB\xBF"
                           "a: 1\r\nb: caf\xC3\xA9\r\n");
    CHECK(root.find("a")->text == "1");
    CHECK(root.find("b")->text == "caf\xC3\xA9");
}

TEST_CASE("JSON is read as YAML", "[config]") {
    Problems problems;
    const Node root = load_text(R"({"clock": "2 GHz", "rows": 4})", "m.json", problems);
    MapReader reader(root, problems);
    CHECK(reader.required<Hertz>("clock") == Hertz(2e9));
    CHECK(reader.required_uint("rows", 1, 8) == 4);
    CHECK_FALSE(problems.has_errors());
}

TEST_CASE("siblings of an include are merged over it, key by key", "[config]") {
    const Workspace workspace;
    const Node root = Workspace::load("run.yaml");
    const Node* machine = root.find("machine");
    REQUIRE(machine != nullptr);
    CHECK(machine->find("clock")->text == "500 MHz");
    CHECK(machine->find("grid")->find("rows")->text == "8");
    CHECK(machine->find("grid")->find("cols")->text == "16");
    CHECK(machine->find("include") == nullptr);
}

TEST_CASE("a list over an included list replaces it", "[config]") {
    const Workspace workspace;
    CHECK(Workspace::load("run.yaml").find("machine")->find("sizes")->items.size() == 1);
}

TEST_CASE("a null over an included value removes it", "[config]") {
    const Workspace workspace;
    CHECK(Workspace::load("run.yaml").find("machine")->find("dram") == nullptr);
}

TEST_CASE("values know the file they come from and what they replaced", "[config]") {
    const Workspace workspace;
    const Node root = Workspace::load("run.yaml");
    const Node* machine = root.find("machine");
    CHECK(machine->find("grid")->find("cols")->place.text() == "arch/chip.yaml:4:9");
    CHECK(machine->find("clock")->was == "400 MHz at arch/chip.yaml:1:8");
    CHECK(machine->find("grid")->find("cols")->was.empty());
}

TEST_CASE("later files of an include list win", "[config]") {
    const Workspace workspace;
    write_file("fast.yaml", "clock: 1 GHz\n");
    write_file("both.yaml", "include: [arch/chip.yaml, fast.yaml]\n");
    CHECK(Workspace::load("both.yaml").find("clock")->text == "1 GHz");
}

TEST_CASE("the same file may be included twice side by side", "[config]") {
    const Workspace workspace;
    write_file("pair.yaml", "a: {include: arch/chip.yaml}\nb: {include: ./arch/../arch/chip.yaml}\n");
    CHECK(Workspace::load("pair.yaml").find("b")->find("clock")->text == "400 MHz");
}

TEST_CASE("a list may be included where it stands alone", "[config]") {
    const Workspace workspace;
    write_file("list.yaml", "- 1\n- 2\n");
    write_file("a.yaml", "layers: {include: list.yaml}\n");
    CHECK(Workspace::load("a.yaml").find("layers")->items.size() == 2);
}

TEST_CASE("includes are relative to the including file", "[config]") {
    const Workspace workspace;
    write_file("runs/deep.yaml", "include: ../run.yaml\n");
    const Node root = Workspace::load("runs/deep.yaml");
    CHECK(root.find("machine")->find("grid")->find("cols")->place.text() == "arch/chip.yaml:4:9");
}

TEST_CASE("an override replaces a value and names the old one", "[config]") {
    Node root = tree("array: {rows: 4}\n");
    set(root, "array.rows=64");
    const Node* rows = root.find("array")->find("rows");
    CHECK(rows->text == "64");
    CHECK(rows->place.text() == "--set array.rows=64");
    CHECK(rows->was == "4 at m.yaml:1:15");
}

TEST_CASE("an override keeps spaces of its value", "[config]") {
    Node root = tree("clock: 1 GHz\n");
    set(root, "clock=500 MHz");
    CHECK(root.find("clock")->text == "500 MHz");
}

TEST_CASE("an override creates the maps on its way", "[config]") {
    Node root = tree("a: 1\n");
    set(root, "b.c.d=2");
    CHECK(root.find("b")->find("c")->find("d")->text == "2");
}

TEST_CASE("an override reaches into lists", "[config]") {
    Node root = tree("l: [{n: 1}, {n: 2}, [3, 4]]\n");
    set(root, "l[1].n=5");
    set(root, "l[2][0]=6");
    CHECK(root.find("l")->items[1].find("n")->text == "5");
    CHECK(root.find("l")->items[2].items[0].text == "6");
}

TEST_CASE("an override of a map merges, of a list replaces, null removes", "[config]") {
    Node root = tree("m: {a: 1, b: 2}\nl: [1, 2]\nx: 1\n");
    set(root, "m={a: 3}");
    set(root, "l=[9]");
    set(root, "x=~");
    CHECK(root.find("m")->find("a")->text == "3");
    CHECK(root.find("m")->find("b")->text == "2");
    CHECK(root.find("l")->items.size() == 1);
    CHECK(root.find("x") == nullptr);
}

TEST_CASE("the path of any key is a path of an override", "[config]") {
    Node root = tree("layers: {\"conv1/relu.1\": {n: 1}, \"it's\": {n: 2}}\n");
    for (const Entry& layer : tree("{\"conv1/relu.1\": 1, \"it's\": 1}").entries) {
        set(root, child_path(child_path("layers", layer.key), "n") + "=7");
        CHECK(root.find("layers")->find(layer.key)->find("n")->text == "7");
    }
}

TEST_CASE("of several overrides the last wins and remembers the chain", "[config]") {
    Node root = tree("a: 1\n");
    set(root, "a=2");
    set(root, "a=3");
    CHECK(root.find("a")->was == "2 at --set a=2, before 1 at m.yaml:1:4");
}

TEST_CASE("an explanation names the origin of every value", "[config]") {
    const Workspace workspace;
    Node root = Workspace::load("run.yaml");
    set(root, "machine.grid.cols=4");
    CHECK(explain(root) == "machine:\n"
                           "  clock: 500 MHz  # run.yaml:3:10 (was 400 MHz at arch/chip.yaml:1:8)\n"
                           "  grid:\n"
                           "    rows: 8  # run.yaml:4:16 (was 16 at arch/chip.yaml:3:9)\n"
                           "    cols: 4  # --set machine.grid.cols=4 (was 16 at arch/chip.yaml:4:9)\n"
                           "  sizes: [4]  # run.yaml:5:10 (was a list at arch/chip.yaml:5:8)\n");
}

TEST_CASE("an explanation shows the defaults that stood in", "[config]") {
    Problems problems;
    const Node root = load_text("a: {b: 1}\n", "m.yaml", problems);
    ReadLog log;
    MapReader reader(root, problems, &log);
    MapReader a = reader.required_map("a");
    (void)a.required_uint("b", 0, 9);
    (void)a.optional<Hertz>("clock", Hertz(1e9));
    (void)reader.optional_uint("c", 3, 0, 9);
    CHECK(explain(root, &log) == "a:\n"
                                 "  b: 1  # m.yaml:1:8\n"
                                 "  clock: 1 GHz  # default\n"
                                 "c: 3  # default\n");
}

TEST_CASE("an explanation loads to the same configuration", "[config]") {
    const Node root =
        tree("a: {b: \"64\", c: [1, {d: [x, [y]]}], e: \"null\", f: 'q: \"#'}\n\"odd key\": \"line\\nbreak\"\n"
             "none:\nempty: {}\nlist: []\ntext: |\n  two\n  lines\nminus: -5\ndash: \"- x\"\n");
    const Node again = tree(explain(root));
    CHECK(canonical_text(again) == canonical_text(root));
    CHECK(again.find("a")->find("b")->quoted);
}

TEST_CASE("the canonical text forgets order, places and quotes, and nothing else", "[config]") {
    const std::string text = canonical_text(tree("b: [1, 2]\na: {y: x, z: ~}\n"));
    CHECK(text == canonical_text(tree("# same\na:\n  z: null\n  \"y\": 'x'\nb:\n- 1\n- 2\n")));
    CHECK(text != canonical_text(tree("b: [2, 1]\na: {y: x, z: ~}\n")));
    CHECK(text != canonical_text(tree("b: [1, 2]\na: {y: x, z: \"null\"}\n")));
    CHECK(text != canonical_text(tree("b: [1, [2]]\na: {y: x, z: ~}\n")));
}

TEST_CASE("the canonical text tells nesting from text that looks like it", "[config]") {
    CHECK(canonical_text(tree("a: {b: c}")) != canonical_text(tree("a: \"\\n \\\"b\\\": \\\"c\\\"\"")));
}
