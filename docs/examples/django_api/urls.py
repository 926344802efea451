"""Where the views are."""

from django.urls import path

from . import views

urlpatterns = [
    path("api/orders", views.my_orders),
    path("admin/api/orders", views.all_orders),
]
