"""Made-up mails with the right answers: what a small model learns the CRM's work from.

Pure: a seed goes in, examples come out. No real mail, person or company is behind any of them.
"""
