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

/* How many rows are cut into tiles: the fewest, and as even as can be; the first `larger` ones have one row more. */
typedef struct {
  long rows, larger;
} Cut;

INLINE Cut cut(long rows)
{
  const long tiles = (rows + TILE_ROWS - 1) / TILE_ROWS;
  return (Cut){rows / tiles, rows % tiles};
}

/* The rows of the next tile. */
INLINE long next_of(Cut *of)
{
  return of->rows + (of->larger-- > 0);
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
      columns[v] = held(load(w.data + k * w.stride + v * LANES));
    UNROLL for (int i = 0; i < R; i++) {
      const Vector number = splat(x.data[i * x.stride + k]);
      UNROLL for (int v = 0; v < V; v++)
        sums[i][v] = multiply_add(number, columns[v], sums[i][v]);
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
NOT_INLINE void product(const Matrix *x, const Matrix *w, const float *bias, const Matrix *z)
{
  Cut tiles = cut(x->rows);
  for (long i = 0, rows; i < x->rows; i += rows) {
    rows = next_of(&tiles);
    const Matrix from = rows_of(*x, i, rows), to = rows_of(*z, i, rows);
    switch (rows) {
    case 1: product_rows(1, from, *w, bias, to); break;
    case 2: product_rows(2, from, *w, bias, to); break;
    case 3: product_rows(3, from, *w, bias, to); break;
    case 4: product_rows(4, from, *w, bias, to); break;
    case 5: product_rows(5, from, *w, bias, to); break;
    case 6: product_rows(6, from, *w, bias, to); break;
#if TILE_ROWS > 6
    case 7: product_rows(7, from, *w, bias, to); break;
    case 8: product_rows(8, from, *w, bias, to); break;
#endif
    }
  }
}

/* z[B] = x[B, K] w[K] + bias: LANES rows at a time, whose sums then become the lanes of one vector. */
NOT_INLINE void product_with_vector(Matrix x, const float *w, float bias, float *z)
{
  for (long i = 0; i < x.rows; i += LANES) {
    const long rows = x.rows - i < LANES ? x.rows - i : LANES;
    Vector sums[LANES] = {{0}};
    for (long row = 0; row < rows; row++)
      for (long k = 0; k < x.columns; k += LANES)
        sums[row] = multiply_add(load_first(row_of(x, i + row) + k, x.columns - k), load_first(w + k, x.columns - k),
                                 sums[row]);
    transpose(sums);
    Vector total = splat(bias);
    UNROLL for (int lane = 0; lane < LANES; lane++)
      total += sums[lane];
    store_first(z + i, total, rows);
  }
}

/* g[R, V vectors] = x[B, R]' d[B, V vectors], added to what is there if `add`; the squares of the result, lane by lane.

   Of the last vector only `last` columns are written and count. */
INLINE Vector gradient_tile(const int R, const int V, Matrix x, Matrix d, Matrix g, bool add, long last)
{
  Vector sums[TILE_ROWS][TILE_VECTORS], squares[TILE_VECTORS] = {{0}};
  UNROLL for (int i = 0; i < R; i++)
    UNROLL for (int v = 0; v < V; v++)
      sums[i][v] = (Vector){0};
  for (long n = 0; n < x.rows; n++) {
    Vector row[TILE_VECTORS];
    UNROLL for (int v = 0; v < V; v++)
      row[v] = held(load(d.data + n * d.stride + v * LANES));
    UNROLL for (int i = 0; i < R; i++) {
      const Vector number = splat(x.data[n * x.stride + i]);
      UNROLL for (int v = 0; v < V; v++)
        sums[i][v] = multiply_add(number, row[v], sums[i][v]);
    }
  }
  UNROLL for (int i = 0; i < R; i++)
    UNROLL for (int v = 0; v < V; v++) {
      const long columns = v == V - 1 ? last : LANES;
      float *to = g.data + i * g.stride + v * LANES;
      /* These rows' sum meets that of the rows before as a whole: one long chain would round once a row. */
      const Vector sum = keep_first(add ? load_first(to, columns) + sums[i][v] : sums[i][v], columns);
      store_first(to, sum, columns);
      squares[v] = multiply_add(sum, sum, squares[v]);
    }
  return squares[0] + squares[1];
}

/* g[R, N] = x[B, R]' d[B, N], as in `weight_gradient`. */
INLINE Vector gradient_rows(const int R, Matrix x, Matrix d, Matrix g, bool add)
{
  const long step = TILE_VECTORS * LANES;
  Vector squares = {0};
  long left = d.columns;
  for (; left >= step; left -= step, d.data += step, g.data += step)
    squares += gradient_tile(R, TILE_VECTORS, x, d, g, add, LANES);
  for (; left > 0; left -= LANES, d.data += LANES, g.data += LANES)
    squares += gradient_tile(R, 1, x, d, g, add, left);
  return squares;
}

/* g[K, N] = x[B, K]' d[B, N], added to what is there if `add`; returns the sum of g's squares.

   The rows of d are filled up to a multiple of LANES. */
NOT_INLINE float weight_gradient(Matrix x, Matrix d, Matrix g, bool add)
{
  Vector squares = {0};
  Cut tiles = cut(g.rows);
  for (long k = 0, rows; k < g.rows; k += rows) {
    rows = next_of(&tiles);
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

/* to[K, N] = from[K, N], the rows of `to` filled up with zeros. */
NOT_INLINE void filled_up(Matrix from, Matrix to)
{
  for (long k = 0; k < from.rows; k++)
    for (long j = 0; j < from.columns; j += LANES)
      store(row_of(to, k) + j, load_first(row_of(from, k) + j, from.columns - j));
}

#endif
