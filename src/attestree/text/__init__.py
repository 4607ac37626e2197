"""
The catalogue: what every code says to the person who reads it, per language.

    entry       the shape of one entry
    catalogue   look-up and filling in
    english     the words, one module an area

Decides words only; knows nothing of what raised the code. Source: DESIGN sections 1.6 and 3.
"""
