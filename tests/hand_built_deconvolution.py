"""A deconvolution written out by hand: transposed convolutions, switches and rules on a tape, without autograd.

The oracle that the projections are held against. Every operator appends what it does backward; going back is
reading the tape from its end and adding up what reaches each value.
"""

import numpy as np
import torch
from torch.nn import functional as F

RULES = {
    "gradient": lambda signal, x: signal * (x > 0),
    "deconvnet": lambda signal, x: torch.where(signal > 0, signal, torch.zeros_like(signal)),
    "guided": lambda signal, x: torch.where(signal > 0, signal, torch.zeros_like(signal)) * (x > 0),
}


class Tape:
    """Values by number, and for each step how a signal goes from its output back to its inputs."""

    def __init__(self, rule):
        self.rule = RULES[rule]
        self.values, self.steps = [], []

    def start(self, picture):
        return self._put(picture, [])

    def conv(self, at, layer):
        x = self.values[at]
        settings = {
            "stride": layer.stride,
            "padding": layer.padding,
            "dilation": layer.dilation,
            "groups": layer.groups,
        }
        y = F.conv2d(x, layer.weight, layer.bias, **settings)

        def back(signal):
            reached = F.conv_transpose2d(signal, layer.weight, None, **settings)
            whole = torch.zeros_like(x)  # what the stride skipped at the lower right never had any influence
            whole[:, :, : reached.shape[2], : reached.shape[3]] = reached
            return whole

        return self._put(y.detach(), [(at, back)])

    def relu(self, at):
        x = self.values[at]
        return self._put(torch.where(x > 0, x, torch.zeros_like(x)), [(at, lambda signal: self.rule(signal, x))])

    def batch_norm(self, at, layer):
        scale = (layer.weight / torch.sqrt(layer.running_var + layer.eps)).detach()[None, :, None, None]
        mean, shift = (t.detach()[None, :, None, None] for t in (layer.running_mean, layer.bias))
        return self._put((self.values[at] - mean) * scale + shift, [(at, lambda signal: signal * scale)])

    def max_pool(self, at, size, stride):
        """Switches by looking at every window; where windows overlap, what comes back is summed."""
        x = self.values[at].numpy()
        n, c, h, w = x.shape
        rows, columns = (h - size) // stride + 1, (w - size) // stride + 1
        y = np.empty((n, c, rows, columns))
        switch = np.empty((n, c, rows, columns, 2), dtype=int)
        for index in np.ndindex(n, c, rows, columns):
            top, left = index[2] * stride, index[3] * stride
            window = x[index[0], index[1], top : top + size, left : left + size]
            place = np.unravel_index(window.argmax(), window.shape)  # the first of equal ones
            y[index] = window[place]
            switch[index] = top + place[0], left + place[1]

        def back(signal):
            reached = np.zeros_like(x)
            for index in np.ndindex(n, c, rows, columns):
                reached[index[0], index[1], switch[index][0], switch[index][1]] += float(signal[index])
            return torch.from_numpy(reached)

        return self._put(torch.from_numpy(y), [(at, back)])

    def add(self, *ats):
        total = sum(self.values[at] for at in ats)
        return self._put(total, [(at, lambda signal: signal) for at in ats])

    def concatenate(self, *ats):
        parts = [self.values[at] for at in ats]
        ends = np.cumsum([0, *(part.shape[1] for part in parts)])
        backs = [(at, lambda signal, a=a, b=b: signal[:, a:b]) for at, a, b in zip(ats, ends, ends[1:], strict=False)]
        return self._put(torch.cat(parts, 1), backs)

    def project(self, at, maps, positions, seed="activation"):
        """Unit b of picture b, back to the picture at number 0."""
        signals = [torch.zeros_like(value) for value in self.values]
        for b, (number, (row, column)) in enumerate(zip(maps, positions, strict=True)):
            value = self.values[at][b, number, row, column]
            signals[at][b, number, row, column] = value if seed == "activation" else 1.0
        for step in range(len(self.steps) - 1, 0, -1):
            for source, back in self.steps[step]:
                signals[source] = signals[source] + back(signals[step])
        return signals[0]

    def _put(self, value, steps):
        self.values.append(value)
        self.steps.append(steps)
        return len(self.values) - 1
