"""The answers of the stand-in of the Hub: one method a route."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.shards.hub_store import Reply, Store, git_id

LARGE = re.compile(r"\.(parquet|tar|flac|safetensors)$")


class Routes(BaseHTTPRequestHandler):
    store: Store

    def _known(self, write: bool = False) -> bool:
        known = self.headers.get("Authorization") == f"Bearer {self.store.token}"
        if write and not known:
            raise Reply(401, {"error": "Invalid credentials"})
        return known

    def _state(self, repo: str) -> dict[str, Any]:
        state = self.store.repo(repo)
        if state is None or (state["private"] and not self._known()):
            raise Reply(404, {"error": "Repository not found"}, X_Error_Code="RepoNotFound")
        return state

    def _commit_of(self, repo: str, revision: str) -> dict[str, Any]:
        state = self._state(repo)
        for name, commits in state["branches"].items():
            for commit in commits:
                if revision == commit["id"] or (revision == name and commit is commits[-1]):
                    return commit
        raise Reply(404, {"error": "Invalid rev id"}, X_Error_Code="RevisionNotFound")

    def whoami(self, _body: bytes) -> Reply:
        self._known(write=True)
        return Reply(200, {"type": "user", "name": "tester", "auth": {}, "orgs": []})

    def create(self, body: bytes) -> Reply:
        self._known(write=True)
        asked = json.loads(body)
        name = f"{asked['organization']}/{asked['name']}"
        kind = asked.get("type", "model")
        url = f"{self.store.url}/{'datasets/' if kind == 'dataset' else ''}{name}"
        if self.store.repo(name):
            return Reply(409, {"error": f"You already created this {kind} repo", "url": url})
        first = {"id": "0" * 40, "title": "initial commit", "files": {}}
        private = asked.get("visibility") == "private" or asked.get("private", False)
        self.store.keep(name, {"private": private, "branches": {"main": [first]}})
        return Reply(200, {"url": url, "name": name, "id": name})

    def branch(self, _body: bytes, repo: str, rev: str) -> Reply:
        self._known(write=True)
        state = self._state(repo)
        if rev in state["branches"]:
            return Reply(409, {"error": "Reference already exists"})
        state["branches"][rev] = state["branches"]["main"][-1:]
        self.store.keep(repo, state)
        return Reply(200, {})

    def validate_yaml(self, body: bytes) -> Reply:
        text = json.loads(body)["content"]
        good = text.startswith("---\n") and "\n---\n" in text and "license: forged" not in text
        faults = [] if good else [{"message": "not a license the Hub knows", "line": 1}]
        return Reply(200 if good else 400, {"errors": faults, "warnings": []})

    def preupload(self, body: bytes, repo: str, rev: str) -> Reply:
        self._known(write=True)
        files = self._commit_of(repo, rev)["files"]
        told = [
            {
                "path": file["path"],
                "uploadMode": "lfs" if LARGE.search(file["path"]) else "regular",
                "shouldIgnore": False,
                "oid": files.get(file["path"], {}).get("oid"),
            }
            for file in json.loads(body)["files"]
        ]
        return Reply(200, {"files": told})

    def batch(self, body: bytes, repo: str) -> Reply:
        self._known(write=True)
        objects = []
        for asked in json.loads(body)["objects"]:
            oid = asked["oid"]
            told: dict[str, Any] = {"oid": oid, "size": asked["size"]}
            if not self.store.blob(oid).is_file():
                told["actions"] = {
                    "upload": {"href": f"{self.store.url}/lfs/{oid}"},
                    "verify": {"href": f"{self.store.url}/lfs/verify/{oid}"},
                }
            objects.append(told)
        return Reply(200, {"transfer": "basic", "objects": objects})

    def put(self, body: bytes, oid: str) -> Reply:
        if hashlib.sha256(body).hexdigest() != oid:
            return Reply(400, {"error": "not the content that was announced"})
        if self.store.blob(oid).is_file():
            self.store.again.append(oid)
        self.store.blob(oid).write_bytes(body)
        return Reply(200, {})

    def lfs_verify(self, _body: bytes, oid: str) -> Reply:
        return Reply(200 if self.store.blob(oid).is_file() else 404, {})

    def commit(self, body: bytes, repo: str, rev: str) -> Reply:
        self._known(write=True)
        state = self._state(repo)
        commits = state["branches"][rev]
        files, title = dict(commits[-1]["files"]), ""
        for line in body.decode().splitlines():
            item = json.loads(line)
            value = item["value"]
            match item["key"]:
                case "header":
                    title = value["summary"]
                case "file":
                    data = base64.b64decode(value["content"])
                    self.store.blob(git_id(data)).write_bytes(data)
                    files[value["path"]] = {"oid": git_id(data), "size": len(data), "lfs": False}
                case "lfsFile":
                    if not self.store.blob(value["oid"]).is_file():
                        return Reply(400, {"error": f"{value['path']} was never uploaded"})
                    size = self.store.blob(value["oid"]).stat().st_size
                    files[value["path"]] = {"oid": value["oid"], "size": size, "lfs": True}
                case "deletedFile":
                    del files[value["path"]]
                case other:
                    return Reply(400, {"error": f"what is {other}?"})
        oid = hashlib.sha1(f"{commits[-1]['id']}{title}{len(commits)}".encode()).hexdigest()
        commits.append({"id": oid, "title": title, "files": files})
        self.store.keep(repo, state)
        url = f"{self.store.url}/datasets/{repo}/commit/{oid}"
        return Reply(200, {"success": True, "commitOid": oid, "commitUrl": url})

    def info(self, _body: bytes, repo: str, rev: str = "main") -> Reply:
        commit = self._commit_of(repo, rev)
        told = {
            "id": repo, "_id": "1" * 24, "author": repo.split("/")[0], "sha": commit["id"],
            "private": self._state(repo)["private"], "disabled": False, "gated": False,
            "downloads": 0, "likes": 0, "tags": [], "lastModified": "2024-01-01T00:00:00.000Z",
            "createdAt": "2024-01-01T00:00:00.000Z", "key": "",
            "siblings": [{"rfilename": path} for path in commit["files"]],
        }  # fmt: skip
        return Reply(200, told)

    def tree(self, _body: bytes, repo: str, rev: str, under: str | None) -> Reply:
        files = self._commit_of(repo, rev)["files"]
        deep = parse_qs(urlsplit(self.path).query).get("recursive", ["false"])[0].lower() == "true"
        prefix = f"{under.strip('/')}/" if under else ""
        told: dict[str, dict[str, Any]] = {}
        for path, file in sorted(files.items()):
            if not path.startswith(prefix):
                continue
            parts = path.removeprefix(prefix).split("/")
            for depth in range(1, len(parts) if deep else min(2, len(parts))):
                folder = prefix + "/".join(parts[:depth])
                told[folder] = {"type": "directory", "path": folder, "oid": "2" * 40, "size": 0}
            if deep or len(parts) == 1:
                told[path] = _entry(path, file)
        if prefix and not told:
            raise Reply(404, {"error": "not there"}, X_Error_Code="EntryNotFound")
        return Reply(200, list(told.values()))

    def paths_info(self, body: bytes, repo: str, rev: str) -> Reply:
        files = self._commit_of(repo, rev)["files"]
        if self.headers.get("Content-Type", "").startswith("application/json"):
            asked = json.loads(body)["paths"]
        else:
            asked = parse_qs(body.decode())["paths"]
        found = [_entry(path, files[path]) for path in asked if path in files]
        folders = [
            {"type": "directory", "path": path, "oid": "2" * 40, "size": 0}
            for path in asked
            if path not in files and any(f.startswith(f"{path}/") for f in files)
        ]
        return Reply(200, found + folders)

    def resolve(self, _body: bytes, repo: str, rev: str, path: str) -> Reply:
        commit = self._commit_of(repo, rev)
        file = commit["files"].get(path)
        headers = {"X_Repo_Commit": commit["id"], "Accept_Ranges": "bytes"}
        if file is None:
            return Reply(404, {"error": "not there"}, X_Error_Code="EntryNotFound", **headers)
        data = self.store.blob(file["oid"]).read_bytes()
        headers["ETag"] = f'"{file["oid"]}"'
        if file["lfs"]:
            headers |= {"X_Linked_Etag": headers["ETag"], "X_Linked_Size": str(len(data))}
        if asked := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
            first, last = int(asked[1]), int(asked[2] or len(data) - 1)
            headers["Content_Range"] = f"bytes {first}-{min(last, len(data) - 1)}/{len(data)}"
            return Reply(206, data[first : last + 1], **headers)
        if self.command == "HEAD":
            headers["Content_Length"] = str(len(data))
        return Reply(200, data, **headers)


def _entry(path: str, file: dict[str, Any]) -> dict[str, Any]:
    told = {"type": "file", "path": path, "size": file["size"], "oid": file["oid"]}
    if file["lfs"]:
        told["lfs"] = {"oid": file["oid"], "size": file["size"], "pointerSize": 130}
    return told


_KIND = "(?:datasets|models)"
_REPO = r"(?P<repo>[\w.-]+/[\w.-]+)"
_REV = r"(?P<rev>[^/]+)"
ROUTES: tuple[tuple[str, str, Callable[..., Reply]], ...] = (
    ("GET", r"/api/whoami-v2", Routes.whoami),
    ("POST", r"/api/repos/create", Routes.create),
    ("POST", r"/api/validate-yaml", Routes.validate_yaml),
    ("POST", rf"/api/{_KIND}/{_REPO}/branch/{_REV}", Routes.branch),
    ("POST", rf"/api/{_KIND}/{_REPO}/preupload/{_REV}", Routes.preupload),
    ("POST", rf"(?:/datasets)?/{_REPO}\.git/info/lfs/objects/batch", Routes.batch),
    ("PUT", r"/lfs/(?P<oid>[0-9a-f]{64})", Routes.put),
    ("POST", r"/lfs/verify/(?P<oid>[0-9a-f]{64})", Routes.lfs_verify),
    ("POST", rf"/api/{_KIND}/{_REPO}/commit/{_REV}", Routes.commit),
    ("GET", rf"/api/{_KIND}/{_REPO}", Routes.info),
    ("GET", rf"/api/{_KIND}/{_REPO}/revision/{_REV}", Routes.info),
    ("GET", rf"/api/{_KIND}/{_REPO}/tree/{_REV}(?P<under>/.*)?", Routes.tree),
    ("POST", rf"/api/{_KIND}/{_REPO}/paths-info/{_REV}", Routes.paths_info),
    ("HEAD", rf"(?:/datasets)?/{_REPO}/resolve/{_REV}/(?P<path>.+)", Routes.resolve),
    ("GET", rf"(?:/datasets)?/{_REPO}/resolve/{_REV}/(?P<path>.+)", Routes.resolve),
)
