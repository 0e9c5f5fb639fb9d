/** What terraform gets to see of the user's environment: all, but for what would change what it does or says. */

const unwanted =
  /^(TF_CLI_ARGS|TF_LOG|TF_VAR_|TF_WORKSPACE$|TF_DATA_DIR$|TF_INPUT$|TF_IN_AUTOMATION$|TF_PLUGIN_CACHE_DIR$)/;

export function terraformEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  cliConfigFile: string,
): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !unwanted.test(entry[0]),
  );
  return {
    ...Object.fromEntries(kept),
    TF_CLI_CONFIG_FILE: cliConfigFile,
    TF_IN_AUTOMATION: "1",
    TF_INPUT: "0",
    // No word to HashiCorp's update service.
    CHECKPOINT_DISABLE: "1",
  };
}
