/* One dense layer of one run, on matrices: forward with its activation, backward through its slopes, described. */
#ifndef NNJAX_LAYERS_H
#define NNJAX_LAYERS_H

#include <math.h>

#include "activated_rows.h"
#include "activations.h"
#include "products.h"

/* So many rows go through a layer together: what they need stays in the caches next to the core. */
enum { BLOCK_ROWS = 16 * TILE_ROWS };

INLINE long block_rows(long rows_left) { return rows_left < BLOCK_ROWS ? rows_left : BLOCK_ROWS; }

/* weights[K, N] and bias[N], filled up as `product` wants them. */
typedef struct {
  Matrix weights;
  const float *bias;
} Layer;

/* Hidden layer: values[B, N] = f(x[B, K] W + b) with slopes and largest slopes; `scratch` holds a block's z, filled up. */
INLINE void hidden_layer(Matrix x, Layer layer, Activation to, float *scratch)
{
  const long N = layer.weights.columns;
  for (long j = 0; to.largest_slopes && j < N; j++)
    to.largest_slopes[j] = -INFINITY;
  for (long i = 0; i < x.rows; i += BLOCK_ROWS) {
    const long rows = block_rows(x.rows - i);
    const Matrix z = matrix(scratch, rows, N, padded(N));
    Activation block = to;
    block.values = rows_of(to.values, i, rows);
    block.slopes = to.slopes ? to.slopes + i * to.values.stride : NULL;
    const Matrix from = rows_of(x, i, rows);
    product(&from, &layer.weights, layer.bias, &z);
    activate_rows(&z, &block);
  }
}

/* Output layer: logits[B, O] = a[B, K] W + b, the weights of a single output as they are; `scratch` as above. */
INLINE void output_layer(Matrix a, Layer layer, Matrix logits, float *scratch)
{
  const Activation to = {.code = IDENTITY, .values = logits};
  if (logits.columns == 1)
    product_with_vector(a, layer.weights.data, layer.bias[0], logits.data);
  else
    hidden_layer(a, layer, to, scratch);
}

/* Adds the columns of delta[B, N] to sums[N]; delta's rows are filled up. */
static void add_columns(Matrix delta, float *sums)
{
  for (long j = 0; j < delta.columns; j += LANES) {
    Vector sum = {0};
    for (long i = 0; i < delta.rows; i++)
      sum += load(row_of(delta, i) + j);
    store_first(sums + j, load_first(sums + j, delta.columns - j) + sum, delta.columns - j);
  }
}

/* What tells a layer's slopes: its activations[B, N] where the slopes follow from them, else the slopes themselves. */
typedef struct {
  Matrix from;
  ActivationCode code; /* ACTIVATION_COUNT where they are the slopes */
  ActivationConstants constants;
} Slopes;

/* n columns of delta[B, N] times the slopes, in place, with zeros in what fills up the rows; they are added to sums[n],
   and their squares returned. */
INLINE Vector through_units(const ActivationCode code, Matrix delta, Slopes slopes, float *sums, long column, const long n)
{
  float *to = delta.data + column;
  const float *from = slopes.from.data + column;
  Vector squares = {0}, sum = {0};
  for (long i = 0; i < delta.rows; i++, to += delta.stride, from += slopes.from.stride) {
    const Vector known = load_first(from, n);
    const Vector slope = code == ACTIVATION_COUNT ? known : slope_from(code, known, slopes.constants);
    const Vector d = keep_first(load(to) * slope, n);
    store(to, d);
    sum += d;
    squares = multiply_add(d, d, squares);
  }
  store_first(sums + column, load_first(sums + column, n) + sum, n);
  return squares;
}

INLINE float through_layer(const ActivationCode code, Matrix delta, Slopes slopes, float *sums)
{
  Vector squares = {0};
  long j = 0;
  for (; j + LANES <= delta.columns; j += LANES)
    squares += through_units(code, delta, slopes, sums, j, LANES);
  if (j < delta.columns)
    squares += through_units(code, delta, slopes, sums, j, delta.columns - j);
  return sum_of(squares);
}

/* delta[B, N] times slopes[B, N], in place; its columns are added to sums[N], and the sum of its squares returned. */
NOT_INLINE float through_slopes(const Matrix *delta, const Slopes *slopes, float *sums)
{
  switch (slopes->code) {
  case IDENTITY: return through_layer(IDENTITY, *delta, *slopes, sums);
  case BINARY_STEP: return through_layer(BINARY_STEP, *delta, *slopes, sums);
  case LOGISTIC: return through_layer(LOGISTIC, *delta, *slopes, sums);
  case TANH: return through_layer(TANH, *delta, *slopes, sums);
  case RELU: return through_layer(RELU, *delta, *slopes, sums);
  case LEAKY_RELU: return through_layer(LEAKY_RELU, *delta, *slopes, sums);
  case HARD_TANH: return through_layer(HARD_TANH, *delta, *slopes, sums);
  default: return through_layer(ACTIVATION_COUNT, *delta, *slopes, sums);
  }
}

/* A row's N units, lane by lane: their sum; how many have a slope of at most `limit`; the sum of their squared distances
   from `mean`. */
INLINE Vector unit_sum(const float *row, long N)
{
  Vector sum = {0};
  for (long j = 0; j < N; j += LANES)
    sum += load_first(row + j, N - j);
  return sum;
}

INLINE Vector saturated_units(const float *slopes, float limit, long N)
{
  Vector count = {0};
  for (long j = 0; j < N; j += LANES)
    count += keep_first(keep(load_first(slopes + j, N - j) <= limit, splat(1)), N - j);
  return count;
}

INLINE Vector squared_distances(const float *row, float mean, long N)
{
  Vector sum = {0};
  for (long j = 0; j < N; j += LANES) {
    const Vector off = keep_first(load_first(row + j, N - j) - mean, N - j);
    sum = multiply_add(off, off, sum);
  }
  return sum;
}

/* The units' mean and standard deviation over rows and units, and the share of slopes at most `limit`, `apart` numbers
   from each other; a row weighs weights[B].

   Rows are added up block by block: in one long chain, equal shares of equal rows would all be rounded the same way. */
NOT_INLINE void describe_units(Matrix values, const float *slopes, const float *weights, float limit, float *units,
                               long apart)
{
  Vector sum = {0}, saturated = {0}, squares = {0};
  const long N = values.columns;
  for (long first = 0; first < values.rows; first += BLOCK_ROWS) {
    Vector block_sum = {0}, block_saturated = {0};
    for (long i = first; i < first + block_rows(values.rows - first); i++) {
      const Vector weight = splat(weights[i]);
      block_sum = multiply_add(weight, unit_sum(row_of(values, i), N), block_sum);
      block_saturated =
          multiply_add(weight, saturated_units(slopes + i * values.stride, limit, N), block_saturated);
    }
    sum += block_sum;
    saturated += block_saturated;
  }
  const float mean = sum_of(sum) / N;
  for (long first = 0; first < values.rows; first += BLOCK_ROWS) {
    Vector block = {0};
    for (long i = first; i < first + block_rows(values.rows - first); i++)
      block = multiply_add(splat(weights[i]), squared_distances(row_of(values, i), mean, N), block);
    squares += block;
  }
  units[0] = mean;
  units[apart] = sqrtf(sum_of(squares) / N);
  units[2 * apart] = sum_of(saturated) / N;
}

#endif
