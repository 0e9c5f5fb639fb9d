/**
 * The words before a script and its parameters. Bash as most systems build it (SSH_SOURCE_BASHRC) reads ~/.bashrc even
 * for `-c` where SHLVL is unset or 0 and its input is a socket, as Node's pipes are, or SSH_CLIENT is set: nothing that
 * a user has there may print into, change or end what lkload runs.
 */
export const bashCommand: readonly string[] = ["bash", "--norc", "-c"];
