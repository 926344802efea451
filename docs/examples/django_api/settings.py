"""Settings of a project that has an API and nothing else; yours has more."""

import os

SECRET_KEY = os.environ.get("SECRET_KEY", "only for development")
ALLOWED_HOSTS = ["127.0.0.1", "shop.example"]
ROOT_URLCONF = "django_api.urls"
WSGI_APPLICATION = "django_api.wsgi.application"
USE_TZ = True

# The identity provider that has a realm for each of our two APIs.
PROVIDER = os.environ.get("PROVIDER", "https://id.example")
