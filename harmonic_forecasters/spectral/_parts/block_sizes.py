"""How many values are handled at a time: enough for numpy's speed, few enough for cache and memory.

A value is one float64, 8 bytes.
"""

#: Values of windows per block of a method that solves a system for each window; together they fit the cache.
BLOCK_VALUES = 16_384
#: The same for a method that costs little more than reading the values, such as an FFT: only memory counts.
LIGHT_BLOCK_VALUES = 1_000_000
#: Values of windows per block of the searches for lines, which hold some hundred times as many.
LINE_SEARCH_VALUES = 10_000
#: Values of the largest array in a batch of matrices or of covariances, 16 and 32 MB.
MATRIX_VALUES, CHUNK_VALUES = 2**21, 4_000_000
