/** What YAML refuses, in the words of those who write configurations. */
import type { YAMLError } from "yaml";

const byCode: Partial<Record<YAMLError["code"], string>> = {
  DUPLICATE_KEY: "this key stands twice in the same map",
  TAB_AS_INDENT: "a tab indents this line: YAML takes spaces only",
  MULTIPLE_DOCS: "a second document starts here (---): the file must hold one",
  MULTILINE_IMPLICIT_KEY: "this is not a setting: a colon and a space must follow its name, as in `rooms: 2`",
  BLOCK_AS_IMPLICIT_KEY: "this line has one `name:` too many, or its value needs quotes",
  BAD_SCALAR_START: "a value that begins with this character must be in quotes",
};

const byMessage: readonly [RegExp, string][] = [
  [/^Block scalar header/, 'a value that begins with > or | must be in quotes, as in ">= 99%"'],
  [/^Flow map/, "the map in braces above is not closed: } is missing, or this line is not indented"],
  [/^Flow sequence/, "the list in brackets above is not closed: ] is missing, or this line is not indented"],
  [/^Missing closing/, "a closing quote is missing before here"],
  [/same column$/, "this line is indented differently from the ones it belongs to"],
];

/** One sentence without its full stop. */
export function faultText({ code, message }: Pick<YAMLError, "code" | "message">): string {
  const known = byMessage.find(([shape]) => shape.test(message))?.[1] ?? byCode[code];
  return known ?? `this is not YAML: ${message.split("\n")[0]!.replace(/\.$/, "")}`;
}
