"""
The catalogue in English, one module an area; each holds `ENTRIES`, code to entry.

Decides words only. Which code applies is decided where it is raised. Source: DESIGN section 2.
"""
