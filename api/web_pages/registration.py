"""The blueprint with the routes of all pages.

A module of a page adds its routes to the blueprint when it is imported, so this module imports them all.
"""

from api.web_pages import assets, changes_page, trends_page
from api.web_pages.blueprint import blueprint
from api.web_pages.content import article_page, entity_page, story_page
from api.web_pages.search import search_page

MODULES = (assets, search_page, article_page, story_page, entity_page, trends_page, changes_page)

__all__ = ["MODULES", "blueprint"]
