// SPDX-License-Identifier: Apache-2.0
// `lodestone compile`: network and machine in, mapping (YAML) and program file (JSON) out.
#include "apps/commands.hpp"
#include "apps/pipeline.hpp"
#include "apps/sampled_run.hpp"
#include "arch/isa/program_file.hpp"
#include "mapping/emit/mapping_file.hpp"
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"

#include <chrono>
#include <iomanip>
#include <iostream>

namespace lodestone::apps {

int compile_command(const Arguments& arguments) {
    const RunRequest request = read_run_request(arguments);
    if (request.spiking_array() != nullptr) {
        return compile_sampled(request, arguments);
    }
    if (request.data) {
        throw UserError({.file = "--inputs, --samples"}, "",
                        "are for spiking arrays, whose programs carry samples; leave them out");
    }
    if (request.precisions.size() != 1) {
        throw UserError({.file = "--precision"}, "",
                        "names " + std::to_string(request.precisions.size()) +
                            " precisions; compile makes one program");
    }
    const Network network = load_network(request.workload);
    const graph::QuantisedModel model = quantise_network(network, request.precisions.front(), {});
    print_diagnostics(model.warnings);
    emit::CompileReport report;
    const auto begin = std::chrono::steady_clock::now();
    isa::Program program = compile_network(request, model, request.batch, &report);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    const std::string mapping = emit::mapping_yaml(program);
    if (!arguments.output.empty()) {
        write_file(arguments.output, isa::program_text(program));
    }
    if (!arguments.mapping_output.empty()) {
        write_file(arguments.mapping_output, mapping);
    } else {
        std::cout << mapping;
    }
    std::cerr << program.phases.size() << " phases, " << report.search.costed << " candidates costed, "
              << report.search.weighed << " combinations weighed, " << report.search.tried << " phases tried in "
              << std::fixed << std::setprecision(2) << taken.count() << " s; estimated "
              << static_cast<std::uint64_t>(report.search.estimated_cycles) << " cycles"
              << (report.search.limit_reached ? "; ended at the limit of the search\n" : "\n");
    return 0;
}

} // namespace lodestone::apps
