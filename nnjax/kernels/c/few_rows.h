/* The way back through a layer's weights for so few rows that they lie in the lanes of one vector. */
#ifndef NNJAX_FEW_ROWS_H
#define NNJAX_FEW_ROWS_H

#include "transposed.h"

/* sums[i] += the sum over n of turned[n], a vector, times w[i, n], for R rows of w from `row`; the last one's turn comes
   again where there are no more. */
INLINE void few_rows_tile(const int R, Matrix turned, Matrix w, long row, Vector *sums)
{
  const float *numbers[8];
  UNROLL for (int i = 0; i < R; i++)
    numbers[i] = row_of(w, row + i < w.rows ? row + i : w.rows - 1);
  for (long n = 0; n < turned.rows; n++) {
    const Vector rows = held(load(row_of(turned, n)));
    UNROLL for (int i = 0; i < R; i++)
      sums[i] = multiply_add(rows, splat(numbers[i][n]), sums[i]);
  }
}

/* z[B, K] = d[B, N] w[K, N]' for at most LANES rows: they lie in the lanes, so that w is read as it is and not turned.

   `turned` holds N LANES numbers; the rows of d and z are filled up, those of z with anything. */
NOT_INLINE void product_of_few_rows(const Matrix *d, const Matrix *w, float *turned, const Matrix *z)
{
  enum { TOGETHER = LANES < 8 ? LANES : 8 };
  const Matrix columns = matrix(turned, d->columns, d->rows, LANES);
  transposed(*d, columns);
  for (long k = 0; k < w->rows; k += LANES) {
    Vector sums[LANES] = {{0}};
    UNROLL for (int i = 0; i < LANES; i += TOGETHER)
      few_rows_tile(TOGETHER, columns, *w, k + i, sums + i);
    transpose(sums);
    for (long i = 0; i < d->rows; i++)
      store(row_of(*z, i) + k, sums[i]);
  }
}

#endif
