/* At most eight rows: half the lanes of AVX-512's vectors would be empty, and take as long. */
#define SHORT_VECTORS
#include "eight_rows.h"
#include "few_rows.h"

void product_of_eight_rows(const Matrix *d, const Matrix *w, float *turned, const Matrix *z)
{
  product_of_few_rows(d, w, turned, z);
}
