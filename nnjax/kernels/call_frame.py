"""XLA's call frame, filled by hand: an operation of the library called on NumPy arrays, without XLA.

The structures are those of `xla/ffi/api/c_api.h`, whose layout XLA keeps within a major version of that interface.
"""

from collections.abc import Callable, Sequence
from ctypes import CFUNCTYPE, POINTER, Structure, byref, c_char_p, c_int, c_int64, c_size_t, c_void_p, pointer, sizeof
from typing import Any

import numpy as np
from numpy.typing import NDArray

EXECUTE = 3
"""XLA_FFI_ExecutionStage_EXECUTE."""

DTYPES = {np.dtype(np.float32): 11, np.dtype(np.int32): 4}
"""XLA_FFI_DataType_F32 and _S32."""


class _Buffer(Structure):
    _fields_ = (
        ("struct_size", c_size_t),
        ("extension", c_void_p),
        ("dtype", c_int),
        ("data", c_void_p),
        ("rank", c_int64),
        ("dims", POINTER(c_int64)),
    )


class _Buffers(Structure):
    """XLA_FFI_Args, and XLA_FFI_Rets."""

    _fields_ = (
        ("struct_size", c_size_t),
        ("extension", c_void_p),
        ("size", c_int64),
        ("types", POINTER(c_int)),
        ("buffers", POINTER(POINTER(_Buffer))),
    )


class _Version(Structure):
    _fields_ = (("struct_size", c_size_t), ("extension", c_void_p), ("major", c_int), ("minor", c_int))


class _Refusal(Structure):
    """XLA_FFI_Error_Create_Args."""

    _fields_ = (("struct_size", c_size_t), ("extension", c_void_p), ("message", c_char_p), ("code", c_int))


_Refuse = CFUNCTYPE(c_void_p, POINTER(_Refusal))


class _Interface(Structure):
    """XLA_FFI_Api, of which operations call the first function alone."""

    _fields_ = (
        ("struct_size", c_size_t),
        ("extension", c_void_p),
        ("version", _Version),
        ("internal", c_void_p),
        ("refuse", _Refuse),
    )


class _Attributes(Structure):
    _fields_ = (
        ("struct_size", c_size_t),
        ("extension", c_void_p),
        ("size", c_int64),
        ("types", c_void_p),
        ("names", c_void_p),
        ("values", c_void_p),
    )


class _CallFrame(Structure):
    _fields_ = (
        ("struct_size", c_size_t),
        ("extension", c_void_p),
        ("interface", POINTER(_Interface)),
        ("context", c_void_p),
        ("stage", c_int),
        ("arguments", _Buffers),
        ("results", _Buffers),
        ("attributes", _Attributes),
        ("future", c_void_p),
    )


class CallFrameError(Exception):
    """An operation refuses what it was given."""


def call_by_hand(
    operation: Callable[..., Any], arguments: Sequence[NDArray[Any]], results: Sequence[NDArray[np.float32]]
) -> None:
    """Call an operation, which fills the results.

    Args:
        operation: A function of a loaded library.
        arguments: Arrays of float32 or int32, row by row in memory.
        results: Likewise; one that is an argument, too, is written over.

    Raises:
        CallFrameError: It refuses the arguments, or has no memory; as it says it.
    """
    said: list[str] = []

    def refuse(refusal: Any) -> int:
        said.append(refusal.contents.message.decode())
        return 1  # an error's address, for XLA

    interface = _Interface(struct_size=sizeof(_Interface), refuse=_Refuse(refuse))
    frame = _CallFrame(
        struct_size=sizeof(_CallFrame),
        interface=pointer(interface),
        stage=EXECUTE,
        arguments=_buffers(arguments),
        results=_buffers(results),
        attributes=_Attributes(struct_size=sizeof(_Attributes)),
    )
    operation.restype = c_void_p  # type: ignore[attr-defined]
    if operation(byref(frame)):
        raise CallFrameError(" ".join(said))


def _buffers(arrays: Sequence[NDArray[Any]]) -> _Buffers:
    count = len(arrays)
    buffers = [_buffer(array) for array in arrays]
    return _Buffers(
        struct_size=sizeof(_Buffers),
        size=count,
        types=(c_int * count)(*[1] * count),
        buffers=(POINTER(_Buffer) * count)(*map(pointer, buffers)),
    )


def _buffer(array: NDArray[Any]) -> _Buffer:
    if not array.flags.c_contiguous:
        raise ValueError("operations read arrays that lie row by row in memory")
    return _Buffer(
        struct_size=sizeof(_Buffer),
        dtype=DTYPES[array.dtype],
        data=array.ctypes.data,
        rank=array.ndim,
        dims=(c_int64 * array.ndim)(*array.shape),
    )
