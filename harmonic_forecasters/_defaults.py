"""Defaults that more than one layer states; it imports nothing, so that every layer can read it."""

#: Encoder of the GRU seq2seq: "mlp" or "gru", compared in docs/models/gru_seq2seq.md.
GRU_SEQ2SEQ_ENCODER = "mlp"
