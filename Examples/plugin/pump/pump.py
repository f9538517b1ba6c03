# FOQUS_PYMODEL_PLUGIN
"""The power that a pump takes: an example of a FOQUS user plugin.

The mark in the first line makes FOQUS find the file; the class must be called
pymodel_pg, and the file is named as the node that uses it.
"""

from foqus_lib.framework.graph.nodeVars import NodeVars
from foqus_lib.framework.pymodel.pymodel import pymodel

GRAVITY = 9.80665  # m/s2


def checkAvailable():
    """FOQUS leaves the plugin out when this is false."""
    return True


class pymodel_pg(pymodel):
    def __init__(self):
        pymodel.__init__(self)
        for name, value, low, high, unit, text in (
            ("flow", 0.05, 0.0, 10.0, "m3/s", "volume flow"),
            ("head", 20.0, 0.0, 1000.0, "m", "head of the pump"),
            ("density", 1000.0, 1.0, 20000.0, "kg/m3", "density of the liquid"),
            ("efficiency", 0.8, 0.0, 1.0, "", "efficiency of the pump"),
        ):
            self.inputs[name] = NodeVars(value, low, high, value, unit=unit, vst="pymodel", vdesc=text, tags=[])
        self.outputs["power"] = NodeVars(0.0, unit="kW", vst="pymodel", vdesc="power at the shaft", tags=[])

    def run(self):
        given = {name: variable.value for name, variable in self.inputs.items()}
        if given["efficiency"] <= 0:
            raise ValueError("efficiency must be over 0")
        hydraulic = given["density"] * GRAVITY * given["flow"] * given["head"]
        self.outputs["power"].value = hydraulic / given["efficiency"] / 1000
