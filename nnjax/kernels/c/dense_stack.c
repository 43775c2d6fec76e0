/* A stack of dense layers with elementwise activations: forward, backward, evaluated, and its predictions.

   Layer l maps a[l-1] (a[-1] = x) to a[l] = f_l(z[l]), z[l] = a[l-1] W[l] + b[l]; the last layer has no f: its z are the
   logits. B rows, D features, L hidden layers, O outputs; f_l is given by a code, one a layer. */
#include <math.h>

#include "activations.h"
#include "calls.h"
#include "products.h"

/* So many rows go through a layer together: what they need stays in the first cache. */
enum { BLOCK_ROWS = 16 * TILE_ROWS };

/* Where a handler finds what; all of it is the same for every run. */
typedef struct {
  const XLA_FFI_CallFrame *frame;
  long first_layer, arrays_a_layer; /* where the weights of the first layer stand, and how far to the next ones */
  long depth;                       /* hidden layers */
  long runs, rows, widest;          /* the widest of features, layers and outputs */
} Stack;

/* One layer of one run. Where the units are no multiple of LANES, a copy that is filled up. */
typedef struct {
  Matrix weights;
  const float *bias;
} Layer;

/* A layer's activation, and where its results go: NULL where nobody wants them. */
typedef struct {
  ActivationCode code;
  ActivationConstants constants;
  Matrix values;
  float *slopes;         /* as `values` */
  float *largest_slopes; /* one a unit */
} Activation;

static Stack stack_of(const XLA_FFI_CallFrame *frame, long first_layer, long arrays_a_layer, long depth,
                      const XLA_FFI_Buffer *logits)
{
  Stack stack = {frame, first_layer, arrays_a_layer, depth, run_count(logits, 2), logits->dims[logits->rank - 2], 0};
  for (long layer = 0; layer <= depth; layer++) {
    const Matrix weights = matrix_of_run(argument(frame, first_layer + layer * arrays_a_layer), 0);
    if (weights.rows > stack.widest)
      stack.widest = weights.rows;
    if (weights.columns > stack.widest)
      stack.widest = weights.columns;
  }
  return stack;
}

INLINE Matrix weights_of(const Stack *stack, long layer, long run)
{
  return matrix_of_run(argument(stack->frame, stack->first_layer + layer * stack->arrays_a_layer), run);
}

/* The layer as `product` takes it; `scratch` holds padded(N) (K + 1) numbers. */
static Layer layer_of(const Stack *stack, long layer, long run, float *scratch)
{
  const Matrix weights = weights_of(stack, layer, run);
  float *bias = vector_of_run(argument(stack->frame, stack->first_layer + layer * stack->arrays_a_layer + 1), run);
  const long stride = padded(weights.columns);
  if (stride == weights.columns || (layer == stack->depth && weights.columns == 1))
    return (Layer){weights, bias};
  const Matrix copy = matrix(scratch, weights.rows, weights.columns, stride);
  float *bias_copy = scratch + weights.rows * stride;
  filled_up(weights, copy);
  filled_up(matrix(bias, 1, weights.columns, weights.columns), matrix(bias_copy, 1, weights.columns, stride));
  return (Layer){copy, bias_copy};
}

static long layer_scratch(const Stack *stack) { return padded(stack->widest) * (stack->widest + 1); }

/* The n units from `column` of all rows: values = f(z), slopes = f'(z), and the largest slope of each unit so far. */
INLINE void activate_units(const ActivationCode code, Matrix z, Activation to, long column, const long n)
{
  const float *from = z.data + column;
  float *values = to.values.data + column, *slopes = to.slopes + column, *largest = to.largest_slopes + column;
  Vector largest_slope = to.largest_slopes ? load_first(largest, n) : (Vector){0};
  Mask is_undefined = {0};
  for (long i = 0; i < z.rows; i++, from += z.stride, values += to.values.stride, slopes += to.values.stride) {
    const Activated unit = activate(code, load(from), to.constants);
    store_first(values, unit.value, n);
    if (to.slopes)
      store_first(slopes, unit.slope, n);
    if (to.largest_slopes)
      largest_slope = larger(unit.slope, largest_slope);
    is_undefined |= unit.slope != unit.slope;
  }
  if (to.largest_slopes)
    store_first(largest, choose(is_undefined, splat(NAN), largest_slope), n);
}

/* All units; z's rows are filled up, the results not. */
INLINE void activate_as(const ActivationCode code, Matrix z, Activation to)
{
  long j = 0;
  for (; j + LANES <= z.columns; j += LANES)
    activate_units(code, z, to, j, LANES);
  if (j < z.columns)
    activate_units(code, z, to, j, z.columns - j);
}

NOT_INLINE void activate_rows(Matrix z, Activation to)
{
  switch (to.code) {
  case BINARY_STEP: activate_as(BINARY_STEP, z, to); break;
  case LOGISTIC: activate_as(LOGISTIC, z, to); break;
  case TANH: activate_as(TANH, z, to); break;
  case ARCTAN: activate_as(ARCTAN, z, to); break;
  case RELU: activate_as(RELU, z, to); break;
  case LEAKY_RELU: activate_as(LEAKY_RELU, z, to); break;
  case ELU: activate_as(ELU, z, to); break;
  case SOFTPLUS: activate_as(SOFTPLUS, z, to); break;
  case GELU: activate_as(GELU, z, to); break;
  case SILU: activate_as(SILU, z, to); break;
  case SELU: activate_as(SELU, z, to); break;
  case MISH: activate_as(MISH, z, to); break;
  case HARD_TANH: activate_as(HARD_TANH, z, to); break;
  default: activate_as(IDENTITY, z, to); break;
  }
}

/* Hidden layer: values[B, N] = f(x[B, K] W + b) with slopes and largest slopes; `scratch` holds BLOCK_ROWS padded(N). */
static void hidden_layer(Matrix x, Layer layer, Activation to, float *scratch)
{
  const long N = layer.weights.columns;
  for (long j = 0; to.largest_slopes && j < N; j++)
    to.largest_slopes[j] = -INFINITY;
  for (long i = 0; i < x.rows; i += BLOCK_ROWS) {
    const long rows = x.rows - i < BLOCK_ROWS ? x.rows - i : BLOCK_ROWS;
    const Matrix z = matrix(scratch, rows, N, padded(N));
    Activation block = to;
    block.values = rows_of(to.values, i, rows);
    block.slopes = to.slopes ? to.slopes + i * to.values.stride : NULL;
    product(rows_of(x, i, rows), layer.weights, layer.bias, z);
    activate_rows(z, block);
  }
}

/* Output layer: logits[B, O] = a[B, K] W + b; `scratch` holds BLOCK_ROWS padded(O). */
static void output_layer(Matrix a, Layer layer, Matrix logits, float *scratch)
{
  const Activation to = {.code = IDENTITY, .values = logits};
  if (logits.columns == 1 && layer.weights.stride == 1)
    product_with_vector(a, layer.weights.data, layer.bias[0], logits.data);
  else
    hidden_layer(a, layer, to, scratch);
}

INLINE ActivationConstants constants_of(const XLA_FFI_CallFrame *frame, long run)
{
  const float *numbers = vector_of_run(argument(frame, 2), run);
  return (ActivationConstants){numbers[0], numbers[1]};
}

/* x[R|1, B, D], codes[R|1, L], constants[R|1, 2], then W[R|1, K, N], b[R|1, N] a layer
   -> logits[R, B, O], then activations[R, B, N], slopes[R, B, N], largest_slopes[R, N] a hidden layer. */
static XLA_FFI_Error *stack_forward(const XLA_FFI_CallFrame *frame)
{
  const long depth = (frame->args.size - 5) / 2;
  if (frame->args.size != 5 + 2 * depth || frame->rets.size != 1 + 3 * depth)
    return wrong_arguments(frame, "nnjax_stack_forward takes x, codes, constants and two arrays a layer");
  const Stack stack = stack_of(frame, 3, 2, depth, result(frame, 0));
  float *scratch = allocate(layer_scratch(&stack) + BLOCK_ROWS * padded(stack.widest));
  if (!scratch)
    return out_of_memory(frame);
  float *block = scratch + layer_scratch(&stack);
  for (long run = 0; run < stack.runs; run++) {
    const int32_t *codes = of_run(argument(frame, 1), 1, run);
    Matrix x = matrix_of_run(argument(frame, 0), run);
    for (long layer = 0; layer < depth; layer++) {
      const Activation to = {
          .code = (ActivationCode)codes[layer],
          .constants = constants_of(frame, run),
          .values = matrix_of_run(result(frame, 1 + 3 * layer), run),
          .slopes = matrix_of_run(result(frame, 2 + 3 * layer), run).data,
          .largest_slopes = vector_of_run(result(frame, 3 + 3 * layer), run),
      };
      hidden_layer(x, layer_of(&stack, layer, run, scratch), to, block);
      x = to.values;
    }
    output_layer(x, layer_of(&stack, depth, run, scratch), matrix_of_run(result(frame, 0), run), block);
  }
  free(scratch);
  return NULL;
}

/* Adds the columns of delta[B, N] to sums[N]; delta's rows are filled up. */
static void add_columns(Matrix delta, float *sums)
{
  for (long j = 0; j < delta.columns; j += LANES) {
    Vector sum = load_first(sums + j, delta.columns - j);
    for (long i = 0; i < delta.rows; i++)
      sum += load(row_of(delta, i) + j);
    store_first(sums + j, sum, delta.columns - j);
  }
}

/* n columns of delta[B, N] times those of slopes[B, N], in place, with zeros in what fills up the rows; they are added
   to sums[n], and their squares returned. */
INLINE Vector through_units(Matrix delta, Matrix slopes, float *sums, long column, const long n)
{
  float *to = delta.data + column;
  const float *slope = slopes.data + column;
  Vector squares = {0}, sum = load_first(sums + column, n);
  for (long i = 0; i < delta.rows; i++, to += delta.stride, slope += slopes.stride) {
    const Vector d = keep_first(load(to), n) * load_first(slope, n);
    store(to, d);
    sum += d;
    squares += d * d;
  }
  store_first(sums + column, sum, n);
  return squares;
}

/* delta[B, N] times slopes[B, N], in place; its columns are added to sums[N], and the sum of its squares returned. */
static float through_slopes(Matrix delta, Matrix slopes, float *sums)
{
  Vector squares = {0};
  long j = 0;
  for (; j + LANES <= delta.columns; j += LANES)
    squares += through_units(delta, slopes, sums, j, LANES);
  if (j < delta.columns)
    squares += through_units(delta, slopes, sums, j, delta.columns - j);
  return sum_of(squares);
}

/* Scratch of the backward pass. */
typedef struct {
  float *transposed_weights; /* of all layers but the first, one after the other */
  float *delta, *next_delta; /* BLOCK_ROWS rows */
} BackwardScratch;

/* The results of one run. */
typedef struct {
  float *weight_squares, *preactivation_squares;
} SquareSums;

/* x, or the activations that enter a layer. */
INLINE Matrix input_of(const Stack *stack, long layer, long run)
{
  return matrix_of_run(argument(stack->frame, layer ? 2 + 3 * (layer - 1) + 1 : 0), run);
}

/* gW of one layer by the rows from `first`, added to that by the rows before: a[l-1]' delta. */
static float layer_gradient(const Stack *stack, long layer, long run, long first, Matrix delta)
{
  const Matrix weights = matrix_of_run(result(stack->frame, 2 * layer), run);
  const Matrix input = rows_of(input_of(stack, layer, run), first, delta.rows);
  if (weights.columns == 1 && weights.rows % LANES == 0) /* then gW' is a row of vectors, too */
    return weight_gradient(matrix(delta.data, delta.rows, 1, delta.stride), input,
                           matrix(weights.data, 1, weights.rows, weights.rows), first > 0);
  return weight_gradient(input, delta, weights, first > 0);
}

/* gb of one layer, zero before the first rows. */
INLINE float *bias_gradient(const Stack *stack, long layer, long run, long first)
{
  const XLA_FFI_Buffer *bias = result(stack->frame, 2 * layer + 1);
  float *sums = vector_of_run(bias, run);
  if (first == 0)
    memset(sums, 0, (size_t)last_extent(bias) * sizeof(float));
  return sums;
}

/* All layers' gradients by the rows from `first`: delta[l-1] = (delta[l] W[l]') f'(z[l-1]). */
static void backward_rows(const Stack *stack, long run, long first, long rows, BackwardScratch scratch, SquareSums sums)
{
  const Matrix logits = rows_of(matrix_of_run(argument(stack->frame, 1), run), first, rows);
  Matrix delta = matrix(scratch.delta, rows, logits.columns, padded(logits.columns));
  filled_up(logits, delta);
  add_columns(delta, bias_gradient(stack, stack->depth, run, first));
  sums.weight_squares[stack->depth] = layer_gradient(stack, stack->depth, run, first, delta);
  float *transposed_weights = scratch.transposed_weights;
  for (long layer = stack->depth; layer > 0; layer--) {
    const Matrix slopes = rows_of(matrix_of_run(argument(stack->frame, 2 + 3 * (layer - 1) + 2), run), first, rows);
    const Matrix backwards = matrix(transposed_weights, delta.columns, slopes.columns, padded(slopes.columns));
    const Matrix before = matrix(scratch.next_delta, rows, slopes.columns, padded(slopes.columns));
    if (stack->rows <= LANES)
      product_of_few_rows(delta, weights_of(stack, layer, run), scratch.transposed_weights, before);
    else
      product(delta, backwards, NULL, before);
    sums.preactivation_squares[layer - 1] +=
        through_slopes(before, slopes, bias_gradient(stack, layer - 1, run, first));
    sums.weight_squares[layer - 1] = layer_gradient(stack, layer - 1, run, first, before);
    scratch.next_delta = delta.data;
    delta = before;
    transposed_weights += backwards.rows * backwards.stride;
  }
}

/* W' of all layers but the first, the last one first, as `backward_rows` wants them. */
static void transpose_weights(const Stack *stack, long run, float *to)
{
  for (long layer = stack->depth; layer > 0; layer--) {
    const Matrix weights = weights_of(stack, layer, run);
    const Matrix turned = matrix(to, weights.columns, weights.rows, padded(weights.rows));
    transposed(weights, turned);
    to += turned.rows * turned.stride;
  }
}

/* x[R|1, B, D], dlogits[R, B, O], then W, activations, slopes a hidden layer, and W of the output layer
   -> gW[R, K, N], gb[R, N] a layer, weight_squares[R, L + 1], preactivation_squares[R, L]. */
static XLA_FFI_Error *stack_backward(const XLA_FFI_CallFrame *frame)
{
  const long depth = (frame->args.size - 3) / 3;
  if (frame->args.size != 3 + 3 * depth || frame->rets.size != 2 * depth + 4)
    return wrong_arguments(frame, "nnjax_stack_backward takes x, dlogits, three arrays a hidden layer and weights");
  const Stack stack = stack_of(frame, 2, 3, depth, argument(frame, 1));
  const long width = padded(stack.widest), block = BLOCK_ROWS * width;
  float *scratch = allocate(2 * block + (depth + 1) * width * width);
  if (!scratch)
    return out_of_memory(frame);
  const BackwardScratch of_call = {scratch + 2 * block, scratch, scratch + block};
  for (long run = 0; run < stack.runs; run++) {
    const SquareSums sums = {vector_of_run(result(frame, 2 * depth + 2), run),
                             vector_of_run(result(frame, 2 * depth + 3), run)};
    memset(sums.preactivation_squares, 0, (size_t)depth * sizeof(float));
    if (stack.rows > LANES)
      transpose_weights(&stack, run, of_call.transposed_weights);
    for (long i = 0; i < stack.rows; i += BLOCK_ROWS)
      backward_rows(&stack, run, i, stack.rows - i < BLOCK_ROWS ? stack.rows - i : BLOCK_ROWS, of_call, sums);
  }
  free(scratch);
  return NULL;
}

/* The units' mean and standard deviation over rows and units, and the share of slopes at most `limit`; a row weighs
   weights[B]. */
static void describe_units(Matrix values, const float *slopes, const float *weights, float limit, float units[3])
{
  Vector sum = {0}, saturated = {0}, squares = {0};
  const long N = values.columns;
  for (long i = 0; i < values.rows; i++)
    for (long j = 0; j < N; j += LANES) {
      const Vector slope = load_first(slopes + i * values.stride + j, N - j);
      sum += weights[i] * load_first(row_of(values, i) + j, N - j);
      saturated += weights[i] * keep_first(keep(slope <= limit, splat(1)), N - j);
    }
  const float mean = sum_of(sum) / N;
  for (long i = 0; i < values.rows; i++)
    for (long j = 0; j < N; j += LANES) {
      const Vector off = keep_first(load_first(row_of(values, i) + j, N - j) - mean, N - j);
      squares += weights[i] * (off * off);
    }
  units[0] = mean;
  units[1] = sqrtf(sum_of(squares) / N);
  units[2] = sum_of(saturated) / N;
}

/* x, codes, constants, row_weights[R|1, B], slope_limits[R|1, L], then W, b a layer
   -> logits[R, B, O], units[R, 3, L]: means, standard deviations, shares of saturated slopes. */
static XLA_FFI_Error *stack_evaluate(const XLA_FFI_CallFrame *frame)
{
  const long depth = (frame->args.size - 7) / 2;
  if (frame->args.size != 7 + 2 * depth || frame->rets.size != 2)
    return wrong_arguments(frame, "nnjax_stack_evaluate takes x, codes, constants, weights, limits and two a layer");
  const Stack stack = stack_of(frame, 5, 2, depth, result(frame, 0));
  const long width = padded(stack.widest), plane = stack.rows * width;
  float *scratch = allocate(layer_scratch(&stack) + BLOCK_ROWS * width + 3 * plane);
  if (!scratch)
    return out_of_memory(frame);
  float *block = scratch + layer_scratch(&stack), *planes = block + BLOCK_ROWS * width;
  for (long run = 0; run < stack.runs; run++) {
    const int32_t *codes = of_run(argument(frame, 1), 1, run);
    const float *row_weights = vector_of_run(argument(frame, 3), run);
    const float *limits = vector_of_run(argument(frame, 4), run);
    float *units = of_run(result(frame, 1), 2, run);
    Matrix x = matrix_of_run(argument(frame, 0), run);
    for (long layer = 0; layer < depth; layer++) {
      const long N = weights_of(&stack, layer, run).columns;
      const Activation to = {
          .code = (ActivationCode)codes[layer],
          .constants = constants_of(frame, run),
          .values = matrix(planes + layer % 2 * plane, stack.rows, N, padded(N)),
          .slopes = planes + 2 * plane,
      };
      float of_layer[3];
      hidden_layer(x, layer_of(&stack, layer, run, scratch), to, block);
      describe_units(to.values, to.slopes, row_weights, limits[layer], of_layer);
      for (long i = 0; i < 3; i++)
        units[i * depth + layer] = of_layer[i];
      x = to.values;
    }
    output_layer(x, layer_of(&stack, depth, run, scratch), matrix_of_run(result(frame, 0), run), block);
  }
  free(scratch);
  return NULL;
}

/* x, codes, constants, then W, b a layer -> logits[R, B, O]. */
static XLA_FFI_Error *stack_predict(const XLA_FFI_CallFrame *frame)
{
  const long depth = (frame->args.size - 5) / 2;
  if (frame->args.size != 5 + 2 * depth || frame->rets.size != 1)
    return wrong_arguments(frame, "nnjax_stack_predict takes x, codes, constants and two arrays a layer");
  const Stack stack = stack_of(frame, 3, 2, depth, result(frame, 0));
  const long width = padded(stack.widest), plane = stack.rows * width;
  float *scratch = allocate(layer_scratch(&stack) + BLOCK_ROWS * width + 2 * plane);
  if (!scratch)
    return out_of_memory(frame);
  float *block = scratch + layer_scratch(&stack), *planes = block + BLOCK_ROWS * width;
  for (long run = 0; run < stack.runs; run++) {
    const int32_t *codes = of_run(argument(frame, 1), 1, run);
    Matrix x = matrix_of_run(argument(frame, 0), run);
    for (long layer = 0; layer < depth; layer++) {
      const long N = weights_of(&stack, layer, run).columns;
      const Activation to = {
          .code = (ActivationCode)codes[layer],
          .constants = constants_of(frame, run),
          .values = matrix(planes + layer % 2 * plane, stack.rows, N, padded(N)),
      };
      hidden_layer(x, layer_of(&stack, layer, run, scratch), to, block);
      x = to.values;
    }
    output_layer(x, layer_of(&stack, depth, run, scratch), matrix_of_run(result(frame, 0), run), block);
  }
  free(scratch);
  return NULL;
}

EXPORTED XLA_FFI_Error *nnjax_stack_forward(XLA_FFI_CallFrame *frame) { return answer(frame, stack_forward); }

EXPORTED XLA_FFI_Error *nnjax_stack_backward(XLA_FFI_CallFrame *frame) { return answer(frame, stack_backward); }

EXPORTED XLA_FFI_Error *nnjax_stack_evaluate(XLA_FFI_CallFrame *frame) { return answer(frame, stack_evaluate); }

EXPORTED XLA_FFI_Error *nnjax_stack_predict(XLA_FFI_CallFrame *frame) { return answer(frame, stack_predict); }
