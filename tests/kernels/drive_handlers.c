/* Calls every handler over shapes that fit no vector, with arrays that end where their numbers end: for a sanitizer.

   Ends with 0 if each result was written whole and a lack of memory was told as an error. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xla/ffi/api/c_api.h"

typedef XLA_FFI_Error *Handler(XLA_FFI_CallFrame *frame);
Handler nnjax_stack_forward, nnjax_stack_backward, nnjax_stack_evaluate, nnjax_stack_predict;
Handler nnjax_adam_step, nnjax_adam_update;

enum { MOST = 64 };
static int errors_told, failures;
static int lacking = -1; /* which piece of memory a handler does not get, counted from 0; -1: it gets all */
static int pieces;       /* that it has asked for */

void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
  return pieces++ == lacking ? NULL : __real_aligned_alloc(alignment, size);
}

static XLA_FFI_Error *tell(XLA_FFI_Error_Create_Args *error)
{
  errors_told += error->errc == XLA_FFI_Error_Code_RESOURCE_EXHAUSTED;
  return (XLA_FFI_Error *)error->message;
}

static long count(const XLA_FFI_Buffer *buffer)
{
  long numbers = 1;
  for (long axis = 0; axis < buffer->rank; axis++)
    numbers *= buffer->dims[axis];
  return numbers;
}

/* An array of its own piece of memory; of so many axes. */
static XLA_FFI_Buffer *array(long rank, long a, long b, long c)
{
  XLA_FFI_Buffer *buffer = calloc(1, sizeof *buffer);
  const long extents[] = {a, b, c};
  buffer->rank = rank;
  buffer->dims = malloc((size_t)rank * sizeof(int64_t));
  for (long axis = 0; axis < rank; axis++)
    buffer->dims[axis] = extents[axis];
  float *numbers = buffer->data = malloc((size_t)count(buffer) * sizeof(float));
  for (long i = 0; i < count(buffer); i++)
    numbers[i] = (float)(rand() % 2001) / 1000 - 1;
  return buffer;
}

static void forget(XLA_FFI_Buffer *buffer)
{
  free(buffer->data);
  free(buffer->dims);
  free(buffer);
}

typedef struct {
  XLA_FFI_Buffer *of[MOST];
  long size;
} Arrays;

static XLA_FFI_Buffer *add(Arrays *to, XLA_FFI_Buffer *buffer) { return to->of[to->size++] = buffer; }

static void forget_all(Arrays *arrays)
{
  for (long i = 0; i < arrays->size; i++)
    forget(arrays->of[i]);
}

/* Calls a handler; its results have to be written whole, but those whose place is in `may_stay`. */
static void call(const char *name, Handler *handler, Arrays *arguments, Arrays *results, long may_stay)
{
  static const XLA_FFI_Api api = {.XLA_FFI_Error_Create = tell};
  XLA_FFI_CallFrame frame = {
      .api = &api,
      .stage = XLA_FFI_ExecutionStage_EXECUTE,
      .args = {.size = arguments->size, .args = (void **)arguments->of},
      .rets = {.size = results->size, .rets = (void **)results->of},
  };
  for (long i = 0; i < results->size; i++)
    memset(results->of[i]->data, 0xff, (size_t)count(results->of[i]) * sizeof(float)); /* NaN */
  pieces = 0;
  if (handler(&frame)) {
    failures += lacking < 0;
    return;
  }
  for (long i = 0; i < results->size; i++)
    for (long n = 0; n < count(results->of[i]); n++)
      if (isnan(((float *)results->of[i]->data)[n]) && !(may_stay >> i & 1)) {
        printf("%s leaves number %ld of result %ld\n", name, n, i);
        failures++;
        return;
      }
}

/* The stack's handlers for one shape; `shared` arguments have one run. */
static void stack(long runs, long shared, long rows, long layers, const long *sizes)
{
  const long depth = layers - 1, of = shared ? 1 : runs;
  Arrays first = {0}, parameters = {0}, forward = {0}, back = {0}, gradients = {0}, evaluated = {0}, logits = {0};
  add(&first, array(3, of, rows, sizes[0]));
  int32_t *codes = add(&first, array(2, of, depth, 0))->data;
  for (long i = 0; i < of * depth; i++)
    codes[i] = rand() % 14;
  add(&first, array(2, of, 2, 0));
  for (long l = 0; l < layers; l++) {
    add(&parameters, array(3, of, sizes[l], sizes[l + 1]));
    add(&parameters, array(2, of, sizes[l + 1], 0));
    add(&gradients, array(3, runs, sizes[l], sizes[l + 1]));
    add(&gradients, array(2, runs, sizes[l + 1], 0));
  }
  add(&gradients, array(2, runs, layers, 0));
  add(&gradients, array(2, runs, depth, 0));
  add(&forward, array(3, runs, rows, sizes[layers]));
  for (long l = 0; l < depth; l++) {
    add(&forward, array(3, runs, rows, sizes[l + 1]));
    add(&forward, array(3, runs, rows, sizes[l + 1]));
    add(&forward, array(2, runs, sizes[l + 1], 0));
  }
  Arrays given = first;
  for (long i = 0; i < parameters.size; i++)
    add(&given, parameters.of[i]);
  long may_stay = 0;
  for (long l = 0; l < depth; l++)
    may_stay |= 1L << (2 + 3 * l);
  call("forward", nnjax_stack_forward, &given, &forward, may_stay);
  add(&logits, array(3, runs, rows, sizes[layers]));
  call("predict", nnjax_stack_predict, &given, &logits, 0);
  back = first;
  XLA_FFI_Buffer *by_logits = add(&back, array(3, runs, rows, sizes[layers]));
  for (long l = 0; l < depth; l++) {
    add(&back, parameters.of[2 * l]);
    add(&back, forward.of[1 + 3 * l]);
    add(&back, forward.of[2 + 3 * l]);
  }
  add(&back, parameters.of[2 * depth]);
  call("backward", nnjax_stack_backward, &back, &gradients, 0);
  Arrays look = first;
  XLA_FFI_Buffer *weights = add(&look, array(2, of, rows, 0)), *limits = add(&look, array(2, of, depth, 0));
  for (long i = 0; i < count(weights); i++)
    ((float *)weights->data)[i] = 1.0f / (float)rows;
  for (long i = 0; i < parameters.size; i++)
    add(&look, parameters.of[i]);
  add(&evaluated, array(3, runs, rows, sizes[layers]));
  add(&evaluated, array(3, runs, 3, depth));
  call("evaluate", nnjax_stack_evaluate, &look, &evaluated, 0);
  forget(by_logits);
  forget(weights);
  forget(limits);
  Arrays *all[] = {&first, &parameters, &forward, &gradients, &evaluated, &logits};
  for (long i = 0; i < 6; i++)
    forget_all(all[i]);
}

/* Adam's handlers for two leaves of so many numbers. */
static void adam(long runs, long numbers)
{
  Arrays step = {0}, stepped = {0}, update = {0}, updated = {0};
  XLA_FFI_Buffer *eight = array(2, runs, 8, 0);
  for (long i = 0; i < count(eight); i++)
    ((float *)eight->data)[i] = 0.5f;
  add(&step, eight);
  add(&update, eight);
  for (long leaf = 0; leaf < 2; leaf++) {
    add(&step, array(2, runs, numbers, 0));
    for (long i = 0; i < 3; i++) {
      XLA_FFI_Buffer *buffer = add(&update, add(&step, array(2, runs, numbers, 0)));
      for (long n = 0; n < count(buffer); n++)
        ((float *)buffer->data)[n] = fabsf(((float *)buffer->data)[n]);
      add(&stepped, array(2, runs, numbers, 0));
      add(&updated, array(2, runs, numbers, 0));
    }
  }
  add(&stepped, array(2, runs, 1, 0));
  call("adam_step", nnjax_adam_step, &step, &stepped, 0);
  call("adam_update", nnjax_adam_update, &update, &updated, 0);
  forget_all(&step);
  forget_all(&stepped);
  forget_all(&updated);
}

int main(void)
{
  static const long rows[] = {1, 2, 5, 8, 9, 16, 17, 97, 200};
  static const long widths[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 24, 31, 33, 64, 100};
  enum { ROWS = sizeof rows / sizeof *rows, WIDTHS = sizeof widths / sizeof *widths };
  for (long shape = 0; shape < 150; shape++) {
    long sizes[8];
    const long layers = 1 + rand() % 5;
    for (long l = 0; l <= layers; l++)
      sizes[l] = widths[rand() % WIDTHS];
    if (shape % 2)
      sizes[layers] = 1;
    stack(1 + shape % 3, shape % 4 == 0, rows[shape % ROWS], layers, sizes);
  }
  for (long numbers = 1; numbers < 70; numbers++)
    adam(2, numbers);
  for (lacking = 0; lacking < 2; lacking++)
    stack(2, 0, 3, 3, (const long[]){2, 3, 4, 1});
  if (errors_told != 8) {
    printf("lack of memory was told %d times, not 8\n", errors_told);
    failures++;
  }
  return failures > 0;
}
