// SPDX-License-Identifier: Apache-2.0
// Runs of a reader along its ways, and the comparison of what they asked for.
#include "sim/config/schema/declare.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <set>

namespace lodestone::config {
namespace {

using Decisions = Probe::Decisions;

/// One way at a fork and what the reader asks for on it.
struct Way {
    std::size_t number = 0;
    Declaration declared;
};

struct Run {
    Declaration root;
    std::vector<Fork> forks;
    bool is_legal = true; ///< the reader accepts the kind that was decided last
};

class Declarer {
public:
    Declarer(const FileReader& read, const Answers& answers, Extreme extreme)
        : read_(read), answers_(answers), extreme_(extreme) {}

    /// What is asked for under `decisions`; forks below `scope` are followed.
    Declaration explore(const Decisions& decisions, const std::string& scope) {
        Run base = run(decisions, "");
        Declaration found = base.root;
        std::vector<std::string> settled; // maps whose cases were explored
        // A key like `status`, which changes nothing at one constant, is not tried at the others.
        std::set<std::string> indifferent;
        for (const Fork& fork : base.forks) {
            const bool is_open =
                !decisions.contains({fork.question, fork.path}) && lies_below(fork.path, scope) &&
                std::ranges::none_of(settled, [&](const auto& map) { return lies_below(fork.path, map); });
            if (!is_open) {
                continue;
            }
            if (indifferent.contains(name_of(fork))) {
                continue;
            }
            const std::vector<Way> others = other_ways_of(fork, base, decisions);
            if (others.empty()) {
                indifferent.insert(name_of(fork));
                continue;
            }
            if (is_confined(fork, base.root, others)) {
                add_forms(fork, others, decisions, found);
            } else {
                const std::string map = common_map(fork, base.root, others);
                *declared_at(found, map) = cases_of(fork, decisions, map);
                settled.push_back(map);
            }
        }
        return found;
    }

private:
    Run run(const Decisions& decisions, const std::string& decided_last) {
        Probe probe(decisions, answers_, extreme_);
        const Node nothing{.kind = Kind::map};
        Problems ignored; // the smallest values need not make sense together
        ReadLog log{.probe = &probe};
        try {
            read_(nothing, ignored, &log);
        } catch (const UserError&) { // as above; what was asked for until then counts
        }
        const bool is_legal = decided_last.empty() || !probe.is_contradicted(decided_last);
        return {.root = probe.root(), .forks = probe.forks(), .is_legal = is_legal};
    }

    /// The ways that the reader accepts and on which it asks for something else than on the way taken.
    std::vector<Way> other_ways_of(const Fork& fork, const Run& base, const Decisions& decisions) {
        std::vector<Way> ways;
        for (std::size_t way = 0; way < fork.ways.size(); ++way) {
            if (way == fork.taken) {
                continue;
            }
            Run other = run(with(decisions, fork, way), fork.path);
            if (other.is_legal && other.root != base.root) {
                ways.push_back({.number = way, .declared = std::move(other.root)});
            }
        }
        return ways;
    }

    /// The fork's key and ways, wherever it is.
    static std::string name_of(const Fork& fork) {
        return fork.path.substr(fork.path.rfind('/') + 1) + ":" + std::to_string(static_cast<int>(fork.question)) +
               ":" + join(fork.ways);
    }

    static Decisions with(Decisions decisions, const Fork& fork, std::size_t way) {
        decisions[{fork.question, fork.path}] = way;
        return decisions;
    }

    /// `root` without what is known about the value or map at `path`.
    static Declaration without(Declaration root, const std::string& path) {
        if (Declaration* value = declared_at(root, path)) {
            *value = Declaration{};
        }
        return root;
    }

    static bool equal_without(const std::string& path, const Declaration& base, const std::vector<Way>& others) {
        const Declaration rest = without(base, path);
        return std::ranges::all_of(others, [&](const Way& way) { return without(way.declared, path) == rest; });
    }

    static bool is_confined(const Fork& fork, const Declaration& base, const std::vector<Way>& others) {
        return equal_without(fork.path, base, others);
    }

    /// The smallest map with the fork's value outside which all ways ask for the same.
    static std::string common_map(const Fork& fork, Declaration base, const std::vector<Way>& others) {
        std::string path = holder_of(fork.path);
        while (!path.empty() && !(declared_at(base, path)->is_map && equal_without(path, base, others))) {
            path = holder_of(path);
        }
        return path;
    }

    /// Forms that the value has on other ways only.
    void add_forms(const Fork& fork, const std::vector<Way>& others, const Decisions& decisions, Declaration& found) {
        if (fork.question == Question::presence && fork.taken == 0) {
            return; // an absent value has no form
        }
        for (const Way& way : others) {
            Declaration explored = explore(with(decisions, fork, way.number), fork.path);
            if (const Declaration* value = declared_at(explored, fork.path)) {
                unite(*declared_at(found, fork.path), *value);
            }
        }
    }

    /// An absent key has no form to declare.
    static void forget(Declaration& map, const std::string& key) {
        map.keys.remove_if([&](const DeclaredKey& known) { return known.name == key; });
        for (DeclaredCase& one : map.cases) {
            forget(one.map, key);
        }
    }

    Declaration cases_of(const Fork& fork, const Decisions& decisions, const std::string& map) {
        Declaration cases{.path = map, .is_map = true, .is_closed = true, .question = fork.question};
        const std::size_t start = map.empty() ? 0 : map.size() + 1;
        for (std::size_t at = start; at <= fork.path.size();) {
            const std::size_t end = std::min(fork.path.find('/', at), fork.path.size());
            cases.selector.push_back(fork.path.substr(at, end - at));
            at = end + 1;
        }
        for (std::size_t way = 0; way < fork.ways.size(); ++way) {
            const bool is_legal = run(with(decisions, fork, way), fork.path).is_legal;
            if (!is_legal) {
                continue;
            }
            Declaration explored = explore(with(decisions, fork, way), map);
            Declaration& mapped = *declared_at(explored, map);
            if (fork.question == Question::presence && fork.ways[way] == presence_ways.back()) {
                forget(mapped, cases.selector.front());
            }
            const auto same =
                std::ranges::find_if(cases.cases, [&](const DeclaredCase& known) { return known.map == mapped; });
            if (same == cases.cases.end()) {
                cases.cases.push_back({.names = {fork.ways[way]}, .map = mapped});
            } else {
                same->names.push_back(fork.ways[way]);
            }
        }
        return cases;
    }

    const FileReader& read_;
    const Answers& answers_;
    Extreme extreme_;
};

/// Maps within themselves are described by the outer one.
void prune(Declaration& value) {
    if (value.is_map && outermost(value.path) != value.path) {
        value.keys.clear();
        value.cases.clear();
        value.selector.clear();
    }
    for (Declaration& element : value.element) {
        prune(element);
    }
    for (DeclaredKey& key : value.keys) {
        prune(key.value);
    }
    for (DeclaredCase& one : value.cases) {
        prune(one.map);
    }
}

} // namespace

Declaration declare(const FileReader& read, const Answers& answers) {
    Declaration declared = Declarer(read, answers, Extreme::smallest).explore({}, "");
    if (answers.empty()) {
        widen(declared, Declarer(read, answers, Extreme::largest).explore({}, ""));
    }
    prune(declared);
    return declared;
}

} // namespace lodestone::config
