"""Fine-tuning: a small adapter (LoRA) trained on examples of mails and right answers.

`train.py` is run as a file by the model environment's Python, so it imports nothing of ours.
"""
