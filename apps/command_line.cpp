// SPDX-License-Identifier: Apache-2.0
// Commands and options, declared with CLI11; the only file that includes it.
#include "apps/command_line.hpp"

#include "sim/base/diagnostics.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>

namespace lodestone::apps {
namespace {

constexpr const char* kFooter =
    R"(Exit codes: 0 good, 2 a mistake in what was given, 3 the simulated machine did something impossible, 4 a bug.
Example: lodestone run --machine configs/arch/northpole.yaml --workload configs/workloads/resnet50.onnx --precision int8,fp8_e4m3)";

void add_set(CLI::App& command, Arguments& arguments) {
    command
        .add_option("--set", arguments.overrides,
                    "PATH=VALUE: overrides one field of the machine or run file, as \"clock=500 MHz\" (repeatable)")
        ->allow_extra_args(false);
}

void add_machine_and_workload(CLI::App& command, Arguments& arguments) {
    command.add_option("--machine", arguments.machine, "machine file (YAML)");
    command.add_option("--workload", arguments.workload,
                       "network: ONNX, YAML or spiking JSON (plain or gzip), told apart by content");
    command
        .add_option("--precision", arguments.precisions,
                    "number formats, separated by commas: int8, int4, int2, fp8_e4m3, w4a8, ...")
        ->delimiter(',');
    command.add_option("--batch", arguments.batch, "frames resident together");
    add_set(command, arguments);
}

void add_search(CLI::App& command, Arguments& arguments) {
    command
        .add_option("--objective", arguments.objective,
                    "what the mapper improves (default: latency, throughput for a batch)")
        ->check(CLI::IsMember({"latency", "throughput", "energy", "energy_delay"}));
    command.add_option("--effort", arguments.effort, "how long the mapper looks (default: normal)")
        ->check(CLI::IsMember({"quick", "normal", "thorough"}));
    command.add_option("--search-limit", arguments.search_limit, "candidates weighed until the mapper ends its search")
        ->check(CLI::PositiveNumber);
}

void add_network(CLI::App& command, Arguments& arguments, const char* help) {
    command.add_option("--network", arguments.network, help)->check(CLI::IsMember({"elastic", "strict"}));
}

void add_check(CLI::App& root, Arguments& arguments) {
    CLI::App* command = root.add_subcommand("check", "reads files and reports everything that is wrong with them");
    command->add_option("FILE", arguments.files, "machine, run, technology or network files")->required();
    add_set(*command, arguments);
}

void add_explain(CLI::App& root, Arguments& arguments) {
    CLI::App* command =
        root.add_subcommand("explain", "prints the resolved configuration with the origin of every value");
    command->add_option("FILE", arguments.files, "machine or run file")->required()->expected(1);
    add_set(*command, arguments);
}

void add_compile(CLI::App& root, Arguments& arguments) {
    CLI::App* command = root.add_subcommand("compile", "maps a network onto a machine and prints the mapping (YAML)");
    add_machine_and_workload(*command, arguments);
    command->add_option("--mapping", arguments.mapping, "mapping written by hand, for all or some layers (YAML)");
    add_search(*command, arguments);
    command->add_option("-o,--output", arguments.output, "writes the program file (JSON)");
    command->add_option("--inputs", arguments.inputs, "samples that a program of spiking cores carries");
    command->add_option("--samples", arguments.samples, "how many of the samples it carries");
    add_network(*command, arguments,
                "strict: gives every transfer a start slot, at which it leaves without waiting for a link; "
                "elastic (default): no slots");
    command->add_option("--mapping-out", arguments.mapping_output, "writes the mapping there instead of printing it");
}

void add_run(CLI::App& root, Arguments& arguments) {
    CLI::App* command = root.add_subcommand("run", "compiles and simulates a network, once per precision");
    command
        ->add_option("RUN", arguments.files,
                     "run file (YAML), whose fields options below override, or program file (JSON), for --machine")
        ->expected(0, 1);
    add_machine_and_workload(*command, arguments);
    command->add_option("--mapping", arguments.mapping, "mapping written by hand, for all or some layers (YAML)");
    add_search(*command, arguments);
    command
        ->add_option("--fidelity", arguments.fidelity,
                     "event (default); analytic on core grids; functional on spiking arrays")
        ->check(CLI::IsMember({"event", "analytic", "functional"}));
    command->add_option("--ticks", arguments.ticks,
                        "length of a spiking run (default: that of the network's recording, or until silence)");
    command->add_option(
        "--threads", arguments.threads,
        "threads of a spiking run with --fidelity functional (default: 1); results do not depend on it");
    command->add_option("--spikes-out", arguments.spikes_out, "writes the spikes of the output bus as CSV: row,output");
    add_network(*command, arguments,
                "elastic (default): transfers wait for links and the wait is counted; strict: they leave at "
                "scheduled slots and a link that is not free is an error; a program file with slots runs strictly");
    command->add_flag("--functional", arguments.functional,
                      "also moves real data, bit for bit, and compares with the reference interpreter");
    command->add_option("--random-weights", arguments.random_weights,
                        "SEED: draws the weights of a network that comes without (normal distribution)");
    command->add_option("--inputs", arguments.inputs, "input samples: .npy, or IDX (bytes count as 0..1)");
    command->add_option("--labels", arguments.labels, "class of each sample: .npy or IDX");
    command->add_option("--samples", arguments.samples, "how many of the samples to run");
    command->add_option("--against", arguments.against, "outputs of an outside reference to compare with (.npy)");
    command->add_option("--trace", arguments.trace, "writes a Chrome trace of the (last) run");
    command->add_option("--out", arguments.directory, "folder for the result files, one per precision");
    command->add_flag("--json", arguments.json, "one JSON document on stdout instead of tables");
    command->add_flag("--layers", arguments.layers, "also prints a table of layers per precision");
    command->add_flag("--detail", arguments.detail,
                      "result files also tell what each core, link and memory did, for the maps of 'report'");
}

void add_verify(CLI::App& root, Arguments& arguments) {
    CLI::App* command =
        root.add_subcommand("verify", "checks a program or a mapping against the numbered rules (docs/rules.md)");
    command->add_option("PROGRAM", arguments.files, "program file (JSON), for --machine")->expected(0, 1);
    add_machine_and_workload(*command, arguments);
    command->add_option("--mapping", arguments.mapping, "mapping file (YAML), for --machine, --workload, --precision");
    command->add_flag("--json", arguments.json, "one JSON document instead of lines");
}

void add_compare(CLI::App& root, Arguments& arguments) {
    CLI::App* command = root.add_subcommand("compare", "results side by side, with ratios to the first");
    command->add_option("RESULT", arguments.files, "result files")->required()->expected(2, 1000);
    command->add_flag("--json", arguments.json, "one JSON document instead of the table");
}

void add_anchors(CLI::App& root, Arguments& arguments) {
    CLI::App* command = root.add_subcommand("anchors", "our figures next to published silicon, with the error");
    command->add_option("FILE", arguments.files, "anchor files (YAML); all of configs/anchors by default");
    command->add_flag("--fit", arguments.fit, "prints the calibrated constants that meet the anchors instead");
    command->add_flag("--json", arguments.json, "one JSON document instead of the table")->excludes("--fit");
}

void add_report(CLI::App& root, Arguments& arguments) {
    CLI::App* command = root.add_subcommand(
        "report", "one self-contained HTML page of results, side by side when there are several, or of an exploration");
    command
        ->add_option(
            "FILE", arguments.files,
            "result files, which have maps too when written with 'run --detail'; or the store of an exploration")
        ->required();
    command
        ->add_option("-o,--output", arguments.output,
                     "the page to write (HTML); of a store also a drawing: .svg, or .png through chromium")
        ->required();
    command->add_option("--x", arguments.report.x, "result key across in a drawing (default: the first objective)");
    command->add_option("--y", arguments.report.y, "result key upwards in a drawing (default: the second objective)");
    command->add_option("--sweep", arguments.report.sweep, "which sweep of the store (default: the one run last)");
}

void add_schema(CLI::App& root, Arguments& arguments) {
    CLI::App* command = root.add_subcommand("schema", "JSON Schema of a kind of YAML file, for editors and validators");
    command->add_option("KIND", arguments.files, "machine, run, technology, ... (--list names all)")->expected(0, 1);
    command->add_flag("--list", arguments.list, "names the kinds");
    command->add_flag("--reference", arguments.reference, "prints the reference of all keys (Markdown) instead");
    command->add_option("-o,--output", arguments.output, "file to write; stdout by default");
}

/// What is wrong with the first word when it is neither an option nor a command; else "".
std::string unknown_command(const CLI::App& root, int argc, const char* const* argv) {
    const std::string word = argc > 1 ? argv[1] : "-";
    if (word.starts_with("-")) {
        return "";
    }
    std::vector<std::string> names;
    for (const CLI::App* command : root.get_subcommands([](const CLI::App*) { return true; })) {
        names.push_back(command->get_name());
    }
    const bool is_known = std::ranges::find(names, word) != names.end();
    return is_known ? "" : "'" + word + "' is no command" + known_names(word, names);
}

void add_mac(CLI::App& root, Arguments& arguments) {
    MacOptions& options = arguments.mac;
    CLI::App* command =
        root.add_subcommand("mac", "what multiply-accumulate units cost, and how accurate their formats are");
    command->add_option("--formats", options.formats, "operand formats, separated by commas")->delimiter(',');
    command
        ->add_option("--accumulators", options.accumulators,
                     "kulisch, intN, fp16, bf16, fp32, truncatedN, separated by commas")
        ->delimiter(',');
    command->add_option("--units", options.units, "single_mac, fused_dot, separated by commas (both by default)")
        ->delimiter(',');
    command->add_option("--lanes", options.lanes, "lanes of the fused dot product")->capture_default_str();
    command->add_option("--window", options.window, "alignment window of the fused dot product in bits; 0: exact")
        ->capture_default_str();
    command->add_option("--glitch-share", options.glitch_share, "share of the glitch energy that counts, 0 to 1");
    command->add_option("--table", options.table, "table of synthesised units (YAML)")->capture_default_str();
    command->add_option("--plot", options.plot, "writes SQNR against energy and area with the Pareto front (SVG)");
    command->add_option("--rtl", options.rtl, "folder for the Verilog of every unit");
    command->add_flag("--synthesise", options.synthesise,
                      "synthesises the units with yosys instead of using the table");
    command->add_option("--liberty", options.liberty, "cell library for the synthesis");
    command->add_option("--tech-out", options.tech_out,
                        "synthesises the units and keeps them as a technology file (kind: mac_table)");
    command->add_option("--tech-node", options.tech_node, "feature size of the library of --liberty in nm");
    command->add_option("--cache", options.cache, "folder that keeps synthesis results")->capture_default_str();
    command->add_flag("--json", options.json, "one JSON document instead of the table");
}

void add_explore(CLI::App& root, Arguments& arguments) {
    ExploreOptions& options = arguments.explore;
    CLI::App* command =
        root.add_subcommand("explore", "sweeps a space of machines and precisions; every finished point is kept");
    command->add_option("SWEEP", options.sweep, "sweep file (YAML)");
    command->add_option("--db", options.store, "the store of the points: a SQLite file, made when it is not there");
    command->add_option("--jobs", options.jobs, "points evaluated at the same time (default: one per core)");
    command->add_flag("--resume", options.resume,
                      "only goes on with a sweep that the store has (without it, one that is new there is begun)");
    command->add_option(
        "--shard", options.shard,
        "K/N: only part K (from 0) of N of the points, for job arrays; --merge brings the stores together");
    command->add_option("--merge", options.shards, "stores of shards to bring together in the store --db")
        ->expected(1, -1);
    command->add_flag("--retry", options.retry, "evaluates failed and timed out points again");
    command->add_option("--time-limit", options.time_limit, "for one point, as \"60 s\" (default: none)");
    command->add_option("--memory-limit", options.memory_limit,
                        "address space of one worker, as \"2 GiB\" (default: none)");
    CLI::Option* reprice =
        command
            ->add_option("--reprice", options.technology,
                         "prices the finished points of the store --db in another technology (a file), or with --set "
                         "\"machine.voltage=0.7 V\", without running them again")
            ->expected(0, 1);
    command->callback([&options, reprice] { options.is_repricing = reprice->count() > 0; });
    command->add_option("--status", options.status, "shows how far this store is, also while it is being filled");
    command->add_option("--export", options.export_format, "prints every point of the store --db")
        ->check(CLI::IsMember({"csv", "json"}));
    command->add_option("--sweep", options.sweep_name,
                        "the sweep to show of a store with several (default: the one explored last)");
    command
        ->add_option("--set", options.overrides,
                     "PATH=VALUE: overrides one field of the sweep file, as \"run.machine.voltage=0.7 V\" (repeatable)")
        ->allow_extra_args(false);
    command->add_flag("--json", options.json, "one JSON document on stdout instead of the table");
}

} // namespace

std::variant<Arguments, int> parse_command_line(int argc, const char* const* argv) {
    Arguments arguments;
    CLI::App root{"Lodestone: a cycle-approximate simulator for neural-inference hardware", "lodestone"};
    root.footer(kFooter);
    root.set_version_flag("--version", "lodestone " LODESTONE_VERSION);
    root.require_subcommand(1);
    add_check(root, arguments);
    add_explain(root, arguments);
    add_compile(root, arguments);
    add_verify(root, arguments);
    add_run(root, arguments);
    add_explore(root, arguments);
    add_compare(root, arguments);
    add_anchors(root, arguments);
    add_report(root, arguments);
    add_schema(root, arguments);
    add_mac(root, arguments);
    constexpr int users_mistake = 2;
    if (const std::string unknown = unknown_command(root, argc, argv); !unknown.empty()) {
        std::cerr << "error: " << unknown << '\n';
        return users_mistake;
    }
    try {
        root.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return root.exit(error, std::cout, std::cerr) == 0 ? 0 : users_mistake;
    }
    arguments.command = root.get_subcommands().front()->get_name();
    return arguments;
}

} // namespace lodestone::apps
