/* A stack of dense layers with elementwise activations: forward, backward, evaluated, and its predictions.

   Layer l maps a[l-1] (a[-1] = x) to a[l] = f_l(z[l]), z[l] = a[l-1] W[l] + b[l]; the last layer has no f: its z are the
   logits. B rows, D features, L hidden layers, N units, O outputs, R runs; f_l is given by a code, one a layer. */
#include "calls.h"
#include "eight_rows.h"
#include "few_rows.h"
#include "layers.h"

/* The arrays of one layer, those that its handler has. */
typedef struct {
  Operand weights, bias;
  Operand values, slopes, largest_slopes; /* of a hidden layer */
  Operand weight_gradient, bias_gradient;
} LayerOperands;

/* Where a handler finds what, and how much scratch it needs; the same for every run, and so found once a call. */
typedef struct {
  Operand x, codes, constants, logits; /* on the way back the gradient by the logits */
  LayerOperands *layers;               /* depth + 1 of them; NULL where there was no memory */
  long depth, runs, rows;
  long width;      /* the widest layer, filled up */
  long filled;     /* numbers of a layer that must be filled up */
  long transposed; /* numbers of all layers' weights but the first one's, transposed */
} Stack;

INLINE long most(long a, long b) { return a > b ? a : b; }

/* The weights of the first layer stand at `first_layer`, those of the next ones so many arrays further. */
static Stack stack_of(const XLA_FFI_CallFrame *frame, long first_layer, long arrays_a_layer, long depth,
                      const XLA_FFI_Buffer *logits)
{
  Stack stack = {
      .x = operand(argument(frame, 0), 2),
      .codes = operand(argument(frame, 1), 1),
      .constants = operand(argument(frame, 2), 1),
      .logits = operand(logits, 2),
      .layers = (LayerOperands *)allocate((depth + 1) * (long)(sizeof(LayerOperands) / sizeof(float))),
      .depth = depth,
      .runs = run_count(logits, 2),
  };
  stack.rows = stack.logits.rows;
  for (long layer = 0; stack.layers && layer <= depth; layer++) {
    const Operand weights = operand(argument(frame, first_layer + layer * arrays_a_layer), 2);
    const long width = padded(weights.columns);
    stack.layers[layer].weights = weights;
    stack.width = most(stack.width, width);
    stack.filled = most(stack.filled, width == weights.columns ? 0 : width * (weights.rows + 1));
    stack.transposed += layer ? weights.columns * padded(weights.rows) : 0;
  }
  return stack;
}

/* The same where a layer's bias follows its weights. */
static Stack stack_with_biases(const XLA_FFI_CallFrame *frame, long first_layer, long depth)
{
  const Stack stack = stack_of(frame, first_layer, 2, depth, result(frame, 0));
  for (long layer = 0; stack.layers && layer <= depth; layer++)
    stack.layers[layer].bias = operand(argument(frame, first_layer + 2 * layer + 1), 1);
  return stack;
}

/* Scratch of so many numbers; NULL where there is none, or was none for the layers. */
INLINE float *scratch_of(const Stack *stack, long numbers) { return stack->layers ? allocate(numbers) : NULL; }

/* What a handler ends with: it has gone well if there was scratch. */
INLINE XLA_FFI_Error *done(const XLA_FFI_CallFrame *frame, Stack stack, float *scratch)
{
  XLA_FFI_Error *error = scratch ? NULL : out_of_memory(frame);
  free(scratch);
  free(stack.layers);
  return error;
}

/* A layer, in scratch where it must be filled up; of a single output there is no need. */
INLINE Layer layer_of(const Stack *stack, long layer, long run, float *scratch)
{
  const Matrix weights = matrix_of_run(stack->layers[layer].weights, run);
  float *bias = of_run(stack->layers[layer].bias, run);
  const long stride = padded(weights.columns);
  if (stride == weights.columns || (layer == stack->depth && weights.columns == 1))
    return (Layer){weights, bias};
  const Matrix copy = matrix(scratch, weights.rows, weights.columns, stride);
  const Matrix bias_copy = matrix(scratch + weights.rows * stride, 1, weights.columns, stride);
  filled_up(weights, copy);
  filled_up(matrix(bias, 1, weights.columns, weights.columns), bias_copy);
  return (Layer){copy, bias_copy.data};
}

/* Whether a run has ended: nothing is read or written of it. */
INLINE bool rests(const Stack *stack, long run) { return *(const int32_t *)of_run(stack->codes, run) == RESTING; }

/* The activation function of a hidden layer, whose results go nowhere yet. */
INLINE Activation activation_of(const Stack *stack, long layer, long run)
{
  const int32_t *codes = of_run(stack->codes, run);
  const float *constants = of_run(stack->constants, run);
  return (Activation){.code = (ActivationCode)codes[layer], .constants = {constants[0], constants[1]}};
}

/* One run's rows through all layers; `block` is scratch for a block's z, and for a layer that is filled up. */
static void forward_run(const Stack *stack, long run, float *block)
{
  float *filled = block + block_rows(stack->rows) * stack->width;
  Matrix x = matrix_of_run(stack->x, run);
  for (long layer = 0; layer < stack->depth; layer++) {
    const LayerOperands *operands = &stack->layers[layer];
    Activation to = activation_of(stack, layer, run);
    to.values = matrix_of_run(operands->values, run);
    to.largest_slopes = of_run(operands->largest_slopes, run);
    if (!slope_follows(to.code, to.constants))
      to.slopes = of_run(operands->slopes, run);
    hidden_layer(x, layer_of(stack, layer, run, filled), to, block);
    x = to.values;
  }
  output_layer(x, layer_of(stack, stack->depth, run, filled), matrix_of_run(stack->logits, run), block);
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
  const Stack stack = stack_with_biases(frame, 3, depth);
  for (long layer = 0; stack.layers && layer < depth; layer++) {
    stack.layers[layer].values = operand(result(frame, 1 + 3 * layer), 2);
    stack.layers[layer].slopes = operand(result(frame, 2 + 3 * layer), 2);
    stack.layers[layer].largest_slopes = operand(result(frame, 3 + 3 * layer), 1);
  }
  float *block = scratch_of(&stack, block_rows(stack.rows) * stack.width + stack.filled);
  for (long run = 0; block && run < stack.runs; run++)
    if (!rests(&stack, run))
      forward_run(&stack, run, block);
  return done(frame, stack, block);
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
  const LayerOperands *operands = &way.stack->layers[layer];
  const Matrix from = matrix_of_run(follow ? operands->values : operands->slopes, way.run);
  const ActivationCode code = follow ? activation.code : ACTIVATION_COUNT;
  return (Slopes){rows_of(from, way.first, way.rows), code, activation.constants};
}

/* gW of one layer, added to that by the rows before: a[l-1]' delta[l]; the sum of its squares. */
INLINE float layer_gradient(Way way, long layer, Matrix delta)
{
  const Stack *stack = way.stack;
  const Matrix weights = matrix_of_run(stack->layers[layer].weight_gradient, way.run);
  const Matrix all = matrix_of_run(layer ? stack->layers[layer - 1].values : stack->x, way.run);
  const Matrix input = rows_of(all, way.first, way.rows);
  if (weights.columns > 1 || weights.rows % LANES)
    return weight_gradient(input, delta, weights, way.first > 0);
  /* Of one column the transpose is a row of vectors, too. */
  const Matrix column = matrix(delta.data, delta.rows, 1, delta.stride);
  const Matrix row = matrix(weights.data, 1, weights.rows, weights.rows);
  return weight_gradient(column, input, row, way.first > 0);
}

/* gb of one layer, zero before the first rows. */
INLINE float *bias_gradient(Way way, long layer)
{
  const Operand gradient = way.stack->layers[layer].bias_gradient;
  float *sums = of_run(gradient, way.run);
  for (long j = 0; way.first == 0 && j < gradient.columns; j++)
    sums[j] = 0;
  return sums;
}

/* All layers' gradients, from the last to the first: delta[l-1] = (delta[l] W[l]') f'(z[l-1]); `scratch` holds a block
   of delta[l] and one of delta[l-1]. */
static void backward_rows(Way way, float *scratch[2], float *weight_squares, float *preactivation_squares)
{
  const Stack *stack = way.stack;
  const Matrix logits = rows_of(matrix_of_run(stack->logits, way.run), way.first, way.rows);
  Matrix delta = matrix(scratch[0], way.rows, logits.columns, padded(logits.columns));
  filled_up(logits, delta);
  add_columns(delta, bias_gradient(way, stack->depth));
  weight_squares[stack->depth] = layer_gradient(way, stack->depth, delta);
  for (long layer = stack->depth; layer > 0; layer--) {
    const Matrix weights = matrix_of_run(stack->layers[layer].weights, way.run);
    const long N = weights.rows, width = padded(N);
    const Matrix turned = matrix(way.transposed, weights.columns, N, width);
    const Matrix before = matrix(scratch[(stack->depth - layer + 1) % 2], way.rows, N, width);
    if (stack->rows <= EIGHT_ROWS)
      product_of_eight_rows(&delta, &weights, way.transposed, &before);
    else if (stack->rows <= LANES)
      product_of_few_rows(&delta, &weights, way.transposed, &before);
    else
      product(&delta, &turned, NULL, &before);
    way.transposed += stack->rows <= LANES ? 0 : weights.columns * width;
    const Slopes slopes = slopes_of(way, layer - 1);
    preactivation_squares[layer - 1] += through_slopes(&before, &slopes, bias_gradient(way, layer - 1));
    weight_squares[layer - 1] = layer_gradient(way, layer - 1, before);
    delta = before;
  }
}

/* W' of all layers but the first, the last one first. */
static void transpose_weights(const Stack *stack, long run, float *to)
{
  for (long layer = stack->depth; layer > 0; layer--) {
    const Matrix weights = matrix_of_run(stack->layers[layer].weights, run);
    const long width = padded(weights.rows);
    transposed(weights, matrix(to, weights.columns, weights.rows, width));
    to += weights.columns * width;
  }
}

/* All rows of one run, a block after the other; `scratch` holds two blocks, then the transposed weights. */
static void backward_run(const Stack *stack, long run, float *scratch, long block, float *weight_squares,
                         float *preactivation_squares)
{
  float *transposed = scratch + 2 * block;
  for (long layer = 0; layer < stack->depth; layer++)
    preactivation_squares[layer] = 0;
  if (stack->rows > LANES)
    transpose_weights(stack, run, transposed);
  for (long i = 0; i < stack->rows; i += BLOCK_ROWS) {
    const Way way = {stack, run, i, block_rows(stack->rows - i), transposed};
    backward_rows(way, (float *[]){scratch, scratch + block}, weight_squares, preactivation_squares);
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
  for (long layer = 0; stack.layers && layer <= depth; layer++) {
    LayerOperands *operands = &stack.layers[layer];
    operands->weight_gradient = operand(result(frame, 2 * layer), 2);
    operands->bias_gradient = operand(result(frame, 2 * layer + 1), 1);
    if (layer < depth) {
      operands->values = operand(argument(frame, 5 + 3 * layer), 2);
      operands->slopes = operand(argument(frame, 6 + 3 * layer), 2);
    }
  }
  const Operand weight_squares = operand(result(frame, 2 * depth + 2), 1);
  const Operand preactivation_squares = operand(result(frame, 2 * depth + 3), 1);
  const long block = block_rows(stack.rows) * stack.width;
  float *scratch = scratch_of(&stack, 2 * block + stack.transposed);
  for (long run = 0; scratch && run < stack.runs; run++)
    if (!rests(&stack, run))
      backward_run(&stack, run, scratch, block, of_run(weight_squares, run), of_run(preactivation_squares, run));
  return done(frame, stack, scratch);
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
    const long N = stack->layers[layer].weights.columns;
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
  return scratch_of(stack, (block_rows(rows) + 3 * rows) * stack->width + stack->filled);
}

/* x, codes, constants, row_weights[R|1, B], slope_limits[R|1, L], then W, b a layer
   -> logits[R, B, O], units[R, 3, L]: means, standard deviations, shares of saturated slopes. */
static XLA_FFI_Error *stack_evaluate(const XLA_FFI_CallFrame *frame)
{
  const long depth = (frame->args.size - 7) / 2;
  if (frame->args.size != 7 + 2 * depth || frame->rets.size != 2)
    return wrong_arguments(frame, "nnjax_stack_evaluate takes x, codes, constants, weights, limits and two a layer");
  const Stack stack = stack_with_biases(frame, 5, depth);
  const Operand row_weights = operand(argument(frame, 3), 1), slope_limits = operand(argument(frame, 4), 1);
  const Operand units = operand(result(frame, 1), 2);
  float *scratch = scratch_of_carry(&stack, stack.rows);
  for (long run = 0; scratch && run < stack.runs; run++) {
    if (rests(&stack, run))
      continue;
    const Description description = {of_run(row_weights, run), of_run(slope_limits, run), of_run(units, run)};
    carry(&stack, run, matrix_of_run(stack.x, run), matrix_of_run(stack.logits, run), description, scratch);
  }
  return done(frame, stack, scratch);
}

/* x, codes, constants, then W, b a layer -> logits[R, B, O]; a block of rows at a time through all layers. */
static XLA_FFI_Error *stack_predict(const XLA_FFI_CallFrame *frame)
{
  const long depth = (frame->args.size - 5) / 2;
  if (frame->args.size != 5 + 2 * depth || frame->rets.size != 1)
    return wrong_arguments(frame, "nnjax_stack_predict takes x, codes, constants and two arrays a layer");
  const Stack stack = stack_with_biases(frame, 3, depth);
  float *scratch = scratch_of_carry(&stack, block_rows(stack.rows));
  for (long run = 0; scratch && run < stack.runs; run++) {
    if (rests(&stack, run))
      continue;
    const Matrix x = matrix_of_run(stack.x, run), logits = matrix_of_run(stack.logits, run);
    for (long i = 0; i < x.rows; i += BLOCK_ROWS) {
      const long rows = block_rows(x.rows - i);
      carry(&stack, run, rows_of(x, i, rows), rows_of(logits, i, rows), (Description){0}, scratch);
    }
  }
  return done(frame, stack, scratch);
}

EXPORTED XLA_FFI_Error *nnjax_stack_forward(XLA_FFI_CallFrame *frame) { return answer(frame, stack_forward); }

EXPORTED XLA_FFI_Error *nnjax_stack_backward(XLA_FFI_CallFrame *frame) { return answer(frame, stack_backward); }

EXPORTED XLA_FFI_Error *nnjax_stack_evaluate(XLA_FFI_CallFrame *frame) { return answer(frame, stack_evaluate); }

EXPORTED XLA_FFI_Error *nnjax_stack_predict(XLA_FFI_CallFrame *frame) { return answer(frame, stack_predict); }
