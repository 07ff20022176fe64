from django.test import TestCase

from blog.models import Post


class Search(TestCase):
    def setUp(self) -> None:
        Post.objects.create(title="Running containers", slug="a", body="Of ships.", metadata={"tags": ["docker"]})
        Post.objects.create(title="Ships", slug="b", body="They run on containers.", metadata={"tags": ["sea"]})

    def test_words_are_found_in_any_form_and_titles_count_more(self) -> None:
        found = self.client.get("/api/search/?q=container").json()["posts"]
        self.assertEqual([post["slug"] for post in found], ["a", "b"])

    def test_posts_are_found_by_their_tags(self) -> None:
        found = self.client.get("/api/posts/?tag=sea").json()["posts"]
        self.assertEqual([post["slug"] for post in found], ["b"])


class Pages(TestCase):
    def test_pages_escape_and_use_collected_files(self) -> None:
        Post.objects.create(title="<b>", slug="c", body="x")
        page = self.client.get("/posts/c/").content.decode()
        self.assertIn("&lt;b&gt;", page)
        self.assertRegex(page, r"/static/blog/style\.[0-9a-f]{12}\.css")

    def test_the_session_remembers(self) -> None:
        self.assertEqual([self.client.get("/api/visits/").json()["visits"] for _ in range(2)], [1, 2])

    def test_writing_needs_the_key(self) -> None:
        answer = self.client.post("/api/posts/", {"title": "x", "body": "y"}, content_type="application/json")
        self.assertEqual(answer.status_code, 401)


class Health(TestCase):
    def test_every_part_answers(self) -> None:
        answer = self.client.get("/health/")
        self.assertEqual(answer.json()["checks"]["cache"], True)
        self.assertEqual(answer.json()["checks"]["static_files"], True)
        self.assertEqual(answer.json()["checks"]["questdb"], True)
        self.assertEqual(answer.status_code, 200)
