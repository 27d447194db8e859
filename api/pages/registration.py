"""The blueprint with the routes of all pages.

Importing the module of a page adds its routes to the blueprint.
"""

from api.pages import assets, trends_page
from api.pages.blueprint import blueprint

MODULES = (assets, trends_page)

__all__ = ["MODULES", "blueprint"]
