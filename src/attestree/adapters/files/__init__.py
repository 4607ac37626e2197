"""
Files: batch folders, rosters, and single files that are there whole or not at all.

Turns every error of the disk into ours. Source: DESIGN sections 9 and 11.
"""
