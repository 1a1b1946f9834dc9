"""Words for people: labels of closed lists, dates and lists in words, prose as blocks, and text that Markdown leaves alone."""
