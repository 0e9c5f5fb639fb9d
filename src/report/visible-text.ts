/**
 * Makes text from outside safe to look at: control characters and those that reorder text (a host named to look like
 * another) are shown as their code point instead of being acted on.
 */
const unseen =
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** One line of text in which nothing is hidden; line breaks and tabs become spaces. */
export function visibleText(text: string): string {
  return text.replace(unseen, (character) => {
    if (character === "\n" || character === "\r" || character === "\t") return " ";
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
