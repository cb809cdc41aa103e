// SPDX-License-Identifier: Apache-2.0
// The numbered rules SPK-... of trinary networks (docs/rules.md).
#pragma once

#include "arch/isa/verify.hpp"
#include "arch/spec/spiking_array.hpp"
#include "mapping/spiking/trinary_network.hpp"
#include "sim/base/error.hpp"

#include <string>
#include <vector>

namespace lodestone::spiking {

/// Of docs/rules.md.
inline constexpr std::size_t rule_count = 9;

/// The problem that a violation is to the user: "network: layer SPK-F1 …".
void add_problem(Problems& problems, const std::string& network, const isa::Violation& broken);

/// A rule that only packing can find broken: SPK-F2, SPK-C1.
class BrokenRule : public UserError {
public:
    BrokenRule(const std::string& network, isa::Violation broken);
    [[nodiscard]] const isa::Violation& violation() const { return broken_; }

private:
    isa::Violation broken_;
};

/// The rules that shapes, weights and biases break on this machine, all of them.
[[nodiscard]] std::vector<isa::Violation> broken_rules(const TrinaryNetwork& network,
                                                       const spec::SpikingArraySpec& machine);

/// The same as problems.
[[nodiscard]] Problems verify_network(const TrinaryNetwork& network, const spec::SpikingArraySpec& machine);

/// broken_rules(), and when there are none the one that packing finds broken, if any.
[[nodiscard]] std::vector<isa::Violation> verify_mapping(const TrinaryNetwork& network,
                                                         const spec::SpikingArraySpec& machine);

} // namespace lodestone::spiking
