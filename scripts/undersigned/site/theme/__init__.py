"""The site's theme: page frame and style sheet. GOV.UK Frontend's markup, without GOV.UK's typeface, crest or scripts."""
