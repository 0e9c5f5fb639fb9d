/** The verdict's sentence where the verdict's word stands beside it already. */
export function headlineText(headline: string): string {
  return headline.replace(/^(Passed|Failed|Invalid): /, "");
}
