/* `product_of_few_rows` for at most eight rows. */
#ifndef NNJAX_EIGHT_ROWS_H
#define NNJAX_EIGHT_ROWS_H

#include "matrix.h"

/* None where vectors are that short anyway. */
enum { EIGHT_ROWS = LANES > 8 ? 8 : 0 };

void product_of_eight_rows(const Matrix *d, const Matrix *w, float *turned, const Matrix *z);

#endif
