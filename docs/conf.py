"""How Sphinx builds the documentation; `make docs` turns its warnings into errors."""

project = "realmgate"
author = "The realmgate authors"
project_copyright = "2026, The realmgate authors"

extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nitpicky = True
exclude_patterns = ["_build", "**/node_modules", "**/.pytest_cache"]

html_theme = "furo"
html_title = "realmgate"
html_static_path = ["_static"]
html_css_files = ["realms.css"]
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0a6a59", "color-brand-content": "#0a6a59"},
    "dark_css_variables": {"color-brand-primary": "#62d2b9", "color-brand-content": "#62d2b9"},
}
