/* Adam (Kingma & Ba 2015), in place, for a whole network of each run. */
#include <stdbool.h>

#include "calls.h"

/* The numbers of one run's step, in the order of nnjax/kernels/adam.py's AdamNumbers. */
typedef struct {
  float step_size, beta_1, beta_2, square_scale, epsilon, l2, gradient_scale, decay;
} AdamNumbers;

enum { ADAM_NUMBERS = sizeof(AdamNumbers) / sizeof(float) };

typedef struct {
  Vector mean, square, update;
} AdamMoments;

/* m' = b1 m + (1 - b1) g;  v' = b2 v + (1 - b2) g^2;  u = step_size m' / (sqrt(v' square_scale) + epsilon). */
INLINE AdamMoments adam_moments(const AdamNumbers *n, Vector m, Vector v, Vector g)
{
  const Vector mean = n->beta_1 * m + (1 - n->beta_1) * g;
  const Vector square = n->beta_2 * v + (1 - n->beta_2) * (g * g);
  const Vector root = square_root(square * n->square_scale);
  return (AdamMoments){mean, square, n->step_size * mean / (root + n->epsilon)};
}

/* One leaf of one run. */
typedef struct {
  const float *parameters, *mean, *square, *gradient;
  float *new_parameters, *new_mean, *new_square, *update;
} AdamLeaf;

/* With g' = gradient_scale g + l2 p: p' = p - u - decay p, for the n numbers at `at`; returns p^2. Of a bias, which is
   neither penalised nor decays, the terms with l2 and decay are missing: zero times infinity would be no number. */
INLINE Vector adam_step_vector(const AdamNumbers *numbers, const bool is_bias, AdamLeaf leaf, long at, long n)
{
  const Vector p = load_first(leaf.parameters + at, n);
  const Vector m = load_first(leaf.mean + at, n), v = load_first(leaf.square + at, n);
  Vector g = numbers->gradient_scale * load_first(leaf.gradient + at, n);
  if (!is_bias)
    g += numbers->l2 * p;
  const AdamMoments next = adam_moments(numbers, m, v, g);
  store_first(leaf.new_mean + at, next.mean, n);
  store_first(leaf.new_square + at, next.square, n);
  store_first(leaf.new_parameters + at, is_bias ? p - next.update : p - next.update - numbers->decay * p, n);
  return p * p;
}

/* The update u alone, for the n numbers at `at`. */
INLINE void adam_update_vector(const AdamNumbers *numbers, AdamLeaf leaf, long at, long n)
{
  const Vector m = load_first(leaf.mean + at, n), v = load_first(leaf.square + at, n);
  const AdamMoments next = adam_moments(numbers, m, v, load_first(leaf.gradient + at, n));
  store_first(leaf.new_mean + at, next.mean, n);
  store_first(leaf.new_square + at, next.square, n);
  store_first(leaf.update + at, next.update, n);
}

/* A whole leaf; returns the sum of p^2 before the step. */
INLINE float adam_step_leaf(AdamNumbers numbers, const bool is_bias, AdamLeaf leaf, long count)
{
  Vector squares = {0};
  long at = 0;
  for (; at + LANES <= count; at += LANES)
    squares += adam_step_vector(&numbers, is_bias, leaf, at, LANES);
  if (at < count)
    squares += adam_step_vector(&numbers, is_bias, leaf, at, count - at);
  return sum_of(squares);
}

NOT_INLINE float adam_step_weights(AdamNumbers numbers, AdamLeaf leaf, long count)
{
  return adam_step_leaf(numbers, false, leaf, count);
}

NOT_INLINE void adam_step_bias(AdamNumbers numbers, AdamLeaf leaf, long count)
{
  adam_step_leaf(numbers, true, leaf, count);
}

NOT_INLINE void adam_update_leaf(AdamNumbers numbers, AdamLeaf leaf, long count)
{
  long at = 0;
  for (; at + LANES <= count; at += LANES)
    adam_update_vector(&numbers, leaf, at, LANES);
  if (at < count)
    adam_update_vector(&numbers, leaf, at, count - at);
}

INLINE long numbers_a_run(const XLA_FFI_Buffer *buffer, long runs)
{
  long count = 1;
  for (long axis = 0; axis < buffer->rank; axis++)
    count *= buffer->dims[axis];
  return runs ? count / runs : 0;
}

INLINE AdamNumbers adam_numbers(const XLA_FFI_CallFrame *frame, long run)
{
  AdamNumbers numbers;
  memcpy(&numbers, vector_of_run(argument(frame, 0), run), sizeof numbers);
  return numbers;
}

INLINE float *leaf_of_run(const XLA_FFI_Buffer *buffer, long run, long count)
{
  return (float *)buffer->data + run * count;
}

INLINE AdamLeaf step_leaf_of_run(const XLA_FFI_CallFrame *frame, long leaf, long run, long count)
{
  return (AdamLeaf){
      .parameters = leaf_of_run(argument(frame, 1 + 4 * leaf), run, count),
      .mean = leaf_of_run(argument(frame, 2 + 4 * leaf), run, count),
      .square = leaf_of_run(argument(frame, 3 + 4 * leaf), run, count),
      .gradient = leaf_of_run(argument(frame, 4 + 4 * leaf), run, count),
      .new_parameters = leaf_of_run(result(frame, 3 * leaf), run, count),
      .new_mean = leaf_of_run(result(frame, 3 * leaf + 1), run, count),
      .new_square = leaf_of_run(result(frame, 3 * leaf + 2), run, count),
  };
}

/* p, m, v, g a leaf, weights and bias in turns; gives p', m', v' a leaf, then the weights' sums of p^2 [R, leaves / 2]:
   whoever wants the penalty of the parameters before the step has it from here, where they are at hand. */
static XLA_FFI_Error *adam_step(const XLA_FFI_CallFrame *frame)
{
  const long runs = run_count(argument(frame, 0), 1), layers = (frame->args.size - 1) / 8;
  if (frame->args.size != 1 + 8 * layers || frame->rets.size != 6 * layers + 1)
    return wrong_arguments(frame, "nnjax_adam_step takes numbers and four arrays a leaf, and gives three; then sums");
  if (last_extent(argument(frame, 0)) != ADAM_NUMBERS)
    return wrong_arguments(frame, "nnjax_adam_step takes eight numbers a run");
  for (long run = 0; run < runs; run++) {
    const AdamNumbers numbers = adam_numbers(frame, run);
    float *weight_squares = vector_of_run(result(frame, 6 * layers), run);
    for (long layer = 0; layer < layers; layer++) {
      const long weights = numbers_a_run(argument(frame, 1 + 8 * layer), runs);
      const long units = numbers_a_run(argument(frame, 5 + 8 * layer), runs);
      const AdamLeaf of_weights = step_leaf_of_run(frame, 2 * layer, run, weights);
      weight_squares[layer] = adam_step_weights(numbers, of_weights, weights);
      adam_step_bias(numbers, step_leaf_of_run(frame, 2 * layer + 1, run, units), units);
    }
  }
  return NULL;
}

/* m, v, g a leaf, in any order of leaves. */
static XLA_FFI_Error *adam_update(const XLA_FFI_CallFrame *frame)
{
  const long runs = run_count(argument(frame, 0), 1), leaves = (frame->args.size - 1) / 3;
  if (frame->args.size != 1 + 3 * leaves || frame->rets.size != 3 * leaves)
    return wrong_arguments(frame, "nnjax_adam_update takes numbers and three arrays a leaf, and gives three");
  if (last_extent(argument(frame, 0)) != ADAM_NUMBERS)
    return wrong_arguments(frame, "nnjax_adam_update takes eight numbers a run");
  for (long run = 0; run < runs; run++) {
    const AdamNumbers numbers = adam_numbers(frame, run);
    for (long leaf = 0; leaf < leaves; leaf++) {
      const long count = numbers_a_run(argument(frame, 1 + 3 * leaf), runs);
      const AdamLeaf arrays = {
          .mean = leaf_of_run(argument(frame, 1 + 3 * leaf), run, count),
          .square = leaf_of_run(argument(frame, 2 + 3 * leaf), run, count),
          .gradient = leaf_of_run(argument(frame, 3 + 3 * leaf), run, count),
          .update = leaf_of_run(result(frame, 3 * leaf), run, count),
          .new_mean = leaf_of_run(result(frame, 3 * leaf + 1), run, count),
          .new_square = leaf_of_run(result(frame, 3 * leaf + 2), run, count),
      };
      adam_update_leaf(numbers, arrays, count);
    }
  }
  return NULL;
}

EXPORTED XLA_FFI_Error *nnjax_adam_step(XLA_FFI_CallFrame *frame) { return answer(frame, adam_step); }

EXPORTED XLA_FFI_Error *nnjax_adam_update(XLA_FFI_CallFrame *frame) { return answer(frame, adam_update); }
