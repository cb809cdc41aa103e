// SPDX-License-Identifier: Apache-2.0
// Contexts as hashes, and the table of trials.
#include "mapping/tile/experience.hpp"

#include <algorithm>
#include <map>

namespace lodestone::tile {
namespace {

/// The finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) over the hash so far and one more number.
void mix(std::uint64_t& hash, std::uint64_t value) {
    hash = (hash ^ value) + 0x9e3779b97f4a7c15U;
    hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9U;
    hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebU;
    hash ^= hash >> 31;
}

} // namespace

Experience::Experience(const isa::Program& program, const Shortlists& lists) : program_(program), lists_(lists) {
    std::map<const Shortlist*, std::uint64_t> numbers;
    for (const auto& list : lists) {
        list_.push_back(numbers.try_emplace(list.get(), numbers.size()).first->second);
    }
}

Experience::Context Experience::context(std::size_t phase, std::span<const Index> choice, Index next) const {
    std::uint64_t hash = list_[phase];
    const std::size_t last = program_.phases.size() - 1;
    if (phase == 0) {
        mix(hash, 1);
    } else if (phase == last) {
        mix(hash, 2);
        add_producers(hash, phase, choice);
        return hash;
    } else {
        mix(hash, choice[phase]);
        const bool streams = lists_[phase]->candidates[choice[phase]].stream > 0;
        if (streams && phase > 1) {
            mix(hash, list_[phase - 1]);
            mix(hash, choice[phase - 1]);
        }
    }
    mix(hash, list_[phase + 1]);
    mix(hash, next);
    if (phase + 1 < last) {
        add_producers(hash, phase + 1, choice);
    }
    return hash;
}

void Experience::add_producers(std::uint64_t& hash, std::size_t reader, std::span<const Index> choice) const {
    for (const isa::Gather& gather : program_.phases[reader].inputs) {
        const auto producer = program_.tensors[gather.tensor].producer;
        if (!producer) {
            mix(hash, 0);
            continue;
        }
        mix(hash, list_[*producer]);
        mix(hash, choice[*producer]);
        mix(hash, *producer + 1 == reader ? 1U : 0U);
    }
}

Experience::Context Experience::kin(std::size_t phase, Index here, Index next) const {
    std::uint64_t hash = list_[phase];
    mix(hash, here);
    mix(hash, list_[phase + 1]);
    mix(hash, next);
    return hash;
}

void Experience::add(std::size_t phase, std::span<const Index> choice, Index next, const Trial& trial,
                     double estimate) {
    const auto [entry, is_new] = known_.try_emplace(context(phase, choice, next), trial);
    if (!is_new && trial.cycles > entry->second.cycles) {
        entry->second = trial; // homes of weights differ from run to run: what can be relied on is the longest
    }
    if (phase == 0 || phase + 1 == list_.size() || trial.waits_for_instructions) {
        return;
    }
    for (Mean* mean : {&kin_[kin(phase, choice[phase], next)], &neighbours_[{list_[phase], list_[phase + 1]}]}) {
        mean->sum += trial.cycles / estimate;
        ++mean->count;
    }
}

double Experience::correction(std::size_t phase, Index here, Index next) const {
    const auto like = kin_.find(kin(phase, here, next));
    if (like != kin_.end()) {
        return like->second.sum / like->second.count;
    }
    const auto beside = neighbours_.find({list_[phase], list_[phase + 1]});
    return beside == neighbours_.end() ? 1 : std::max(1.0, beside->second.sum / beside->second.count);
}

const Trial* Experience::find(Context context) const {
    const auto found = known_.find(context);
    return found == known_.end() ? nullptr : &found->second;
}

} // namespace lodestone::tile
