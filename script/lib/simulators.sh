# shellcheck shell=bash
# The simulators that tests and examples of Sinter configurations run. To be sourced after common.sh.

# GNU Octave, without a screen. One that is there will do.
ensure_octave() {
    command -v octave-cli >/dev/null || ensure_packages octave
}
