/** The report in a real browser: nothing refused, nothing fetched, readable in every form. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderHtml } from "../../src/report/html.ts";
import { Chromium } from "./chromium.ts";
import { payloads, teardownWithTexts, withTexts } from "./hostile-result.ts";
import {
  cleanTeardown,
  dirtyTeardown,
  failResult,
  interruptedResult,
  largeResult,
  noMetricsResult,
  passResult,
  saturatedResult,
} from "./sample-results.ts";

const pages = {
  pass: renderHtml(passResult(), cleanTeardown()),
  fail: renderHtml(failResult(), dirtyTeardown()),
  saturated: renderHtml(saturatedResult(), cleanTeardown()),
  noMetrics: renderHtml(noMetricsResult(), cleanTeardown()),
  interrupted: renderHtml(interruptedResult(), null),
  large: renderHtml(largeResult(), cleanTeardown()),
  hostile: renderHtml(
    withTexts(failResult(), payloads.join(" ")),
    teardownWithTexts(dirtyTeardown(), payloads.join(" ")),
  ),
};
const names = Object.keys(pages) as (keyof typeof pages)[];
const limitMs = 60_000;

let dir: string;
let browser: Chromium;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "lkload-report-"));
  for (const [name, html] of Object.entries(pages)) await writeFile(join(dir, `${name}.html`), html);
  browser = await Chromium.start(AbortSignal.timeout(limitMs));
});

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

async function open(name: string, width = 1280): Promise<void> {
  await browser.send("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: false });
  await browser.open(pathToFileURL(join(dir, `${name}.html`)).href, AbortSignal.timeout(limitMs));
}

/** Complaints of the browser, and everything that it fetched but the page itself. */
function findings(): string[] {
  return browser.events.flatMap(({ method, params }) => {
    const { entry, request, issue } = params as {
      entry?: { text: string };
      request?: { url: string };
      issue?: { code: string };
    };
    if (method === "Runtime.consoleAPICalled" || method === "Runtime.exceptionThrown") return [method];
    if (method === "Log.entryAdded") return [entry?.text ?? ""];
    if (method === "Audits.issueAdded") return [issue?.code ?? ""];
    if (method === "Network.requestWillBeSent" && !request?.url.startsWith(pathToFileURL(dir).href))
      return [request?.url ?? ""];
    return [];
  });
}

describe("in Chromium", () => {
  it.each(names)("%s: no complaint, no request, no script", async (name) => {
    await open(name);
    expect(findings()).toEqual([]);
    expect(
      await browser.evaluate(
        "document.scripts.length + document.querySelectorAll('iframe,object,embed,form,img').length",
      ),
    ).toBe(0);
    expect(await browser.evaluate("getComputedStyle(document.querySelector('.banner')).borderTopWidth")).toBe("6px");
  });

  it("would have told of a refused style, a script and a request", async () => {
    const bad = pages.pass.replace(
      "</main>",
      '<p style="color:red">x</p><script>1</script><img src="http://127.0.0.1:9/x.png"></main>',
    );
    await writeFile(join(dir, "bad.html"), bad);
    await open("bad");
    const found = findings().join("\n");
    expect(found).toMatch(/inline style/i);
    expect(found).toMatch(/inline script|script-src/i);
    expect(found).toMatch(/127\.0\.0\.1:9\/x\.png/);
  });

  it.each([320, 390, 768, 1280, 1920])("fits %d px: only tables scroll, and inside themselves", async (width) => {
    for (const name of names) {
      await open(name, width);
      const [page, view] = await browser.evaluate<[number, number]>(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
      );
      expect([name, page]).toEqual([name, view]);
    }
  });

  it.each(["light", "dark"])("has enough contrast in %s", async (scheme) => {
    await browser.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
    for (const name of ["pass", "fail", "saturated", "interrupted"]) {
      await open(name);
      expect(await browser.evaluate("getComputedStyle(document.body).backgroundColor")).toBe(
        scheme === "light" ? "rgb(255, 255, 255)" : "rgb(16, 19, 22)",
      );
      expect([name, await browser.evaluate<string[]>(lowContrast)]).toEqual([name, []]);
    }
    await browser.send("Emulation.setEmulatedMedia", { features: [] });
  });

  it("prints everything but the tables of the charts, also what is folded", async () => {
    await browser.send("Emulation.setEmulatedMedia", { media: "print" });
    await open("pass", 794);
    expect(
      await browser.evaluate("[...document.querySelectorAll('.twin,nav')].every((e) => e.checkVisibility() === false)"),
    ).toBe(true);
    expect(
      await browser.evaluate("document.querySelector('.fold td').checkVisibility({ contentVisibilityAuto: true })"),
    ).toBe(true);
    const { data } = await browser.send<{ data: string }>("Page.printToPDF", { preferCSSPageSize: true });
    expect(Buffer.from(data, "base64").subarray(0, 5).toString()).toBe("%PDF-");
    await browser.send("Emulation.setEmulatedMedia", { media: "" });
  });

  it("has one heading of the first level, named regions and heads for every cell", async () => {
    await open("fail");
    expect(await browser.evaluate("document.querySelectorAll('h1').length")).toBe(1);
    expect(
      await browser.evaluate(
        "[...document.querySelectorAll('section')].every((s) => document.getElementById(s.getAttribute('aria-labelledby')))",
      ),
    ).toBe(true);
    expect(
      await browser.evaluate(
        "[...document.querySelectorAll('table')].every((t) => t.caption?.textContent && [...t.rows].every((r) => r.cells[0].scope && r.cells.length === t.rows[0].cells.length))",
      ),
    ).toBe(true);
    expect(
      await browser.evaluate(
        "new Set([...document.querySelectorAll('[id]')].map((e) => e.id)).size === document.querySelectorAll('[id]').length",
      ),
    ).toBe(true);
    expect(
      await browser.evaluate(
        "[...document.querySelectorAll('a[href^=\"#\"]')].every((a) => document.querySelector(a.getAttribute('href')))",
      ),
    ).toBe(true);
  });
});

/** Visible texts whose contrast with the ground behind them is below WCAG AA (4.5, or 3 for large text). */
const lowContrast = `(() => {
  const parse = (color) => { const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number); return { r, g, b, a }; };
  const channel = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const luminance = ({ r, g, b }) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.a === 1) return color;
    }
    return { r: 255, g: 255, b: 255 };
  };
  const found = [];
  for (const element of document.querySelectorAll("body *:not(.band-name)")) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!hasText || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const color = parse(element instanceof SVGElement ? style.fill : style.color);
    const [light, dark] = [luminance(color), luminance(ground(element))].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < (isLarge ? 3 : 4.5)) found.push(ratio.toFixed(2) + " " + element.tagName + "." + (element.getAttribute("class") ?? "") + ": " + element.textContent.trim().slice(0, 30));
  }
  return [...new Set(found)].slice(0, 20);
})()`;
