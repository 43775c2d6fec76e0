/* Rows of a layer through its activation function: one loop for each of them. */
#include <math.h>

#include "activated_rows.h"

/* The n units from `column` of all rows: values = f(z), slopes = f'(z), and the largest slope of each unit so far. */
INLINE void activate_units(const ActivationCode code, Matrix z, Activation to, long column, const long n)
{
  Vector largest_slope = to.largest_slopes ? load_first(to.largest_slopes + column, n) : (Vector){0};
  Mask is_undefined = {0};
  for (long i = 0; i < z.rows; i++) {
    const Activated unit = activate(code, load(row_of(z, i) + column), to.constants);
    store_first(row_of(to.values, i) + column, unit.value, n);
    if (to.slopes)
      store_first(to.slopes + i * to.values.stride + column, unit.slope, n);
    largest_slope = larger(unit.slope, largest_slope);
    is_undefined |= unit.slope != unit.slope;
  }
  if (to.largest_slopes)
    store_first(to.largest_slopes + column, choose(is_undefined, splat(NAN), largest_slope), n);
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

void activate_rows(const Matrix *z, const Activation *to)
{
  switch (to->code) {
  case BINARY_STEP: activate_as(BINARY_STEP, *z, *to); break;
  case LOGISTIC: activate_as(LOGISTIC, *z, *to); break;
  case TANH: activate_as(TANH, *z, *to); break;
  case ARCTAN: activate_as(ARCTAN, *z, *to); break;
  case RELU: activate_as(RELU, *z, *to); break;
  case LEAKY_RELU: activate_as(LEAKY_RELU, *z, *to); break;
  case ELU: activate_as(ELU, *z, *to); break;
  case SOFTPLUS: activate_as(SOFTPLUS, *z, *to); break;
  case GELU: activate_as(GELU, *z, *to); break;
  case SILU: activate_as(SILU, *z, *to); break;
  case SELU: activate_as(SELU, *z, *to); break;
  case MISH: activate_as(MISH, *z, *to); break;
  case HARD_TANH: activate_as(HARD_TANH, *z, *to); break;
  default: activate_as(IDENTITY, *z, *to); break;
  }
}
