"""Looks at programs and at packaging/monitoring as Prometheus does, for MonitoringTests.swift.

    watch.py scrape PLACE...              what each place (ADDRESS:PORT or a socket's path) tells, as JSON by place
    watch.py names FILE...                names of metrics in rules and dashboards, as JSON by file
    watch.py expressions FILE             a rules file with all expressions of a dashboard, for promtool
"""

import http.client
import json
import re
import socket
import sys

import yaml
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from prometheus_client.parser import text_string_to_metric_families as older_families

OPEN_METRICS = "application/openmetrics-text;version=1.0.0"


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def get(place, path, accept="*/*"):
    if place.startswith("/"):
        connection = UnixConnection(place)
    else:
        connection = http.client.HTTPConnection(*place.rsplit(":", 1), timeout=30)
    connection.request("GET", path, headers={"Accept": accept})
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, answer.getheader("Content-Type"), body


def scrape(place):
    status, kind, text = get(place, "/metrics", OPEN_METRICS)
    assert status == 200 and kind.startswith(OPEN_METRICS.split(";")[0]), (status, kind)
    families, samples = {}, {}
    for family in text_string_to_metric_families(text):
        families[family.name] = family.type
        assert family.documentation, family.name
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            samples[f"{sample.name}{{{labels}}}"] = sample.value
    status, kind, text = get(place, "/metrics", "text/plain")
    assert status == 200 and kind.startswith("text/plain; version=0.0.4"), (status, kind)
    older = {sample.name for family in older_families(text) for sample in family.samples}
    assert {name.split("{")[0] for name in samples} == older, older
    answer = {"families": families, "samples": samples}
    for path in ["healthz", "readyz", "status"]:
        status, kind, body = get(place, "/" + path)
        answer[path] = {"code": status, "body": json.loads(body)}
    return answer


def expressions(value):
    """All texts under the key expr, wherever they are."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "expr":
                yield inner
            else:
                yield from expressions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from expressions(inner)


def load(path):
    with open(path) as file:
        return json.load(file) if path.endswith(".json") else yaml.safe_load(file)


def names(path):
    """Names of our metrics; what a dashboard asks for its variables counts too."""
    document = load(path)
    texts = list(expressions(document))
    for variable in document.get("templating", {}).get("list", []):
        texts.append(str(variable.get("query")))
    assert texts, path
    return sorted({name for text in texts for name in re.findall(r"\b(?:foqus|process)_[a-z_]+", text)})


def rules(path):
    plain = [
        text.replace("$__rate_interval", "5m").replace("$instance", ".*") for text in expressions(load(path))
    ]
    return {"groups": [{"name": "x", "rules": [{"record": f"r:{n}", "expr": text} for n, text in enumerate(plain)]}]}


command, *rest = sys.argv[1:]
if command == "scrape":
    print(json.dumps({place: scrape(place) for place in rest}))
elif command == "names":
    print(json.dumps({path: names(path) for path in rest}))
elif command == "expressions":
    print(json.dumps(rules(rest[0])))
else:
    sys.exit(__doc__)
