// SPDX-License-Identifier: Apache-2.0
// Page, vectors and pixels of an exploration.
#include "apps/report_exploration.hpp"

#include "analysis/page/explore_page.hpp"
#include "apps/report_command.hpp"
#include "arch/mac/synthesis/tool.hpp"
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdlib.h> // mkdtemp

namespace lodestone::apps {
namespace {

namespace fs = std::filesystem;

/// A folder of its own that goes with the object.
class WorkFolder {
public:
    WorkFolder() {
        std::string name = (fs::temp_directory_path() / "lodestone-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw UserError("no temporary folder " + name + ": " + std::strerror(errno));
        }
        path_ = name;
    }
    ~WorkFolder() {
        std::error_code ignored; // nothing depends on it
        fs::remove_all(path_, ignored);
    }
    WorkFolder(const WorkFolder&) = delete;
    WorkFolder& operator=(const WorkFolder&) = delete;
    [[nodiscard]] const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

/// Twice as many pixels as the drawing has units, as prints want them.
std::string pixels_of(const std::string& svg) {
    const WorkFolder folder;
    const fs::path drawing = folder.path() / "drawing.svg";
    const fs::path picture = folder.path() / "picture.png";
    write_file(drawing, svg);
    const auto size = [](double side) { return std::to_string(static_cast<int>(side)); };
    // without a sandbox, which root and containers lack: the browser reads nothing but our own drawing
    mac::run_tool({.program = "chromium",
                   .package = "chromium",
                   .arguments = {"--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
                                 "--disable-background-networking", "--disable-component-update", "--disable-sync",
                                 "--hide-scrollbars", "--force-device-scale-factor=2",
                                 "--user-data-dir=" + (folder.path() / "profile").string(),
                                 "--window-size=" + size(page::kPlotWidth) + "," + size(page::kPlotHeight),
                                 "--screenshot=" + picture.string(), "file://" + drawing.string()},
                   .folder = folder.path()});
    if (!fs::exists(picture)) {
        throw UserError("chromium made no picture of the drawing; write a .svg instead, which needs no browser");
    }
    return read_file(picture);
}

} // namespace

bool is_store(const fs::path& file) {
    constexpr std::string_view head = "SQLite format 3";
    std::ifstream in(file, std::ios::binary);
    std::string first(head.size(), '\0');
    return in.read(first.data(), static_cast<std::streamsize>(first.size())) && first == head;
}

void write_exploration(const explore::Exploration& exploration, const page::PlotAxes& axes, const fs::path& output) {
    if (output.extension() == ".svg") {
        write_file(output, page::scatter_svg(exploration, axes));
    } else if (output.extension() == ".png") {
        write_file(output, pixels_of(page::scatter_svg(exploration, axes)));
    } else {
        write_file(output, page::to_html(exploration, chart_library()));
    }
}

} // namespace lodestone::apps
