"""Pages and a small API."""

from __future__ import annotations

import hmac
import json

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import F
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_http_methods

from config.settings.base import secret

from .models import Post
from .tasks import take_preview


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "blog/index.html", {"posts": Post.objects.all()[:50]})


@require_GET
def post(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "blog/post.html", {"post": get_object_or_404(Post, slug=slug)})


@require_GET
def preview(request: HttpRequest, slug: str) -> FileResponse:
    found = get_object_or_404(Post, slug=slug)
    if not found.preview:
        raise Http404("not taken yet")
    return FileResponse(found.preview.open(), content_type="image/png")


def described(found: Post) -> dict[str, object]:
    return {
        "title": found.title,
        "slug": found.slug,
        "metadata": found.metadata,
        "preview": bool(found.preview),
    }


@require_http_methods(["GET", "POST"])
def posts(request: HttpRequest) -> JsonResponse:
    if request.method == "GET":
        found = Post.objects.all()
        if "tag" in request.GET:
            found = found.filter(metadata__contains={"tags": [request.GET["tag"]]})
        return JsonResponse({"posts": [described(each) for each in found[:50]]})
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given, f"Bearer {secret('API_KEY')}"):
        return JsonResponse({"error": "the API key is missing or wrong"}, status=401)
    try:
        data = json.loads(request.body)
        made = Post(title=data["title"], slug=slugify(data["title"]), body=data["body"], metadata=data.get("metadata", {}))
        made.full_clean(exclude=["preview"])
        made.save()
    except (ValueError, KeyError, TypeError, ValidationError, IntegrityError) as error:
        return JsonResponse({"error": str(error)}, status=400)
    cache.delete_many(["search"])
    take_preview.delay(made.pk)
    return JsonResponse(described(made), status=201)


@require_GET
def search(request: HttpRequest) -> JsonResponse:
    """Posts with these words in any form, the best first."""
    query = SearchQuery(request.GET.get("q", ""), search_type="websearch", config="english")
    found = Post.objects.filter(words=query).annotate(rank=SearchRank(F("words"), query)).order_by("-rank")[:20]
    return JsonResponse({"posts": [described(each) for each in found]})


@require_GET
def visits(request: HttpRequest) -> JsonResponse:
    """How often this browser came, from its session."""
    request.session["visits"] = request.session.get("visits", 0) + 1
    return JsonResponse({"visits": request.session["visits"]})
