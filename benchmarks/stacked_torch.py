"""A peer: the same training, many runs stacked by torch.func's vmap, with torch's fused Adam; ReLU.

Optional: the torch of an environment of its own, which benchmarks/peers.py is told by --torch.
"""

import importlib
from typing import Any

torch: Any = importlib.import_module("torch")


def train_stacked(layers: list[tuple[Any, Any]], x: Any, y: Any, examples: Any, weights: Any, l2: float) -> list[Any]:
    """Train R networks at once; arguments and result are those of `stacked_numpy.train_stacked`."""
    torch.set_num_threads(1)
    flat = [torch.from_numpy(array).requires_grad_() for layer in layers for array in layer]
    matrices, biases = flat[::2], flat[1::2]
    groups = [{"params": matrices, "weight_decay": l2}, {"params": biases}]
    adam = torch.optim.Adam(groups, lr=1e-3, fused=True)
    differentiate = torch.func.vmap(torch.func.grad(loss), in_dims=(0, 0, 0, None))
    x, y, weights = (torch.from_numpy(array) for array in (x, y, weights))
    orders, runs = torch.from_numpy(examples).long(), torch.arange(len(x))[:, None]
    for epoch in range(orders.shape[1]):
        for batch, weight in enumerate(weights):
            rows = orders[:, epoch, batch]
            parameters = tuple(array.detach() for array in flat)
            gradients = differentiate(parameters, x[runs, rows], y[runs, rows], weight)
            for array, gradient in zip(flat, gradients, strict=True):
                array.grad = gradient
            adam.step()
    return list(zip(*[[array.detach().numpy() for array in arrays] for arrays in (matrices, biases)], strict=True))


def loss(parameters: tuple[Any, ...], x: Any, y: Any, weight: Any) -> Any:
    """Half the weighted squared error of one run's batch."""
    signals = x
    for matrix, bias in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
        signals = torch.relu(signals @ matrix + bias)
    return 0.5 * (weight[:, None] * (signals @ parameters[-2] + parameters[-1] - y) ** 2).sum()
