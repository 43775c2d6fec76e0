/* Adam (Kingma & Ba 2015), in place, for a whole network of each run. */
#include "calls.h"

/* The numbers of one run's step, in the order of nnjax/kernels/adam.py's AdamNumbers. */
typedef struct {
  float step_size, beta_1, beta_2, square_scale, epsilon, l2, gradient_scale, decay, rests;
} AdamNumbers;

enum { ADAM_NUMBERS = sizeof(AdamNumbers) / sizeof(float) };

typedef struct {
  Vector mean, square, update;
} AdamMoments;

/* m' = b1 m + (1 - b1) g;  v' = b2 v + (1 - b2) g^2;  u = step_size m' / (sqrt(v' square_scale) + epsilon). */
INLINE AdamMoments adam_moments(const AdamNumbers *n, Vector m, Vector v, Vector g)
{
  const Vector mean = multiply_add(splat(n->beta_1), m, (1 - n->beta_1) * g);
  const Vector square = multiply_add(splat(n->beta_2), v, (1 - n->beta_2) * (g * g));
  const Vector root = square_root(square * n->square_scale);
  return (AdamMoments){mean, square, n->step_size * mean / (root + n->epsilon)};
}

/* One leaf of all runs, `count` numbers a run. An update has no parameters, a step no update. */
typedef struct {
  const float *parameters, *mean, *square, *gradient;
  float *new_parameters, *new_mean, *new_square, *update;
  long count;
} AdamLeaf;

/* With g' = gradient_scale g + l2 p: p' = p - u - decay p, for the n numbers at `at`; returns p^2. Of a bias, which is
   neither penalised nor decays, the terms with l2 and decay are missing: zero times infinity would be no number. */
INLINE Vector adam_step_vector(const AdamNumbers *numbers, const bool is_bias, const AdamLeaf *leaf, long at, long n)
{
  const Vector p = load_first(leaf->parameters + at, n);
  const Vector m = load_first(leaf->mean + at, n), v = load_first(leaf->square + at, n);
  Vector g = numbers->gradient_scale * load_first(leaf->gradient + at, n);
  if (!is_bias)
    g = multiply_add(splat(numbers->l2), p, g);
  const AdamMoments next = adam_moments(numbers, m, v, g);
  store_first(leaf->new_mean + at, next.mean, n);
  store_first(leaf->new_square + at, next.square, n);
  const Vector stepped = p - next.update;
  store_first(leaf->new_parameters + at, is_bias ? stepped : multiply_add(splat(-numbers->decay), p, stepped), n);
  return p * p;
}

/* The update u alone, for the n numbers at `at`. */
INLINE void adam_update_vector(const AdamNumbers *numbers, const AdamLeaf *leaf, long at, long n)
{
  const Vector m = load_first(leaf->mean + at, n), v = load_first(leaf->square + at, n);
  const AdamMoments next = adam_moments(numbers, m, v, load_first(leaf->gradient + at, n));
  store_first(leaf->new_mean + at, next.mean, n);
  store_first(leaf->new_square + at, next.square, n);
  store_first(leaf->update + at, next.update, n);
}

/* Steps a run's weights; returns the sum of p^2 before. */
NOT_INLINE float adam_step_weights(AdamNumbers numbers, AdamLeaf leaf, long run)
{
  const long end = (run + 1) * leaf.count;
  Vector squares = {0};
  long at = run * leaf.count;
  for (; at + LANES <= end; at += LANES)
    squares += adam_step_vector(&numbers, false, &leaf, at, LANES);
  if (at < end)
    squares += adam_step_vector(&numbers, false, &leaf, at, end - at);
  return sum_of(squares);
}

NOT_INLINE void adam_step_bias(AdamNumbers numbers, AdamLeaf leaf, long run)
{
  const long end = (run + 1) * leaf.count;
  long at = run * leaf.count;
  for (; at + LANES <= end; at += LANES)
    adam_step_vector(&numbers, true, &leaf, at, LANES);
  if (at < end)
    adam_step_vector(&numbers, true, &leaf, at, end - at);
}

NOT_INLINE void adam_update_leaf(AdamNumbers numbers, AdamLeaf leaf, long run)
{
  const long end = (run + 1) * leaf.count;
  long at = run * leaf.count;
  for (; at + LANES <= end; at += LANES)
    adam_update_vector(&numbers, &leaf, at, LANES);
  if (at < end)
    adam_update_vector(&numbers, &leaf, at, end - at);
}

/* Numbers of one run in an array whose leading axis counts runs. */
INLINE long numbers_a_run(const XLA_FFI_Buffer *buffer)
{
  long count = 1;
  for (long axis = 1; axis < buffer->rank; axis++)
    count *= buffer->dims[axis];
  return count;
}

static AdamLeaf leaf_to_step(const XLA_FFI_CallFrame *frame, long leaf)
{
  return (AdamLeaf){
      .parameters = argument(frame, 1 + 4 * leaf)->data,
      .mean = argument(frame, 2 + 4 * leaf)->data,
      .square = argument(frame, 3 + 4 * leaf)->data,
      .gradient = argument(frame, 4 + 4 * leaf)->data,
      .new_parameters = result(frame, 3 * leaf)->data,
      .new_mean = result(frame, 3 * leaf + 1)->data,
      .new_square = result(frame, 3 * leaf + 2)->data,
      .count = numbers_a_run(argument(frame, 1 + 4 * leaf)),
  };
}

static AdamLeaf leaf_to_update(const XLA_FFI_CallFrame *frame, long leaf)
{
  return (AdamLeaf){
      .mean = argument(frame, 1 + 3 * leaf)->data,
      .square = argument(frame, 2 + 3 * leaf)->data,
      .gradient = argument(frame, 3 + 3 * leaf)->data,
      .update = result(frame, 3 * leaf)->data,
      .new_mean = result(frame, 3 * leaf + 1)->data,
      .new_square = result(frame, 3 * leaf + 2)->data,
      .count = numbers_a_run(argument(frame, 1 + 3 * leaf)),
  };
}

/* p, m, v, g a leaf, weights and bias in turns; gives p', m', v' a leaf, then the weights' sums of p^2 [R, leaves / 2]:
   whoever wants the penalty of the parameters before the step has it from here, where they are at hand. Of a run that rests
   nothing is written: its arrays are as they were, as the new ones lie in their place. */
static XLA_FFI_Error *adam_step(const XLA_FFI_CallFrame *frame)
{
  const long runs = run_count(argument(frame, 0), 1), layers = (frame->args.size - 1) / 8;
  if (frame->args.size != 1 + 8 * layers || frame->rets.size != 6 * layers + 1)
    return wrong_arguments(frame, "nnjax_adam_step takes numbers and four arrays a leaf, and gives three; then sums");
  if (last_extent(argument(frame, 0)) != ADAM_NUMBERS)
    return wrong_arguments(frame, "nnjax_adam_step takes nine numbers a run");
  const AdamNumbers *numbers = argument(frame, 0)->data;
  float *squares = result(frame, 6 * layers)->data;
  for (long layer = 0; layer < layers; layer++) {
    const AdamLeaf weights = leaf_to_step(frame, 2 * layer), bias = leaf_to_step(frame, 2 * layer + 1);
    for (long run = 0; run < runs; run++) {
      if (numbers[run].rests)
        continue;
      squares[run * layers + layer] = adam_step_weights(numbers[run], weights, run);
      adam_step_bias(numbers[run], bias, run);
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
    return wrong_arguments(frame, "nnjax_adam_update takes nine numbers a run");
  const AdamNumbers *numbers = argument(frame, 0)->data;
  for (long number = 0; number < leaves; number++) {
    const AdamLeaf leaf = leaf_to_update(frame, number);
    for (long run = 0; run < runs; run++)
      adam_update_leaf(numbers[run], leaf, run);
  }
  return NULL;
}

EXPORTED XLA_FFI_Error *nnjax_adam_step(XLA_FFI_CallFrame *frame) { return answer(frame, adam_step); }

EXPORTED XLA_FFI_Error *nnjax_adam_update(XLA_FFI_CallFrame *frame) { return answer(frame, adam_update); }
