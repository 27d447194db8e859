"""The web pages for people: the start page, and the pages under `/browse`.

The pages show the same values as the JSON of the API, made by the same functions. They need no script.
"""
