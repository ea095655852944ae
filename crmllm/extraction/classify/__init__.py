"""Two small classifiers beside the rules: the mood of a text, and whether a sentence asks for something.

Logistic regressions over the sentence embedding and what the rules saw. They are trained by
`manage.py train_classifiers` on sentences that were made up for this project (DATA_CARD.md), and shipped.
"""
