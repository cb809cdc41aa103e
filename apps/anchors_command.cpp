// SPDX-License-Identifier: Apache-2.0
// `lodestone anchors`: runs what each anchor file names and prints our figures beside the published ones.
#include "analysis/anchors/anchors.hpp"
#include "analysis/anchors/fit.hpp"
#include "analysis/anchors/tables.hpp"
#include "analysis/report/build_result.hpp"
#include "apps/commands.hpp"
#include "apps/pipeline.hpp"
#include "apps/progress.hpp"
#include "apps/spiking_anchors.hpp"
#include "sim/base/error.hpp"

#include <algorithm>
#include <iostream>

namespace lodestone::apps {
namespace {

namespace fs = std::filesystem;
constexpr const char* kDefaultFolder = "configs/anchors";

/// Files named by the user, else all of the default folder.
std::vector<std::string> anchor_files(const Arguments& arguments) {
    if (!arguments.files.empty()) {
        return arguments.files;
    }
    std::vector<std::string> files;
    if (fs::is_directory(kDefaultFolder)) {
        for (const fs::directory_entry& entry : fs::directory_iterator(kDefaultFolder)) {
            if (entry.path().extension() == ".yaml") {
                files.push_back(entry.path().string());
            }
        }
    }
    std::ranges::sort(files);
    if (files.empty()) {
        throw UserError({.file = kDefaultFolder}, "",
                        "has no anchor files; run the command in the repository's root or name files");
    }
    return files;
}

anchors::AnchorFile read_anchor_file(const std::string& file) {
    Problems problems;
    const config::Node root = config::load_file(file, problems);
    config::MapReader reader(root, problems);
    anchors::AnchorFile anchors = anchors::read_anchors(reader);
    problems.throw_if_errors();
    return anchors;
}

RunRequest read_run(const anchors::AnchorFile& file) {
    Problems problems;
    const config::Node root = config::load_file(file.run.string(), problems);
    RunRequest request = read_run_file(root, problems);
    problems.throw_if_errors();
    return request;
}

/// One run of the network: program and what happened.
struct BatchRun {
    isa::Program program;
    isa::Execution execution;
};

BatchRun run_batch(const RunRequest& request, const graph::QuantisedModel& model, std::uint64_t batch) {
    BatchRun outcome{.program = compile_network(request, model, batch), .execution = {}};
    outcome.execution = simulate(request, outcome.program);
    return outcome;
}

report::RunFacts facts_of(const RunRequest& request, const BatchRun& outcome) {
    return {.program = outcome.program,
            .execution = outcome.execution,
            .machine = request.machine.machine,
            .technology = technology_of(request.machine)};
}

} // namespace

int anchors_command(const Arguments& arguments) {
    std::vector<anchors::Row> all;
    std::string text;
    const std::vector<std::string> files = anchor_files(arguments);
    for (std::size_t i = 0; i < files.size(); ++i) {
        show_progress(files[i], i, files.size());
        const anchors::AnchorFile file = read_anchor_file(files[i]);
        const RunRequest request = read_run(file);
        if (request.spiking_array() != nullptr) {
            if (arguments.fit) {
                text += "# " + file.name + ": nothing is calibrated\n";
                continue;
            }
            const std::vector<anchors::Row> rows = spiking_anchor_rows(file, request);
            all.insert(all.end(), rows.begin(), rows.end());
            text += file.name + "\n" + anchors::to_text(rows);
            continue;
        }
        const Network network = load_network(request.workload);
        const graph::QuantisedModel model = quantise_network(network, request.precisions.front(), {});
        const BatchRun resident = run_batch(request, model, request.batch);
        if (arguments.fit) {
            text += anchors::to_yaml(file, anchors::fit(file, facts_of(request, resident)));
            continue;
        }
        const BatchRun frame = run_batch(request, model, 1);
        const report::Result resident_result = report::build_result(facts_of(request, resident), {});
        const report::Result frame_result = report::build_result(facts_of(request, frame), {});
        const anchors::Subject subject{.resident = resident_result,
                                       .frame = frame_result,
                                       .machine = request.machine.machine,
                                       .technology = technology_of(request.machine)};
        const std::vector<anchors::Row> rows = anchors::compare(file, subject);
        all.insert(all.end(), rows.begin(), rows.end());
        text += file.name + "\n" + anchors::to_text(rows, subject);
    }
    show_progress("", files.size(), files.size());
    std::cout << (arguments.json ? anchors::to_json(all) : text);
    return 0;
}

} // namespace lodestone::apps
