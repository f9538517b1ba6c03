/* A small FMI 3 unit for tests: dx/dt = u, w = v x, and values of several types. See PLANT3 in fmu_units.py. */
#include <fmi3Functions.h>

#include <stdlib.h>
#include <string.h>

enum { TIME, U, X, DER_X, V, W, SINGLE, SMALL, BIG, COUNT, ON, OFF, NAME, MODE };

typedef struct {
    double time, u, x, v[4];
    float single;
    int8_t small;
    uint64_t big;
    int32_t count, mode;
    bool on;
    char name[100];
    fmi3LogMessageCallback log;
    fmi3InstanceEnvironment environment;
} Plant;

static fmi3Instance instantiate(fmi3String token, fmi3LogMessageCallback log, fmi3InstanceEnvironment environment) {
    if (strcmp(token, "plant3") != 0) return NULL;
    Plant *plant = calloc(1, sizeof *plant);
    plant->log = log;
    plant->environment = environment;
    return plant;
}
fmi3Instance fmi3InstantiateCoSimulation(fmi3String name, fmi3String token, fmi3String resources, fmi3Boolean visible,
                                         fmi3Boolean logging, fmi3Boolean events, fmi3Boolean early,
                                         const fmi3ValueReference required[], size_t n,
                                         fmi3InstanceEnvironment environment, fmi3LogMessageCallback log,
                                         fmi3IntermediateUpdateCallback update) {
    return instantiate(token, log, environment);
}
fmi3Instance fmi3InstantiateModelExchange(fmi3String name, fmi3String token, fmi3String resources, fmi3Boolean visible,
                                          fmi3Boolean logging, fmi3InstanceEnvironment environment,
                                          fmi3LogMessageCallback log) {
    return instantiate(token, log, environment);
}
const char *fmi3GetVersion(void) { return fmi3Version; }
void fmi3FreeInstance(fmi3Instance c) { free(c); }
fmi3Status fmi3SetDebugLogging(fmi3Instance c, fmi3Boolean on, size_t n, const fmi3String names[]) { return fmi3OK; }
fmi3Status fmi3EnterInitializationMode(fmi3Instance c, fmi3Boolean has, fmi3Float64 tolerance, fmi3Float64 start,
                                       fmi3Boolean ends, fmi3Float64 stop) {
    ((Plant *)c)->time = start;
    return fmi3OK;
}
fmi3Status fmi3ExitInitializationMode(fmi3Instance c) { return fmi3OK; }
fmi3Status fmi3Terminate(fmi3Instance c) { return fmi3OK; }

fmi3Status fmi3GetFloat64(fmi3Instance c, const fmi3ValueReference vr[], size_t n, fmi3Float64 values[], size_t count) {
    Plant *plant = c;
    for (size_t i = 0; i < n; i++) {
        switch (vr[i]) {
        case U: case DER_X: *values++ = plant->u; break;
        case X: *values++ = plant->x; break;
        case TIME: *values++ = plant->time; break;
        case W:
            for (int j = 0; j < 4; j++) *values++ = plant->v[j] * plant->x;
        }
    }
    return fmi3OK;
}
fmi3Status fmi3SetFloat64(fmi3Instance c, const fmi3ValueReference vr[], size_t n, const fmi3Float64 values[],
                          size_t count) {
    Plant *plant = c;
    if (vr[0] == U) plant->u = values[0];
    else if (vr[0] == X) plant->x = values[0];
    else if (vr[0] == V && count == 4) memcpy(plant->v, values, sizeof plant->v);
    else return fmi3Error;
    return fmi3OK;
}
#define ACCESS(kind, member)                                                                                          \
    fmi3Status fmi3Get##kind(fmi3Instance c, const fmi3ValueReference vr[], size_t n, fmi3##kind values[], size_t m) { \
        values[0] = ((Plant *)c)->member;                                                                             \
        return fmi3OK;                                                                                                \
    }                                                                                                                 \
    fmi3Status fmi3Set##kind(fmi3Instance c, const fmi3ValueReference vr[], size_t n, const fmi3##kind values[],      \
                             size_t m) {                                                                              \
        ((Plant *)c)->member = values[0];                                                                             \
        return fmi3OK;                                                                                                \
    }
ACCESS(Float32, single)
ACCESS(Int8, small)
ACCESS(UInt64, big)
fmi3Status fmi3GetInt32(fmi3Instance c, const fmi3ValueReference vr[], size_t n, fmi3Int32 values[], size_t m) {
    values[0] = ((Plant *)c)->count;
    return fmi3OK;
}
fmi3Status fmi3SetInt32(fmi3Instance c, const fmi3ValueReference vr[], size_t n, const fmi3Int32 values[], size_t m) {
    ((Plant *)c)->mode = values[0];
    return fmi3OK;
}
fmi3Status fmi3GetBoolean(fmi3Instance c, const fmi3ValueReference vr[], size_t n, fmi3Boolean values[], size_t m) {
    values[0] = !((Plant *)c)->on;
    return fmi3OK;
}
fmi3Status fmi3SetBoolean(fmi3Instance c, const fmi3ValueReference vr[], size_t n, const fmi3Boolean values[], size_t m) {
    ((Plant *)c)->on = values[0];
    return fmi3OK;
}
fmi3Status fmi3GetString(fmi3Instance c, const fmi3ValueReference vr[], size_t n, fmi3String values[], size_t m) {
    Plant *plant = c;
    values[0] = plant->mode == 2 ? NULL : plant->name;
    return fmi3OK;
}
fmi3Status fmi3SetString(fmi3Instance c, const fmi3ValueReference vr[], size_t n, const fmi3String values[], size_t m) {
    strncpy(((Plant *)c)->name, values[0], sizeof ((Plant *)c)->name - 1);
    return fmi3OK;
}

fmi3Status fmi3DoStep(fmi3Instance c, fmi3Float64 time, fmi3Float64 step, fmi3Boolean keep, fmi3Boolean *event,
                      fmi3Boolean *end, fmi3Boolean *early, fmi3Float64 *last) {
    Plant *plant = c;
    if (plant->mode == 1) {
        plant->log(plant->environment, fmi3Error, "logStatusError", "the valve is stuck");
        return fmi3Error;
    }
    plant->x += plant->u * step;
    plant->time = *last = time + step;
    plant->count++;
    *event = *early = false;
    *end = plant->mode == 3 && plant->time >= 0.5;
    return fmi3OK;
}

fmi3Status fmi3EnterEventMode(fmi3Instance c) { return fmi3OK; }
fmi3Status fmi3UpdateDiscreteStates(fmi3Instance c, fmi3Boolean *again, fmi3Boolean *end, fmi3Boolean *nominals,
                                    fmi3Boolean *states, fmi3Boolean *has, fmi3Float64 *next) {
    *again = *end = *nominals = *states = *has = false;
    return fmi3OK;
}
fmi3Status fmi3EnterContinuousTimeMode(fmi3Instance c) { return fmi3OK; }
fmi3Status fmi3CompletedIntegratorStep(fmi3Instance c, fmi3Boolean keep, fmi3Boolean *event, fmi3Boolean *end) {
    *event = *end = false;
    return fmi3OK;
}
fmi3Status fmi3SetTime(fmi3Instance c, fmi3Float64 time) {
    ((Plant *)c)->time = time;
    return fmi3OK;
}
fmi3Status fmi3GetNumberOfContinuousStates(fmi3Instance c, size_t *n) { return *n = 1, fmi3OK; }
fmi3Status fmi3GetNumberOfEventIndicators(fmi3Instance c, size_t *n) { return *n = 0, fmi3OK; }
fmi3Status fmi3GetContinuousStates(fmi3Instance c, fmi3Float64 states[], size_t n) {
    states[0] = ((Plant *)c)->x;
    return fmi3OK;
}
fmi3Status fmi3SetContinuousStates(fmi3Instance c, const fmi3Float64 states[], size_t n) {
    ((Plant *)c)->x = states[0];
    return fmi3OK;
}
fmi3Status fmi3GetContinuousStateDerivatives(fmi3Instance c, fmi3Float64 derivatives[], size_t n) {
    derivatives[0] = ((Plant *)c)->u;
    return fmi3OK;
}
fmi3Status fmi3GetNominalsOfContinuousStates(fmi3Instance c, fmi3Float64 nominals[], size_t n) {
    nominals[0] = 1;
    return fmi3OK;
}
fmi3Status fmi3GetEventIndicators(fmi3Instance c, fmi3Float64 indicators[], size_t n) { return fmi3OK; }
