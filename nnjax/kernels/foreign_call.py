"""Calls of the compiled operations, and their two transformations: batched over runs, differentiated by definition."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar, cast

import jax
import jax.numpy as jnp
import numpy as np
from jax.custom_batching import custom_vmap
from jaxtyping import Array

ResultShape = tuple[int, ...]
_Given = ParamSpec("_Given")
_Returned = TypeVar("_Returned")


def call_operation(
    target: str,
    results: Sequence[ResultShape],
    arguments: Sequence[Array],
    *,
    whole_numbers: Collection[int] = (),
    in_place: Mapping[int, int] | None = None,
    shares: bool = True,
) -> list[Array]:
    """Call an operation for one run; under `vmap`, however often, it is one call for all runs.

    The operation itself sees a leading axis of runs everywhere. What is not batched has one of length 1 there, and is
    not copied.

    Args:
        target: The name by which the operation is registered.
        results: Shapes of what it returns, float32.
        arguments: What it is given, of one run: float32.
        whole_numbers: Which of them are int32 instead.
        in_place: Number of an argument -> number of the result that is written over it.
        shares: Whether runs may share arguments; if not, each gets its copy.

    Raises:
        TypeError: An argument is of another type: the operation would read it as if it were not.
    """
    for number, argument in enumerate(arguments):
        wanted = "int32" if number in whole_numbers else "float32"
        if argument.dtype != wanted:
            raise TypeError(f"{target} computes in {wanted}: argument {number} is {argument.dtype}")

    @custom_vmap
    def over_runs(*given: Array) -> list[Array]:
        n_runs = max(each.shape[0] for each in given)
        shapes = [jax.ShapeDtypeStruct((n_runs, *shape), np.float32) for shape in results]
        return list(jax.ffi.ffi_call(target, shapes, input_output_aliases=dict(in_place or {}))(*given))

    @over_runs.def_vmap
    def over_more(size: int, is_batched: Sequence[bool], *given: Array) -> tuple[list[Array], list[bool]]:
        n_runs = max(each.shape[int(batched)] for each, batched in zip(given, is_batched, strict=True))
        folded = [_fold(each, batched, (size, n_runs), shares) for each, batched in zip(given, is_batched, strict=True)]
        returned = over_runs(*folded)
        return [each.reshape(size, n_runs, *each.shape[1:]) for each in returned], [True] * len(results)

    return [jnp.squeeze(each, axis=0) for each in over_runs(*(jnp.expand_dims(each, 0) for each in arguments))]


def _fold(given: Array, is_batched: bool, axes: tuple[int, int], shares: bool) -> Array:
    """An argument with one leading axis instead of two, of which it may lack the first or share the second."""
    whole = given if is_batched else jnp.expand_dims(given, 0)
    of_one = whole.shape[2:]
    if whole.shape[:2] == (1, 1) and shares:
        return whole.reshape(1, *of_one)
    return jnp.broadcast_to(whole, (*axes, *of_one)).reshape(axes[0] * axes[1], *of_one)


def differentiated_by(
    definition: Callable[_Given, _Returned],
) -> Callable[[Callable[_Given, _Returned]], Callable[_Given, _Returned]]:
    """A decorator: the operation as it is, and its gradient that of the JAX function which defines it."""

    def decorate(operation: Callable[_Given, _Returned]) -> Callable[_Given, _Returned]:
        differentiable = jax.custom_vjp(operation)

        def forward(*arguments: _Given.args, **named: _Given.kwargs) -> tuple[_Returned, Any]:
            return operation(*arguments, **named), arguments

        def backward(arguments: Any, cotangents: Any) -> Any:
            return jax.vjp(definition, *arguments)[1](cotangents)

        differentiable.defvjp(forward, backward)
        return cast(Callable[_Given, _Returned], differentiable)

    return decorate
