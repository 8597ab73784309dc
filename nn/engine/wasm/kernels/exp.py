"""The exponential function and what is made of it, four numbers at a time.

Ranges and polynomials are those of Cephes (S. L. Moshier, single precision: expf.c, logf.c and
tanhf.c). The unit tests hold them to this accuracy over their whole ranges, in units in the last
place of float32: ``exp`` 1 where the result is a normal number, and one smallest number (1.4e-45)
below; ``log`` of numbers from 1 on 1; ``tanh`` and ``sigmoid`` 3. Infinities give what they should,
and NaN stays.
"""

from __future__ import annotations

import math

from nn.engine.wasm.asm.assembler import Function
from nn.engine.wasm.asm.instructions import F32X4, I32X4, Value, select

# Beyond these, e^x is infinite and 0 in float32: the first is above 127 · ln 2 + ln 2, the other
# below ln(2^-150).
_HIGHEST, _LOWEST = 89.0, -104.0

# ln 2 in two parts: the first has so few bits that its product with a whole number is exact.
_LN2_HIGH, _LN2_LOW = 0.693359375, -2.12194440e-4


def exp(f: Function, x: Value) -> Value:
    """``e^x = 2^n · e^r`` with n whole and ``|r| ≤ ½ ln 2``, where e^r is a polynomial."""
    x = f.local(x.pmin(_HIGHEST).pmax(_LOWEST))
    n = f.local((x * math.log2(math.e)).nearest())
    r = f.local(f.madd(n, F32X4(-_LN2_HIGH), x))
    r.set(f.madd(n, F32X4(-_LN2_LOW), r))
    p = f.local(F32X4(1.9875691500e-4))
    for coefficient in (
        1.3981999507e-3,
        8.3334519073e-3,
        4.1665795894e-2,
        1.6666665459e-1,
        5.0000001201e-1,
    ):
        p.set(f.madd(p, r, coefficient))
    p.set(f.madd(p, f.local(r * r), r) + 1.0)
    # 2^n by way of its exponent bits, in two factors: n may be -150 or 128, which one cannot hold.
    whole = f.local(n.to(I32X4))
    half = f.local(whole + 1000 >> 1)
    return p * _power_of_two(half - 500) * _power_of_two(whole - half + 500)


def _power_of_two(exponent: Value) -> Value:
    return (exponent + 127 << 23).bits_as(F32X4)


def log(f: Function, x: Value) -> Value:
    """``ln x`` for x from 1 on: ``x = 2^n · (1 + r)``, where ln(1 + r) is a polynomial.

    Infinity gives NaN, so that a loss which has run away is seen.
    """
    x = f.local(x)
    bits = f.local(x.bits_as(I32X4))
    # A mantissa from ½ to 1, then from √½ to √2.
    mantissa = f.local((bits & 0x7FFFFF | 0x3F000000).bits_as(F32X4))
    n = f.local(((bits >> 23) - 126).to(F32X4))
    low = f.local(mantissa < math.sqrt(0.5))
    n.set(n - select(low, F32X4(1.0), 0.0))
    r = f.local(mantissa - 1.0 + select(low, mantissa, 0.0))
    z = f.local(r * r)
    p = f.local(F32X4(7.0376836292e-2))
    for coefficient in (
        -1.1514610310e-1,
        1.1676998740e-1,
        -1.2420140846e-1,
        1.4249322787e-1,
        -1.6668057665e-1,
        2.0000714765e-1,
        -2.4999993993e-1,
        3.3333331174e-1,
    ):
        p.set(f.madd(p, r, coefficient))
    p.set(p * r * z)
    p.set(f.madd(n, F32X4(_LN2_LOW), p))
    p.set(f.madd(z, F32X4(-0.5), p))
    return f.madd(n, F32X4(_LN2_HIGH), r + p) + (x - x)


def sigmoid(f: Function, x: Value) -> Value:
    """``1 / (1 + e^-x)``."""
    return F32X4(1.0) / (exp(f, -x) + 1.0)


def tanh(f: Function, x: Value) -> Value:
    """``1 - 2 / (e^2x + 1)``, and near 0, where that would lose digits, a polynomial."""
    x = f.local(x)
    z = f.local(x * x)
    p = f.local(F32X4(-5.70498872745e-3))
    for coefficient in (
        2.06390887954e-2,
        -5.37397155531e-2,
        1.33314422036e-1,
        -3.33332819422e-1,
    ):
        p.set(f.madd(p, z, coefficient))
    near = f.local(f.madd(f.local(p * z), x, x))
    far = 1.0 - 2.0 / (exp(f, x * 2.0) + 1.0)
    return select(x.abs() < 0.625, near, far)
