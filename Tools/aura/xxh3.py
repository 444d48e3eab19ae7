"""XXH3, 64 bits, default secret, seed 0: the checksum of `Formats/README.md`.

After xxhash_spec.md of https://github.com/Cyan4973/xxHash. Sums are taken modulo 2^64 only where a
shift or a product needs them so: Python's integers do not overflow.
"""

from operator import xor
from struct import unpack_from

MASK = 2**64 - 1
PRIME32_1, PRIME32_2, PRIME32_3 = 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D
PRIME64_1, PRIME64_2 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F
PRIME64_3, PRIME64_4 = 0x165667B19E3779F9, 0x85EBCA77C2B2AE63
PRIME64_5 = 0x27D4EB2F165667C5

SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f"
    "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c"
    "3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364"
    "eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e"
    "2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e"
)

STRIPE = 64
BLOCK = 1024  # 16 stripes: each goes 8 bytes on in the secret
BLOCK_KEYS = [word for n in range(16) for word in unpack_from("<8Q", SECRET, 8 * n)]
SCRAMBLE_KEYS = unpack_from("<8Q", SECRET, 128)
LAST_KEYS = unpack_from("<8Q", SECRET, 121)


def hash64(data):
    """hash64 of Formats/README.md."""
    size = len(data)
    if size > 240:
        return _long(data, size)
    if size > 128:
        return _to_240(data, size)
    if size > 16:
        return _to_128(data, size)
    if size > 8:
        return _to_16(data, size)
    if size > 3:
        return _to_8(data, size)
    return _to_3(data, size)


def hash32(data):
    """hash32 of Formats/README.md."""
    return hash64(data) & 0xFFFFFFFF


def _to_3(data, size):
    if size == 0:
        return _xxh64_avalanche(_secret(56) ^ _secret(64))
    low, high = unpack_from("<II", SECRET)
    combined = data[0] << 16 | data[size >> 1] << 24 | data[-1] | size << 8
    return _xxh64_avalanche(combined ^ low ^ high)


def _to_8(data, size):
    (first,), (last,) = unpack_from("<I", data), unpack_from("<I", data, size - 4)
    h = last + (first << 32) ^ _secret(8) ^ _secret(16)
    h = (h ^ _rotate(h, 49) ^ _rotate(h, 24)) * 0x9FB21C651E98DF25 & MASK
    h = (h ^ (h >> 35) + size) * 0x9FB21C651E98DF25 & MASK
    return h ^ h >> 28


def _to_16(data, size):
    (first,), (last,) = unpack_from("<Q", data), unpack_from("<Q", data, size - 8)
    low = first ^ _secret(24) ^ _secret(32)
    high = last ^ _secret(40) ^ _secret(48)
    swapped = int.from_bytes(low.to_bytes(8, "little"), "big")
    return _avalanche(size + swapped + high + _fold(low, high))


def _to_128(data, size):
    h = size * PRIME64_1
    for n in range((size - 1) // 32 + 1):
        h += _mix(data, 16 * n, 32 * n) + _mix(data, size - 16 * (n + 1), 32 * n + 16)
    return _avalanche(h)


def _to_240(data, size):
    h = size * PRIME64_1 + sum(_mix(data, 16 * n, 16 * n) for n in range(8))
    h = _avalanche(h) + sum(_mix(data, 16 * n, 16 * n - 125) for n in range(8, size // 16))
    return _avalanche(h + _mix(data, size - 16, 119))


def _long(data, size):
    lanes = [
        PRIME32_3, PRIME64_1, PRIME64_2, PRIME64_3,
        PRIME64_4, PRIME32_2, PRIME64_5, PRIME32_1,
    ]  # fmt: skip
    blocks = (size - 1) // BLOCK
    for n in range(blocks):
        _accumulate(lanes, unpack_from("<128Q", data, n * BLOCK), BLOCK_KEYS)
        for i, key in enumerate(SCRAMBLE_KEYS):
            lane = lanes[i] & MASK
            lanes[i] = (lane ^ lane >> 47 ^ key) * PRIME32_1 & MASK
    words = (size - 1) % BLOCK // STRIPE * 8
    _accumulate(lanes, unpack_from(f"<{words}Q", data, blocks * BLOCK), BLOCK_KEYS)
    _accumulate(lanes, unpack_from("<8Q", data, size - STRIPE), LAST_KEYS)
    lanes = [lane & MASK for lane in lanes]
    h = size * PRIME64_1
    for n in range(4):
        keys = unpack_from("<QQ", SECRET, 11 + 16 * n)
        h += _fold(lanes[2 * n] ^ keys[0], lanes[2 * n + 1] ^ keys[1])
    return _avalanche(h)


def _accumulate(lanes, words, keys):
    products = [(k & 0xFFFFFFFF) * (k >> 32) for k in map(xor, words, keys)]
    for i in range(8):
        lanes[i] += sum(products[i::8]) + sum(words[i ^ 1 :: 8])


def _mix(data, place, secret):
    low, high = unpack_from("<QQ", data, place)
    return _fold(low ^ _secret(secret), high ^ _secret(secret + 8))


def _secret(place):
    return unpack_from("<Q", SECRET, place)[0]


def _fold(a, b):
    product = a * b
    return product & MASK ^ product >> 64


def _rotate(h, bits):
    return h << bits & MASK | h >> 64 - bits


def _avalanche(h):
    h &= MASK
    h = (h ^ h >> 37) * 0x165667919E3779F9 & MASK
    return h ^ h >> 32


def _xxh64_avalanche(h):
    h = (h ^ h >> 33) * PRIME64_2 & MASK
    h = (h ^ h >> 29) * PRIME64_3 & MASK
    return h ^ h >> 32
