"""A long-lived process that runs FOQUS flowsheets for foqus-worker.

Commands come on stdin, events leave on stdout, one JSON object a line. The
protocol is described in ``Runners/README.md``.
"""
