"""What a server runs: gunicorn django_api.wsgi."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from .doors import guarded, realms

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "django_api.settings")

application = guarded(get_wsgi_application(), realms(settings.PROVIDER))
