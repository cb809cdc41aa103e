// SPDX-License-Identifier: Apache-2.0
// Units as arch/cost describes and counts them, by the names of this room.
#pragma once

#include "arch/cost/gate_model.hpp"
#include "arch/cost/mac_spec.hpp"

namespace lodestone::mac {

using cost::Accumulator;
using cost::AccumulatorKind;
using cost::Alignment;
using cost::MacUnitSpec;
using cost::OperandWidths;
using cost::UnitKind;
using cost::UnitWidths;

using cost::blocks_of;
using cost::initiation_interval;
using cost::lanes_of_block;
using cost::latency;
using cost::name_of;
using cost::parse_accumulator;
using cost::scaled_sides;
using cost::verify_unit;
using cost::widths_of;

using cost::GateBreakdown;
using cost::GateCosts;
using cost::gates_of;
using cost::gates_per_mac;

/// Bias of the E8M0 exponent of a block scale.
inline constexpr int scale_bias = 127;

} // namespace lodestone::mac
