/* From XLA's call frames to plain arrays: what every handler needs, once.

   All arrays lie in memory row by row without gaps. Their leading axis counts runs, and an argument with one entry
   there, or without that axis, is shared by all of them. */
#ifndef NNJAX_CALLS_H
#define NNJAX_CALLS_H

#include <stdlib.h>

#include "matrix.h"
#include "xla/ffi/api/c_api.h"

#define EXPORTED __attribute__((visibility("default")))

typedef XLA_FFI_Error *Body(const XLA_FFI_CallFrame *frame);

INLINE XLA_FFI_Error *failure(const XLA_FFI_CallFrame *frame, XLA_FFI_Error_Code code, const char *message)
{
  XLA_FFI_Error_Create_Args arguments = {XLA_FFI_Error_Create_Args_STRUCT_SIZE, NULL, message, code};
  return frame->api->XLA_FFI_Error_Create(&arguments);
}

INLINE XLA_FFI_Error *wrong_arguments(const XLA_FFI_CallFrame *frame, const char *message)
{
  return failure(frame, XLA_FFI_Error_Code_INVALID_ARGUMENT, message);
}

INLINE XLA_FFI_Error *out_of_memory(const XLA_FFI_CallFrame *frame)
{
  return failure(frame, XLA_FFI_Error_Code_RESOURCE_EXHAUSTED, "no memory for a fused operation's scratch");
}

/* Numbers smaller than 2^-126 count as zero, as in XLA's own programs; what the thread had before is returned. */
INLINE uint64_t flush_subnormals(void)
{
#if defined(__x86_64__)
  const unsigned before = _mm_getcsr();
  _mm_setcsr(before | 0x8040);
#else
  uint64_t before;
  __asm__ volatile("mrs %0, fpcr" : "=r"(before));
  __asm__ volatile("msr fpcr, %0" : : "r"(before | UINT64_C(1) << 24));
#endif
  return before;
}

INLINE void restore_subnormals(uint64_t before)
{
#if defined(__x86_64__)
  _mm_setcsr((unsigned)before);
#else
  __asm__ volatile("msr fpcr, %0" : : "r"(before));
#endif
}

/* Runs the body of a handler, or tells XLA which version of its interface the handler speaks. */
INLINE XLA_FFI_Error *answer(XLA_FFI_CallFrame *frame, Body *body)
{
  XLA_FFI_Extension_Base *extension = frame->extension_start;
  if (extension && extension->type == XLA_FFI_Extension_Metadata) {
    XLA_FFI_Metadata *metadata = ((XLA_FFI_Metadata_Extension *)extension)->metadata;
    metadata->api_version.major_version = XLA_FFI_API_MAJOR;
    metadata->api_version.minor_version = XLA_FFI_API_MINOR;
    return NULL;
  }
  if (frame->stage != XLA_FFI_ExecutionStage_EXECUTE)
    return NULL;
  const uint64_t before = flush_subnormals();
  XLA_FFI_Error *error = body(frame);
  restore_subnormals(before);
  return error;
}

/* Scratch of so many float32, aligned to cache lines; NULL where there is no memory. */
INLINE float *allocate(long numbers)
{
  return aligned_alloc(64, ((size_t)numbers * sizeof(float) / 64 + 1) * 64);
}

INLINE const XLA_FFI_Buffer *argument(const XLA_FFI_CallFrame *frame, long index) { return frame->args.args[index]; }

INLINE const XLA_FFI_Buffer *result(const XLA_FFI_CallFrame *frame, long index) { return frame->rets.rets[index]; }

/* The last axis' extent; a scalar's is 1. */
INLINE long last_extent(const XLA_FFI_Buffer *buffer) { return buffer->rank ? buffer->dims[buffer->rank - 1] : 1; }

/* How many runs an array with so many axes of its own has. */
INLINE long run_count(const XLA_FFI_Buffer *buffer, long axes) { return buffer->rank > axes ? buffer->dims[0] : 1; }

/* An array of all runs, each with rows and columns of its own; `a_run` numbers lie from one run to the next, 0 where all
   share them. */
typedef struct {
  void *data;
  long rows, columns, a_run;
} Operand;

/* Of a buffer with so many axes a run: 2, or 1 for a single row. */
INLINE Operand operand(const XLA_FFI_Buffer *buffer, long axes)
{
  const long columns = last_extent(buffer), rows = axes > 1 ? buffer->dims[buffer->rank - 2] : 1;
  return (Operand){buffer->data, rows, columns, run_count(buffer, axes) > 1 ? rows * columns : 0};
}

/* Where a run's numbers begin. */
INLINE void *of_run(Operand operand, long run)
{
  return (float *)operand.data + run * operand.a_run; /* int32 has the size of float32 */
}

INLINE Matrix matrix_of_run(Operand operand, long run)
{
  return matrix(of_run(operand, run), operand.rows, operand.columns, operand.columns);
}

#endif
