"""Burns methane in air at constant pressure and without loss of heat, to equilibrium."""

import json
from pathlib import Path

import cantera as ct


def main() -> None:
    inputs = json.loads(Path("inputs.json").read_text(encoding="utf-8"))
    gas = ct.Solution("gri30.yaml")
    gas.TP = inputs["T"], inputs["P"]
    gas.set_equivalence_ratio(inputs["phi"], inputs["fuel"], "O2:1, N2:3.76")
    before = gas.enthalpy_mass
    gas.equilibrate("HP", solver="element_potential", max_steps=inputs["steps"])
    outputs = {
        "T": gas.T,
        "enthalpy": {"before": before, "after": gas.enthalpy_mass},
        "moles": {name: float(gas[name].X[0]) for name in ("CO2", "CO", "H2O", "O2", "N2", "NO")},
        "species": gas.n_species,
    }
    Path("outputs.json").write_text(json.dumps(outputs), encoding="utf-8")


if __name__ == "__main__":
    main()
