// SPDX-License-Identifier: Apache-2.0
// `lodestone verify`: numbered rules on a program file, or on a mapping compiled for its machine and network.
#include "apps/commands.hpp"
#include "apps/pipeline.hpp"
#include "apps/sampled_run.hpp"
#include "arch/isa/program_file.hpp"
#include "arch/isa/verify.hpp"
#include "mapping/spiking/rules.hpp"
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"

#include <nlohmann/json.hpp>

#include <iostream>

namespace lodestone::apps {
namespace {

/// What the rules were checked on: "12 phases".
struct Verdict {
    std::vector<isa::Violation> violations;
    std::size_t rules = 0;
    std::string subject;
};

Verdict verify_grid_program(const isa::Program& program, const spec::CoreGridSpec& machine) {
    return {.violations = isa::verify(program, machine),
            .rules = isa::program_rules().size(),
            .subject = std::to_string(program.phases.size()) + " phases"};
}

/// A network, or a program of placed cores.
Verdict verify_spiking(const std::string& file, const spec::SpikingArraySpec& machine) {
    return {.violations = spiking_violations(file, machine),
            .rules = spiking::rule_count,
            .subject = "the spiking network"};
}

/// A program file and the machine it is for.
Verdict from_program(const Arguments& arguments) {
    Problems problems;
    if (arguments.machine.empty()) {
        problems.error({.file = "--machine"}, "", "is missing; name the machine that the program is for");
        problems.throw_if_errors();
    }
    const config::Node root = load_with_overrides(arguments.machine, arguments.overrides, problems);
    const MachineInput machine = read_machine_input(config::MapReader(root, problems));
    const std::string& file = arguments.files.front();
    problems.throw_if_errors();
    if (const auto* spiking = std::get_if<spec::SpikingArraySpec>(&machine.machine.family)) {
        return verify_spiking(file, *spiking);
    }
    const isa::Program program = isa::parse_program(read_file(file), file, problems);
    problems.throw_if_errors();
    return verify_grid_program(program, core_grid_of(machine));
}

Verdict from_mapping(const Arguments& arguments) {
    const RunRequest request = read_run_request(arguments);
    if (request.spiking_array() != nullptr) {
        return verify_spiking(request.workload.string(), *request.spiking_array());
    }
    if (request.precisions.size() != 1) {
        throw UserError({.file = "--precision"}, "", "must name one precision to verify a mapping");
    }
    const Network network = load_network(request.workload);
    const graph::QuantisedModel model = quantise_network(network, request.precisions.front(), {});
    return verify_grid_program(compile_program(request, model, request.batch), core_grid_of(request.machine));
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
    const auto [violations, rules, subject] =
        arguments.files.empty() ? from_mapping(arguments) : from_program(arguments);
    if (arguments.json) {
        std::cout << as_json(violations);
    } else {
        for (const isa::Violation& broken : violations) {
            std::cout << text_of(broken) << '\n';
        }
        std::cout << (violations.empty() ? "good: " + std::to_string(rules) + " rules hold for " + subject
                                         : std::to_string(violations.size()) + " violations")
                  << '\n';
    }
    constexpr int users_mistake = 2;
    return violations.empty() ? 0 : users_mistake;
}

} // namespace lodestone::apps
