import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { SETTINGS, type SettingName, variableOf } from "@rolecast/server";
import { Ajv } from "ajv";
import type { StatefulSet } from "kubernetes-types/apps/v1";
import type { Service } from "kubernetes-types/core/v1";
import type { Ingress } from "kubernetes-types/networking/v1";
import type { PodDisruptionBudget } from "kubernetes-types/policy/v1";
import { beforeAll, describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { renderChart } from "../support/helm/render-template.ts";

/*
 * The Helm chart, rendered with values as users set them. The renderer knows the part of Helm's
 * language that the chart uses; Kubernetes' types come from its OpenAPI description.
 */

const ROOT = join(import.meta.dirname, "../..");
const CHART = join(ROOT, "packaging/helm/rolecast");
const VARIABLES = new Set([
  "ROLECAST_COMMAND",
  ...(Object.keys(SETTINGS) as SettingName[]).map(variableOf),
]);

interface Values {
  readonly [name: string]: unknown;
}
interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
}
interface Kinds {
  readonly StatefulSet: StatefulSet;
  readonly Service: Service;
  readonly PodDisruptionBudget: PodDisruptionBudget;
  readonly Ingress: Ingress;
}

function ofKind<Kind extends keyof Kinds>(resources: readonly Resource[], kind: Kind) {
  return resources.filter((resource) => resource.kind === kind) as unknown as Kinds[Kind][];
}

const namesOf = (named: readonly { readonly name?: string }[] = []) =>
  named.map(({ name = "" }) => name);

let templates: Record<string, string>;
let defaults: Values;
let chart: Readonly<Record<string, string>>;
let isValid: (values: Values) => string | undefined;

beforeAll(async () => {
  const read = (name: string) => readFile(join(CHART, name), "utf8");
  const names = await readdir(join(CHART, "templates"));
  const sources = names.map(async (name) => [name, await read(`templates/${name}`)] as const);
  templates = Object.fromEntries(await Promise.all(sources));
  defaults = parse(await read("values.yaml"));
  chart = parse(await read("Chart.yaml"));
  const ajv = new Ajv({ allErrors: true, strict: false });
  const validate = ajv.compile(JSON.parse(await read("values.schema.json")));
  isValid = (values) => (validate(values) ? undefined : ajv.errorsText(validate.errors));
});

/** As Helm lays a user's values over the chart's: lists and scalars are replaced. */
function merged(under: unknown, over: unknown): unknown {
  const isMap = (value: unknown): value is Values =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isMap(under) || !isMap(over)) return over;
  const names = [...new Set([...Object.keys(under), ...Object.keys(over)])];
  return Object.fromEntries(
    names.map((name) => [name, name in over ? merged(under[name], over[name]) : under[name]]),
  );
}

function render(over: Values): Resource[] {
  const values = merged(defaults, over) as Values;
  expect(isValid(values)).toBeUndefined();
  const files = renderChart(templates, {
    Values: values,
    Chart: {
      Name: chart.name,
      Version: chart.version,
      AppVersion: chart.appVersion,
    },
    Release: { Name: "live", Namespace: "video", Service: "Helm" },
  });
  return Object.entries(files)
    .filter(([name]) => name.endsWith(".yaml"))
    .flatMap(([, text]) => parseAllDocuments(text))
    .map((document) => {
      expect(document.errors).toEqual([]);
      return document.toJS();
    })
    .filter((resource): resource is Resource => Boolean(resource));
}

const SEVERAL = {
  replicas: 3,
  database: { existingSecret: "db" },
  accounts: { existingSecret: "accounts" },
  data: { accessMode: "ReadWriteMany", storageClassName: "nfs" },
};
const OWN = {
  ...SEVERAL,
  data: { size: "1Gi" },
  objects: { bucket: "bytes", endpoint: "http://ceph:7480", existingSecret: "store" },
  sealingKey: { existingSecret: "sealing", key: "key" },
};
const CASES: Readonly<Record<string, Values>> = {
  "as it is": {},
  "several nodes": SEVERAL,
  "a claim of one's own": { ...SEVERAL, data: { existingClaim: "shared" } },
  "an object store beside a shared folder": {
    ...SEVERAL,
    objects: { bucket: "bytes", existingSecret: "store", prefix: "a/" },
  },
  "an object store, and no shared folder": OWN,
  "an ingress": {
    publicBaseUrl: "https://rolecast.example.com",
    trustedProxies: ["10.0.0.0/8", "192.0.2.1"],
    ingress: {
      enabled: true,
      className: "nginx",
      annotations: { "nginx.ingress.kubernetes.io/proxy-body-size": "0" },
      hosts: ["rolecast.example.com", "*.rolecast.example.com"],
      tls: [{ secretName: "cert", hosts: ["rolecast.example.com"] }],
    },
  },
  "a certificate and all protocols": {
    tls: { existingSecret: "cert" },
    trustedProxies: ["10.0.0.0/8"],
    ingest: {
      proxyProtocol: true,
      host: "ingest.example.com",
      annotations: { a: "b" },
      rtmp: { enabled: true, port: 1935 },
      webrtc: { enabled: true, port: 8189, address: "203.0.113.7" },
    },
  },
  "no encoders": {
    ingest: { rtmps: { enabled: false, port: 443 }, srt: { enabled: false, port: 9000 } },
  },
  "inside the cluster": { ingest: { type: "ClusterIP" }, service: { type: "NodePort", port: 80 } },
  "settings, and where pods go": {
    ...SEVERAL,
    settings: { ROLECAST_INGEST_WORKERS: 2, ROLECAST_LOG_LEVEL: "warn" },
    nodeSelector: { disk: "fast" },
    tolerations: [{ key: "video", operator: "Exists" }],
    affinity: { nodeAffinity: {} },
    podLabels: { team: "live" },
    podAnnotations: { note: "yes: it's" },
    imagePullSecrets: [{ name: "registry" }],
    image: { tag: "1.2.3", repository: "registry.example.com/rolecast" },
    serviceAccount: { create: false, name: "there" },
    podDisruptionBudget: { enabled: false },
    nodeData: { storageClassName: "local" },
  },
};

describe("the Helm chart", () => {
  test("has objects that Kubernetes' types know, without a field too many", async () => {
    const modules: Record<string, string> = {
      v1: "core/v1",
      "apps/v1": "apps/v1",
      "networking.k8s.io/v1": "networking/v1",
      "policy/v1": "policy/v1",
    };
    const checks = Object.values(CASES)
      .flatMap(render)
      .map((resource, index) => {
        const type = `import("kubernetes-types/${modules[resource.apiVersion]}").${resource.kind}`;
        return `const r${index}: ${type} = ${JSON.stringify(resource)};`;
      });
    expect(checks.length).toBeGreaterThan(30);
    const dir = await mkdtemp(join(tmpdir(), "rolecast-chart-"));
    const compilerOptions = {
      ...{ strict: true, noEmit: true, skipLibCheck: true, types: [] },
      ...{ module: "esnext", moduleResolution: "bundler", target: "esnext" },
      paths: { "kubernetes-types/*": [join(ROOT, "node_modules/kubernetes-types/*")] },
    };
    const config = { compilerOptions, files: ["chart.ts"] };
    await writeFile(join(dir, "tsconfig.json"), JSON.stringify(config));
    await writeFile(join(dir, "chart.ts"), `${checks.join("\n")}\nexport {};\n`);
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, "-p", dir]).catch(
      (error: unknown) => error as { readonly stdout: string },
    );
    expect(stdout).toBe("");
    await rm(dir, { recursive: true });
  });

  test.each(Object.entries(CASES))("%s: its parts name each other", (_what, values) => {
    const resources = render(values);
    const ids = resources.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(new Set(ids).size).toBe(ids.length);
    const [{ spec: set } = {}] = ofKind(resources, "StatefulSet");
    const { spec: pod, metadata } = set?.template ?? {};
    const [container] = pod?.containers ?? [];
    // Variables are settings, and volumes that are mounted are there.
    const named = namesOf(container?.env).filter((name) => name !== "POD_NAME");
    expect(named.filter((name) => !VARIABLES.has(name))).toEqual([]);
    const claims = set?.volumeClaimTemplates?.map((claim) => claim.metadata?.name ?? "") ?? [];
    const volumes = [...namesOf(pod?.volumes), ...claims];
    const mounts = [container, ...(pod?.initContainers ?? [])].flatMap((one) =>
      namesOf(one?.volumeMounts),
    );
    expect([...new Set(mounts)].toSorted()).toEqual(volumes.toSorted());
    for (const { persistentVolumeClaim: of } of pod?.volumes ?? [])
      if (of && of.claimName !== "shared")
        expect(ids).toContain(`PersistentVolumeClaim/${of.claimName}`);
    const account = pod?.serviceAccountName;
    expect(account === "there" || ids.includes(`ServiceAccount/${account}`)).toBe(true);
    // Every selector chooses the pods, and every target is one of their ports.
    const chosen = (labels: object = {}) => expect(metadata?.labels).toMatchObject(labels);
    chosen(set?.selector.matchLabels);
    const ports = new Map(
      container?.ports?.map(({ name, protocol = "TCP" }) => [name, protocol] as const),
    );
    const services = ofKind(resources, "Service");
    for (const { spec } of services) {
      chosen(spec?.selector);
      for (const { targetPort, protocol = "TCP" } of spec?.ports ?? [])
        expect(ports.get(String(targetPort))).toBe(protocol);
    }
    expect(ids).toContain(`Service/${set?.serviceName}`);
    for (const { spec } of ofKind(resources, "PodDisruptionBudget"))
      chosen(spec?.selector?.matchLabels);
    for (const { http } of ofKind(resources, "Ingress").flatMap(({ spec }) => spec?.rules ?? [])) {
      const { service } = http?.paths[0]?.backend ?? {};
      const found = services.find((one) => one.metadata?.name === service?.name);
      expect(namesOf(found?.spec?.ports)).toContain(service?.port?.name);
    }
  });

  test("container ports, probes and the user are the image's", async () => {
    const [set] = ofKind(render(SEVERAL), "StatefulSet");
    const { containers: [container] = [], securityContext } = set?.spec?.template.spec ?? {};
    const dockerfile = await readFile(join(ROOT, "Dockerfile"), "utf8");
    const exposed = /^EXPOSE (.*)$/m.exec(dockerfile)?.[1]?.split(" ");
    const ports = container?.ports?.map(
      ({ containerPort, protocol }) => `${containerPort}${protocol === "UDP" ? "/udp" : ""}`,
    );
    expect(ports).toEqual(exposed);
    expect(securityContext?.runAsUser).toBe(1000);
    const url = container?.env?.find(({ name }) => name === "ROLECAST_NODE_URL")?.value;
    expect(url).toBe("http://$(POD_NAME).live-rolecast-nodes.video.svc:4566");
    const [own] = ofKind(render(OWN), "StatefulSet");
    const env = own?.spec?.template.spec?.containers[0]?.env ?? [];
    expect(parse(env.find(({ name }) => name === "ROLECAST_OBJECTS")?.value ?? "")).toEqual({
      ...{ type: "s3", bucket: "bytes", region: "us-east-1", endpoint: "http://ceph:7480" },
      cacheBytes: 67_108_864,
    });
    const { appVersion } = chart;
    const { version } = JSON.parse(await readFile(join(ROOT, "packages/cli/package.json"), "utf8"));
    expect([appVersion, chart.version]).toEqual([version, version]);
  });

  test.each([
    ["a database", { ...SEVERAL, database: { existingSecret: "" } }, "need a database"],
    ["the same accounts", { ...SEVERAL, accounts: { existingSecret: "" } }, "the same accounts"],
    ["a folder for all", { ...SEVERAL, data: { accessMode: "ReadWriteOnce" } }, "share the data"],
    [
      "another protocol than WebRTC",
      { ...SEVERAL, ingest: { webrtc: { enabled: true } } },
      "media",
    ],
  ])("several nodes without %s are refused", (_what, values, message) => {
    expect(() => render(values)).toThrow(message);
  });

  test.each([
    [{ replicas: 0 }, "/replicas"],
    [{ replica: 3 }, "additional properties"],
    [{ settings: { LOG_LEVEL: "warn" } }, "/settings"],
    [{ database: { url: "postgres://user:secret@host/name" } }, "/database"],
    [{ ingest: { srt: { enabled: "yes", port: 9000 } } }, "/ingest/srt/enabled"],
    [{ data: { accessMode: "ReadOnlyMany" } }, "/data/accessMode"],
    [{ publicBaseUrl: "rolecast.example.com" }, "/publicBaseUrl"],
  ])("the schema refuses %j", (values, place) => {
    expect(isValid(merged(defaults, values) as Values)).toContain(place);
  });
});
