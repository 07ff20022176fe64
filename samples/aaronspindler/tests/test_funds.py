from time import sleep

from django.test import SimpleTestCase

from funds import questdb


class Prices(SimpleTestCase):
    def test_rows_are_line_protocol_in_nanoseconds(self) -> None:
        self.assertEqual(
            questdb.lines([("VTI", 1.0, 7, 1_000_000)]),
            b"prices,symbol=VTI price==\x10\x00\x00\x00\x00\x00\x00\xf0?,volume=7i 1000000000\n",
        )

    def test_what_is_written_is_read(self) -> None:
        questdb.prepare()
        rows = [("UNIT", float(number), 1, 1_700_000_000_000_000 + number) for number in range(1000)]
        self.assertEqual(questdb.write([rows[:400], rows[400:]]), 1000)
        for _ in range(200):
            found = questdb.query("SELECT count(), sum(price) FROM prices WHERE symbol = 'UNIT'")[0]
            if found[0] == 1000:
                break
            sleep(0.05)
        self.assertEqual(found, [1000, 499500.0])

    def test_a_refusal_is_told(self) -> None:
        with self.assertRaisesMessage(questdb.QuestdbError, "does not exist"):
            questdb.query("SELECT * FROM nothing_of_that_name")
