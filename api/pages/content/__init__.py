"""The pages of single things: of a brief, a story and an entity, with their charts."""
