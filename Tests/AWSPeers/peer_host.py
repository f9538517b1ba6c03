"""Runs AWS-compatible servers and boto3 scripts for one test process.

Reads requests from standard input and answers on standard output, one JSON object a line, in any order. When its
input ends, as it does however the test process ends, it kills every server and removes their directories.

    {"id": 1, "peer": "ministack"}                          starts a server: its endpoint and credentials
    {"id": 2, "proxy": {…}, "rules": […]}                   starts microburst before a server: its endpoint
    {"id": 3, "breakable": {…}}                             starts a FaultProxy before a server: its endpoint
    {"id": 4, "at": "http…", "rules": […]}                  gives it rules; without rules: how often each was followed
    {"id": 5, "script": "…", "given": …, "on": {…}}         runs a script: what it assigns to `result`
    {"id": 6, "crash": {…}}                                 kills a server and starts it again, with what it had saved

A server is named by what its start answered: {"endpoint": …, "accessKey": …, "secretKey": …, "region": …}.
"""

import base64
import ctypes
import functools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import boto3
from botocore.config import Config

from fault_proxy import FaultProxy

PROGRAMS = os.path.dirname(sys.executable)
ROOT_KEYS = ("AKIAROOT000000000001", "rootSecretOfThePeerThatIsNeverChecked001")
WEED_KEYS = ("AKIAFOQUSTEST0000001", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
REGION = "us-east-1"
START_SECONDS = 120
ALLOW_ALL = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})

output_lock = threading.Lock()
client_lock = threading.Lock()
clients = {}
proxies = {}


def answer(number, **members):
    line = json.dumps({"id": number, **members}, default=plain)
    with output_lock:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def plain(value):
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def client(peer, service, **options):
    """A boto3 client; one for all scripts unless it has options of its own."""
    keys = options.pop("keys", (peer["accessKey"], peer["secretKey"]))
    name = (peer["endpoint"], service, tuple(keys))
    with client_lock:
        if not options and name in clients:
            return clients[name]
        settings = {"s3": {"addressing_style": "path"}, "proxies": {}, "max_pool_connections": 32, "read_timeout": 60}
        made = boto3.client(
            service, endpoint_url=peer["endpoint"], region_name=peer["region"], aws_access_key_id=keys[0],
            aws_secret_access_key=keys[1], config=Config(**{**settings, **options}))
        if not options:
            clients[name] = made
        return made


class Server:
    """A program with a directory of its own. Made on the main thread: the kernel kills it when that ends."""

    def __init__(self, program, arguments, environment=None, ports=1, files=None):
        self.directory = tempfile.mkdtemp(prefix="foqus-peer-")
        self.ports = free_ports(ports)
        self.name = program
        for name, content in (files or {}).items():
            with open(os.path.join(self.directory, name), "w") as file:
                file.write(content)
        values = {"directory": self.directory, "ports": self.ports}
        own = {"HOME": self.directory, "TMPDIR": self.directory, "PATH": PROGRAMS + ":/usr/bin:/bin", "LANG": "C.UTF-8"}
        own.update({name: value.format(**values) for name, value in (environment or {}).items()})
        self.log = os.path.join(self.directory, "log")
        self.command = [os.path.join(PROGRAMS, program)] + [argument.format(**values) for argument in arguments]
        self.environment = own
        self.endpoint = f"http://127.0.0.1:{self.ports[0]}"
        self.launch()

    def launch(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=self.directory, env=self.environment, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True, preexec_fn=die_with_parent)

    def crash(self):
        self.kill()
        self.launch()

    def wait_until(self, works, what):
        """Tries until `works` raises nothing."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended with code {self.process.returncode}:\n{self.tail()}")
            try:
                return works()
            except Exception as error:  # whatever a server says that is only half there
                if time.monotonic() > deadline:
                    raise RuntimeError(f"{self.name} does not {what}: {error}\n{self.tail()}") from error
            time.sleep(0.05)

    def tail(self):
        with open(self.log, errors="replace") as log:
            return log.read()[-2000:]

    def kill(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def end(self):
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def access(server, keys):
    return {"endpoint": server.endpoint, "accessKey": keys[0], "secretKey": keys[1], "region": REGION}


# MARK: the servers: how each is started, and how it comes to answer to keys that it checks


def start_ministack():
    return Server(
        "ministack", [],
        {"AUTH": "true", "AWS_ACCESS_KEY_ID": ROOT_KEYS[0], "AWS_SECRET_ACCESS_KEY": ROOT_KEYS[1],
         "GATEWAY_PORT": "{ports[0]}", "BIND_HOST": "127.0.0.1", "STATE_DIR": "{directory}/state",
         "S3_DATA_DIR": "{directory}/s3", "MINISTACK_IMDS_V2_REQUIRED": "1", "LOG_LEVEL": "WARNING"})


def ready_ministack(server):
    # It never checks its root key, hence a user.
    return access(server, new_user(server, ROOT_KEYS))


def start_moto():
    return Server("moto_server", ["-H", "127.0.0.1", "-p", "{ports[0]}"])


def ready_moto(server):
    keys = new_user(server, ("x", "y"))
    # From the next call on it checks signatures.
    post(server.endpoint + "/moto-api/reset-auth", b"0")
    return access(server, keys)


def new_user(server, root):
    iam = client(access(server, root), "iam")
    server.wait_until(iam.list_users, "list its users")
    iam.create_user(UserName="foqus")
    iam.put_user_policy(UserName="foqus", PolicyName="all", PolicyDocument=ALLOW_ALL)
    key = iam.create_access_key(UserName="foqus")["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def start_roto():
    return Server("roto-server", ["--port", "{ports[0]}", "--ephemeral"])


def start_durable_roto():
    return Server("roto-server", ["--port", "{ports[0]}", "--data-dir", "{directory}/data", "--durable"])


def ready_roto(server):
    peer = access(server, ("AKIAROTO000000000001", "notChecked"))
    server.wait_until(client(peer, "sqs").list_queues, "list its queues")
    return peer


def start_seaweedfs():
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    identity = {"name": "foqus", "credentials": [{"accessKey": WEED_KEYS[0], "secretKey": WEED_KEYS[1]}]}
    arguments = ["-dir={directory}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3", "-volume.max=500"]
    names = [
        "s3.port", "s3.port.grpc", "master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port",
        "filer.port.grpc"]
    arguments += [f"-{name}={{ports[{number}]}}" for number, name in enumerate(names)]
    arguments += [
        "-s3.config={directory}/identities.json", "-s3.localSocket={directory}/s3.sock", "-s3.port.iceberg=0",
        "-s3.port.lance=0", "-s3.autoCreateBucket=false", "-master.telemetry=false",
        "-master.volumeSizeLimitMB=1024"]
    return Server(
        "weed", ["server"] + arguments, ports=len(names),
        files={"identities.json": json.dumps({"identities": [{**identity, "actions": actions}]})})


def ready_seaweedfs(server):
    peer = access(server, WEED_KEYS)
    s3 = client(peer, "s3")
    # The gateway answers before there is a volume to write to.
    server.wait_until(lambda: "ready" in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
                      or s3.create_bucket(Bucket="ready"), "create a bucket")
    server.wait_until(lambda: s3.put_object(Bucket="ready", Key="ready", Body=b"x"), "take an object")
    return peer


def post(url, body):
    request = urllib.request.Request(url, data=body, method="POST", headers={"Content-Type": "text/plain"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as response:
        return response.read()


def start_proxy(peer, rules):
    # It changes the name of the host, which is signed; hence it signs anew.
    return Server(
        "microburst",
        ["-u", peer["endpoint"], "--host", "127.0.0.1", "-p", "{ports[0]}", "--config", "{directory}/rules.yaml",
         "--resign"],
        {"AWS_ACCESS_KEY_ID": peer["accessKey"], "AWS_SECRET_ACCESS_KEY": peer["secretKey"],
         "AWS_DEFAULT_REGION": peer["region"]},
        files={"rules.yaml": json.dumps({"rules": rules})})


def ready_proxy(server):
    # Nothing is sent through it: that would be counted as one of the test's requests.
    server.wait_until(lambda: socket.create_connection(("127.0.0.1", server.ports[0]), 1).close(), "listen")
    return {"endpoint": server.endpoint}


PEERS = {
    "ministack": (start_ministack, ready_ministack),
    "moto": (start_moto, ready_moto),
    "roto": (start_roto, ready_roto),
    "durable roto": (start_durable_roto, ready_roto),
    "seaweedfs": (start_seaweedfs, ready_seaweedfs),
}


# MARK: requests


def start_breakable(peer):
    proxy = FaultProxy(peer)
    proxies[proxy.endpoint] = proxy
    return {"endpoint": proxy.endpoint}


def break_calls(request):
    proxy = proxies[request["at"]]
    return proxy.set_rules(request["rules"]) if "rules" in request else proxy.hits


def run_script(request):
    peer = request.get("on")
    names = {
        "given": request.get("given"), "peer": peer, "result": None,
        "client": lambda service, **options: client(peer, service, **options)}
    exec(compile(request["script"], "script", "exec"), names)
    return names["result"]


def serve(number, work):
    try:
        answer(number, value=work())
    except BaseException as error:  # the test shall fail with it, not this process
        place = error.__traceback__
        while place and place.tb_frame.f_code.co_filename != "script":
            place = place.tb_next
        line = f" (line {place.tb_lineno} of the script)" if place else ""
        answer(number, error=f"{type(error).__name__}: {error}{line}")


def main():
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the end of the input says when to stop
    servers = []

    def crashed(peer):
        server = next(server for server in servers if server.endpoint == peer["endpoint"])
        server.crash()
        return lambda: ready_roto(server)

    def started(server, ready):
        servers.append(server)
        return lambda: ready(server)

    try:
        for line in sys.stdin.buffer:
            request = json.loads(line)
            number = request["id"]
            try:
                if "peer" in request:
                    start, ready = PEERS[request["peer"]]
                    work = started(start(), ready)
                elif "crash" in request:
                    work = crashed(request["crash"])
                elif "proxy" in request:
                    work = started(start_proxy(request["proxy"], request["rules"]), ready_proxy)
                elif "breakable" in request:
                    work = functools.partial(start_breakable, request["breakable"])
                elif "at" in request:
                    work = functools.partial(break_calls, request)
                else:
                    work = functools.partial(run_script, request)
            except Exception as error:
                answer(number, error=f"{type(error).__name__}: {error}")
                continue
            threading.Thread(target=serve, args=(number, work), daemon=True).start()
    finally:
        for server in servers:
            server.end()
        os._exit(0)


main()
