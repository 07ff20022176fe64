"""The pages, for ``gunicorn ichrisbirch.wsgi_app:app``. They know the API and no database."""

from __future__ import annotations

import httpx2
from flask import Flask, Response, flash, jsonify, redirect, render_template, request, url_for

from . import logs, settings

logs.configure()
app = Flask(__name__)
app.secret_key = settings.secret("SECRET_KEY")
client = httpx2.Client(base_url=settings.api_url(), timeout=5)


@app.get("/health/live")
def live() -> Response:
    return jsonify(status="ok")


@app.get("/health")
def health() -> tuple[Response, int]:
    try:
        answer = client.get("/health", timeout=2)
    except httpx2.HTTPError as error:
        return jsonify(status="unavailable", api=type(error).__name__, version=settings.VERSION), 503
    state = "ok" if answer.is_success else "unavailable"
    return jsonify(status=state, api=answer.json()["status"], version=settings.VERSION), 200 if state == "ok" else 503


@app.get("/")
def index() -> str:
    answer = client.get("/tasks")
    answer.raise_for_status()
    return render_template("tasks.html", tasks=answer.json())


@app.post("/tasks")
def add() -> object:
    answer = client.post(
        "/tasks",
        json={
            "name": request.form.get("name", ""),
            "category": request.form.get("category", ""),
            "priority": request.form.get("priority", 10, type=int),
        },
    )
    flash("Added." if answer.is_success else "A task needs a name, a category and a priority from 1 to 100.")
    return redirect(url_for("index"), code=303)


@app.post("/tasks/<int:task_id>/complete")
def complete(task_id: int) -> object:
    answer = client.post(f"/tasks/{task_id}/complete")
    flash("Done." if answer.is_success else "There is no such task.")
    return redirect(url_for("index"), code=303)
