"""Sets Django up for the tests. With pytest-django, which does that too, leave this file out."""

import os

import django
from django.test.utils import setup_test_environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "django_api.settings")
django.setup()
setup_test_environment()
