# The list of a Makefile's targets that have a description ("target: ... ## what it does"), folded to 80 columns.
BEGIN { FS = ":.*## "; margin = 18 }

/^##@/ { printf "\n%s\n", substr($0, 5) }

/^[a-z0-9 -]+:.*## / {
    line = sprintf("  make %-" (margin - 8) "s ", $1)
    if (length(line) > margin) {
        tell(line)
        line = sprintf("%" margin "s", "")
    }
    count = split($2, words, " ")
    for (place = 1; place <= count; place++) {
        if (length(line) + length(words[place]) > 80) {
            tell(line)
            line = sprintf("%" margin "s", "")
        }
        line = line words[place] " "
    }
    tell(line)
}

function tell(line) {
    sub(/ +$/, "", line)
    print line
}
