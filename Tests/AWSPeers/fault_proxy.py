"""A server before a peer of AWS that breaks the calls it is told to break, from one moment to the next.

All else is handed on byte by byte, the field Host included, so that signatures stay valid. A rule is an object; of
those that match a call the first counts:

    {"service": "sqs", "operation": "ReceiveMessage", "key": "AKIA…", "do": "refuse", "status": 400, "code": "…"}

`service`, `operation` and `key` (the caller's access key id) match everything where they are absent. What is done:

    refuse   an error in the service's form, with `status`, `code` and `message`; the peer does not see the call
    reset    the connection is reset; the peer does not see the call
    stall    no answer until the rules change
    cut      the peer carries the call out, and half of its answer arrives
    garbage  the peer carries the call out, and `text` arrives in place of its answer's body
    clock    the peer is taken to be `ahead` seconds ahead of this machine: a call whose time is not that of then is
             refused, as AWS does it, one that is gets a new signature of now
"""

import calendar
import email.utils

import json
import re
import socket
import struct
import threading
import time

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

# Fields that a new signature replaces, or that belong to the connection.
UNSIGNED = {"authorization", "x-amz-date", "x-amz-security-token", "content-length", "user-agent", "accept"}
# Seconds: the least that services of AWS allow.
TOLERANCE = 300
FORM = re.compile(rb"^(?:.*&)?Action=([A-Za-z]+)")
SCOPE = re.compile(r"Credential=([^/]+)/\d+/[^/]+/([^/]+)/aws4_request")


class FaultProxy:
    def __init__(self, peer):
        self.peer = peer
        host, port = peer["endpoint"].split("//")[1].split(":")
        self.upstream = (host, int(port))
        self.change = threading.Condition()
        self.rules, self.hits = [], []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def set_rules(self, rules):
        """How often each of the former rules was followed."""
        with self.change:
            former, self.rules, self.hits = self.hits, rules, [0] * len(rules)
            self.change.notify_all()
        return former

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, client):
        upstream = None
        try:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            reader = client.makefile("rb")
            while request := read_message(reader):
                rule = self.rule(request)
                kind = rule and rule["do"]
                if kind == "stall":
                    with self.change:
                        # Whoever waits here has been counted among the rules that hold now.
                        self.change.wait_for(lambda: not any(rule is one for one in self.rules))
                    return
                if kind == "reset":
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return
                if kind == "clock":
                    if is_skewed(request, rule):
                        client.sendall(skew_refusal(rule, service(request)[1]))
                        continue
                    request = self.signed_anew(request)
                if kind == "refuse":
                    client.sendall(refusal(rule, service(request)[1]))
                    continue
                if upstream is None:
                    upstream = socket.create_connection(self.upstream)
                    upstream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    answers = upstream.makefile("rb")
                upstream.sendall(request.head + request.body)
                answer = read_message(answers, without_body=request.head.startswith(b"HEAD "))
                if answer is None:
                    return
                if kind == "cut":
                    whole = answer.head + answer.body
                    client.sendall(whole[:max(len(whole) - max(len(answer.body) // 2, 1), 1)])
                    return
                if kind == "garbage":
                    text = rule["text"].encode()
                    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(text) + text)
                    continue
                client.sendall(answer.head + answer.body)
                if answer.field("connection") == "close":
                    return
        except OSError:
            pass  # one of the two has gone
        finally:
            client.close()
            if upstream is not None:
                upstream.close()

    def rule(self, request):
        key, name = service(request)
        operation = request.operation()
        with self.change:
            for index, rule in enumerate(self.rules):
                wanted = (rule.get("key", key), rule.get("service", name), rule.get("operation", operation))
                if wanted == (key, name, operation):
                    if rule["do"] != "clock" or is_skewed(request, rule):
                        self.hits[index] += 1
                    return rule
        return None

    def signed_anew(self, request):
        method, target, _ = request.head.decode().split(" ", 2)
        kept = {name: value for name, value in request.fields.items() if name not in UNSIGNED}
        signed = AWSRequest(method, f"http://{request.field('host')}{target}", kept, request.body)
        keys, name = Credentials(self.peer["accessKey"], self.peer["secretKey"]), service(request)[1]
        (S3SigV4Auth if name == "s3" else SigV4Auth)(keys, name, self.peer["region"]).add_auth(signed)
        fields = {**dict(signed.headers.items()), "content-length": str(len(request.body))}
        head = f"{method} {target} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return Message(head.encode() + b"\r\n", request.body)


class Message:
    def __init__(self, head, body):
        self.head, self.body = head, body
        lines = [line.partition(b":") for line in head.split(b"\r\n")[1:] if line]
        self.fields = {name.decode().lower(): value.strip().decode() for name, _, value in lines}

    def field(self, name):
        return self.fields.get(name, "")

    def operation(self):
        if target := self.field("x-amz-target"):
            return target.split(".")[-1]
        form = FORM.match(self.body)
        return form[1].decode() if form else self.head.split(b" ")[0].decode()


def service(request):
    """Key and service of a signed call."""
    scope = SCOPE.search(request.field("authorization"))
    return (scope[1], scope[2]) if scope else (None, None)


def read_message(reader, without_body=False):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = reader.readline()
        if not line:
            return None
        head += line
    message = Message(head, b"")
    if without_body:
        return message
    if message.field("transfer-encoding") == "chunked":
        while True:
            line = reader.readline()
            size = int(line.split(b";")[0], 16)
            message.body += line + reader.read(size + 2)
            if size == 0:
                return message
    message.body = reader.read(int(message.field("content-length") or 0))
    return message


def is_skewed(request, rule):
    signed = calendar.timegm(time.strptime(request.field("x-amz-date"), "%Y%m%dT%H%M%SZ"))
    return abs(signed - (time.time() + rule["ahead"])) > TOLERANCE


def skew_refusal(rule, name):
    status, code = {
        "s3": (403, "RequestTimeTooSkewed"), "sqs": (400, "InvalidSignatureException"),
        "dynamodb": (400, "InvalidSignatureException")}.get(name, (403, "SignatureDoesNotMatch"))
    date = email.utils.formatdate(time.time() + rule["ahead"], usegmt=True)
    return refusal({"status": status, "code": code, "message": "Signature expired"}, name, f"Date: {date}\r\n")


def refusal(rule, name, fields=""):
    code, message = rule["code"], rule.get("message", "the test says so")
    if name in ("sqs", "dynamodb", "logs"):
        kind, body = "application/x-amz-json-1.0", json.dumps({"__type": f"com.amazonaws#{code}", "message": message})
    elif name == "s3":
        kind, body = "application/xml", f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    else:
        kind, body = "text/xml", (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
            "</ErrorResponse>")
    return (
        f"HTTP/1.1 {rule['status']} X\r\n{fields}Content-Type: {kind}\r\nx-amzn-RequestId: {id(object())}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}").encode()
