// SPDX-License-Identifier: Apache-2.0
// `lodestone check`: reads each file as what its content says it is, and reports everything that is wrong.
#include "analysis/anchors/anchors.hpp"
#include "apps/commands.hpp"
#include "apps/explore_sweep.hpp"
#include "apps/file_kind.hpp"
#include "apps/run_request.hpp"
#include "apps/spiking_run.hpp"
#include "arch/isa/program_file.hpp"
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"
#include "workloads/import/import.hpp"

#include <iostream>

namespace lodestone::apps {
namespace {

void check_workload(const RunRequest& request, Problems& problems) {
    if (request.spiking_array() == nullptr) {
        static_cast<void>(import::import_network(request.workload, problems));
    } else if (!request.spiking.recurrent) {
        check_spiking_network(request.workload, *request.spiking_array());
    }
}

/// A sweep and its networks.
void check_sweep(const config::Node& root, Problems& problems) {
    const explore::SweepSpec sweep = read_sweep_file(root, problems);
    if (problems.has_errors()) {
        return;
    }
    const auto array = spiking_array_of(sweep);
    for (const explore::StoredWorkload& workload : workloads_of(sweep)) {
        if (workload.file.empty()) {
            continue; // a generator, or no network at all
        }
        if (array) {
            check_spiking_network(workload.file, *array);
        } else {
            static_cast<void>(import::import_network(workload.file, problems));
        }
    }
}

void check_yaml(const std::string& file, FileKind kind, const std::vector<std::string>& overrides, Problems& problems) {
    const config::Node root = load_with_overrides(file, overrides, problems);
    if (kind == FileKind::machine) {
        static_cast<void>(read_machine_input(config::MapReader(root, problems)));
    } else if (kind == FileKind::technology) {
        check_technology(root, problems);
    } else if (kind == FileKind::sweep) {
        check_sweep(root, problems);
    } else if (kind == FileKind::anchors) {
        config::MapReader reader(root, problems);
        static_cast<void>(anchors::read_anchors(reader));
    } else {
        const RunRequest request = read_run_file(root, problems);
        if (!problems.has_errors()) {
            check_workload(request, problems);
        }
    }
}

/// What the file is, after it was found good.
std::string check_file(const std::string& file, const std::vector<std::string>& overrides, Problems& problems) {
    const FileKind kind = kind_of_file(file);
    switch (kind) {
    case FileKind::machine:
    case FileKind::technology:
    case FileKind::run:
    case FileKind::sweep:
    case FileKind::anchors:
        check_yaml(file, kind, overrides, problems);
        break;
    case FileKind::program:
        static_cast<void>(isa::parse_program(read_file(file), file, problems));
        break;
    case FileKind::spiking_network: // within the limits of the published chip
        check_spiking_network(file, spec::SpikingArraySpec{});
        break;
    case FileKind::network:
        static_cast<void>(import::import_network(file, problems));
        break;
    }
    return name_of(kind);
}

} // namespace

int check_command(const Arguments& arguments) {
    Problems all;
    for (const std::string& file : arguments.files) {
        Problems problems;
        std::string kind;
        try {
            kind = check_file(file, arguments.overrides, problems);
        } catch (const UserError& error) {
            problems.append(error.problems());
        }
        if (!problems.has_errors()) {
            std::cout << file << ": good (" << kind << ")\n";
        }
        all.append(problems);
    }
    print_diagnostics(all);
    constexpr int users_mistake = 2;
    return all.has_errors() ? users_mistake : 0;
}

} // namespace lodestone::apps
