/* Rows of a layer through its activation function: compiled apart, and beside the rest, for there are many functions. */
#ifndef NNJAX_ACTIVATED_ROWS_H
#define NNJAX_ACTIVATED_ROWS_H

#include "activations.h"
#include "matrix.h"

/* A layer's activation function, and where its results go: NULL where nobody wants them. */
typedef struct {
  ActivationCode code;
  ActivationConstants constants;
  Matrix values;
  float *slopes;         /* rows as far apart as those of `values` */
  float *largest_slopes; /* one a unit */
} Activation;

/* values[B, N] = f(z[B, N]), with slopes and largest slopes; z's rows are filled up, the results not. */
void activate_rows(const Matrix *z, const Activation *to);

#endif
