/* Vectors of float32, as wide as the processor's registers, by the vector extensions of GCC and Clang.

   Arithmetic and comparisons are the compiler's own operators; here stands what they lack. A comparison makes a `Mask`,
   whose lanes are all ones where it holds; a NaN compares as false, as everywhere in C. A file that defines SHORT_VECTORS
   has none of more than eight lanes. */
#ifndef NNJAX_VECTORS_H
#define NNJAX_VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__) && defined(__AVX512VL__) && defined(__AVX512DQ__) && !defined(SHORT_VECTORS)
#include <immintrin.h>
#define LANES 16
#elif defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
#define LANES 8
#elif defined(__ARM_NEON) && defined(__aarch64__)
#include <arm_neon.h>
#define LANES 4
#else
#error "vectors of AVX-512, AVX2 with FMA, or NEON are needed"
#endif

#define INLINE static inline __attribute__((always_inline))
#define NOT_INLINE static __attribute__((noinline))
#define UNROLL _Pragma("GCC unroll 16")

typedef float Vector __attribute__((vector_size(4 * LANES)));
typedef int32_t Mask __attribute__((vector_size(4 * LANES)));
typedef uint32_t Bits __attribute__((vector_size(4 * LANES)));
typedef float Eight __attribute__((vector_size(32)));
typedef float Four __attribute__((vector_size(16)));
typedef float Anywhere __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

/* The next multiple of LANES. */
INLINE long padded(long n) { return (n + LANES - 1) / LANES * LANES; }

INLINE Vector splat(float x) { return x - (Vector){0}; }

INLINE Vector load(const float *from) { return *(const Anywhere *)from; }

INLINE void store(float *to, Vector v) { *(Anywhere *)to = v; }

/* The same vector, held in a register: else a compiler may load it again for each of its uses, and loads are scarce. */
INLINE Vector held(Vector v)
{
#if defined(__x86_64__)
  __asm__("" : "+v"(v));
#else
  __asm__("" : "+w"(v));
#endif
  return v;
}

/* a b + c, rounded once. Written out, since the compiler is told to fuse nothing by itself (compiler.py): which products it
   would fuse depends on the processor that it tunes for, and last bits would with it. */
INLINE Vector multiply_add(Vector a, Vector b, Vector c)
{
#if LANES == 16
  return (Vector)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif LANES == 8
  return (Vector)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
  return (Vector)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#endif
}

/* The polynomial x (... (x c[0] + c[1]) ...) + c[count - 1]. */
INLINE Vector polynomial(Vector x, const float *coefficients, const int count)
{
  Vector sum = splat(coefficients[0]);
  UNROLL for (int i = 1; i < count; i++)
    sum = multiply_add(sum, x, splat(coefficients[i]));
  return sum;
}

/* A mask that holds for the first n lanes, n <= LANES. */
INLINE Mask first_lanes(long n)
{
  static const int32_t ones_then_zeros[2 * LANES] = {[0 ... LANES - 1] = -1};
  Mask mask;
  memcpy(&mask, ones_then_zeros + LANES - n, sizeof mask);
  return mask;
}

/* The first n lanes; the others are zero. Reads nothing beyond them. */
INLINE Vector load_first(const float *from, long n)
{
  if (n >= LANES)
    return load(from);
#if LANES == 16
  return (Vector)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), from);
#elif LANES == 8
  return (Vector)_mm256_maskload_ps(from, (__m256i)first_lanes(n));
#else
  Vector v = {0};
  for (long i = 0; i < n; i++)
    v[i] = from[i];
  return v;
#endif
}

/* Writes the first n lanes and nothing beyond them. */
INLINE void store_first(float *to, Vector v, long n)
{
  if (n >= LANES) {
    store(to, v);
    return;
  }
#if LANES == 16
  _mm512_mask_storeu_ps(to, (__mmask16)((1u << n) - 1), (__m512)v);
#else
  for (long i = 0; i < n; i++)
    to[i] = v[i];
#endif
}

/* a where the mask holds, else b. */
INLINE Vector choose(Mask mask, Vector a, Vector b)
{
#if LANES == 8
  return (Vector)_mm256_blendv_ps((__m256)b, (__m256)a, (__m256)mask);
#else
  return (Vector)(((Mask)a & mask) | ((Mask)b & ~mask));
#endif
}

/* v where the mask holds, else zero. */
INLINE Vector keep(Mask mask, Vector v) { return (Vector)((Mask)v & mask); }

/* The first n lanes of v, zeros after them. */
INLINE Vector keep_first(Vector v, long n) { return n >= LANES ? v : keep(first_lanes(n), v); }

INLINE Vector absolute(Vector v) { return (Vector)((Mask)v & INT32_MAX); }

/* |v| with the sign of `sign`. */
INLINE Vector with_sign(Vector v, Vector sign)
{
  return (Vector)(((Mask)v & INT32_MAX) | ((Mask)sign & INT32_MIN));
}

/* a where a > b, else b, which it is where either is NaN. */
INLINE Vector larger(Vector a, Vector b)
{
#if LANES == 16
  return (Vector)_mm512_max_ps((__m512)a, (__m512)b);
#elif LANES == 8
  return (Vector)_mm256_max_ps((__m256)a, (__m256)b);
#else
  return choose(a > b, a, b);
#endif
}

INLINE Vector square_root(Vector v)
{
#if LANES == 16
  return (Vector)_mm512_sqrt_ps((__m512)v);
#elif LANES == 8
  return (Vector)_mm256_sqrt_ps((__m256)v);
#else
  return (Vector)vsqrtq_f32((float32x4_t)v);
#endif
}

/* In every four lanes: the lower or upper two of a and b in turns, and the lower or upper two of a before those of b. */
#if LANES == 16
#define FOURS(i, j, k, l) i, j, k, l, i + 4, j + 4, k + 4, l + 4, i + 8, j + 8, k + 8, l + 8, i + 12, j + 12, k + 12, l + 12
#elif LANES == 8
#define FOURS(i, j, k, l) i, j, k, l, i + 4, j + 4, k + 4, l + 4
#else
#define FOURS(i, j, k, l) i, j, k, l
#endif
INLINE Vector turns_low(Vector a, Vector b) { return __builtin_shufflevector(a, b, FOURS(0, LANES, 1, LANES + 1)); }
INLINE Vector turns_high(Vector a, Vector b) { return __builtin_shufflevector(a, b, FOURS(2, LANES + 2, 3, LANES + 3)); }
INLINE Vector pairs_low(Vector a, Vector b) { return __builtin_shufflevector(a, b, FOURS(0, 1, LANES, LANES + 1)); }
INLINE Vector pairs_high(Vector a, Vector b) { return __builtin_shufflevector(a, b, FOURS(2, 3, LANES + 2, LANES + 3)); }
#undef FOURS

/* Four rows become columns within every four lanes. */
INLINE void transpose_fours(Vector rows[4])
{
  const Vector a = turns_low(rows[0], rows[1]), b = turns_high(rows[0], rows[1]);
  const Vector c = turns_low(rows[2], rows[3]), d = turns_high(rows[2], rows[3]);
  rows[0] = pairs_low(a, c);
  rows[1] = pairs_high(a, c);
  rows[2] = pairs_low(b, d);
  rows[3] = pairs_high(b, d);
}

/* The lower or upper half of a before that of b; and, for AVX-512, four lanes of a and four of b in turns. */
#if LANES == 16
INLINE Vector fours_low(Vector a, Vector b)
{
  return __builtin_shufflevector(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
}
INLINE Vector fours_high(Vector a, Vector b)
{
  return __builtin_shufflevector(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
}
#elif LANES == 8
INLINE Vector fours_low(Vector a, Vector b) { return __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11); }
INLINE Vector fours_high(Vector a, Vector b) { return __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15); }
#endif

/* Rows become columns: LANES vectors of LANES lanes; first within blocks of 4 x 4, then the blocks change places. */
INLINE void transpose(Vector rows[LANES])
{
  UNROLL for (int i = 0; i < LANES; i += 4)
    transpose_fours(rows + i);
#if LANES == 8
  UNROLL for (int i = 0; i < 4; i++) {
    const Vector low = fours_low(rows[i], rows[i + 4]);
    rows[i + 4] = fours_high(rows[i], rows[i + 4]);
    rows[i] = low;
  }
#elif LANES == 16
  UNROLL for (int i = 0; i < 4; i++) {
    const Vector a = fours_low(rows[i], rows[i + 8]), b = fours_high(rows[i], rows[i + 8]);
    const Vector c = fours_low(rows[i + 4], rows[i + 12]), d = fours_high(rows[i + 4], rows[i + 12]);
    rows[i] = fours_low(a, c);
    rows[i + 4] = fours_high(a, c);
    rows[i + 8] = fours_low(b, d);
    rows[i + 12] = fours_high(b, d);
  }
#endif
}

/* The sum of the lanes, always in the same order: halves onto halves. */
INLINE float sum_of(Vector v)
{
#if LANES == 16
  const Eight eight = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7)
                      + __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
  const Four four = __builtin_shufflevector(eight, eight, 0, 1, 2, 3) + __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
#elif LANES == 8
  const Four four = __builtin_shufflevector(v, v, 0, 1, 2, 3) + __builtin_shufflevector(v, v, 4, 5, 6, 7);
#else
  const Four four = v;
#endif
  return (four[0] + four[2]) + (four[1] + four[3]);
}

#endif
