"""The pages of individual briefs, stories and entities, with their charts."""
