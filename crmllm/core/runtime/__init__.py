"""What runs around Django: folders and secrets, the embedded database, the processes, the set-up.

Nothing here imports Django, because the settings themselves import from here.
"""
