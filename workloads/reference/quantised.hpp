// SPDX-License-Identifier: Apache-2.0
// The oracle of quantised networks: layer by layer, the arithmetic contract of docs/numerics.md read literally.
#pragma once

#include "workloads/graph/quantised.hpp"
#include "workloads/reference/interpreter.hpp"
#include "workloads/reference/quantised_products.hpp"
#include "workloads/reference/quantised_tensor.hpp"

#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace lodestone::reference {

/// Runs the layers of a quantised network on real values. Weights are decoded once. The model must outlive this.
class QuantisedInterpreter {
public:
    /// Called with each tensor as it is stored: the inputs of the network, then the output of each layer.
    using Observer = std::function<void(TensorId, const StoredTensor&)>;

    /// Throws UserError when the model has no values.
    explicit QuantisedInterpreter(const graph::QuantisedModel& model, Products products = Products::fast);

    void observe(Observer observer) { observer_ = std::move(observer); }

    /// The network's outputs by name, as real values. `inputs` holds every input of the network with its shape;
    /// UserError names each that is missing, of another shape, or unknown.
    [[nodiscard]] Values run(const Values& inputs) const;

private:
    using Tensors = std::map<TensorId, StoredTensor>;

    [[nodiscard]] Tensors stored_inputs(const Values& inputs) const;
    [[nodiscard]] StoredTensor run_layer(std::size_t index, const Tensors& tensors) const;
    /// The value of a primary operator that sums exactly; nothing for one that the vector unit does.
    [[nodiscard]] std::optional<graph::TensorData> exact_primary(std::size_t index, const Tensors& tensors) const;
    [[nodiscard]] graph::TensorData matrix_product(std::size_t index, const Tensors& tensors) const;

    const graph::QuantisedModel& model_;
    Products products_;
    std::vector<Factor> weights_; ///< by layer; empty without parameters
    Observer observer_;
};

/// One run; for many, keep a QuantisedInterpreter.
[[nodiscard]] Values run_quantised(const graph::QuantisedModel& model, const Values& inputs);

} // namespace lodestone::reference
