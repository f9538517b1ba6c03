#!/usr/bin/env python3
"""A runner that squares x: the protocol of docs/executors.md in 30 lines. It sleeps `seconds` first."""
import json, os, queue, sys, threading

def tell(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)

stop, running, jobs = threading.Event(), None, queue.Queue()

def work():
    global running
    while job := jobs.get():
        stop.clear()
        running = job["id"]
        tell("started", id=running)
        value, limit = job["input"].get("x", 0), job["timeout"]
        seconds = job["input"].get("seconds", 0)
        ended = stop.wait(min(seconds, limit) if limit else seconds)
        result = {"status": "success", "reason": "", "message": "", "output": {"y": value * value}}
        if ended:
            result = {"status": "terminate", "reason": "terminated", "message": "ended from outside"}
        elif limit and seconds > limit:
            result = {"status": "error", "reason": "timeout", "message": f"longer than {limit} s"}
        job_id, running = running, None
        tell("result", id=job_id, **result)

threading.Thread(target=work, daemon=True).start()
tell("ready", pid=os.getpid(), engine="square 1.0")
for line in sys.stdin:
    try:
        command = json.loads(line)
        op, job = command["op"], command.get("id")
    except (ValueError, TypeError, KeyError):
        op, job = None, None
    if op == "load": tell("loaded")
    elif op == "run": jobs.put(command)
    elif op == "terminate" and job == running: stop.set()
    elif op == "ping": tell("pong", running=running)
    elif op == "shutdown": break
    else: tell("rejected", message=f"no such command or job: {line.strip()[:80]}", **({"id": job} if job else {}))
