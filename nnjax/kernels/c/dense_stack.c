/* A stack of dense layers with elementwise activations: forward, backward, evaluated, and its predictions.

   Layer l maps a[l-1] (a[-1] = x) to a[l] = f_l(z[l]), z[l] = a[l-1] W[l] + b[l]; the last layer has no f: its z are the
   logits. B rows, D features, L hidden layers, N units, O outputs, R runs; f_l is given by a code, one a layer. */
#include "calls.h"
#include "layers.h"

/* Where a handler finds what, and how much scratch it needs; the same for every run. */
typedef struct {
  const XLA_FFI_CallFrame *frame;
  long first_layer, arrays_a_layer; /* where the weights of the first layer stand, and how far to the next ones */
  long depth, runs, rows;
  long width;      /* the widest layer, filled up */
  long filled;     /* numbers of a layer that must be filled up */
  long transposed; /* numbers of all layers' weights but the first one's, transposed */
} Stack;

INLINE long most(long a, long b) { return a > b ? a : b; }

INLINE Matrix weights_of(const Stack *stack, long layer, long run)
{
  return matrix_of_run(argument(stack->frame, stack->first_layer + layer * stack->arrays_a_layer), run);
}

static Stack stack_of(const XLA_FFI_CallFrame *frame, long first_layer, long arrays_a_layer, long depth,
                      const XLA_FFI_Buffer *logits)
{
  Stack stack = {
      .frame = frame, .first_layer = first_layer, .arrays_a_layer = arrays_a_layer, .depth = depth,
      .runs = run_count(logits, 2), .rows = logits->dims[logits->rank - 2],
  };
  for (long layer = 0; layer <= depth; layer++) {
    const Matrix weights = weights_of(&stack, layer, 0);
    const long width = padded(weights.columns);
    stack.width = most(stack.width, width);
    stack.filled = most(stack.filled, width == weights.columns ? 0 : width * (weights.rows + 1));
    stack.transposed += layer ? weights.columns * padded(weights.rows) : 0;
  }
  return stack;
}

/* A layer, in scratch where it must be filled up; of a single output there is no need. */
static Layer layer_of(const Stack *stack, long layer, long run, float *scratch)
{
  const Matrix weights = weights_of(stack, layer, run);
  float *bias = vector_of_run(argument(stack->frame, stack->first_layer + layer * stack->arrays_a_layer + 1), run);
  const long stride = padded(weights.columns);
  if (stride == weights.columns || (layer == stack->depth && weights.columns == 1))
    return (Layer){weights, bias};
  const Matrix copy = matrix(scratch, weights.rows, weights.columns, stride);
  const Matrix bias_copy = matrix(scratch + weights.rows * stride, 1, weights.columns, stride);
  filled_up(weights, copy);
  filled_up(matrix(bias, 1, weights.columns, weights.columns), bias_copy);
  return (Layer){copy, bias_copy.data};
}

/* The activation function of a hidden layer, whose results go nowhere yet. */
static Activation activation_of(const Stack *stack, long layer, long run)
{
  const int32_t *codes = of_run(argument(stack->frame, 1), 1, run);
  const float *constants = vector_of_run(argument(stack->frame, 2), run);
  return (Activation){.code = (ActivationCode)codes[layer], .constants = {constants[0], constants[1]}};
}

/* x[R|1, B, D], codes[R|1, L], constants[R|1, 2], then W[R|1, K, N], b[R|1, N] a layer
   -> logits[R, B, O], then activations[R, B, N], slopes[R, B, N], largest_slopes[R, N] a hidden layer.

   Slopes that follow from the activations are not written, and not read by the backward pass: to keep them would take
   longer, by the way to memory, than to compute them again. */
static XLA_FFI_Error *stack_forward(const XLA_FFI_CallFrame *frame)
{
  const long depth = (frame->args.size - 5) / 2;
  if (frame->args.size != 5 + 2 * depth || frame->rets.size != 1 + 3 * depth)
    return wrong_arguments(frame, "nnjax_stack_forward takes x, codes, constants and two arrays a layer");
  const Stack stack = stack_of(frame, 3, 2, depth, result(frame, 0));
  float *block = allocate(block_rows(stack.rows) * stack.width + stack.filled);
  if (!block)
    return out_of_memory(frame);
  float *filled = block + block_rows(stack.rows) * stack.width;
  for (long run = 0; run < stack.runs; run++) {
    Matrix x = matrix_of_run(argument(frame, 0), run);
    for (long layer = 0; layer < depth; layer++) {
      Activation to = activation_of(&stack, layer, run);
      to.values = matrix_of_run(result(frame, 1 + 3 * layer), run);
      to.largest_slopes = vector_of_run(result(frame, 3 + 3 * layer), run);
      if (!slope_follows(to.code, to.constants))
        to.slopes = matrix_of_run(result(frame, 2 + 3 * layer), run).data;
      hidden_layer(x, layer_of(&stack, layer, run, filled), to, block);
      x = to.values;
    }
    output_layer(x, layer_of(&stack, depth, run, filled), matrix_of_run(result(frame, 0), run), block);
  }
  free(block);
  return NULL;
}

/* Rows of one run on their way back. */
typedef struct {
  const Stack *stack;
  long run, first, rows;
  float *transposed; /* the weights' transposes, the last layer's first; none for few rows */
} Way;

/* What tells the slopes of a hidden layer. */
INLINE Slopes slopes_of(Way way, long layer)
{
  const Activation activation = activation_of(way.stack, layer, way.run);
  const bool follow = slope_follows(activation.code, activation.constants);
  const Matrix from = matrix_of_run(argument(way.stack->frame, 4 + 3 * layer + (follow ? 1 : 2)), way.run);
  const ActivationCode code = follow ? activation.code : ACTIVATION_COUNT;
  return (Slopes){rows_of(from, way.first, way.rows), code, activation.constants};
}

/* gW of one layer, added to that by the rows before: a[l-1]' delta[l]; the sum of its squares. */
static float layer_gradient(Way way, long layer, Matrix delta)
{
  const XLA_FFI_CallFrame *frame = way.stack->frame;
  const Matrix weights = matrix_of_run(result(frame, 2 * layer), way.run);
  const Matrix all = matrix_of_run(argument(frame, layer ? 4 + 3 * (layer - 1) + 1 : 0), way.run);
  const Matrix input = rows_of(all, way.first, way.rows);
  if (weights.columns > 1 || weights.rows % LANES)
    return weight_gradient(input, delta, weights, way.first > 0);
  /* Of one column the transpose is a row of vectors, too. */
  return weight_gradient(matrix(delta.data, delta.rows, 1, delta.stride), input,
                         matrix(weights.data, 1, weights.rows, weights.rows), way.first > 0);
}

/* gb of one layer, zero before the first rows. */
INLINE float *bias_gradient(Way way, long layer)
{
  const XLA_FFI_Buffer *bias = result(way.stack->frame, 2 * layer + 1);
  float *sums = vector_of_run(bias, way.run);
  if (way.first == 0)
    memset(sums, 0, (size_t)last_extent(bias) * sizeof(float));
  return sums;
}

/* All layers' gradients, from the last to the first: delta[l-1] = (delta[l] W[l]') f'(z[l-1]); `scratch` holds a block
   of delta[l] and one of delta[l-1]. */
static void backward_rows(Way way, float *scratch[2], float *weight_squares, float *preactivation_squares)
{
  const Stack *stack = way.stack;
  const Matrix logits = rows_of(matrix_of_run(argument(stack->frame, 3), way.run), way.first, way.rows);
  Matrix delta = matrix(scratch[0], way.rows, logits.columns, padded(logits.columns));
  filled_up(logits, delta);
  add_columns(delta, bias_gradient(way, stack->depth));
  weight_squares[stack->depth] = layer_gradient(way, stack->depth, delta);
  for (long layer = stack->depth; layer > 0; layer--) {
    const Matrix weights = weights_of(stack, layer, way.run);
    const long N = weights.rows, width = padded(N);
    const Matrix before = matrix(scratch[(stack->depth - layer + 1) % 2], way.rows, N, width);
    if (stack->rows <= LANES)
      product_of_few_rows(delta, weights, way.transposed, before);
    else
      product(delta, matrix(way.transposed, weights.columns, N, width), NULL, before);
    way.transposed += stack->rows <= LANES ? 0 : weights.columns * width;
    preactivation_squares[layer - 1] += through_slopes(before, slopes_of(way, layer - 1), bias_gradient(way, layer - 1));
    weight_squares[layer - 1] = layer_gradient(way, layer - 1, before);
    delta = before;
  }
}

/* W' of all layers but the first, the last one first. */
static void transpose_weights(const Stack *stack, long run, float *to)
{
  for (long layer = stack->depth; layer > 0; layer--) {
    const Matrix weights = weights_of(stack, layer, run);
    const long width = padded(weights.rows);
    transposed(weights, matrix(to, weights.columns, weights.rows, width));
    to += weights.columns * width;
  }
}

/* x[R|1, B, D], codes[R|1, L], constants[R|1, 2], dlogits[R, B, O], then W, activations, slopes a hidden layer, the last
   two as `nnjax_stack_forward` gave them, and W of the output layer
   -> gW[R, K, N], gb[R, N] a layer, weight_squares[R, L + 1], preactivation_squares[R, L]. */
static XLA_FFI_Error *stack_backward(const XLA_FFI_CallFrame *frame)
{
  const long depth = (frame->args.size - 5) / 3;
  if (frame->args.size != 5 + 3 * depth || frame->rets.size != 2 * depth + 4)
    return wrong_arguments(frame, "nnjax_stack_backward takes x, codes, constants, dlogits, three a hidden layer and W");
  const Stack stack = stack_of(frame, 4, 3, depth, argument(frame, 3));
  const long block = block_rows(stack.rows) * stack.width;
  float *scratch = allocate(2 * block + stack.transposed);
  if (!scratch)
    return out_of_memory(frame);
  for (long run = 0; run < stack.runs; run++) {
    float *weight_squares = vector_of_run(result(frame, 2 * depth + 2), run);
    float *preactivation_squares = vector_of_run(result(frame, 2 * depth + 3), run);
    for (long layer = 0; layer < depth; layer++)
      preactivation_squares[layer] = 0;
    if (stack.rows > LANES)
      transpose_weights(&stack, run, scratch + 2 * block);
    for (long i = 0; i < stack.rows; i += BLOCK_ROWS) {
      const Way way = {&stack, run, i, block_rows(stack.rows - i), scratch + 2 * block};
      backward_rows(way, (float *[]){scratch, scratch + block}, weight_squares, preactivation_squares);
    }
  }
  free(scratch);
  return NULL;
}

/* How hidden units are described: rows weigh row_weights[B]; a slope of at most its layer's limit is saturated. */
typedef struct {
  const float *row_weights, *slope_limits; /* NULL, and nobody asks */
  float *units;                            /* [3, L] */
} Description;

/* x[B, D] of one run to logits[B, O]. `scratch` holds a block, a layer that is filled up, and three times B rows. */
static void carry(const Stack *stack, long run, Matrix x, Matrix logits, Description description, float *scratch)
{
  float *filled = scratch + block_rows(x.rows) * stack->width, *planes = filled + stack->filled;
  const long plane = x.rows * stack->width;
  for (long layer = 0; layer < stack->depth; layer++) {
    const long N = weights_of(stack, layer, run).columns;
    Activation to = activation_of(stack, layer, run);
    to.values = matrix(planes + layer % 2 * plane, x.rows, N, padded(N));
    to.slopes = description.units ? planes + 2 * plane : NULL;
    hidden_layer(x, layer_of(stack, layer, run, filled), to, scratch);
    if (description.units)
      describe_units(to.values, to.slopes, description.row_weights, description.slope_limits[layer],
                     description.units + layer, stack->depth);
    x = to.values;
  }
  output_layer(x, layer_of(stack, stack->depth, run, filled), logits, scratch);
}

INLINE float *scratch_of_carry(const Stack *stack, long rows)
{
  return allocate((block_rows(rows) + 3 * rows) * stack->width + stack->filled);
}

/* x, codes, constants, row_weights[R|1, B], slope_limits[R|1, L], then W, b a layer
   -> logits[R, B, O], units[R, 3, L]: means, standard deviations, shares of saturated slopes. */
static XLA_FFI_Error *stack_evaluate(const XLA_FFI_CallFrame *frame)
{
  const long depth = (frame->args.size - 7) / 2;
  if (frame->args.size != 7 + 2 * depth || frame->rets.size != 2)
    return wrong_arguments(frame, "nnjax_stack_evaluate takes x, codes, constants, weights, limits and two a layer");
  const Stack stack = stack_of(frame, 5, 2, depth, result(frame, 0));
  float *scratch = scratch_of_carry(&stack, stack.rows);
  if (!scratch)
    return out_of_memory(frame);
  for (long run = 0; run < stack.runs; run++) {
    const Description description = {
        .row_weights = vector_of_run(argument(frame, 3), run),
        .slope_limits = vector_of_run(argument(frame, 4), run),
        .units = of_run(result(frame, 1), 2, run),
    };
    const Matrix x = matrix_of_run(argument(frame, 0), run), logits = matrix_of_run(result(frame, 0), run);
    carry(&stack, run, x, logits, description, scratch);
  }
  free(scratch);
  return NULL;
}

/* x, codes, constants, then W, b a layer -> logits[R, B, O]; a block of rows at a time through all layers. */
static XLA_FFI_Error *stack_predict(const XLA_FFI_CallFrame *frame)
{
  const long depth = (frame->args.size - 5) / 2;
  if (frame->args.size != 5 + 2 * depth || frame->rets.size != 1)
    return wrong_arguments(frame, "nnjax_stack_predict takes x, codes, constants and two arrays a layer");
  const Stack stack = stack_of(frame, 3, 2, depth, result(frame, 0));
  float *scratch = scratch_of_carry(&stack, block_rows(stack.rows));
  if (!scratch)
    return out_of_memory(frame);
  for (long run = 0; run < stack.runs; run++) {
    const Matrix x = matrix_of_run(argument(frame, 0), run), logits = matrix_of_run(result(frame, 0), run);
    for (long i = 0; i < x.rows; i += BLOCK_ROWS) {
      const long rows = block_rows(x.rows - i);
      carry(&stack, run, rows_of(x, i, rows), rows_of(logits, i, rows), (Description){0}, scratch);
    }
  }
  free(scratch);
  return NULL;
}

EXPORTED XLA_FFI_Error *nnjax_stack_forward(XLA_FFI_CallFrame *frame) { return answer(frame, stack_forward); }

EXPORTED XLA_FFI_Error *nnjax_stack_backward(XLA_FFI_CallFrame *frame) { return answer(frame, stack_backward); }

EXPORTED XLA_FFI_Error *nnjax_stack_evaluate(XLA_FFI_CallFrame *frame) { return answer(frame, stack_evaluate); }

EXPORTED XLA_FFI_Error *nnjax_stack_predict(XLA_FFI_CallFrame *frame) { return answer(frame, stack_predict); }
