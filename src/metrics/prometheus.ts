/** Reads the Prometheus text exposition format and tolerates OpenMetrics (timestamps, exemplars, `# EOF`). */

export type PrometheusSample = { name: string; labels: Record<string, string>; value: number };

/** Whether a line of a LiveKit server's exposition is worth storing. */
export function keepLine(line: string): boolean {
  return (
    line.startsWith("livekit_") ||
    line.startsWith("process_cpu_seconds_total") ||
    line.startsWith("process_resident_memory_bytes") ||
    line.startsWith("process_start_time_seconds") ||
    line.startsWith("go_goroutines")
  );
}

/**
 * Parses the lines whose metric name is wanted; all others cost next to nothing. Lines that are not of the format
 * are left out: an endpoint may be a proxy that answers with anything.
 */
export function parseExposition(text: string, wanted: (name: string) => boolean = () => true): PrometheusSample[] {
  const samples: PrometheusSample[] = [];
  let at = 0;
  while (at < text.length) {
    let end = text.indexOf("\n", at);
    if (end < 0) end = text.length;
    const sample = parseLine(text, at, end, wanted);
    if (sample) samples.push(sample);
    at = end + 1;
  }
  return samples;
}

const nameShape = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

function parseLine(
  text: string,
  from: number,
  end: number,
  wanted: (name: string) => boolean,
): PrometheusSample | undefined {
  if (text.charCodeAt(from) === 35) return undefined;
  let nameEnd = from;
  while (nameEnd < end && !" \t{".includes(text.charAt(nameEnd))) nameEnd++;
  const name = text.slice(from, nameEnd);
  if (name === "" || !wanted(name) || !nameShape.test(name)) return undefined;
  const line = text.slice(nameEnd, end);
  const labels: Record<string, string> = {};
  let rest = 0;
  if (line.startsWith("{")) {
    const after = parseLabels(line, labels);
    if (after === undefined) return undefined;
    rest = after;
  }
  const word = line.slice(rest).trim().split(/[ \t]/, 1)[0] ?? "";
  const value = parseValue(word);
  return value === undefined ? undefined : { name, labels, value };
}

/** @returns the position behind the closing brace */
function parseLabels(line: string, labels: Record<string, string>): number | undefined {
  let at = 1;
  while (at < line.length) {
    while (at < line.length && " \t,".includes(line.charAt(at))) at++;
    if (line.charAt(at) === "}") return at + 1;
    const equals = line.indexOf("=", at);
    if (equals < 0) return undefined;
    const name = line.slice(at, equals).trim();
    at = equals + 1;
    while (line.charAt(at) === " ") at++;
    if (line.charAt(at) !== '"') return undefined;
    let value = "";
    for (at++; at < line.length && line.charAt(at) !== '"'; at++) {
      if (line.charAt(at) === "\\") {
        at++;
        value += line.charAt(at) === "n" ? "\n" : line.charAt(at);
      } else value += line.charAt(at);
    }
    if (at >= line.length) return undefined;
    labels[name] = value;
    at++;
  }
  return undefined;
}

function parseValue(word: string): number | undefined {
  switch (word.toLowerCase()) {
    case "nan":
      return Number.NaN;
    case "inf":
    case "+inf":
      return Number.POSITIVE_INFINITY;
    case "-inf":
      return Number.NEGATIVE_INFINITY;
    default: {
      const value = Number(word);
      return word === "" || Number.isNaN(value) ? undefined : value;
    }
  }
}
