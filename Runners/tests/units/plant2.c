/* A small FMI 2 unit for tests: dx/dt = u - k x, and whatever can go wrong. See PLANT in fmu_units.py. */
#include <fmi2Functions.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { U, K, X, DER_X, V1, V2, V3, W1, W2, W3, RATE, REALS };
enum { MODE, STEPS, CROSSINGS, PHASE, INTEGERS };
enum { ON, LATE, BOOLEANS };
enum {
    FINE, CRASH, ENDLESS, ERROR, NOT_A_NUMBER, WARNING, CRASH_WHEN_FREED, END_EARLY, PRINT, LEAVE_PROCESS, SILENT_ERROR,
    INIT_ERROR, SILENT_WARNING, EXIT, CHATTY, DISCARD, CHANGE_FILES, SCRIBBLE
};

typedef struct {
    const fmi2CallbackFunctions *callbacks;
    fmi2Real real[REALS], time, before;
    fmi2Integer integer[INTEGERS];
    fmi2Boolean boolean[BOOLEANS];
    char name[100], says[120], resources[1000];
    int is_restricted;
} Plant;

/* Shared by all instances of a process: each run must find it at 0. */
static int instances;

static void say(Plant *plant, fmi2Status status, const char *text) {
    const fmi2CallbackFunctions *callbacks = plant->callbacks;
    if (plant->is_restricted) return; /* as some units have messages of no category */
    callbacks->logger(callbacks->componentEnvironment, "plant", status, "logStatus", "%s (mode %d)", text,
                      plant->integer[MODE]);
}

const char *fmi2GetTypesPlatform(void) { return fmi2TypesPlatform; }
const char *fmi2GetVersion(void) { return fmi2Version; }

fmi2Component fmi2Instantiate(fmi2String name, fmi2Type type, fmi2String guid, fmi2String resources,
                              const fmi2CallbackFunctions *callbacks, fmi2Boolean visible, fmi2Boolean logging) {
    if (strcmp(guid, "plant") != 0) {
        callbacks->logger(callbacks->componentEnvironment, name, fmi2Error, "logStatus", "the GUID is not mine");
        return NULL;
    }
    if (getenv("PLANT_CRASHES")) abort();
    Plant *plant = callbacks->allocateMemory(1, sizeof *plant);
    plant->callbacks = callbacks;
    snprintf(plant->resources, sizeof plant->resources, "%s", resources + strlen("file://"));
    plant->real[K] = plant->real[X] = 1;
    plant->integer[STEPS] = 1000 * instances++;
    return plant;
}

void fmi2FreeInstance(fmi2Component c) {
    Plant *plant = c;
    if (plant->integer[MODE] == CRASH_WHEN_FREED) abort();
    plant->callbacks->freeMemory(plant);
}

fmi2Status fmi2SetDebugLogging(fmi2Component c, fmi2Boolean on, size_t n, const fmi2String names[]) {
    ((Plant *)c)->is_restricted = !on || n > 0;
    return fmi2OK;
}
fmi2Status fmi2SetupExperiment(fmi2Component c, fmi2Boolean has, fmi2Real tolerance, fmi2Real start, fmi2Boolean ends,
                               fmi2Real stop) {
    ((Plant *)c)->time = start;
    return fmi2OK;
}
fmi2Status fmi2EnterInitializationMode(fmi2Component c) { return fmi2OK; }
fmi2Status fmi2ExitInitializationMode(fmi2Component c) {
    Plant *plant = c;
    plant->before = plant->real[X] - 2;
    if (plant->integer[MODE] != INIT_ERROR) return fmi2OK;
    say(plant, fmi2Error, "the tank has no bottom");
    return fmi2Error;
}
fmi2Status fmi2Terminate(fmi2Component c) { return fmi2OK; }
fmi2Status fmi2Reset(fmi2Component c) { return fmi2Error; }

static void calculate(Plant *plant) {
    for (int i = 0; i < 3; i++) plant->real[W1 + i] = 2 * plant->real[V1 + i];
    plant->real[DER_X] = plant->real[U] - plant->real[K] * plant->real[X];
    snprintf(plant->says, sizeof plant->says, "%s is %s", plant->name, plant->boolean[ON] ? "on" : "off");
}

#define GETTER(function, type, member)                                                              \
    fmi2Status function(fmi2Component c, const fmi2ValueReference vr[], size_t n, type value[]) {   \
        calculate(c);                                                                               \
        for (size_t i = 0; i < n; i++) value[i] = ((Plant *)c)->member[vr[i]];                      \
        return fmi2OK;                                                                              \
    }
#define SETTER(function, type, member)                                                                   \
    fmi2Status function(fmi2Component c, const fmi2ValueReference vr[], size_t n, const type value[]) {  \
        for (size_t i = 0; i < n; i++) ((Plant *)c)->member[vr[i]] = value[i];                           \
        return fmi2OK;                                                                                   \
    }
GETTER(fmi2GetReal, fmi2Real, real)
GETTER(fmi2GetInteger, fmi2Integer, integer)
GETTER(fmi2GetBoolean, fmi2Boolean, boolean)
SETTER(fmi2SetReal, fmi2Real, real)
SETTER(fmi2SetInteger, fmi2Integer, integer)
SETTER(fmi2SetBoolean, fmi2Boolean, boolean)

fmi2Status fmi2GetString(fmi2Component c, const fmi2ValueReference vr[], size_t n, fmi2String value[]) {
    Plant *plant = c;
    calculate(plant);
    for (size_t i = 0; i < n; i++) value[i] = vr[i] == 0 ? plant->name : plant->says;
    return fmi2OK;
}
fmi2Status fmi2SetString(fmi2Component c, const fmi2ValueReference vr[], size_t n, const fmi2String value[]) {
    snprintf(((Plant *)c)->name, sizeof ((Plant *)c)->name, "%s", value[0]);
    return fmi2OK;
}

/* Changes the unit's own files; an error when they are not as the unit came. */
static fmi2Status change_files(Plant *plant) {
    char table[1100], kept[1100];
    snprintf(table, sizeof table, "%s/table.txt", plant->resources);
    snprintf(kept, sizeof kept, "%s/kept.txt", plant->resources);
    FILE *file = fopen(table, "r+");
    if (!file || fgetc(file) != '1' || access(kept, F_OK) == 0) {
        say(plant, fmi2Error, "another run has been here");
        return fmi2Error;
    }
    rewind(file);
    fputc('2', file);
    fclose(file);
    fclose(fopen(kept, "w"));
    return fmi2OK;
}

/* What goes wrong in a step, or when derivatives are asked for. */
static fmi2Status go_wrong(Plant *plant) {
    switch (plant->integer[MODE]) {
    case CRASH: *(volatile int *)8 = 1; break;
    case ENDLESS:
        fclose(fopen("endless", "w"));
        for (volatile int i = 0;; i++) {}
    case ERROR: say(plant, fmi2Error, "the pump has no oil"); return fmi2Error;
    case NOT_A_NUMBER: plant->real[X] = NAN; break;
    case WARNING: say(plant, fmi2Warning, "the pump is hot"); return fmi2Warning;
    case SILENT_ERROR: return fmi2Error;
    case SILENT_WARNING: return fmi2Warning;
    case EXIT: exit(3);
    case PRINT: {
        FILE *file = fopen("left.txt", "w");
        fputs("a result", file);
        fclose(file);
        printf("printed by the plant\n");
        break;
    }
    case LEAVE_PROCESS:
        if (fork() == 0) {
            setsid();
            FILE *file = fopen("left.new", "w");
            fprintf(file, "%d", getpid());
            fclose(file);
            rename("left.new", "left.pid");
            for (;;) pause();
        }
        while (access("left.pid", F_OK) != 0) usleep(1000);
        break;
    case DISCARD: return fmi2Discard;
    case CHANGE_FILES:
        if (plant->integer[STEPS] == 0) return change_files(plant);
        break;
    case SCRIBBLE:
        for (int i = 3; i < 100; i++) (void)!write(i, "{} scribble\n[]\n", 15);
        break;
    case CHATTY:
        for (int i = 0; i < 1000; i++) say(plant, fmi2Warning, "the pump talks");
        break;
    }
    return fmi2OK;
}

fmi2Status fmi2DoStep(fmi2Component c, fmi2Real time, fmi2Real step, fmi2Boolean keep) {
    Plant *plant = c;
    if (fabs(time - plant->time) > 1e-12) {
        say(plant, fmi2Error, "this step does not follow the one before");
        return fmi2Error;
    }
    if (plant->integer[MODE] == END_EARLY && time >= 0.5) return fmi2Discard;
    fmi2Status status = go_wrong(plant);
    if (status > fmi2Warning) return status;
    double k = plant->real[K], u = plant->real[U];
    if (k == 0) plant->real[X] += u * step;
    else plant->real[X] = u / k + (plant->real[X] - u / k) * exp(-k * step);
    plant->time = time + step;
    plant->integer[STEPS]++;
    return status;
}
#ifndef WITHOUT_STATUS
fmi2Status fmi2GetBooleanStatus(fmi2Component c, const fmi2StatusKind kind, fmi2Boolean *value) {
    *value = kind == fmi2Terminated && ((Plant *)c)->integer[MODE] == END_EARLY;
    return fmi2OK;
}
fmi2Status fmi2GetRealStatus(fmi2Component c, const fmi2StatusKind kind, fmi2Real *value) {
    *value = ((Plant *)c)->time;
    return fmi2OK;
}
#endif

/* Model exchange. When x rises over 2 it falls to 1; late becomes true at time 0.5. */
fmi2Status fmi2EnterEventMode(fmi2Component c) { return fmi2OK; }
fmi2Status fmi2NewDiscreteStates(fmi2Component c, fmi2EventInfo *info) {
    Plant *plant = c;
    memset(info, 0, sizeof *info);
    if (plant->real[X] >= 2) {
        plant->real[X] = 1;
        plant->integer[CROSSINGS]++;
        info->valuesOfContinuousStatesChanged = fmi2True;
        info->newDiscreteStatesNeeded = fmi2True;
    }
    if (plant->time >= 0.5) plant->boolean[LATE] = fmi2True;
    info->nextEventTimeDefined = !plant->boolean[LATE];
    info->nextEventTime = 0.5;
    info->terminateSimulation = plant->integer[MODE] == END_EARLY && plant->boolean[LATE];
    return fmi2OK;
}
fmi2Status fmi2EnterContinuousTimeMode(fmi2Component c) { return fmi2OK; }
fmi2Status fmi2CompletedIntegratorStep(fmi2Component c, fmi2Boolean keep, fmi2Boolean *event, fmi2Boolean *end) {
    ((Plant *)c)->integer[STEPS]++;
    *event = *end = fmi2False;
    return fmi2OK;
}
fmi2Status fmi2SetTime(fmi2Component c, fmi2Real time) {
    ((Plant *)c)->time = time;
    return fmi2OK;
}
fmi2Status fmi2SetContinuousStates(fmi2Component c, const fmi2Real x[], size_t n) {
    ((Plant *)c)->real[X] = x[0];
    return fmi2OK;
}
fmi2Status fmi2GetContinuousStates(fmi2Component c, fmi2Real x[], size_t n) {
    x[0] = ((Plant *)c)->real[X];
    return fmi2OK;
}
fmi2Status fmi2GetDerivatives(fmi2Component c, fmi2Real derivatives[], size_t n) {
    Plant *plant = c;
    calculate(plant);
    derivatives[0] = plant->real[DER_X];
    if (plant->integer[MODE] == NOT_A_NUMBER) derivatives[0] = NAN;
    return plant->integer[MODE] == NOT_A_NUMBER ? fmi2OK : go_wrong(plant);
}
fmi2Status fmi2GetEventIndicators(fmi2Component c, fmi2Real indicators[], size_t n) {
    indicators[0] = ((Plant *)c)->real[X] - 2;
    return fmi2OK;
}
fmi2Status fmi2GetNominalsOfContinuousStates(fmi2Component c, fmi2Real nominals[], size_t n) {
    nominals[0] = 1;
    return fmi2OK;
}
