/**
 * The media that lk publishes. Its own are Git LFS files, which a Go module carries as pointers only, so they are made
 * here with the same names, sizes, frame rates and bit rates (`pkg/provider/embeds.go` of livekit-cli).
 */
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../run-command.ts";

const seconds = 4;

interface Video {
  /** Several names share one content. */
  names: readonly string[];
  codec: "h264" | "vp8";
  pattern: "testsrc" | "testsrc2";
  width: number;
  height: number;
  fps: number;
  kbps: number;
}

/** 16:9, as lk has them in three simulcast layers. */
const layers = [
  { width: 320, height: 180, fps: 15 },
  { width: 640, height: 360, fps: 20 },
  { width: 1280, height: 720, fps: 30 },
];

const videos: Video[] = [
  ...landscape(["butterfly"], "h264", "testsrc2", [150, 400, 2000]),
  ...landscape(["cartoon"], "h264", "testsrc", [120, 400, 1500]),
  ...landscape(["crescent", "neon", "tunnel"], "vp8", "testsrc2", [150, 600, 2000]),
  { names: ["circles_p180_200"], codec: "h264", pattern: "testsrc2", width: 180, height: 240, fps: 15, kbps: 200 },
  { names: ["circles_p360_700"], codec: "h264", pattern: "testsrc2", width: 360, height: 480, fps: 20, kbps: 700 },
  { names: ["circles_p540_2000"], codec: "h264", pattern: "testsrc2", width: 540, height: 720, fps: 30, kbps: 2000 },
];

const audioNames = ["amelia", "benjamin", "clint", "elena", "emma", "ken", "sophie"];

/** Fills the folder with all media. Takes about half a minute. Needs ffmpeg with libx264, libvpx and libopus. */
export async function makeMedia(
  dir: string,
  options: { signal: AbortSignal; onFile: (done: number, total: number) => void },
): Promise<void> {
  const total = videos.length + audioNames.length;
  let done = 0;
  const encode = async (names: readonly string[], input: string, args: readonly string[], extension: string) => {
    const [first = "", ...others] = names.map((name) => join(dir, `${name}.${extension}`));
    const all = [
      "-nostdin",
      "-loglevel",
      "error",
      "-y",
      "-f",
      "lavfi",
      "-i",
      input,
      "-t",
      String(seconds),
      ...args,
      first,
    ];
    await runCommand("ffmpeg", all, { signal: options.signal });
    for (const other of others) await copyFile(first, other);
    done += 1;
    options.onFile(done, total);
  };
  for (const video of videos) {
    const input = `${video.pattern}=size=${video.width}x${video.height}:rate=${video.fps}`;
    await encode(video.names, input, videoArgs(video), video.codec === "h264" ? "h264" : "ivf");
  }
  for (const [index, name] of audioNames.entries()) {
    const input = `sine=frequency=${200 + 60 * index}:sample_rate=48000`;
    await encode([`change-${name}`], input, audioArgs, "ogg");
  }
}

function landscape(
  prefixes: readonly string[],
  codec: Video["codec"],
  pattern: Video["pattern"],
  kbpsPerLayer: readonly number[],
): Video[] {
  return layers.map(({ width, height, fps }, index) => {
    const kbps = kbpsPerLayer[index] ?? 0;
    const names = prefixes.map((prefix) => `${prefix}_${height}_${kbps}`);
    return { names, codec, pattern, width, height, fps, kbps };
  });
}

function videoArgs({ codec, fps, kbps }: Video): string[] {
  // Noise keeps the encoder at its bit rate: a test pattern alone compresses to almost nothing.
  const filter = ["-vf", "noise=alls=12:allf=t"];
  const rate = ["-b:v", "-minrate", "-maxrate", "-bufsize"].flatMap((flag) => [flag, `${kbps}k`]);
  const keyframes = ["-g", String(fps * seconds)];
  if (codec === "vp8") {
    return [...filter, "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", ...keyframes, ...rate, "-f", "ivf"];
  }
  // lk takes each H.264 slice for a frame, so a frame must be one slice; and it cannot reorder B-frames.
  const x264 = "nal-hrd=cbr:force-cfr=1:slices=1:sliced-threads=0";
  const baseline = ["-preset", "veryfast", "-profile:v", "baseline", "-pix_fmt", "yuv420p", "-bf", "0"];
  const stream = ["-x264-params", x264, "-bsf:v", "h264_mp4toannexb", "-f", "h264"];
  return [...filter, "-c:v", "libx264", ...baseline, ...keyframes, ...rate, ...stream];
}

const audioArgs = "-af tremolo=f=3:d=0.6 -c:a libopus -b:a 20k -ac 1 -page_duration 20000 -f ogg".split(" ");
