import type { Output, System } from "./system.ts";

/** Colour only where a person looks at the stream and has not asked for none (https://no-color.org). */
export function wantsColor(stream: Output, { env }: System): boolean {
  const { NO_COLOR, TERM } = env;
  return stream.isTTY && (NO_COLOR === undefined || NO_COLOR === "") && TERM !== "dumb";
}
