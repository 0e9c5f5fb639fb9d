/** Text as it is: terraform would take `${…}` and `%{…}` in it for its own expressions. */
export function literal(text: string): string {
  return text.replaceAll(/[$%]\{/g, (opening) => `${opening[0]}${opening}`);
}
