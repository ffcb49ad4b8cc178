import {
  ConfigError,
  type ConfigInput,
  commandLine,
  createServer,
  DESCRIPTION,
  findFfmpeg,
  flagOf,
  isLoopback,
  type RootAccount,
  type RunningServer,
} from "@rolecast/server";
import { EXIT } from "./command-error.ts";
import { CONSOLE_DIR } from "./console-dir.ts";
import { wrapped } from "./help-notes.ts";
import { PROTOCOLS } from "./ingest-protocols.ts";
import { listReadyScripts, runReadyScripts } from "./ready-scripts.ts";
import { explainStartFailure, isMisconfigured } from "./start-failure.ts";

/** The time that a server that can't write its database may take to end its streams. */
const FAILED_CLOSE_MS = 5_000;

/** Serves until a signal; says where, as JSON or as a banner, once it is ready. */
export async function serve(
  given: ConfigInput,
  file: string | undefined,
  json: boolean,
): Promise<void> {
  // Files of a server are private to its owner; those of ready scripts are up to the scripts.
  const umask = process.umask(0o077);
  let server: RunningServer;
  let scripts: readonly string[];
  try {
    server = await createServer(given, {
      file,
      environment: process.env,
      givenAs: flagOf,
      consoleDir: CONSOLE_DIR,
    });
    scripts = await readyScripts(server);
  } catch (error) {
    const message = explainStartFailure(error);
    if (message === undefined) throw error;
    process.stderr.write(`rolecast: ${message}\n`);
    process.exitCode = isMisconfigured(error) ? EXIT.usage : EXIT.failed;
    return;
  }
  const stop = stopOnSignal(server);
  drainOnSignal(server);
  exitOnFailure(server);
  process.stdout.write(json ? jsonLine(server) : banner(server));
  if (server.generatedRoot) await server.noteRootKeyShown();
  if (!json && process.stdin.isTTY) {
    const { offerHotkeys } = await import("./hotkeys/hotkeys.ts");
    await offerHotkeys(server, () => {
      stop("q");
    });
  }
  await runReadyScripts(scripts, scriptEnvironment(server), umask, server.showReadyScripts);
}

/** A folder that isn't there is a mistake in the settings. */
async function readyScripts(server: RunningServer): Promise<readonly string[]> {
  const { readyDir } = server.config;
  if (readyDir === undefined) return [];
  try {
    return listReadyScripts(readyDir);
  } catch (error) {
    await server.close();
    throw new ConfigError(`The setting readyDir can't be used: ${String(error)}`);
  }
}

function scriptEnvironment({ endpoint, root }: RunningServer) {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: root.rootAccessKeyId,
    AWS_SECRET_ACCESS_KEY: root.rootSecretAccessKey,
  };
}

/** The first signal ends streams and recordings properly; a second one ends at once. */
function stopOnSignal(server: RunningServer): (why: string) => void {
  let stopping = false;
  const stop = (why: string) => {
    if (stopping) process.exit(1);
    stopping = true;
    process.stderr.write(`${why}: ending streams and recordings.\n`);
    exitAfter(server);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  return stop;
}

function exitAfter(server: RunningServer): void {
  server
    .close()
    .then(() => process.exit(0))
    .catch(exitWith);
}

function exitWith(error: unknown): void {
  process.stderr.write(`rolecast: ${String(error)}\n`);
  process.exit(1);
}

/** SIGUSR2 drains, without a time limit; a drain that was asked for over HTTP ends here too. */
function drainOnSignal(server: RunningServer): void {
  process.on("SIGUSR2", (signal) => {
    process.stderr.write(`${signal}: no new streams; it ends with the last one.\n`);
    server.drain();
  });
  server.drained.then(() => exitAfter(server)).catch(exitWith);
}

/** Ends properly what it still can; a supervisor starts the next process. */
function exitOnFailure(server: RunningServer): void {
  const end = async (reason: string) => {
    process.stderr.write(`rolecast: ${reason}\n`);
    setTimeout(() => process.exit(EXIT.storeFailed), FAILED_CLOSE_MS);
    await server.close().catch((error: unknown) => {
      process.stderr.write(`rolecast: ${String(error)}\n`);
    });
    process.exit(EXIT.storeFailed);
  };
  server.failed.then(end).catch(exitWith);
}

/** The banner for programs. */
function jsonLine(server: RunningServer): string {
  const { config, endpoint, generatedRoot, certificateFile } = server;
  return `${JSON.stringify({
    endpoint,
    ...Object.fromEntries(
      protocolsOf(server)
        .filter(({ path }) => path.startsWith("/"))
        .map(({ name, url }) => [`${name}Url`, url]),
    ),
    certificateFile,
    data: config.data,
    enforcement: config.enforcement,
    account: config.account,
    ...(generatedRoot && {
      rootAccessKeyId: generatedRoot.rootAccessKeyId,
      rootSecretAccessKey: generatedRoot.rootSecretAccessKey,
    }),
  })}\n`;
}

/** The first minute's lines: what it is, where it is, and how a shell gets there. */
function banner(server: RunningServer): string {
  const { config, endpoint, generatedRoot, testRoot, linkedServices } = server;
  const [ingest] = protocolsOf(server);
  const lines = [
    wrapped(DESCRIPTION),
    "",
    `  Console           ${endpoint}/`,
    `  Documentation     ${endpoint}/_rolecast/docs/`,
    `  AWS APIs and HLS  ${endpoint}`,
    ...(ingest ? [`  ${`${ingest.title} ingest`.padEnd(16)}  ${ingest.url}${ingest.rest}`] : []),
    ...(findFfmpeg(config.ffmpeg, process.env.PATH) === undefined
      ? ["  ffmpeg            none: no renditions, no thumbnails"]
      : []),
    `  Data              ${config.data === "memory" ? "in memory: nothing is kept" : config.data}`,
    ...(config.database === undefined
      ? []
      : [`  Database          ${withoutCredentials(config.database)}`]),
    ...(config.enforcement === "enforce" ? [] : [`  Decisions         ${config.enforcement}`]),
    ...linkedServices.map(
      ({ servicePrincipal, file }) => `  Linked service    ${servicePrincipal}, key in ${file}`,
    ),
    `  All addresses     ${commandLine("status")}`,
    "",
  ];
  if (generatedRoot) {
    lines.push(
      `  Root user's key of account ${generatedRoot.id}, shown once`,
      "  (test/test is refused on this address):",
      "",
      ...environment(endpoint, generatedRoot),
      "",
    );
  } else {
    if (testRoot && !isLoopback(config.host)) {
      lines.push(
        "  Whoever reaches this address is root, by test/test: the setting localstack.",
        "",
      );
    }
    lines.push("  Paste into a shell:", "", ...environment(endpoint, testRoot), "");
  }
  return `${lines.join("\n")}\nReady.\n`;
}

/**
 * The protocols that are listened for, with the URL that encoders are given, up to the stream key.
 */
function protocolsOf({ config, endpoint, ports }: RunningServer) {
  return PROTOCOLS.filter(({ name }) => ports[name] !== 0).map((protocol) => ({
    ...protocol,
    url:
      "isAskedByHttp" in protocol
        ? `${endpoint}${protocol.path}`
        : `${protocol.name}://${config.ingestHost}:${ports[protocol.name]}${protocol.path}`,
  }));
}

/** Lines for a shell; a key that isn't `test` is only shown when it was just made. */
function environment(endpoint: string, root: RootAccount | undefined): string[] {
  const key = root && [
    `export AWS_ACCESS_KEY_ID=${root.rootAccessKeyId}`,
    `export AWS_SECRET_ACCESS_KEY=${root.rootSecretAccessKey}`,
  ];
  return [
    `export AWS_ENDPOINT_URL=${endpoint}`,
    ...(key ?? ["# and the key of the account's root user or of one of its users"]),
    // The AWS CLI's first version knows only the second name.
    "export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1",
  ];
}

function withoutCredentials(database: string): string {
  const { host, pathname } = new URL(database);
  return `postgres://${host}${pathname}`;
}
