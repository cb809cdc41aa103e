#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the trinary network configs/workloads/fashion_trinary.yaml on Fashion-MNIST and writes its weights and biases.

Layers compute 1 if sum of weight x input + bias >= 1, else 0, with weights -1, 0, +1 and whole biases: what one tick of
a spiking core does. Training keeps float weights, rounds them in the forward pass and lets gradients pass the rounding
and the step (straight-through estimator); a batch normalisation without scale becomes the bias at the end.
"""
import argparse
import gzip
import os

import numpy as np

LEVELS = [0.1, 0.3, 0.5, 0.75]  # of the thermometer code, in units of the brightest pixel
CLASSES = 10
VOTE_SCALE = 8.0  # votes of a class that make one unit of the softmax; about the deviation of 80 votes
# kernel, stride, pad, features, groups; the last layer covers its whole input, feature f votes for class f mod 10
LAYERS = [(4, 2, 1, 32, 1), (2, 2, 0, 128, 1), (1, 1, 0, 128, 1), (2, 2, 1, 256, 4), (1, 1, 0, 256, 2),
          (2, 2, 0, 512, 8), (2, 1, 0, 800, 16)]


def read_idx(path):
    with gzip.open(path) as file:
        data = file.read()
    sides = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(data[3])]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * len(sides)).reshape(sides)


def thermometer(images):
    scaled = images.astype(np.float32) / 255
    return np.stack([scaled >= level for level in LEVELS], axis=-1).astype(np.float32)


class Layer:
    def __init__(self, channels, shape, rng):
        self.kernel, self.stride, self.pad, self.features, self.groups = shape
        self.channels = channels // self.groups  # of one group
        fan_in = self.kernel ** 2 * self.channels
        self.weights = rng.uniform(-1, 1, (self.groups, fan_in, self.features // self.groups)).astype(np.float32)
        self.beta = np.zeros(self.features, np.float32)
        self.state = [np.zeros_like(p) for p in (self.weights, self.weights, self.beta, self.beta)]

    def trinary(self):
        return np.sign(self.weights) * (np.abs(self.weights) >= 0.5)

    def patches(self, x):
        """[group, image x position, kernel row x kernel col x channel]"""
        x = np.pad(x, ((0, 0), (self.pad,) * 2, (self.pad,) * 2, (0, 0)))
        n, rows, cols, _ = x.shape
        self.padded = x.shape
        self.out = ((rows - self.kernel) // self.stride + 1, (cols - self.kernel) // self.stride + 1)
        view = np.empty((self.groups, n, *self.out, self.kernel, self.kernel, self.channels), np.float32)
        for r, c, window in self.windows():
            part = x[:, window[0], window[1]].reshape(n, *self.out, self.groups, self.channels)
            view[:, :, :, :, r, c] = part.transpose(3, 0, 1, 2, 4)
        return view.reshape(self.groups, n * self.out[0] * self.out[1], -1)

    def windows(self):
        for r in range(self.kernel):
            for c in range(self.kernel):
                yield r, c, (slice(r, r + self.stride * (self.out[0] - 1) + 1, self.stride),
                             slice(c, c + self.stride * (self.out[1] - 1) + 1, self.stride))

    def sums(self, x):
        self.columns = self.patches(x)
        s = np.matmul(self.columns, self.trinary())  # [group, image x position, feature of the group]
        return s.transpose(1, 0, 2).reshape(-1, self.features)

    def forward(self, x):
        s = self.sums(x)
        self.deviation = s.std(axis=0) + 1e-3
        self.normal = (s - s.mean(axis=0)) / self.deviation
        self.z = self.normal + self.beta
        return (self.z >= 0).astype(np.float32).reshape(len(x), *self.out, self.features)

    def backward(self, gradient, wants_input):
        dz = gradient.reshape(-1, self.features) * np.maximum(0, 1 - np.abs(self.z))
        self.dbeta = dz.sum(axis=0)
        ds = (dz - dz.mean(axis=0) - self.normal * (dz * self.normal).mean(axis=0)) / self.deviation
        ds = ds.reshape(-1, self.groups, self.features // self.groups).transpose(1, 0, 2)
        self.dweights = np.matmul(self.columns.transpose(0, 2, 1), ds)
        if not wants_input:
            return None
        dx = np.zeros(self.padded, np.float32)
        n = self.padded[0]
        dcolumns = np.matmul(ds, self.trinary().transpose(0, 2, 1))
        dcolumns = dcolumns.reshape(self.groups, n, *self.out, self.kernel, self.kernel, self.channels)
        for r, c, window in self.windows():
            part = dcolumns[:, :, :, :, r, c].transpose(1, 2, 3, 0, 4).reshape(n, *self.out, -1)
            dx[:, window[0], window[1]] += part
        return dx[:, self.pad:self.padded[1] - self.pad, self.pad:self.padded[2] - self.pad]

    def step(self, rate, count):
        """Adam; weights stay within -1 to 1."""
        for which, (value, gradient) in enumerate(((self.weights, self.dweights), (self.beta, self.dbeta))):
            first, second = self.state[2 * which:2 * which + 2]
            first += 0.1 * (gradient - first)
            second += 0.001 * (gradient * gradient - second)
            value -= rate * (first / (1 - 0.9 ** count)) / (np.sqrt(second / (1 - 0.999 ** count)) + 1e-8)
        np.clip(self.weights, -1, 1, out=self.weights)

    def fold(self, x):
        """The whole bias that does what normalisation and beta do on these inputs: s + bias >= 1 where z >= 0."""
        s = self.sums(x)
        threshold = s.mean(axis=0) - self.beta * (s.std(axis=0) + 1e-3)
        self.bias = np.clip(1 - np.ceil(threshold), -255, 255).astype(np.int16)
        return self.spikes(x, s)

    def spikes(self, x, s=None):
        s = self.sums(x) if s is None else s
        return (s + self.bias >= 1).astype(np.float32).reshape(len(x), *self.out, self.features)


def votes(outputs):
    return outputs.reshape(len(outputs), -1, CLASSES).sum(axis=1)


def train(layers, images, labels, epochs, batch, rng):
    count, total = 0, epochs * (len(images) // batch)
    for epoch in range(epochs):
        order, right = rng.permutation(len(images)), 0
        for start in range(0, len(images) - batch + 1, batch):
            pick = order[start:start + batch]
            x = images[pick]
            if rng.random() < 0.5:
                x = x[:, :, ::-1]
            x = thermometer(x)
            for layer in layers:
                x = layer.forward(x)
            logits = votes(x) / VOTE_SCALE
            right += (logits.argmax(axis=1) == labels[pick]).sum()
            share = np.exp(logits - logits.max(axis=1, keepdims=True))
            share /= share.sum(axis=1, keepdims=True)
            share[np.arange(batch), labels[pick]] -= 1
            gradient = np.tile(share / VOTE_SCALE, (1, x.shape[-1] // CLASSES)).astype(np.float32)
            for index in reversed(range(len(layers))):
                gradient = layers[index].backward(gradient, index > 0)
            count += 1
            for layer in layers:
                layer.step(0.005 * (1 - count / total) + 1e-5, count)
        print(f"epoch {epoch + 1}: {100 * right / len(images):.1f} % of the training images", flush=True)


def accuracy(layers, images, labels):
    right = 0
    for start in range(0, len(images), 500):
        x = thermometer(images[start:start + 500])
        for layer in layers:
            x = layer.spikes(x)
        right += (votes(x).argmax(axis=1) == labels[start:start + 500]).sum()
    return right / len(images)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
    parser.add_argument("--out", default="configs/workloads")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    data = {name: read_idx(os.path.join(options.data, name + ".gz"))
            for name in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                         "t10k-labels-idx1-ubyte")}
    images, labels = data["train-images-idx3-ubyte"], data["train-labels-idx1-ubyte"]
    rng = np.random.default_rng(options.seed)
    layers, channels = [], len(LEVELS)
    for shape in LAYERS:
        layers.append(Layer(channels, shape, rng))
        channels = shape[3]
    train(layers, images, labels, options.epochs, 100, rng)
    x = thermometer(images[:5000])
    for layer in layers:
        x = layer.fold(x)
    found = accuracy(layers, data["t10k-images-idx3-ubyte"], data["t10k-labels-idx1-ubyte"])
    print(f"whole numbers: {100 * found:.2f} % of the test images")
    weights = []
    for layer in layers:  # to [feature][channel][kernel row][kernel col]
        w = layer.trinary().reshape(layer.groups, layer.kernel, layer.kernel, layer.channels, -1)
        weights.append(w.transpose(0, 4, 3, 1, 2).ravel())
    np.save(os.path.join(options.out, "fashion_trinary.weights.npy"), np.concatenate(weights).astype(np.int8))
    np.save(os.path.join(options.out, "fashion_trinary.biases.npy"), np.concatenate([layer.bias for layer in layers]))


if __name__ == "__main__":
    main()
