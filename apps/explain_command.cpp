// SPDX-License-Identifier: Apache-2.0
// `lodestone explain`: the resolved configuration, each value with where it was written and what it replaced.
#include "apps/commands.hpp"
#include "apps/explore_sweep.hpp"
#include "apps/file_kind.hpp"
#include "apps/run_request.hpp"
#include "sim/base/error.hpp"
#include "sim/config/explain.hpp"

#include <iostream>

namespace lodestone::apps {

int explain_command(const Arguments& arguments) {
    const std::string& file = arguments.files.front();
    const FileKind kind = kind_of_file(file);
    if (kind != FileKind::machine && kind != FileKind::run && kind != FileKind::sweep && kind != FileKind::technology) {
        throw UserError({.file = file}, "",
                        "is a " + name_of(kind) + "; explain reads machine, run, sweep and technology files");
    }
    Problems problems;
    config::ReadLog log;
    const config::Node root = load_with_overrides(file, arguments.overrides, problems);
    if (kind == FileKind::machine) {
        static_cast<void>(read_machine_input(config::MapReader(root, problems, &log)));
    } else if (kind == FileKind::sweep) {
        static_cast<void>(read_sweep_file(root, problems, &log));
    } else if (kind == FileKind::run) {
        static_cast<void>(read_run_file(root, problems, &log));
    } else {
        check_technology(root, problems, &log);
    }
    problems.throw_if_errors();
    std::cout << config::explain(root, &log);
    return 0;
}

} // namespace lodestone::apps
