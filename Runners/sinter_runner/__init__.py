"""Long-lived processes that run Sinter configurations for foqus-worker: workbooks and FMI units.

Commands come on stdin, events leave on stdout, one JSON object a line. The
protocol is described in ``docs/executors.md``. A simulator is a subclass of
``simulator.Simulator``; ``serving.serve`` speaks the protocol for it.
"""
