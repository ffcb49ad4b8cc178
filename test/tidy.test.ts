import { basename, dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { isTest, listModules, resolve } from "./tidy/modules.ts";

const modules = listModules();
const sources = modules.filter((module) => module.path.startsWith("packages/"));

describe("dependency direction", () => {
  test("sees the modules that there are", () => {
    expect(sources.length).toBeGreaterThan(200);
    expect(sources.flatMap((module) => module.imports).length).toBeGreaterThan(800);
  });

  test("packages import only what stands below them", () => {
    const allowed: Readonly<Record<string, readonly string[]>> = {
      policy: [],
      template: [],
      wire: [],
      media: [],
      server: ["@rolecast/policy", "@rolecast/template", "@rolecast/wire", "@rolecast/media"],
      cli: ["@rolecast/server", "@rolecast/policy"],
      console: ["@rolecast/policy", "@rolecast/template"],
    };
    const wrong = sources.flatMap((module) => {
      const name = module.path.split("/")[1] ?? "";
      return module.imports
        .filter((target) => target.startsWith("@rolecast/"))
        .filter((target) => !allowed[name]?.includes(target))
        .map((target) => `${module.path} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  test("no package reaches into another one's files", () => {
    const wrong = sources.filter(({ path, imports }) => {
      const own = path.split("/").slice(0, 2).join("/");
      return imports.some(
        (target) => target.startsWith(".") && !resolve(path, target).startsWith(own),
      );
    });
    expect(wrong.map((module) => module.path)).toEqual([]);
  });

  test("inside the server, rooms import only what the architecture lets them", () => {
    const allowed: Readonly<Record<string, readonly string[]>> = {
      kernel: ["kernel"],
      validation: ["validation", "kernel"],
      config: ["config", "kernel"],
      storage: ["storage", "kernel"],
      observability: ["observability", "kernel", "config"],
      authn: ["authn", "kernel"],
      authz: ["authz", "kernel"],
      gateway: ["gateway", "authn", "authz", "validation", "kernel"],
    };
    const wrong = serverImports().filter(({ from, to }) => {
      const [room = "", service] = from.split("/");
      if (room.endsWith(".ts")) return false;
      // The list of all services, which says what each is created with.
      if (from === "services/index.ts") return false;
      if (room !== "services") return !allowed[room]?.includes(to.split("/")[0] ?? "");
      return !to.startsWith("kernel/") && !to.startsWith(`services/${service}/`);
    });
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  test("inside media, each floor imports only floors below it", () => {
    // A folder each; none imports another one.
    const PROTOCOL = "transport/<protocol>";
    const allowed: Readonly<Record<string, readonly string[]>> = {
      port: [],
      runtime: ["port"],
      codec: ["port"],
      container: ["codec", "port"],
      "container/flv": ["container", "codec", "port"],
      "container/fmp4": ["container", "codec", "runtime", "port"],
      "container/ogg": [],
      "container/mpegts": ["container", "codec", "runtime", "port"],
      "test-picture": ["container/flv", "codec"],
      ffmpeg: ["runtime", "port"],
      segmenter: ["container", "container/fmp4", "container/mpegts", "codec", "port"],
      hls: ["segmenter", "container", "container/mpegts", "runtime", "port"],
      ingest: ["container", "container/mpegts", "runtime", "port"],
      [PROTOCOL]: [
        ...["ffmpeg", "ingest", "container", "container/flv", "container/mpegts", "container/ogg"],
        ...["codec", "runtime", "port"],
      ],
      transport: [PROTOCOL, "ingest"],
      recording: [
        ...["ffmpeg", "hls", "container", "container/fmp4", "container/mpegts"],
        ...["runtime", "port"],
      ],
      film: ["ingest", "container", "container/fmp4", "codec", "port"],
      transcode: [
        ...["ffmpeg", "hls", "segmenter", "container", "container/flv"],
        ...["codec", "runtime", "port"],
      ],
      compositor: [
        ...["transcode", "ffmpeg", "ingest", "container/flv", "container/ogg"],
        ...["codec", "runtime", "port"],
      ],
      broadcast: [
        ...["transcode", "recording", "ingest", "hls", "segmenter", "container"],
        ...["container/mpegts", "codec", "runtime", "port"],
      ],
      engine: [
        ...["compositor", "broadcast", "transcode", "recording", "ingest", "hls"],
        ...["runtime", "port"],
      ],
      workers: ["engine", "transcode", "transport", "ingest", "codec", "runtime", "port"],
    };
    const order = Object.keys(allowed);
    for (const [floor, below] of Object.entries(allowed)) {
      expect(order.slice(0, order.indexOf(floor))).toEqual(expect.arrayContaining([...below]));
    }
    const wrong = importsBelow("packages/media/src/").filter(({ from, to }) => {
      if (mediaFloor(from) === "" || mediaFloor(from) === mediaFloor(to)) return false;
      const [above, below] = [from, to].map((path) =>
        mediaFloor(path).replace(/^transport\/.+/, PROTOCOL),
      );
      return !allowed[above ?? ""]?.includes(below ?? "");
    });
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  test("media knows no protocol by name but in the one list, and no AWS", () => {
    const media = sources.filter(({ path }) => path.startsWith("packages/media/src/"));
    const named = media.filter(
      ({ path, text }) =>
        /\/src\/(?:port|ingest|broadcast|recording|transcode|hls|segmenter|engine|workers)\//.test(
          path.replace("compositor", "broadcast"),
        ) &&
        !isTest(path) &&
        /rtmp|\bsrt|srt\b|Srt[A-Z]|webrtc/i.test(text),
    );
    expect(named.map(({ path }) => path)).toEqual([]);
    const foreign = media.filter(({ text }) =>
      /\b(?:AWS|Amazon|IVS|BASIC|STANDARD|ADVANCED)(?:\b|_)/.test(text),
    );
    expect(foreign.map(({ path }) => path)).toEqual([]);
  });

  test("the policy package needs nothing but the language", () => {
    const wrong = sources
      .filter(({ path }) => path.startsWith("packages/policy/") && !isTest(path))
      .filter(({ imports }) => imports.some((target) => !target.startsWith(".")));
    expect(wrong.map((module) => module.path)).toEqual([]);
  });

  test("inside template, each floor imports only floors below it", () => {
    const floors = "pattern document functions declare order evaluate expand summary compare".split(
      " ",
    );
    const wrong = importsBelow("packages/template/src/").filter(({ from, to }) => {
      const [above, below] = [from, to].map((path) => floors.indexOf(dirname(path)));
      return dirname(from) !== "." && (below === -1 || Number(below) > Number(above));
    });
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
    const foreign = sources
      .filter(({ path }) => path.startsWith("packages/template/") && !isTest(path))
      .filter(({ imports }) => imports.some((name) => !/^(?:\.|js-yaml$)/.test(name)));
    expect(foreign.map(({ path }) => path)).toEqual([]);
  });

  test("shared code doesn't branch on a service's name", () => {
    const shared = /^packages\/(?:wire|server\/src\/(?:gateway|authz|authn|storage))\//;
    const folders = sources.map(
      ({ path }) => /^packages\/server\/src\/services\/([^/]+)\/index\.ts$/.exec(path)?.[1],
    );
    const names = folders.filter((name) => name !== undefined);
    expect(names).toContain("iam");
    const branch = new RegExp(`(?:===|case) "(?:${names.join("|")})"(?! *\\?)`);
    const wrong = sources
      .filter(({ path }) => shared.test(path) && !isTest(path))
      .filter(({ text }) => branch.test(withoutDialects(text)));
    expect(wrong.map((module) => module.path)).toEqual([]);
  });
});

describe("style", () => {
  test("files have kebab-case names that say what is in them", () => {
    const wrong = modules.filter(({ path }) => {
      const name = basename(path).replace(/(?:\.[a-z0-9]+)*\.(?:ts|tsx|d\.ts)$/, "");
      return (
        !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name) || /^(?:utils?|helpers?|common|misc)$/.test(name)
      );
    });
    expect(wrong.map((module) => module.path)).toEqual([]);
  });

  test("files stay below 400 lines", () => {
    const long = modules.filter(
      (module) => !isTest(module.path) && module.text.split("\n").length > 401,
    );
    expect(long.map((module) => module.path)).toEqual([]);
  });

  test("only a package's index gathers exports", () => {
    const barrels = modules.filter(({ path, text }) => {
      const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "").trim();
      const onlyExports =
        /^(?:export (?:type )?(?:\{[^}]*\}|\*(?: as \w+)?) from "[^"]+";\s*)+$/.test(code);
      return onlyExports && !/^packages\/\w+\/src\/index\.ts$/.test(path);
    });
    expect(barrels.map((module) => module.path)).toEqual([]);
  });

  test("nothing is deferred, silenced or skipped for good", () => {
    const marks = new RegExp(
      [
        "TO" + "DO",
        "FIX" + "ME",
        "X" + "XX",
        "@ts-ig" + "nore",
        "@ts-expect" + "-error",
        "biome-ig" + "nore",
      ].join("|"),
    );
    const wrong = modules.filter(
      ({ path, text }) => path !== "test/tidy.test.ts" && marks.test(text),
    );
    expect(wrong.map((module) => module.path)).toEqual([]);
  });

  test("time and chance come from the kernel in the server", () => {
    const wrong = sources.filter(
      ({ path, text }) =>
        /^packages\/server\/src\/(?!kernel\/)/.test(path) &&
        !isTest(path) &&
        /\bDate\.now\(|\bMath\.random\(|\brandomUUID\(/.test(text),
    );
    expect(wrong.map((module) => module.path)).toEqual([]);
  });

  test("timers and turns come from kernel/work in the server", () => {
    const wrong = sources.filter(
      ({ path, text, imports }) =>
        /^packages\/server\/src\/(?!kernel\/work\/)/.test(path) &&
        !isTest(path) &&
        (/\bset(?:Timeout|Interval|Immediate)\(/.test(text) ||
          imports.some((target) => /^(?:node:)?timers(?:\/promises)?$/.test(target))),
    );
    expect(wrong.map((module) => module.path)).toEqual([]);
  });

  test("services never wait for a file on the thread that serves requests", () => {
    const wrong = sources.filter(
      ({ path, text, imports }) =>
        path.startsWith("packages/server/src/services/") &&
        !isTest(path) &&
        (imports.some((target) => /^(?:node:)?fs$/.test(target)) ||
          /\b(?:\w*(?:[Ff]ile|[Dd]ir|stat|open|read|write|link|rename|unlink|access)Sync)\(/.test(
            text,
          )),
    );
    expect(wrong.map((module) => module.path)).toEqual([]);
  });

  test("files of the data folder are written by what makes them survive a power cut", () => {
    const writers = [
      // The mechanism, and what is written with every request.
      "kernel/files/write-durably.ts",
      "kernel/files/appended-file.ts",
      // A file that only reserves room.
      "storage/data-disk.ts",
      // Bytes of objects, which have a mechanism of their own.
      "services/s3/blobs/",
      "services/s3/check/move-blob.ts",
      // A copy, which is forced to the disk as a whole.
      "stage-snapshot.ts",
      // SQLite's files, made with their mode before SQLite opens them.
      "storage/folder-lock.ts",
      "storage/private-folder.ts",
      "storage/sqlite/",
      // A log of events, which a power cut may cut short.
      "services/events/delivery/log-file.ts",
    ].map((path) => `packages/server/src/${path}`);
    const writes =
      /\b(?:writeFile|appendFile|createWriteStream|copyFile|cp|mkdir|link|symlink|rename)(?:Sync)?\(|\bopen(?:Sync)?\([^)]*"(?:[wa]x?|r)\+?"/;
    const wrong = sources.filter(
      ({ path, text }) =>
        path.startsWith("packages/server/src/") &&
        !isTest(path) &&
        !writers.some((writer) => path.startsWith(writer)) &&
        /node:fs/.test(text) &&
        writes.test(text),
    );
    expect(wrong.map((module) => module.path)).toEqual([]);
  });

  test("what lies below the data folder is named by pathBelow", () => {
    const elsewhere = [
      "kernel/files/path-below.ts",
      // Copies a folder whole, by the names that are in it.
      "stage-snapshot.ts",
      // Folders of the operator's and of the build's own.
      "config/",
      "gateway/console-files.ts",
    ].map((path) => `packages/server/src/${path}`);
    const wrong = sources.flatMap(({ path, text }) => {
      if (!path.startsWith("packages/server/src/") || isTest(path)) return [];
      if (elsewhere.some((other) => path.startsWith(other))) return [];
      // Parts of a join are literals, or plain names.
      const joins = text.matchAll(/(?<![.\w])join\(([^,()]*(?:\([^()]*\))?)((?:,[^,()]*)*)/g);
      return [...joins]
        .filter(([, , parts = ""]) => !/^(?:,\s*"[\w.-]+")*,?\s*$/.test(parts))
        .map(([call]) => `${path}: ${call}`);
    });
    expect(wrong).toEqual([]);
  });

  test("requests to receivers that callers name go through the outgoing client", () => {
    // It, and what asks receivers that the operator has named, or another node.
    const senders = [
      "kernel/outgoing/outgoing-client.ts",
      "observability/otlp-exporter.ts",
      "services/iam/service-linked-roles/usage-endpoint.ts",
      "services/ivs/nodes/peer-calls.ts",
      "services/ivs-realtime/live/hand-on-request.ts",
    ].map((path) => `packages/server/src/${path}`);
    const sends = /(?<![.#\w])fetch\((?!\w*:)|\bhttps?\.(?:request|get)\(|\b(?:net|tls)\.connect\(/;
    const wrong = sources.filter(
      ({ path, text }) =>
        path.startsWith("packages/server/src/") &&
        !isTest(path) &&
        !senders.includes(path) &&
        sends.test(text),
    );
    // Pages of a list are called so too.
    expect(wrong.map(({ path }) => path)).toEqual([
      "packages/server/src/services/iam/pagination.ts",
    ]);
  });

  test("services get and assume roles by the kernel's functions", () => {
    const ways = {
      "kernel/pass-role.ts": /"iam:PassRole",\s*resource\b/,
      "kernel/assume-role.ts": /"sts",\s*"AssumeRole"/,
      "authn/service-credentials.ts": /onBehalfOf: "unknown"/,
    };
    const found = Object.values(ways).map((way) =>
      sources
        .filter(({ path, text }) => !isTest(path) && way.test(text))
        .filter(({ path }) => path.startsWith("packages/server/src/"))
        .map(({ path }) => path.replace("packages/server/src/", "")),
    );
    expect(found).toEqual(Object.keys(ways).map((path) => [path]));
  });

  test("tests assert", () => {
    const wrong = modules.filter(
      ({ path, text }) => path.endsWith(".test.ts") && !/expect|assert/.test(text),
    );
    expect(wrong.map((module) => module.path)).toEqual([]);
  });
});

interface Arrow {
  readonly from: string;
  readonly to: string;
}

function serverImports(): readonly Arrow[] {
  return importsBelow("packages/server/src/");
}

/** The imports between files below a folder, named from there. */
function importsBelow(base: string): readonly Arrow[] {
  return sources
    .filter(({ path }) => path.startsWith(base) && !isTest(path))
    .flatMap(({ path, imports }) =>
      imports
        .filter((target) => target.startsWith("."))
        .map((target) => ({
          from: path.slice(base.length),
          to: resolve(path, target).slice(base.length),
        })),
    );
}

/**
 * The folder of a file of media; protocols and containers are a folder each. Files above all
 * folders have none.
 */
function mediaFloor(path: string): string {
  const [room = "", part = ""] = dirname(path).split("/");
  return room === "." ? "" : [room, part].filter((name) => name !== "").join("/");
}

/** SigV4 has a dialect called after S3, as the specification does. */
function withoutDialects(text: string): string {
  return text.replace(/dialect (?:===|!==) "s3"/g, "");
}
