"""Findings, statuses, reviews, rules, calendars and news as text or bytes. Nothing here prints."""
