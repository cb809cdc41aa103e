// SPDX-License-Identifier: Apache-2.0
// Pricing the stored runs of a sweep anew.
#include "apps/explore_reprice.hpp"

#include "analysis/explore/constraints.hpp"
#include "apps/explorer.hpp"
#include "sim/base/error.hpp"

#include <filesystem>

namespace lodestone::apps {
namespace {

/// The stored sweep with another technology and the overrides, under a name that says so.
config::Node changed_sweep(const explore::SweepRecord& stored, const ExploreOptions& options, Problems& problems) {
    config::Node root = config::load_text(stored.text, options.store + " (sweep " + stored.name + ")", problems);
    std::string change;
    if (!options.technology.empty()) {
        config::Node technology = config::load_file(options.technology, problems);
        const config::Node* name = technology.find("name");
        change = name == nullptr ? options.technology : name->text;
        const bool is_unit = root.find("mac_unit") != nullptr;
        config::set_value(root, is_unit ? "mac_unit.technology" : "run.machine.technology", std::move(technology),
                          problems);
    }
    for (const std::string& assignment : options.overrides) {
        const bool is_of_run = assignment.starts_with("machine.");
        config::apply_override(root, (is_of_run ? "run." : "") + assignment, problems);
        change += (change.empty() ? "" : ", ") + assignment;
    }
    if (change.empty()) {
        throw UserError({.file = "--reprice"}, "",
                        "changes nothing; name a technology file, or a field with --set \"machine.voltage=0.7 V\"");
    }
    config::Node name{.kind = config::Kind::scalar, .quoted = true};
    name.text = stored.name + " (" + change + ")";
    config::set_value(root, "name", std::move(name), problems);
    return root;
}

} // namespace

Repricing reprice(const ExploreOptions& options) {
    if (!std::filesystem::exists(options.store)) {
        throw UserError({.file = options.store}, "",
                        "no such file; name the store of a finished exploration with --db");
    }
    explore::Store store(options.store); // before reading: nobody may write between
    const explore::SweepRecord stored = explore::load_sweep_record(options.store, options.sweep_name);
    static_cast<void>(store.open_sweep(stored));
    const std::vector<explore::Row> rows = store.rows();
    Problems problems;
    const config::Node root = changed_sweep(stored, options, problems);
    problems.throw_if_errors();
    const PreparedSweep sweep = prepare_sweep(root, stored.workloads);
    const Evaluator pricer(sweep);
    const explore::Space space = explore::space_of(sweep.spec);
    Repricing repricing{.sweep = sweep.spec.name};
    explore::Transaction transaction = store.transaction();
    static_cast<void>(store.open_sweep(sweep.record));
    for (const explore::Row& old : rows) {
        const explore::Point point = space.point(old.id);
        explore::Row row{.id = old.id, .values = old.values, .fidelity = old.fidelity};
        if (old.hash.empty()) { // ruled out by its axes, whatever the price
            row.status = old.status;
            row.message = old.message;
            store.add(row);
            ++repricing.priced;
            continue;
        }
        row.hash = hash_of(sweep, point, row.fidelity);
        auto evaluation = store.find(row.hash);
        if (!evaluation) {
            evaluation = price_from(store, pricer, execution_hashes(sweep, point, row.fidelity), point, row.fidelity);
        }
        if (!evaluation) {
            ++repricing.missing;
            continue;
        }
        evaluation->hash = row.hash;
        const explore::Judgement judgement =
            explore::judge(sweep.spec, evaluation->status, evaluation->message, evaluation->figures);
        row.status = judgement.status;
        row.message = judgement.message;
        store.add(row, *evaluation);
        ++repricing.priced;
    }
    if (repricing.priced == 0) {
        throw UserError({.file = options.store}, "",
                        "has no run that can be priced so: the runs themselves depend on what changed (the technology "
                        "sizes matrix units of equal area; clock, memories and formats change cycles); explore the "
                        "sweep with --set instead");
    }
    transaction.commit();
    return repricing;
}

} // namespace lodestone::apps
