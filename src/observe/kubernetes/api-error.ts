import { errorText } from "../target.ts";

/** An answer of the API server that is not what was asked for, or none. */
export class ApiError extends Error {
  /** Null: there was no answer. */
  readonly status: number | null;
  /** Kubernetes' own word, such as `Forbidden` or `Expired`; empty when the answer has none. */
  readonly reason: string;
  /** From `Retry-After`; null when the server did not say. */
  readonly retryAfterMs: number | null;

  constructor(
    message: string,
    answer: { status: number | null; reason?: string; retryAfterMs?: number | null; cause?: unknown },
  ) {
    super(message, answer.cause === undefined ? {} : { cause: answer.cause });
    this.name = "ApiError";
    this.status = answer.status;
    this.reason = answer.reason ?? "";
    this.retryAfterMs = answer.retryAfterMs ?? null;
  }
}

/** From a body that is a `Status` object or, as aggregated APIs answer, plain text. */
export function apiError(status: number, retryAfter: string | undefined, body: string): ApiError {
  const { message, reason } = statusOf(body);
  const seconds = retryAfter === undefined ? Number.NaN : Number(retryAfter);
  return new ApiError(`HTTP ${status}: ${message}`, {
    status,
    reason,
    retryAfterMs: Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null,
  });
}

/** One line for people. */
export function apiErrorText(error: unknown): string {
  return error instanceof ApiError ? error.message : errorText(error);
}

function statusOf(body: string): { message: string; reason: string } {
  const oneLine = (text: string) => text.replaceAll(/\s+/g, " ").trim().slice(0, 500);
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === "object" && parsed !== null && "message" in parsed && typeof parsed.message === "string") {
      const reason = "reason" in parsed && typeof parsed.reason === "string" ? parsed.reason : "";
      return { message: oneLine(parsed.message), reason };
    }
  } catch {
    // Plain text.
  }
  return { message: oneLine(body) || "no text", reason: "" };
}
