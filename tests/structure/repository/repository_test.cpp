// SPDX-License-Identifier: Apache-2.0
// The repository keeps the rules of the house.
#include "tests/structure/repository/include_table.hpp"
#include "tests/structure/repository/rules.hpp"
#include "tests/structure/repository/source_tree.hpp"
#include "tests/support/places.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace lodestone::structure;

namespace {

const SourceTree& repository() {
    static const SourceTree tree = read_tree(lodestone::tests::source_folder());
    return tree;
}

std::vector<SourceFile> cpp_files() {
    std::vector<SourceFile> files;
    std::ranges::copy_if(repository().files, std::back_inserter(files),
                         [](const SourceFile& file) { return is_cpp(file.path); });
    return files;
}

/// Violations of a rule over single files, one a line; "" when all keep it.
template <class Rule>
std::string broken(const std::vector<SourceFile>& files, Rule rule) {
    std::string text;
    for (const SourceFile& file : files) {
        for (const std::string& violation : rule(file)) {
            text += violation + "\n";
        }
    }
    return text;
}

std::string listed(const Violations& violations) {
    std::string text;
    for (const std::string& violation : violations) {
        text += violation + "\n";
    }
    return text;
}

} // namespace

TEST_CASE("the walk finds the sources, the configurations and the scripts", "[structure]") {
    CHECK(cpp_files().size() > 10);
    for (const char* path : {"sim/base/error.hpp", "packages.txt", ".ci/run", "configs/workloads/resnet50.onnx"}) {
        INFO(path);
        CHECK(std::ranges::binary_search(repository().paths, std::string(path)));
    }
}

TEST_CASE("every include obeys the include table", "[structure]") {
    CHECK(broken(cpp_files(), verify_includes) == "");
}

TEST_CASE("no rooms include each other in a circle", "[structure]") {
    CHECK(listed(verify_no_circles(cpp_files())) == "");
}

TEST_CASE("SystemC, yaml-cpp, ONNX and CLI11 stay in their rooms", "[structure]") {
    CHECK(broken(cpp_files(), verify_libraries) == "");
}

TEST_CASE("libraries neither print nor exit nor read the environment", "[structure]") {
    CHECK(broken(cpp_files(), verify_silence) == "");
}

TEST_CASE("every C++ file begins with its licence and its purpose", "[structure]") {
    CHECK(broken(cpp_files(), verify_heading) == "");
}

TEST_CASE("every test and every bench is built", "[structure]") {
    CHECK(listed(verify_listed(repository().files)) == "");
}

TEST_CASE("every room has a CMakeLists.txt and a README.md", "[structure]") {
    CHECK(listed(verify_room_files(repository().files)) == "");
}

TEST_CASE("every README fits its screens", "[structure]") {
    CHECK(broken(repository().files, verify_readme_length) == "");
}

TEST_CASE("no folder is empty and no file is a placeholder", "[structure]") {
    CHECK(listed(repository().empty_folders) == "");
    CHECK(broken(repository().files, verify_no_placeholder) == "");
}

TEST_CASE("no file names a path of one machine", "[structure]") {
    CHECK(broken(repository().files, verify_no_machine_path) == "");
}

TEST_CASE("every relative link of the documentation leads somewhere", "[structure]") {
    std::vector<SourceFile> pages;
    std::ranges::copy_if(repository().files, std::back_inserter(pages),
                         [](const SourceFile& file) { return file.path.ends_with(".md"); });
    CHECK(broken(pages, [](const SourceFile& page) { return verify_links(page, repository().paths); }) == "");
}
