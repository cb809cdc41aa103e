// SPDX-License-Identifier: Apache-2.0
// Pictures of a spiking run: raster, firing rates of the cores, loads of the links.
"use strict";

function setUpSpiking() {}
