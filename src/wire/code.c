/* SPDX-License-Identifier: BSD-2-Clause */
/* The floating point codes of Max Resp Code and QQIC: RFC 9776 §4.1.1 and §4.1.7, RFC 9777 §5.1.3 and §5.1.9.
 * Both are one shape: from the top bit on, three bits of exponent and the rest mantissa with a hidden one. */
#include "igmpscope/wire.h"

static uint32_t decode(uint32_t code, unsigned bits)
{
        uint32_t hidden = UINT32_C(1) << (bits - 4);

        if (code < hidden << 3)
                return code;
        return ((code & (hidden - 1)) | hidden) << ((code >> (bits - 4) & 7) + 3);
}

static uint32_t encode(uint32_t value, unsigned bits)
{
        uint32_t hidden = UINT32_C(1) << (bits - 4), exponent = 0;

        if (value < hidden << 3)
                return value;
        while (exponent < 7 && value >> (exponent + 3) >= hidden << 1)
                exponent++;
        if (value >> (exponent + 3) >= hidden << 1) /* above the greatest */
                return (UINT32_C(1) << bits) - 1;
        return hidden << 3 | exponent << (bits - 4) | (value >> (exponent + 3) & (hidden - 1));
}

uint32_t code8_decode(uint8_t code)
{
        return decode(code, 8);
}

uint8_t code8_encode(uint32_t value)
{
        return (uint8_t)encode(value, 8);
}

uint32_t code16_decode(uint16_t code)
{
        return decode(code, 16);
}

uint16_t code16_encode(uint32_t value)
{
        return (uint16_t)encode(value, 16);
}
