import { once } from "node:events";
import { connect } from "node:http2";
import { afterEach, describe, expect, it } from "vitest";
import { ApiClient } from "./api-client.ts";
import { bigList, bookmark, events, failure, goneEvent, late } from "./fake-answers.ts";
import { list, noAnswer, raw, silence, truncatedList } from "./fake-answers.ts";
import type { FakeProtocol } from "./fake-api.ts";
import { FakeApi } from "./fake-api.ts";
import { FakeCollection } from "./fake-collection.ts";
import { HttpsJson } from "./https-json.ts";
import type { KubernetesObject, WatchEvent } from "./kubernetes-object.ts";

const PATH = "/api/v1/services";
const LIST = { apiVersion: "v1", kind: "Service", resourceVersion: "7" };
const RESOURCES = { resources: [{ name: "services", kind: "Service", namespaced: true }] };
const SERVICES = { apiVersion: "v1", kind: "Service" };

let api: FakeApi;
let http: HttpsJson;
afterEach(() => stop());

async function start(protocol: FakeProtocol = "https"): Promise<void> {
  api = await FakeApi.start(protocol);
  http = new HttpsJson({ url: api.url, ca: api.ca ?? "", token: "t" });
}

async function stop(): Promise<void> {
  http.close();
  await api.stop();
}

function service(name: string): KubernetesObject {
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace: "shop" } };
}

function get(query: Record<string, string> = {}) {
  return http.send({ method: "GET", path: PATH, query });
}

/** Over HTTP/2: the status, and the body as far as it came. */
async function getOverHttp2(): Promise<{ status: unknown; body: string; error: string }> {
  const session = connect(api.url, { ca: api.ca ?? "" });
  const stream = session.request({ ":path": PATH });
  let [body, error] = ["", ""];
  stream.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
  const closed = new Promise((resolve) => stream.once("close", resolve));
  stream.on("error", ({ message }: Error) => (error = message));
  const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
  await closed;
  session.close();
  return { status: headers[":status"], body, error };
}

describe("a script", () => {
  it("is answered in its order, then what stands there, else 404", async () => {
    await start();
    expect((await get()).status).toBe(404);
    api.serve(new FakeCollection({ ...SERVICES, path: PATH, resourceVersion: 9 }));
    api.script(
      { path: PATH, type: "list" },
      failure({ code: 503, reason: "ServiceUnavailable", retryAfterSeconds: 2 }),
      list({ ...LIST, items: [service("web")] }),
    );
    const failed = await get();
    expect(failed).toMatchObject({ status: 503, body: { reason: "ServiceUnavailable" } });
    expect(failed.headers["retry-after"]).toBe("2");
    expect(await get()).toMatchObject({ body: { items: [service("web")] } });
    expect(await get()).toMatchObject({ body: { metadata: { resourceVersion: "9" } } });
  });

  it("tells what was asked", async () => {
    await start();
    await get({ limit: "500" });
    const [request, ...others] = api.requestsFor({ path: PATH, type: "list" });
    expect(others).toEqual([]);
    expect(request?.query.get("limit")).toBe("500");
    expect(request).toMatchObject({ httpVersion: "1.1", headers: { authorization: "Bearer t" } });
    expect(api.requestsFor({ path: PATH, type: "watch" })).toEqual([]);
  });
});

describe("answers", () => {
  it("may break off in the middle of a body", async () => {
    await start();
    api.script({ path: PATH }, truncatedList({ ...LIST, items: [service("web")] }, 40));
    await expect(get()).rejects.toMatchObject({ code: "ECONNRESET" });
    api.script({ path: PATH }, truncatedList({ ...LIST, items: [service("web")] }, 40));
    const answer = await getOverHttp2();
    expect(answer).toMatchObject({ status: 200, error: expect.stringMatching(/INTERNAL_ERROR/) });
    expect(answer.body).toHaveLength(40);
  });

  it("may never come, or come late, or be no answer", async () => {
    await start();
    api.script({ path: PATH }, noAnswer(), silence(), late(20, list({ ...LIST, items: [] })));
    await expect(get()).rejects.toMatchObject({ code: "ECONNRESET" });
    let isAnswered = false;
    const never = get().finally(() => (isAnswered = true));
    never.catch(() => {});
    await expect.poll(() => api.requests.length).toBe(2);
    expect((await get()).status).toBe(200);
    expect(isAnswered).toBe(false);
  });

  it("may be large", async () => {
    await start();
    const octets = 3_000_000;
    const item = (i: number): KubernetesObject => service(`web-${i}`);
    api.script({ path: PATH }, bigList(LIST, octets, item));
    const { body } = (await get()) as { body: { items: KubernetesObject[] } };
    expect(JSON.stringify(body).length).toBeGreaterThan(octets);
    expect(body.items.at(-1)).toEqual(item(body.items.length - 1));
  });

  it("may be any octets", async () => {
    await start();
    api.script({ path: PATH }, raw(["{", Buffer.from([0xff])], { status: 418, ending: "end" }));
    expect(await getOverHttp2()).toMatchObject({ status: 418, body: "{\ufffd" });
  });
});

describe("watches", () => {
  async function watch(count: number, query = {}): Promise<WatchEvent[]> {
    const client = new ApiClient({ url: api.url, ca: api.ca ?? "", token: "t" });
    const seen: WatchEvent[] = [];
    for await (const event of client.watch(SERVICES, query)) {
      if (seen.push(event) === count) break;
    }
    client.close();
    return seen;
  }

  it("say what the script says", async () => {
    await start();
    api.script({ path: "/api/v1" }, raw(JSON.stringify(RESOURCES)));
    api.script({ path: PATH, type: "watch" }, events([bookmark(LIST, "8"), goneEvent()]));
    expect(await watch(2)).toMatchObject([
      { type: "BOOKMARK", object: { kind: "Service", metadata: { resourceVersion: "8" } } },
      { type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired" } },
    ]);
  });

  it("follow a collection", async () => {
    await start();
    api.script({ path: "/api/v1" }, raw(JSON.stringify(RESOURCES)));
    const services = new FakeCollection({ ...SERVICES, path: PATH, items: [service("web")] });
    api.serve(services);
    const seen = watch(4, { sendInitialEvents: "true" });
    await expect.poll(() => services.openWatches).toBe(1);
    await services.put(service("web"));
    await services.remove(service("web"));
    expect((await seen).map(({ type }) => type)).toEqual([
      "ADDED",
      "BOOKMARK",
      "MODIFIED",
      "DELETED",
    ]);
    await expect.poll(() => services.openWatches).toBe(0);
  });

  it("end, or break off", async () => {
    await start("http");
    const services = new FakeCollection({ ...SERVICES, path: PATH });
    api.serve(services);
    const ended = await fetch(`${api.url}${PATH}?watch=1`);
    await expect.poll(() => services.openWatches).toBe(1);
    services.endWatches();
    expect(await ended.text()).toBe("");
    const broken = await fetch(`${api.url}${PATH}?watch=1`);
    await expect.poll(() => services.openWatches).toBe(1);
    services.abortWatches();
    await expect(broken.text()).rejects.toThrow("terminated");
  });
});

it("speaks HTTP/2 or HTTP/1.1, or plain HTTP", async () => {
  await start("https-1.1");
  await get();
  await stop();
  await start("https");
  await getOverHttp2();
  expect(api.requests[0]?.httpVersion).toBe("2.0");
  await stop();
  await start("http");
  expect((await fetch(api.url + PATH)).status).toBe(404);
});
