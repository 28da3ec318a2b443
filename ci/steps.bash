# Sourced by the scripts that run several commands: each says what it does, how long it took, and stops at the first
# failure.

# step TITLE COMMAND [ARGUMENT…]
step() {
  local title=$1 started=$SECONDS
  shift
  printf '\n==> %s\n    %s\n' "$title" "$*"
  if "$@"; then
    printf '    ok, %d s\n' $((SECONDS - started))
  else
    printf '    FAILED after %d s: %s\n' $((SECONDS - started)) "$title" >&2
    exit 1
  fi
}

# skip TITLE REASON
skip() {
  printf '\n==> %s\n    skipped: %s\n' "$1" "$2"
}
