/* Answers calls of the handlers until its input ends: built for another processor, where an emulator runs it.

   A call is a handler's number among `HANDLERS`, how many arguments and results there are, then each of them: its rank, its
   extents, and of an argument its numbers; all 8 bytes wide but the numbers, which are 4. The answer is the results'
   numbers. Whatever goes wrong ends it with 1. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "xla/ffi/api/c_api.h"

typedef XLA_FFI_Error *Handler(XLA_FFI_CallFrame *frame);
Handler nnjax_stack_forward, nnjax_stack_backward, nnjax_stack_evaluate, nnjax_stack_predict;
Handler nnjax_adam_step, nnjax_adam_update;

static Handler *const HANDLERS[] = {nnjax_stack_forward, nnjax_stack_backward, nnjax_stack_evaluate,
                                    nnjax_stack_predict, nnjax_adam_step,      nnjax_adam_update};

static XLA_FFI_Error *end(XLA_FFI_Error_Create_Args *error)
{
  fprintf(stderr, "%s\n", error->message);
  exit(1);
}

static void must(int holds)
{
  if (!holds)
    exit(1);
}

static int64_t whole_number(void)
{
  int64_t number;
  must(fread(&number, sizeof number, 1, stdin) == 1);
  return number;
}

static size_t count(const XLA_FFI_Buffer *buffer)
{
  size_t numbers = 1;
  for (long axis = 0; axis < buffer->rank; axis++)
    numbers *= (size_t)buffer->dims[axis];
  return numbers;
}

static void **arrays(int64_t size, int are_given)
{
  void **all = calloc((size_t)size, sizeof *all);
  for (int64_t i = 0; i < size; i++) {
    XLA_FFI_Buffer *array = all[i] = calloc(1, sizeof *array);
    array->rank = whole_number();
    array->dims = calloc((size_t)array->rank, sizeof *array->dims);
    for (int64_t axis = 0; axis < array->rank; axis++)
      array->dims[axis] = whole_number();
    array->data = aligned_alloc(64, (count(array) * 4 / 64 + 1) * 64);
    if (are_given)
      must(fread(array->data, 4, count(array), stdin) == count(array));
  }
  return all;
}

int main(void)
{
  static const XLA_FFI_Api api = {.XLA_FFI_Error_Create = end};
  int64_t handler;
  while (fread(&handler, sizeof handler, 1, stdin) == 1) {
    XLA_FFI_CallFrame frame = {.api = &api, .stage = XLA_FFI_ExecutionStage_EXECUTE};
    frame.args.size = whole_number();
    frame.rets.size = whole_number();
    frame.args.args = arrays(frame.args.size, 1);
    frame.rets.rets = arrays(frame.rets.size, 0);
    must(!HANDLERS[handler](&frame));
    for (int64_t i = 0; i < frame.rets.size; i++) {
      const XLA_FFI_Buffer *result = frame.rets.rets[i];
      fwrite(result->data, 4, count(result), stdout);
    }
    fflush(stdout);
  }
  return 0;
}
