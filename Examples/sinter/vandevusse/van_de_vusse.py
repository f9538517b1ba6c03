"""The reactor of Van de Vusse, A -> B -> C and 2 A -> D in an isothermal stirred tank, as a unit for FMI 2.

    Examples/sinter/vandevusse/make_unit        makes VanDeVusse.fmu

J. G. van de Vusse, Chem. Eng. Sci. 19 (1964) 994; the constants are those of the textbooks' example.
"""

from pythonfmu import Fmi2Causality, Fmi2Slave, Fmi2Variability, Real
from pythonfmu.enums import Fmi2Status

K1 = 50.0  # 1/h, A -> B
K2 = 100.0  # 1/h, B -> C
K3 = 10.0  # L/(mol h), 2 A -> D
STEPS_PER_HOUR = 20_000


class VanDeVusse(Fmi2Slave):
    """Concentrations in mol/L, flow in L/h, volume in L, time in h."""

    author = ""
    description = "The reactor of Van de Vusse"

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.F = 25.0
        self.V = 1.0
        self.Caf = 10.0
        self.Ca = 2.5
        self.Cb = 0.5
        for name in ("F", "Caf"):
            self.register_variable(Real(name, causality=Fmi2Causality.input))
        self.register_variable(Real("V", causality=Fmi2Causality.parameter, variability=Fmi2Variability.tunable))
        for name in ("Ca", "Cb"):
            self.register_variable(Real(name, causality=Fmi2Causality.output))

    def do_step(self, current_time, step_size):
        if self.V <= 0:
            self.log(f"the volume is {self.V} L", Fmi2Status.error)
            return False
        count = max(1, round(step_size * STEPS_PER_HOUR))
        for _ in range(count):
            self._step(step_size / count)
        return True

    def _rates(self, a, b):
        dilution = self.F / self.V
        return dilution * (self.Caf - a) - K1 * a - K3 * a * a, -dilution * b + K1 * a - K2 * b

    def _step(self, h):
        """Runge and Kutta, fourth order."""
        a, b = self.Ca, self.Cb
        p = self._rates(a, b)
        q = self._rates(a + h / 2 * p[0], b + h / 2 * p[1])
        r = self._rates(a + h / 2 * q[0], b + h / 2 * q[1])
        s = self._rates(a + h * r[0], b + h * r[1])
        self.Ca = a + h / 6 * (p[0] + 2 * q[0] + 2 * r[0] + s[0])
        self.Cb = b + h / 6 * (p[1] + 2 * q[1] + 2 * r[1] + s[1])
