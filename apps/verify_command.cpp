// SPDX-License-Identifier: Apache-2.0
// `lodestone verify`: numbered rules on a program file, or on a mapping compiled for its machine and network.
#include "apps/commands.hpp"
#include "apps/pipeline.hpp"
#include "apps/program_input.hpp"
#include "arch/isa/verify.hpp"
#include "sim/base/error.hpp"

#include <nlohmann/json.hpp>

#include <iostream>

namespace lodestone::apps {
namespace {

struct Subject {
    isa::Program program;
    spec::CoreGridSpec machine;
};

Subject from_program(const Arguments& arguments) {
    const ProgramInput input = read_program_input(arguments);
    return {.program = input.program, .machine = core_grid_of(input.machine)};
}

Subject from_mapping(const Arguments& arguments) {
    const RunRequest request = read_run_request(arguments);
    if (request.precisions.size() != 1) {
        throw UserError({.file = "--precision"}, "", "must name one precision to verify a mapping");
    }
    const Network network = load_network(request.workload);
    const graph::QuantisedModel model = quantise_network(network, request.precisions.front(), {});
    return {.program = compile_program(request, model, request.batch), .machine = core_grid_of(request.machine)};
}

std::string as_json(const std::vector<isa::Violation>& violations) {
    nlohmann::ordered_json json = {{"ok", violations.empty()}, {"violations", nlohmann::ordered_json::array()}};
    for (const isa::Violation& broken : violations) {
        json["violations"].push_back({{"rule", broken.rule},
                                      {"layer", broken.layer},
                                      {"where", broken.where},
                                      {"value", broken.value},
                                      {"limit", broken.limit},
                                      {"message", broken.message}});
    }
    return json.dump(2) + "\n";
}

} // namespace

std::string text_of(const isa::Violation& broken) {
    return broken.rule + (broken.layer.empty() ? "" : " " + broken.layer) + ": " + broken.where + " is " +
           broken.value + " (limit: " + broken.limit + "): " + broken.message;
}

int verify_command(const Arguments& arguments) {
    const Subject subject = arguments.files.empty() ? from_mapping(arguments) : from_program(arguments);
    const std::vector<isa::Violation> violations = isa::verify(subject.program, subject.machine);
    if (arguments.json) {
        std::cout << as_json(violations);
    } else {
        for (const isa::Violation& broken : violations) {
            std::cout << text_of(broken) << '\n';
        }
        std::cout << (violations.empty() ? "good: " + std::to_string(isa::program_rules().size()) + " rules hold for " +
                                               std::to_string(subject.program.phases.size()) + " phases"
                                         : std::to_string(violations.size()) + " violations")
                  << '\n';
    }
    constexpr int users_mistake = 2;
    return violations.empty() ? 0 : users_mistake;
}

} // namespace lodestone::apps
