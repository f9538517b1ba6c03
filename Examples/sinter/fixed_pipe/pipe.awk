# The pressure drop of a liquid in pipes, in the manner of a program of 1975: a deck of cards in fixed columns, and a
# report for the printer.
#
#     card 1   TITLE       columns 1-72
#     card 2   LIQUID      11-20 density, kg/m3; 21-30 viscosity, Pa s; 31-40 flow, m3/s
#     card 3   LIMITS      11-15 iterations
#     card 4.. PIPE        11-20 length, m; 21-30 diameter, m; 31-40 roughness, m
#     last     END
function field(from, width) { return substr($0, from, width) + 0 }

function log10(x) { return log(x) / log(10) }

# Colebrook and White, by substitution; 0 when it does not settle.
function friction(re, rel,    x, next_x, i) {
    if (re < 2300) return 64 / re
    x = 8
    for (i = 1; i <= limit; i++) {
        next_x = -2 * log10(rel / 3.7 + 2.51 * x / re)
        if (next_x - x < 1E-12 && x - next_x < 1E-12) return 1 / (next_x * next_x)
        x = next_x
    }
    return 0
}

BEGIN { pi = atan2(0, -1); total = 0 }
/^TITLE/ { printf "1%s\n", substr($0, 11) }
/^LIQUID/ { density = field(11, 10); viscosity = field(21, 10); flow = field(31, 10) }
/^LIMITS/ { limit = field(11, 5) }
/^PIPE/ {
    length_ = field(11, 10); diameter = field(21, 10); roughness = field(31, 10)
    velocity = flow / (pi * diameter * diameter / 4)
    re = density * velocity * diameter / viscosity
    f = friction(re, roughness / diameter)
    if (f == 0) { print " *** NO CONVERGENCE IN", limit, "ITERATIONS ***"; exit 16 }
    if (re > 2300 && re < 4000) print " *** WARNING - TRANSITION, RE =", re
    drop = f * length_ / diameter * density * velocity * velocity / 2
    total += drop
    printf " PIPE %d   RE = %16.8E   F = %16.8E   DP = %16.8E PA\n", ++pipes, re, f, drop
}
/^END/ { printf "0TOTAL PRESSURE DROP  %16.8E PA\n", total; ended = 1 }
END { if (!ended && f != 0) { print " *** END CARD MISSING ***"; exit 12 } }
