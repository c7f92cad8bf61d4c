"""The mathematics: arrays in, arrays out, on numpy and scipy alone. One published method a file."""
