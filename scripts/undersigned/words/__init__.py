"""Words for people: labels of closed lists, dates and lists in words, and text that Markdown leaves alone."""
