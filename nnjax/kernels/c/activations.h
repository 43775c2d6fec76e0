/* The elementwise activation functions and their slopes, as nnjax/network/activations.py defines them.

   Every function here takes any float32. What the definition makes of infinities and NaN is made of them here, too.
   Polynomials were fitted for the least largest relative error in float64 and rounded; the errors of the whole
   functions stand in tests/kernels/test_activations.py. */
#ifndef NNJAX_ACTIVATIONS_H
#define NNJAX_ACTIVATIONS_H

#include "vectors.h"

/* In the order of nnjax/kernels/activation_codes.py. */
typedef enum {
  RESTING = -1, /* in the place of the first layer's code: nothing is computed of this run */
  IDENTITY,
  BINARY_STEP,
  LOGISTIC,
  TANH,
  ARCTAN,
  RELU,
  LEAKY_RELU,
  ELU,
  SOFTPLUS,
  GELU,
  SILU,
  SELU,
  MISH,
  HARD_TANH,
  ACTIVATION_COUNT
} ActivationCode;

/* The numbers of a run that shape its activations. */
typedef struct {
  float negative_slope, elu_alpha;
} ActivationConstants;

typedef struct {
  Vector value, slope;
} Activated;

/* e^x = scale (1 + fraction), where scale is a power of two and |fraction| < 0.42. */
typedef struct {
  Vector scale, fraction;
} Exponential;

/* e^(x + rest) for -87.3 <= x <= 0 and a rest that is small beside 1; below, scale and fraction are zero; NaN stays NaN.

   x = n ln 2 + r with whole n and |r| <= ln 2 / 2, by Cody and Waite's ln 2 in two parts; e^r - 1 = r + r^2 p(r). */
INLINE Exponential exponential_of_sum(Vector x, Vector rest)
{
  const float to_whole = 12582912.0f; /* 1.5 * 2^23: what is added to it is rounded to a whole number */
  const Mask is_zero = x < -87.33f;
  static const float fitted[] = {0.0013882488708f, 0.0083666918799f, 0.0416672043502f, 0.1666654199362f,
                                 0.4999999701977f};
  const Vector shifted = multiply_add(x, splat(1.44269504f), splat(to_whole)), n = shifted - to_whole;
  const Vector r = multiply_add(n, splat(2.12194440e-4f), multiply_add(n, splat(-0.693359375f), x)) + rest;
  const Vector p = polynomial(r, fitted, 5);
  /* n stands in the low bits of `shifted`; moved into the exponent's place it multiplies by 2^n. */
  const Vector scale = (Vector)(((Bits)shifted << 23) + 0x3f800000u);
  return (Exponential){keep(~is_zero, scale), keep(~is_zero, multiply_add(p, r * r, r))};
}

INLINE Exponential exponential(Vector x) { return exponential_of_sum(x, (Vector){0}); }

INLINE Vector exp_of(Exponential e) { return multiply_add(e.scale, e.fraction, e.scale); }

/* e^x for x <= 0. */
INLINE Vector exp_negative(Vector x)
{
  const Exponential e = exponential(x);
  return exp_of(e);
}

/* e^x - 1 for x <= 0, exact to rounding near zero, too. */
INLINE Vector expm1_of(Exponential e) { return multiply_add(e.scale, e.fraction, e.scale - 1); }

/* min(x, 0), which keeps NaN. */
INLINE Vector not_above_zero(Vector x) { return choose(x > 0, (Vector){0}, x); }

/* 1 / (1 + e^-z) from e = e^-|z|. */
INLINE Vector logistic_from(Vector e, Vector z) { return choose(z < 0, e, splat(1)) / (1 + e); }

INLINE Vector logistic(Vector z) { return logistic_from(exp_negative(-absolute(z)), z); }

/* tanh |z| = -m / (m + 2) with m = e^(-2|z|) - 1. */
INLINE Vector tanh_of(Vector z)
{
  const Vector m = expm1_of(exponential(-2 * absolute(z)));
  return with_sign(m / (m + 2), z);
}

/* log(1 + e) = 2 artanh q with q = e / (2 + e), for 0 <= e <= 1. */
INLINE Vector log1p_of(Vector e)
{
  const Vector twice_q = 2 * e / (2 + e), square = 0.25f * twice_q * twice_q;
  static const float fitted[] = {0.1400599330664f, 0.1400090307f, 0.2001076340675f, 0.3333320915699f};
  return multiply_add(twice_q, polynomial(square, fitted, 4) * square, twice_q);
}

/* With a = |z|: below tan(pi/8) the series itself; above, pi/4 + arctan((a - 1) / (a + 1)) or pi/2 - arctan(1 / a). */
INLINE Vector arctan_of(Vector z)
{
  const Vector a = absolute(z), one = splat(1);
  const Mask middle = a > 0.414213562f, large = a > 2.414213562f;
  const Vector numerator = choose(large, -one, choose(middle, a - 1, a));
  const Vector denominator = choose(large, a, choose(middle, a + 1, one));
  const Vector q = numerator / denominator, square = q * q;
  const Vector start = choose(large, splat(1.57079632679f), keep(middle, splat(0.78539816339f)));
  static const float fitted[] = {0.0805372297764f, -0.138776794076f, 0.199777096510f, -0.333329498768f};
  return with_sign(start + multiply_add(polynomial(square, fitted, 4) * square, q, q), z);
}

/* Phi(-|z|), the normal distribution's tail, and phi(z), its density.

   Phi(-a) = e^(-a^2/2) h(a); h is a polynomial in t = 4 / (4 + a), for a below 14, beyond which both are zero. For the
   exponent to keep all digits, a = high + low, where the square of `high` is exact. */
typedef struct {
  Vector tail, density;
} Normal;

INLINE Normal normal(Vector z)
{
  const Vector a = choose(absolute(z) > 14, splat(14), absolute(z));
  const Vector high = (Vector)((Bits)a & 0xfffff000u), low = a - high;
  const Exponential e = exponential_of_sum(-0.5f * high * high, -0.5f * low * (a + high));
  static const float fitted[] = {
      0.016579581424593925f, -0.06279177963733673f, 0.051651425659656525f, 0.028437158092856407f, 0.012710633687675f,
      0.08665761351585388f,  0.07199914008378983f,  0.09551578760147095f,  0.09949254989624023f,  0.0997479036450386f,
  };
  const Vector bell = exp_of(e), t = 4 / (4 + a);
  return (Normal){bell * (polynomial(t, fitted, 10) * t), bell * 0.3989422804f};
}

/* z Phi(z); Phi(z) + z phi(z). */
INLINE Activated gelu(Vector z)
{
  const Normal of = normal(z);
  const Vector share = choose(z > 0, 1 - of.tail, of.tail);
  return (Activated){z * share, multiply_add(z, of.density, share)};
}

/* alpha (e^z - 1) below zero; alpha e^z its slope. */
INLINE Activated elu(Vector z, Vector alpha)
{
  const Exponential e = exponential(not_above_zero(z));
  const Mask above = z > 0;
  return (Activated){
      choose(above, z, alpha * expm1_of(e)),
      choose(above, splat(1), alpha * exp_of(e)),
  };
}

INLINE Activated selu(Vector z)
{
  const Activated e = elu(z, splat(1.6732632423543772f));
  return (Activated){1.0507009873554805f * e.value, 1.0507009873554805f * e.slope};
}

/* z t with t = tanh(log(1 + e^z)); t + z s (1 - t^2) with s the logistic function.

   With w = e^-|z| both are quotients over d = 2 + 2w + w^2 (z <= 0) or 2w^2 + 2w + 1 (z > 0): no logarithm. */
INLINE Activated mish(Vector z)
{
  const Vector w = exp_negative(-absolute(z));
  const Mask above = z > 0;
  const Vector numerator = choose(above, 1 + (w + w), w * (w + 2));
  const Vector d = numerator + choose(above, (w + w) * w, splat(2));
  const Vector t = numerator / d, bend = choose(above, w * w, w) * (4 * (1 + w)) / (d * d);
  return (Activated){z * t, multiply_add(z, bend, t)};
}

INLINE Activated silu(Vector z)
{
  const Vector s = logistic(z);
  return (Activated){z * s, s * multiply_add(z, 1 - s, splat(1))};
}

INLINE Activated softplus(Vector z)
{
  const Vector e = exp_negative(-absolute(z));
  return (Activated){choose(z < 0, (Vector){0}, z) + log1p_of(e), logistic_from(e, z)};
}

INLINE Activated hard_tanh(Vector z)
{
  const Vector one = splat(1);
  const Vector value = choose(z > 1, one, choose(z < -1, -one, z));
  return (Activated){value, keep(absolute(z) < 1, one)};
}

/* f(z) and f'(z). The code is a constant where this is called, so that only one case remains. */
INLINE Activated activate(const ActivationCode code, Vector z, ActivationConstants constants)
{
  const Vector one = splat(1), zero = {0};
  switch (code) {
  case BINARY_STEP:
    return (Activated){keep(z >= 0, one), zero};
  case LOGISTIC: {
    const Vector s = logistic(z);
    return (Activated){s, s * (1 - s)};
  }
  case TANH: {
    const Vector t = tanh_of(z);
    return (Activated){t, multiply_add(-t, t, one)};
  }
  case ARCTAN:
    return (Activated){arctan_of(z), 1 / multiply_add(z, z, one)};
  case RELU:
    return (Activated){larger(zero, z), keep(z > 0, one)};
  case LEAKY_RELU:
    return (Activated){choose(z > 0, z, constants.negative_slope * z),
                       choose(z > 0, one, splat(constants.negative_slope))};
  case ELU:
    return elu(z, splat(constants.elu_alpha));
  case SOFTPLUS:
    return softplus(z);
  case GELU:
    return gelu(z);
  case SILU:
    return silu(z);
  case SELU:
    return selu(z);
  case MISH:
    return mish(z);
  case HARD_TANH:
    return hard_tanh(z);
  default:
    return (Activated){z, one};
  }
}

/* Whether f'(z) follows from f(z), exactly. */
INLINE bool slope_follows(ActivationCode code, ActivationConstants constants)
{
  switch (code) {
  case IDENTITY:
  case BINARY_STEP:
  case LOGISTIC:
  case TANH:
  case RELU:
  case HARD_TANH:
    return true;
  case LEAKY_RELU: /* then f(z) has the sign of z */
    return constants.negative_slope >= 0;
  default:
    return false;
  }
}

/* f'(z) from f(z), where it follows. */
INLINE Vector slope_from(const ActivationCode code, Vector value, ActivationConstants constants)
{
  const Vector one = splat(1);
  switch (code) {
  case BINARY_STEP:
    return (Vector){0};
  case LOGISTIC:
    return value * (1 - value);
  case TANH:
    return multiply_add(-value, value, splat(1));
  case RELU:
    return keep(value > 0, one);
  case LEAKY_RELU:
    return choose(value > 0, one, splat(constants.negative_slope));
  case HARD_TANH:
    return keep(absolute(value) < 1, one);
  default:
    return one;
  }
}

#endif
