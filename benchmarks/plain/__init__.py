"""The same night as one plain script: what a good engineer would write by hand for these exports, and no more.

It uses nothing of the product but its tables of words (CSV) and header spellings (YAML).
"""
