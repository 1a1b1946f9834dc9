"""The public site: pure page functions, and the plugin and build that hand them to MkDocs."""
