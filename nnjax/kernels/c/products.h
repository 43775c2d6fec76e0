/* The three products of a dense layer, by tiles of the result that stay in registers.

   Whole vectors of columns are computed; where a width is no multiple of LANES, the factor that lies in the vectors is a
   copy whose rows are filled up with zeros, and only real columns are written. */
#ifndef NNJAX_PRODUCTS_H
#define NNJAX_PRODUCTS_H

#include "matrix.h"

/* A tile's sums, its row of the one factor and a number of the other fit the registers: 32 with AVX-512 and NEON, 16
   with AVX2. */
#if LANES == 8
#define TILE_ROWS 6
#else
#define TILE_ROWS 8
#endif
#define TILE_VECTORS 2

/* n rows are cut into the fewest tiles, as even as can be: how many rows the next tile has. */
INLINE long next_tile(long rows_left)
{
  const long tiles = (rows_left + TILE_ROWS - 1) / TILE_ROWS;
  return (rows_left + tiles - 1) / tiles;
}

/* z[R, V vectors] = x[R, K] w[K, V vectors] + bias. */
INLINE void product_tile(const int R, const int V, Matrix x, Matrix w, const float *bias, Matrix z)
{
  Vector sums[TILE_ROWS][TILE_VECTORS];
  UNROLL for (int i = 0; i < R; i++)
    UNROLL for (int v = 0; v < V; v++)
      sums[i][v] = bias ? load(bias + v * LANES) : (Vector){0};
  for (long k = 0; k < x.columns; k++) {
    Vector columns[TILE_VECTORS];
    UNROLL for (int v = 0; v < V; v++)
      columns[v] = load(w.data + k * w.stride + v * LANES);
    UNROLL for (int i = 0; i < R; i++) {
      const Vector number = splat(x.data[i * x.stride + k]);
      UNROLL for (int v = 0; v < V; v++)
        sums[i][v] += number * columns[v];
    }
  }
  UNROLL for (int i = 0; i < R; i++)
    UNROLL for (int v = 0; v < V; v++)
      store(z.data + i * z.stride + v * LANES, sums[i][v]);
}

/* z[R, N] = x[R, K] w[K, N] + bias, N a multiple of LANES. */
INLINE void product_rows(const int R, Matrix x, Matrix w, const float *bias, Matrix z)
{
  const long N = padded(w.columns), step = TILE_VECTORS * LANES;
  for (long j = 0; j < N; j += step, w.data += step, z.data += step, bias = bias ? bias + step : bias)
    if (j + step <= N)
      product_tile(R, TILE_VECTORS, x, w, bias, z);
    else
      product_tile(R, 1, x, w, bias, z);
}

/* z[B, N] = x[B, K] w[K, N] + bias[N], or without bias where it is NULL.

   The rows of w and z and the bias are filled up to a multiple of LANES. */
NOT_INLINE void product(Matrix x, Matrix w, const float *bias, Matrix z)
{
  for (long i = 0, rows; i < x.rows; i += rows) {
    rows = next_tile(x.rows - i);
    const Matrix from = rows_of(x, i, rows), to = rows_of(z, i, rows);
    switch (rows) {
    case 1: product_rows(1, from, w, bias, to); break;
    case 2: product_rows(2, from, w, bias, to); break;
    case 3: product_rows(3, from, w, bias, to); break;
    case 4: product_rows(4, from, w, bias, to); break;
    case 5: product_rows(5, from, w, bias, to); break;
    case 6: product_rows(6, from, w, bias, to); break;
#if TILE_ROWS > 6
    case 7: product_rows(7, from, w, bias, to); break;
    case 8: product_rows(8, from, w, bias, to); break;
#endif
    }
  }
}

/* g[R, V vectors] = x[B, R]' d[B, V vectors], added to what is there if `add`; the squares of the result, lane by lane.

   Of the last vector only `last` columns are written and count. */
INLINE Vector gradient_tile(const int R, const int V, Matrix x, Matrix d, Matrix g, int add, long last)
{
  Vector sums[TILE_ROWS][TILE_VECTORS], squares = {0};
  UNROLL for (int i = 0; i < R; i++)
    UNROLL for (int v = 0; v < V; v++) {
      const float *from = g.data + i * g.stride + v * LANES;
      sums[i][v] = add ? load_first(from, v == V - 1 ? last : LANES) : (Vector){0};
    }
  for (long n = 0; n < x.rows; n++) {
    Vector row[TILE_VECTORS];
    UNROLL for (int v = 0; v < V; v++)
      row[v] = load(d.data + n * d.stride + v * LANES);
    UNROLL for (int i = 0; i < R; i++) {
      const Vector number = splat(x.data[n * x.stride + i]);
      UNROLL for (int v = 0; v < V; v++)
        sums[i][v] += number * row[v];
    }
  }
  UNROLL for (int i = 0; i < R; i++)
    UNROLL for (int v = 0; v < V; v++) {
      const long columns = v == V - 1 ? last : LANES;
      const Vector sum = keep_first(sums[i][v], columns);
      store_first(g.data + i * g.stride + v * LANES, sum, columns);
      squares += sum * sum;
    }
  return squares;
}

/* g[R, N] = x[B, R]' d[B, N], as in `weight_gradient`. */
INLINE Vector gradient_rows(const int R, Matrix x, Matrix d, Matrix g, int add)
{
  const long step = TILE_VECTORS * LANES;
  Vector squares = {0};
  for (long left = d.columns; left > 0; left -= step, d.data += step, g.data += step)
    if (left > LANES)
      squares += gradient_tile(R, TILE_VECTORS, x, d, g, add, left < step ? left - LANES : LANES);
    else
      squares += gradient_tile(R, 1, x, d, g, add, left);
  return squares;
}

/* g[K, N] = x[B, K]' d[B, N], added to what is there if `add`; returns the sum of g's squares.

   The rows of d are filled up to a multiple of LANES. */
NOT_INLINE float weight_gradient(Matrix x, Matrix d, Matrix g, int add)
{
  Vector squares = {0};
  for (long k = 0, rows; k < g.rows; k += rows) {
    rows = next_tile(g.rows - k);
    const Matrix from = matrix(x.data + k, x.rows, rows, x.stride), to = rows_of(g, k, rows);
    switch (rows) {
    case 1: squares += gradient_rows(1, from, d, to, add); break;
    case 2: squares += gradient_rows(2, from, d, to, add); break;
    case 3: squares += gradient_rows(3, from, d, to, add); break;
    case 4: squares += gradient_rows(4, from, d, to, add); break;
    case 5: squares += gradient_rows(5, from, d, to, add); break;
    case 6: squares += gradient_rows(6, from, d, to, add); break;
#if TILE_ROWS > 6
    case 7: squares += gradient_rows(7, from, d, to, add); break;
    case 8: squares += gradient_rows(8, from, d, to, add); break;
#endif
    }
  }
  return sum_of(squares);
}

/* LANES x LANES numbers of `from`, as far as it has them, with zeros beyond; read row by row. */
INLINE void load_square(Matrix from, long row, long column, Vector square[LANES])
{
  UNROLL for (int i = 0; i < LANES; i++)
    square[i] = row + i < from.rows ? load_first(row_of(from, row + i) + column, from.columns - column) : (Vector){0};
}

/* to[N, K] = from[K, N]', the rows of `to` filled up with zeros. */
NOT_INLINE void transposed(Matrix from, Matrix to)
{
  for (long k = 0; k < from.rows; k += LANES)
    for (long j = 0; j < from.columns; j += LANES) {
      Vector square[LANES];
      load_square(from, k, j, square);
      transpose(square);
      for (long i = 0; i < LANES && j + i < to.rows; i++)
        store(row_of(to, j + i) + k, square[i]);
    }
}

/* to[K, N] = from[K, N], the rows of `to` filled up with zeros. */
NOT_INLINE void filled_up(Matrix from, Matrix to)
{
  for (long k = 0; k < from.rows; k++)
    for (long j = 0; j < from.columns; j += LANES)
      store(row_of(to, k) + j, load_first(row_of(from, k) + j, from.columns - j));
}

#endif
