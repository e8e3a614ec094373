# Sourced as `processes.sh NAME BOURSE` by the scripts here: a node as a process of its own, in a temporary folder.
#
# Sets $work, a folder that is kept when the script fails, $bourse, and, for the commands, BOURSE_SERVER and BOURSE_KEY_FILE. Nothing is
# waited for by time: only what should have come within two minutes has failed.

name=$1
bourse=$(realpath "$2")
work=$(mktemp -d)
node=0
address=127.0.0.1:0
export BOURSE_KEY_FILE=$work/data/operator.key

say() { echo "$name: $*"; }
fail() { echo "$name: $*" >&2; exit 1; }

end() {
    local status=${1:-$?} each
    for each in $(jobs -p); do
        kill_hard "$each" 2>/dev/null || true
    done
    if ((status == 0)); then
        rm -rf "$work"
    else
        say "failed; what is left is in $work" >&2
        tail -n 5 "$work"/*.log >&2 || true
    fi
}
trap end EXIT

# Starts it where it was before, and returns when it says that it serves. With an empty $address, folder and address are the settings'.
start_node() {
    local line='' where=(--data "$work/data" --listen "$address")
    [[ -n $address ]] || where=()
    rm -f "$work/ready" && mkfifo "$work/ready"
    "$bourse" node "${where[@]}" "$@" >"$work/ready" 2>>"$work/node.log" &
    node=$!
    read -r -t 120 line <"$work/ready" || fail "the node did not become ready"
    [[ $line == "ready rpc="* ]] || fail "the node said '$line'"
    address=${line#ready rpc=}
    export BOURSE_SERVER=$address
}

# kill_hard PROCESS...: some of this script's, all at once, and their deaths are awaited.
kill_hard() {
    kill -9 "$@"
    local each
    for each; do
        wait "$each" 2>/dev/null || true
    done
}

stop_node() {
    kill -TERM "$node"
    wait "$node" || fail "SIGTERM ended the node with $?"
}

# verify_node [--acks FILE]
verify_node() {
    "$bourse" verify --data "$work/data" "$@" >"$work/verify.log" 2>&1 ||
        fail "$(grep FAILED "$work/verify.log" || tail -n 1 "$work/verify.log")"
}

# wait_for COUNT PATTERN FILE...: until so many lines of the files, together, match. A file may come later.
wait_for() {
    local count=$1 pattern=$2 reader
    shift 2
    exec 9< <(exec tail -q -n +1 -s 0.1 -F "$@" 2>/dev/null)
    reader=$!
    # Neither from standard input, which grep reads to its end, nor to /dev/null, where it does not count.
    timeout 120 grep -m "$count" -e "$pattern" /dev/fd/9 >"$work/awaited" ||
        { kill "$reader"; fail "no $count lines with '$pattern' in $* within two minutes"; }
    kill "$reader" 2>/dev/null || true
    exec 9<&-
}
