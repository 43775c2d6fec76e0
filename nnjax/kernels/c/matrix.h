/* A matrix in memory, or some of another one's rows. */
#ifndef NNJAX_MATRIX_H
#define NNJAX_MATRIX_H

#include "vectors.h"

/* Element (i, j) is data[i * stride + j]. Rows are *filled up* where stride is a multiple of LANES and what follows the
   last column can be read and written, too. Functions that every layer calls take pointers: copies of a matrix that was just
   made wait for its parts to be written. (Not `weight_gradient`, of which gcc 12 makes slower loops then.) */
typedef struct {
  float *data;
  long rows, columns, stride;
} Matrix;

INLINE Matrix matrix(float *data, long rows, long columns, long stride)
{
  return (Matrix){data, rows, columns, stride};
}

INLINE float *row_of(Matrix m, long row) { return m.data + row * m.stride; }

INLINE Matrix rows_of(Matrix m, long first, long count)
{
  return (Matrix){row_of(m, first), count, m.columns, m.stride};
}

#endif
