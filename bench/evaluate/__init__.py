"""How well documents are read: parse, entities, mentions and links, held against gold that a reader made."""
