"""What a confidence is worth: how often a value that came with it was approved unchanged.

`curves` is the mathematics, `services` fits it on past decisions and applies it to what is proposed next.
"""
