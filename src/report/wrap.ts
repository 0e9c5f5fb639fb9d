import stringWidth from "string-width";

/** Breaks at spaces; words longer than a line are broken where the line ends. */
export function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  let isStart = true;
  const push = () => {
    lines.push(line.trimEnd());
    line = indent;
    isStart = true;
  };
  for (const word of text.split(/(?<=\S)(?= )/)) {
    let rest = isStart && lines.length > 0 ? word.trimStart() : word;
    if (!isStart && stringWidth(line) + stringWidth(rest) > width) {
      push();
      rest = rest.trimStart();
    }
    while (stringWidth(line) + stringWidth(rest) > width) {
      const [head, tail] = cut(rest, width - stringWidth(line));
      line += head;
      push();
      rest = tail;
    }
    line += rest;
    isStart = false;
  }
  if (line.trim() !== "") lines.push(line.trimEnd());
  return lines;
}

function cut(text: string, width: number): [head: string, tail: string] {
  let head = "";
  for (const { segment } of new Intl.Segmenter("en").segment(text)) {
    if (head !== "" && stringWidth(head + segment) > width) break;
    head += segment;
  }
  return [head, text.slice(head.length)];
}
