/* A matrix transposed, square by square. */
#ifndef NNJAX_TRANSPOSED_H
#define NNJAX_TRANSPOSED_H

#include "matrix.h"

/* LANES rows and columns of `from` become those of `to`; of the first, only `rows` and `columns` there are. */
INLINE void transpose_square(const float *from, long from_stride, const long rows, const long columns, float *to,
                             long to_stride)
{
  Vector square[LANES];
  UNROLL for (int i = 0; i < LANES; i++)
    square[i] = i < rows ? load_first(from + i * from_stride, columns) : (Vector){0};
  transpose(square);
  UNROLL for (int i = 0; i < LANES; i++)
    if (i < columns)
      store(to + i * to_stride, square[i]);
}

/* to[N, K] = from[K, N]', the rows of `to` filled up with zeros. */
NOT_INLINE void transposed(Matrix from, Matrix to)
{
  for (long k = 0; k < from.rows; k += LANES)
    for (long j = 0; j < from.columns; j += LANES) {
      const long rows = from.rows - k, columns = from.columns - j;
      if (rows >= LANES && columns >= LANES)
        transpose_square(row_of(from, k) + j, from.stride, LANES, LANES, row_of(to, j) + k, to.stride);
      else
        transpose_square(row_of(from, k) + j, from.stride, rows, columns, row_of(to, j) + k, to.stride);
    }
}

#endif
