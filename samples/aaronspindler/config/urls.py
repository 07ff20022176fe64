from django.urls import path

from blog import views as blog
from funds import views as funds
from health import views as health

urlpatterns = [
    path("", blog.index, name="index"),
    path("posts/<slug:slug>/", blog.post, name="post"),
    path("posts/<slug:slug>/preview.png", blog.preview, name="preview"),
    path("api/posts/", blog.posts),
    path("api/search/", blog.search),
    path("api/visits/", blog.visits),
    path("api/funds/<slug:symbol>/prices/", funds.prices),
    path("health/", health.health),
    path("health/live/", health.live),
]
