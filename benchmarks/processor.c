/* What one core can do at most: multiply-adds in registers, and Adam on arrays in a near cache. */

#include <math.h>

#if defined(__AVX512F__)
#define VECTOR_BYTES 64
#elif defined(__AVX__)
#define VECTOR_BYTES 32
#else
#define VECTOR_BYTES 16
#endif

/* Chains of dependent multiply-adds: more than latency times units, and with both factors no more than 16 registers. */
enum { CHAINS = 12 };

typedef float Vector __attribute__((vector_size(VECTOR_BYTES)));

int vector_bits(void) { return 8 * VECTOR_BYTES; }

/* x <- x a + b in every chain and lane, `rounds` times; returns the flops, a multiply-add being two. */
double multiply_add(long rounds, float *seen) {
    const float a = 0.999f, b = 0.001f;
    const Vector factor = (Vector){0} + a, addend = (Vector){0} + b;
    Vector chains[CHAINS];
    for (int chain = 0; chain < CHAINS; chain++) chains[chain] = addend * (float)chain;
    for (long round = 0; round < rounds; round++)
        for (int chain = 0; chain < CHAINS; chain++) chains[chain] = chains[chain] * factor + addend;
    Vector sum = {0};
    for (int chain = 0; chain < CHAINS; chain++) sum += chains[chain];
    *seen = sum[0];
    return 2.0 * CHAINS * (VECTOR_BYTES / sizeof(float)) * rounds;
}

/* One step of Adam with exact root and division: p, m, v and the gradient g, each [n]. */
static void step(long n, float rate, float *restrict p, float *restrict m, float *restrict v, const float *restrict g) {
    for (long i = 0; i < n; i++) {
        m[i] = 0.9f * m[i] + 0.1f * g[i];
        v[i] = 0.999f * v[i] + 0.001f * g[i] * g[i];
        p[i] -= rate * m[i] / (sqrtf(v[i]) + 1e-8f);
    }
}

/* Many of them. */
void adam(long steps, long n, float rate, float *p, float *m, float *v, const float *g) {
    for (long each = 0; each < steps; each++) step(n, rate, p, m, v, g);
}
