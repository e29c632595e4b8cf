"""What no SQL may do, whoever writes it: triggers, made from the core's own tables of moves.

They are made anew with every migration, so there is one place where they are written.
"""
