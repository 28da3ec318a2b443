"""What the border between Python and the core adds: objects, exceptions and their attributes."""

import json
import unittest

import loyalty

TEXT = """program "Corner Shop" { currency EUR  timezone "Europe/Berlin"  version 3 }
wallet points { expire 12 months after earning }
rule base on order { earn 1 points per 1 EUR of order.subtotal }
"""
JOINED = "2026-01-01T00:00:00Z"
ORDER = {"type": "order", "id": "o-1", "member": "m-1", "at": "2026-11-21T10:00:00+01:00", "subtotal": "37.50"}


class ProgramTest(unittest.TestCase):
    def setUp(self):
        self.program = loyalty.Program.compile(TEXT)
        self.member = self.program.enroll("m-1", JOINED)

    def test_a_program_says_its_title_and_version(self):
        self.assertEqual((self.program.title, self.program.version), ("Corner Shop", 3))

    def test_a_member_moves_with_its_events(self):
        self.assertEqual((self.member.id, self.member.revision, self.member.next_due), ("m-1", 0, None))
        outcome = json.loads(self.program.apply(self.member, json.dumps(ORDER)))
        self.assertEqual(outcome["decisions"][0]["amount"], "37")
        self.assertEqual(outcome["revision"], self.member.revision)
        self.assertIsNotNone(self.member.next_due)
        expired = json.loads(self.program.advance(self.member, self.member.next_due))
        self.assertEqual(expired["decisions"][0]["kind"], "expired")

    def test_explaining_changes_nothing(self):
        before = self.program.save(self.member)
        self.assertIsInstance(json.loads(self.program.explain(self.member, json.dumps(ORDER))), dict)
        self.assertEqual(self.program.save(self.member), before)

    def test_what_does_not_compile_is_told_as_objects(self):
        with self.assertRaises(loyalty.RulesError) as raised:
            loyalty.Program.compile(TEXT.replace("wallet points", "wallet coins"))
        first = raised.exception.diagnostics[0]
        self.assertEqual((first["code"], first["severity"]), ("L0207", "error"))
        self.assertIn("L0207", str(raised.exception))

    def test_a_refused_event_says_why(self):
        with self.assertRaises(loyalty.EventError) as raised:
            self.program.apply(self.member, json.dumps({**ORDER, "subtotal": None}))
        error = raised.exception
        self.assertEqual((error.code, error.field), ("missing_field", "subtotal"))
        self.assertIsNone(error.found)
        self.assertTrue(str(error).startswith("missing_field"))

    def test_what_is_no_instant_is_refused_alike_everywhere(self):
        for call in (
            lambda: self.program.enroll("m-2", "tomorrow"),
            lambda: self.program.apply(self.member, json.dumps(ORDER), "tomorrow"),
            lambda: self.program.advance(self.member, "tomorrow"),
            lambda: self.program.view(self.member, "tomorrow"),
        ):
            with self.assertRaises(loyalty.EventError) as raised:
                call()
            self.assertEqual((raised.exception.code, raised.exception.found), ("bad_instant", "`tomorrow`"))

    def test_an_event_from_the_future_is_refused_where_now_is_told(self):
        with self.assertRaises(loyalty.EventError) as raised:
            self.program.apply(self.member, json.dumps(ORDER), JOINED)
        self.assertEqual(raised.exception.code, "future_event")

    def test_a_member_of_another_program_is_refused(self):
        other = loyalty.Program.compile(TEXT.replace("points", "stars"))
        with self.assertRaises(loyalty.EventError) as raised:
            other.apply(self.member, json.dumps(ORDER))
        self.assertEqual(raised.exception.code, "other_program")

    def test_state_that_is_none_is_an_error(self):
        with self.assertRaises(loyalty.StateError):
            self.program.load("{}")

    def test_what_is_no_member_is_a_type_error(self):
        with self.assertRaises(TypeError):
            self.program.apply(self.program, json.dumps(ORDER))

    def test_what_is_no_string_is_a_type_error(self):
        for wrong in (7, {}, None):
            for call in (loyalty.Program.compile, lambda wrong: self.program.apply(self.member, wrong)):
                with self.assertRaises(TypeError):
                    call(wrong)

    def test_half_a_character_in_a_text_is_an_error(self):
        with self.assertRaises(UnicodeEncodeError):
            self.program.advance(self.member, "\ud800")


if __name__ == "__main__":
    unittest.main()
