// SPDX-License-Identifier: Apache-2.0
// `lodestone run PROGRAM`: a compiled program on its machine, as it stands, without compiling anything.
#include "analysis/report/build_detail.hpp"
#include "analysis/report/build_result.hpp"
#include "analysis/report/result_json.hpp"
#include "analysis/report/table.hpp"
#include "analysis/report/tables.hpp"
#include "apps/commands.hpp"
#include "apps/pipeline.hpp"
#include "apps/program_input.hpp"
#include "arch/isa/slots.hpp"
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"

#include <filesystem>
#include <iostream>
#include <memory>

namespace lodestone::apps {
namespace {

/// Options that say how to compile, or need values, which a program file does not hold.
void refuse_compiling(const Arguments& arguments) {
    Problems problems;
    const auto refuse = [&problems](bool given, const char* option, const std::string& message) {
        if (given) {
            problems.error({.file = option}, "", message);
        }
    };
    const std::string compiled = "does not go with a program file, which is compiled already";
    refuse(!arguments.workload.empty(), "--workload", compiled);
    refuse(!arguments.precisions.empty(), "--precision", compiled);
    refuse(arguments.batch.has_value(), "--batch", compiled);
    refuse(!arguments.mapping.empty(), "--mapping", compiled);
    const std::string valueless = "needs values, which a program file does not hold; run the network itself";
    refuse(arguments.functional, "--functional", valueless);
    refuse(!arguments.inputs.empty(), "--inputs", valueless);
    refuse(!arguments.against.empty(), "--against", valueless);
    refuse(arguments.random_weights.has_value(), "--random-weights", valueless);
    refuse(arguments.fidelity && *arguments.fidelity != "event", "--fidelity", "is event for a program file");
    problems.throw_if_errors();
}

core_grid::FlowControl flow_control(const Arguments& arguments, const isa::Program& program) {
    const bool has_slots = isa::is_scheduled(program);
    if (arguments.network == "strict" && !has_slots) {
        throw UserError({.file = arguments.files.front()}, "",
                        "has no start slots, so it cannot run strictly; compile it with --network strict");
    }
    return has_slots && arguments.network != "elastic" ? core_grid::FlowControl::strict
                                                       : core_grid::FlowControl::elastic;
}

} // namespace

int replay_command(const Arguments& arguments) {
    refuse_compiling(arguments);
    const ProgramInput input = read_program_input(arguments);
    const spec::CoreGridSpec& machine = core_grid_of(input.machine);
    require_legal(input.program, machine, arguments.files.front());
    core_grid::RunOptions options;
    options.flow_control = flow_control(arguments, input.program);
    options.detail = arguments.detail;
    std::unique_ptr<trace::TraceSink> trace;
    if (!arguments.trace.empty()) {
        trace = trace::open_trace(arguments.trace, machine.clock);
        options.trace = trace.get();
    }
    const isa::Execution execution = core_grid::run_core_grid(input.program, machine, options);
    if (trace) {
        trace->close();
    }
    report::Result result =
        report::build_result({.program = input.program,
                              .execution = execution,
                              .machine = input.machine.machine,
                              .technology = technology_of(input.machine)},
                             {.version = LODESTONE_VERSION, .seed = 0, .config_hash = content_hash(input.text)});
    if (arguments.detail) {
        result.detail = report::build_detail(input.program, execution, machine);
    }
    if (!arguments.directory.empty()) {
        report::write_result(
            std::filesystem::path(arguments.directory) / (result.workload + "_" + result.precision + ".json"), result);
    }
    if (arguments.json) {
        std::cout << report::to_json(std::vector<report::Result>{result});
        return 0;
    }
    std::cout << report::totals_table({{.frame = &result, .resident = &result}});
    if (arguments.layers) {
        std::cout << '\n' << report::layer_table(result);
    }
    return 0;
}

} // namespace lodestone::apps
