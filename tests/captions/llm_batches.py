"""The Batch API of the loopback server: files, batches, and all the ways in which they end."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from tests.captions.llm_answers import BEHAVIOURS, Response, Seen
from tests.captions.llm_server import LlmServer

BOUNDARY = re.compile(r"boundary=([^;]+)")


@dataclass
class Batches:
    """Routes of a server: ``server.batches = Batches()``.

    ``polls`` answers come before a batch ends as ``ends`` says: completed, expired (with the
    answers to every second question) or failed (with none). ``asked`` counts each question.
    """

    polls: int = 1
    ends: tuple[str, ...] = ("completed",)
    files: dict[str, bytes] = field(default_factory=dict)
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    lose_answer_of: str = ""

    def respond(self, server: LlmServer, seen: Seen) -> Response | None:
        """Return the response to a request that is about files or batches, else None."""
        path = seen.path.partition("?")[0].removeprefix("/v1/")
        match [seen.method, *path.split("/")]:
            case ["POST", "files"]:
                made = self._file(_part(seen))
            case ["GET", "files", name, "content"]:
                return Response(body=self.files[name].decode())
            case ["POST", "batches"]:
                made = self._create(seen.body)
            case ["GET", "batches"]:
                latest = list(self.batches.values())[::-1]
                made = {"object": "list", "data": latest, "has_more": False}
            case ["GET", "batches", name]:
                made = self._poll(server, seen, name)
            case _:
                return None
        if self.lose_answer_of == f"{seen.method} {path}":
            self.lose_answer_of = ""
            return Response(drop=True)
        return Response(body=made)

    def _file(self, content: bytes) -> dict[str, Any]:
        name = f"file-{len(self.files)}"
        self.files[name] = content
        return {"id": name, "object": "file", "purpose": "batch", "bytes": len(content)}

    def _create(self, body: dict[str, Any]) -> dict[str, Any]:
        name = f"batch-{len(self.batches)}"
        lines = self.files[body["input_file_id"]].splitlines()
        self.asked.update(json.loads(line)["custom_id"] for line in lines)
        self.batches[name] = {
            "id": name,
            "object": "batch",
            "endpoint": body["endpoint"],
            "input_file_id": body["input_file_id"],
            "completion_window": body["completion_window"],
            "created_at": 0,
            "status": "in_progress",
            "polls": self.polls,
            "request_counts": {"total": len(lines), "completed": 0, "failed": 0},
        }
        return self.batches[name]

    def _poll(self, server: LlmServer, seen: Seen, name: str) -> dict[str, Any]:
        batch = self.batches[name]
        batch["polls"] -= 1
        if batch["polls"] < 0 and batch["status"] == "in_progress":
            self._end(server, seen, batch)
        return batch

    def _end(self, server: LlmServer, seen: Seen, batch: dict[str, Any]) -> None:
        end = self.ends[min(int(batch["id"].partition("-")[2]), len(self.ends) - 1)]
        batch["status"] = end
        if end == "failed":
            batch["errors"] = {"object": "list", "data": [{"message": "the file is not valid"}]}
            return
        good, bad = [], []
        lines = self.files[batch["input_file_id"]].splitlines()
        for number, line in enumerate(map(json.loads, lines)):
            if end == "expired" and number % 2:
                error = {"code": "batch_expired", "message": "This request could not be executed"}
                bad.append({"custom_id": line["custom_id"], "response": None, "error": error})
                continue
            inner = replace(seen, content=json.dumps(line["body"]).encode(), number=number)
            name = server.behave(inner)
            server.counts[f"batch {name}"] += 1
            response = BEHAVIOURS[name](inner)
            said = {"status_code": response.status, "body": response.body}
            kept = good if response.status == 200 else bad
            kept.append({"custom_id": line["custom_id"], "response": said, "error": None})
        # The order of answers is the endpoint's own.
        for field_name, rows in (("output_file_id", good[::-1]), ("error_file_id", bad)):
            if rows:
                content = "".join(json.dumps(row) + "\n" for row in rows)
                batch[field_name] = self._file(content.encode())["id"]
        batch["request_counts"] |= {"completed": len(good), "failed": len(bad)}


def _part(seen: Seen) -> bytes:
    """Return the file of a multipart upload."""
    boundary = BOUNDARY.search(seen.headers["content-type"])
    assert boundary is not None
    for part in seen.content.split(f"--{boundary[1]}".encode()):
        head, _, content = part.partition(b"\r\n\r\n")
        if b'name="file"' in head:
            return content.removesuffix(b"\r\n")
    raise ValueError("no file was uploaded")
