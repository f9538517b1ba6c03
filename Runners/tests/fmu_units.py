"""Functional mock-up units that tests make: of C code of our own, and the example of Van de Vusse."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from support import EXAMPLES, RUNNERS

#: A Python with FMPy and pythonfmu: that of script/lib/python-env.sh, ensure_sinter_python.
PYTHON = os.environ.get("FOQUS_SINTER_PYTHON") or str(RUNNERS.parent / ".build" / "sinter-venv" / "bin" / "python3")
VAN_DE_VUSSE = EXAMPLES / "sinter" / "vandevusse"

_FMI2_XML = """<?xml version="1.0" encoding="UTF-8"?>
<fmiModelDescription fmiVersion="2.0" modelName="probe" guid="{guid}">
  <{kind} modelIdentifier="probe"/>
  <LogCategories><Category name="all"/></LogCategories>
  <DefaultExperiment startTime="0" stopTime="1"/>
  <ModelVariables>
    <ScalarVariable name="x" valueReference="0" causality="input"><Real start="2"/></ScalarVariable>
    <ScalarVariable name="mode" valueReference="1" causality="parameter" variability="fixed"><Integer start="0"/></ScalarVariable>
    <ScalarVariable name="v[1]" valueReference="2" causality="input"><Real start="0"/></ScalarVariable>
    <ScalarVariable name="v[2]" valueReference="3" causality="input"><Real start="0"/></ScalarVariable>
    <ScalarVariable name="y" valueReference="4" causality="output"><Real/></ScalarVariable>
    <ScalarVariable name="sum" valueReference="5" causality="output"><Real/></ScalarVariable>
  </ModelVariables>
  <ModelStructure><Outputs><Unknown index="5"/><Unknown index="6"/></Outputs></ModelStructure>
</fmiModelDescription>
"""

# y grows by x for each unit of time; sum is v[1] + v[2]. What mode says goes wrong in a step.
_FMI2_C = r"""
#include <math.h>
#include <stdlib.h>
#include <string.h>
typedef void (*Logger)(void *, const char *, int, const char *, const char *, ...);
typedef struct { Logger logger; void *a, *b, *c, *environment; } Callbacks;
static const Callbacks *callbacks;
static double reals[8] = {2, 0, 0, 0, 0, 0};
static int mode;
static void say(int status, const char *text) { if (callbacks->logger) callbacks->logger(callbacks->environment, "probe", status, "all", text); }
const char *fmi2GetTypesPlatform(void) { return "default"; }
const char *fmi2GetVersion(void) { return "2.0"; }
void *fmi2Instantiate(const char *name, int type, const char *guid, const char *place, const Callbacks *given, int visible, int logging) {
    callbacks = given;
    return strcmp(guid, "right") == 0 ? reals : NULL;
}
void fmi2FreeInstance(void *c) {}
int fmi2SetDebugLogging(void *c, int on, size_t n, const char *const *categories) { return 0; }
int fmi2SetupExperiment(void *c, int t, double tolerance, double start, int s, double stop) { return 0; }
int fmi2EnterInitializationMode(void *c) { return 0; }
int fmi2ExitInitializationMode(void *c) { return 0; }
int fmi2Terminate(void *c) { return 0; }
int fmi2Reset(void *c) { return 0; }
int fmi2GetReal(void *c, const unsigned *r, size_t n, double *v) {
    reals[5] = reals[2] + reals[3];
    for (size_t i = 0; i < n; i++) v[i] = reals[r[i]];
    return 0;
}
int fmi2SetReal(void *c, const unsigned *r, size_t n, const double *v) {
    for (size_t i = 0; i < n; i++) reals[r[i]] = v[i];
    return 0;
}
int fmi2GetInteger(void *c, const unsigned *r, size_t n, int *v) { for (size_t i = 0; i < n; i++) v[i] = mode; return 0; }
int fmi2SetInteger(void *c, const unsigned *r, size_t n, const int *v) { if (n) mode = v[0]; return 0; }
#define UNUSED(name) int name(void) { return 3; }
UNUSED(fmi2GetBoolean) UNUSED(fmi2SetBoolean) UNUSED(fmi2GetString) UNUSED(fmi2SetString)
UNUSED(fmi2GetFMUstate) UNUSED(fmi2SetFMUstate) UNUSED(fmi2FreeFMUstate) UNUSED(fmi2SerializedFMUstateSize)
UNUSED(fmi2SerializeFMUstate) UNUSED(fmi2DeSerializeFMUstate) UNUSED(fmi2GetDirectionalDerivative)
UNUSED(fmi2SetRealInputDerivatives) UNUSED(fmi2GetRealOutputDerivatives) UNUSED(fmi2CancelStep) UNUSED(fmi2GetStatus)
UNUSED(fmi2GetRealStatus) UNUSED(fmi2GetIntegerStatus) UNUSED(fmi2GetBooleanStatus) UNUSED(fmi2GetStringStatus)
int fmi2DoStep(void *c, double time, double step, int keep) {
    switch (mode) {
    case 1: *(volatile int *)8 = 1; break;
    case 2: for (volatile int i = 0;; i++) {} break;
    case 3: say(3, "the pump has no oil"); return 3;
    case 4: reals[4] = NAN; return 0;
    case 5: say(1, "the pump is hot"); break;
    }
    reals[4] += step * reals[0];
    return 0;
}
/* for model exchange: one state, dy/dt = x */
UNUSED(fmi2EnterEventMode) 
int fmi2NewDiscreteStates(void *c, int *info) { memset(info, 0, 5 * sizeof(int)); return 0; }
int fmi2EnterContinuousTimeMode(void *c) { return 0; }
int fmi2CompletedIntegratorStep(void *c, int keep, int *event, int *end) { *event = *end = 0; return 0; }
int fmi2SetTime(void *c, double time) { return 0; }
int fmi2SetContinuousStates(void *c, const double *x, size_t n) { if (n) reals[4] = x[0]; return 0; }
int fmi2GetDerivatives(void *c, double *d, size_t n) { if (n) d[0] = reals[0]; return 0; }
int fmi2GetEventIndicators(void *c, double *e, size_t n) { return 0; }
int fmi2GetContinuousStates(void *c, double *x, size_t n) { if (n) x[0] = reals[4]; return 0; }
int fmi2GetNominalsOfContinuousStates(void *c, double *x, size_t n) { if (n) x[0] = 1; return 0; }
"""

_FMI3_XML = """<?xml version="1.0" encoding="UTF-8"?>
<fmiModelDescription fmiVersion="3.0" modelName="probe" instantiationToken="right">
  <CoSimulation modelIdentifier="probe" canHandleVariableCommunicationStepSize="true"/>
  <DefaultExperiment startTime="0" stopTime="1"/>
  <ModelVariables>
    <Float64 name="time" valueReference="0" causality="independent" variability="continuous"/>
    <Float64 name="v" valueReference="1" causality="input" start="1 2 3"><Dimension start="3"/></Float64>
    <Float64 name="w" valueReference="2" causality="output"><Dimension start="3"/></Float64>
    <Int32 name="n" valueReference="3" causality="output" variability="discrete"/>
  </ModelVariables>
  <ModelStructure><Output valueReference="2"/><Output valueReference="3"/></ModelStructure>
</fmiModelDescription>
"""

# w is v times the time that went by; n counts the steps.
_FMI3_C = r"""
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
static double v[3] = {1, 2, 3}, w[3];
static int32_t steps;
const char *fmi3GetVersion(void) { return "3.0"; }
void *fmi3InstantiateCoSimulation(const char *name, const char *token, const char *resources, bool visible, bool logging,
    bool events, bool early, const uint32_t *required, size_t count, void *environment, void *log, void *update) {
    return strcmp(token, "right") == 0 ? v : NULL;
}
void fmi3FreeInstance(void *c) {}
int fmi3SetDebugLogging(void *c, bool on, size_t n, const char *const *categories) { return 0; }
int fmi3EnterInitializationMode(void *c, bool t, double tolerance, double start, bool s, double stop) { return 0; }
int fmi3ExitInitializationMode(void *c) { return 0; }
int fmi3Terminate(void *c) { return 0; }
int fmi3Reset(void *c) { return 0; }
int fmi3GetFloat64(void *c, const uint32_t *r, size_t n, double *values, size_t count) {
    memcpy(values, r[0] == 1 ? v : w, count * sizeof *values);
    return 0;
}
int fmi3SetFloat64(void *c, const uint32_t *r, size_t n, const double *values, size_t count) {
    memcpy(v, values, count * sizeof *values);
    return 0;
}
int fmi3GetInt32(void *c, const uint32_t *r, size_t n, int32_t *values, size_t count) { values[0] = steps; return 0; }
int fmi3DoStep(void *c, double time, double step, bool keep, bool *event, bool *end, bool *early, double *last) {
    for (int i = 0; i < 3; i++) w[i] += step * v[i];
    steps++;
    *event = *end = *early = false;
    *last = time + step;
    return 0;
}
#define UNUSED(name) int name(void) { return 3; }
UNUSED(fmi3ActivateModelPartition) UNUSED(fmi3CompletedIntegratorStep) UNUSED(fmi3DeserializeFMUState)
UNUSED(fmi3EnterConfigurationMode) UNUSED(fmi3EnterContinuousTimeMode) UNUSED(fmi3EnterEventMode)
UNUSED(fmi3EnterStepMode) UNUSED(fmi3EvaluateDiscreteStates) UNUSED(fmi3ExitConfigurationMode)
UNUSED(fmi3FreeFMUState) UNUSED(fmi3GetAdjointDerivative) UNUSED(fmi3GetBinary) UNUSED(fmi3GetBoolean)
UNUSED(fmi3GetClock) UNUSED(fmi3GetContinuousStateDerivatives) UNUSED(fmi3GetContinuousStates)
UNUSED(fmi3GetDirectionalDerivative) UNUSED(fmi3GetEventIndicators) UNUSED(fmi3GetFMUState) UNUSED(fmi3GetFloat32)
UNUSED(fmi3GetInt16) UNUSED(fmi3GetInt64) UNUSED(fmi3GetInt8) UNUSED(fmi3GetIntervalDecimal)
UNUSED(fmi3GetIntervalFraction) UNUSED(fmi3GetNominalsOfContinuousStates) UNUSED(fmi3GetNumberOfContinuousStates)
UNUSED(fmi3GetNumberOfEventIndicators) UNUSED(fmi3GetNumberOfVariableDependencies) UNUSED(fmi3GetOutputDerivatives)
UNUSED(fmi3GetShiftDecimal) UNUSED(fmi3GetShiftFraction) UNUSED(fmi3GetString) UNUSED(fmi3GetUInt16)
UNUSED(fmi3GetUInt32) UNUSED(fmi3GetUInt64) UNUSED(fmi3GetUInt8) UNUSED(fmi3GetVariableDependencies)
UNUSED(fmi3InstantiateModelExchange) UNUSED(fmi3InstantiateScheduledExecution) UNUSED(fmi3SerializeFMUState)
UNUSED(fmi3SerializedFMUStateSize) UNUSED(fmi3SetBinary) UNUSED(fmi3SetBoolean) UNUSED(fmi3SetClock)
UNUSED(fmi3SetContinuousStates) UNUSED(fmi3SetFMUState) UNUSED(fmi3SetFloat32) UNUSED(fmi3SetInt16)
UNUSED(fmi3SetInt32) UNUSED(fmi3SetInt64) UNUSED(fmi3SetInt8) UNUSED(fmi3SetIntervalDecimal)
UNUSED(fmi3SetIntervalFraction) UNUSED(fmi3SetShiftDecimal) UNUSED(fmi3SetShiftFraction) UNUSED(fmi3SetString)
UNUSED(fmi3SetTime) UNUSED(fmi3SetUInt16) UNUSED(fmi3SetUInt32) UNUSED(fmi3SetUInt64) UNUSED(fmi3SetUInt8)
UNUSED(fmi3UpdateDiscreteStates)
"""


def make_fmi2(path: Path, guid: str = "right", kind: str = "CoSimulation", platform: str = "linux64") -> None:
    text = _FMI2_XML.format(guid=guid, kind=kind)
    if kind == "ModelExchange":
        text = text.replace('numberOfEventIndicators="0"', "").replace(
            '<ScalarVariable name="y" valueReference="4" causality="output"><Real/></ScalarVariable>',
            '<ScalarVariable name="y" valueReference="4" causality="output" initial="exact"><Real start="0"/></ScalarVariable>',
        )
        text = text.replace(
            "  </ModelVariables>",
            '    <ScalarVariable name="der(y)" valueReference="6" causality="local"><Real derivative="5"/></ScalarVariable>\n'
            "  </ModelVariables>",
        ).replace("</Outputs>", '</Outputs><Derivatives><Unknown index="7"/></Derivatives>')
    _make(path, text, _FMI2_C, f"binaries/{platform}/probe.so")


def make_fmi3(path: Path) -> None:
    _make(path, _FMI3_XML, _FMI3_C, "binaries/x86_64-linux/probe.so")


def make_van_de_vusse(folder: Path) -> Path:
    """The example's folder with the unit in it, made by pythonfmu."""
    shutil.copytree(VAN_DE_VUSSE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.fmu"))
    source = folder / "van_de_vusse.py"
    command = [PYTHON, "-m", "pythonfmu", "build", "-f", str(source), "-d", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=120)
    return folder


def _make(path: Path, description: str, source: str, member: str) -> None:
    compiler = shutil.which("cc") or shutil.which("clang")
    assert compiler, "a C compiler is needed: clang comes with Swift"
    with tempfile.TemporaryDirectory() as folder:
        code, program = Path(folder) / "probe.c", Path(folder) / "probe.so"
        code.write_text(source)
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-w", "-o", str(program), str(code)], check=True)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("modelDescription.xml", description)
            archive.writestr(member, program.read_bytes())
    os.chmod(path, 0o644)
